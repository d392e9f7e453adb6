//! Any bytes, read as a custom archive.
#![no_main]

#[path = "../foreign.rs"]
#[allow(dead_code)]
mod foreign;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| foreign::custom_archive(bytes));
