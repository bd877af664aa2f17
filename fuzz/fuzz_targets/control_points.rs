//! Fuzzes `readers::control_points`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::control_points(bytes));
