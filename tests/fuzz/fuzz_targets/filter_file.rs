//! Any bytes, read as a filter file and a list.
#![no_main]

#[path = "../foreign.rs"]
#[allow(dead_code)]
mod foreign;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| foreign::filter_file(bytes));
