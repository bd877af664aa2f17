//! Fuzzes `readers::shapefile`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::shapefile(bytes));
