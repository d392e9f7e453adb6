//! Any bytes, read as rows in binary.
#![no_main]

#[path = "../foreign.rs"]
#[allow(dead_code)]
mod foreign;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| foreign::binary_rows(bytes));
