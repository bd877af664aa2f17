//! Fuzzes `readers::osm_pbf`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::osm_pbf(bytes));
