//! Fuzzes `readers::geotiff`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::geotiff(bytes));
