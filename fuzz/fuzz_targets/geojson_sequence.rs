//! Fuzzes `readers::geojson_sequence`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::geojson_sequence(bytes));
