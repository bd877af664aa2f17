//! Fuzzes `readers::batch_job`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::batch_job(bytes));
