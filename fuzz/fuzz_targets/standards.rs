//! Fuzzes `readers::standards`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::standards(bytes));
