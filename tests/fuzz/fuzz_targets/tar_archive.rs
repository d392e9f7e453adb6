//! Any bytes, read as a tar archive.
#![no_main]

#[path = "../foreign.rs"]
#[allow(dead_code)]
mod foreign;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| foreign::tar_archive(bytes));
