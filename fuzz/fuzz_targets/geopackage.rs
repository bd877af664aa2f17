//! Fuzzes `readers::geopackage`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::geopackage(bytes));
