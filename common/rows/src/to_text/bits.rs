//! Bytes, bits and UUIDs as digits.

use super::Wrong;
use super::field::Field;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends a byte as two digits.
pub fn hex(byte: u8, text: &mut Vec<u8>) {
    text.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
}

/// Appends bytes in hex format, with its one backslash.
pub fn bytea(value: &[u8], text: &mut Vec<u8>) {
    text.reserve(2 + 2 * value.len());
    text.extend_from_slice(b"\\x");
    for &byte in value {
        hex(byte, text);
    }
}

/// Appends a UUID in groups.
pub fn uuid(value: [u8; 16], text: &mut Vec<u8>) {
    for (at, &byte) in value.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push(b'-');
        }
        hex(byte, text);
    }
}

/// Appends a bit string, the first bit first.
pub fn bits(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let count = field.count()?;
    let bytes = field.take(count.div_ceil(8))?;
    for at in 0..count {
        let bit = bytes[at / 8] >> (7 - at % 8) & 1;
        text.push(b'0' + bit);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(print: impl Fn(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        print(&mut text);
        String::from_utf8(text).expect("digits are ASCII")
    }

    #[test]
    fn digits_of_bytes() {
        assert_eq!(printed(|text| bytea(&[0, 0xab, 0xff], text)), "\\x00abff");
        assert_eq!(
            printed(|text| uuid(*b"\0\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", text)),
            "00112233-4455-6677-8899-aabbccddeeff"
        );
    }

    #[test]
    fn digits_of_bits() {
        let print = |value: &[u8]| printed(|text| bits(&mut Field(value), text).unwrap());
        assert_eq!(print(b"\0\0\0\x0a\xa5\x40"), "1010010101");
        assert_eq!(print(b"\0\0\0\0"), "");
    }
}
