//! Any bytes, read as rows of text.
#![no_main]

#[path = "../foreign.rs"]
#[allow(dead_code)]
mod foreign;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| foreign::text_rows(bytes));
