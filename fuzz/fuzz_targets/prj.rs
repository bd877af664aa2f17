//! Fuzzes `readers::prj`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::prj(bytes));
