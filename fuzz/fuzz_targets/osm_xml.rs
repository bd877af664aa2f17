//! Fuzzes `readers::osm_xml`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::osm_xml(bytes));
