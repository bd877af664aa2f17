//! Fuzzes `readers::h3_cells`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::h3_cells(bytes));
