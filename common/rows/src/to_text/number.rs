//! Whole numbers and numeric.

use super::Wrong;
use super::field::Field;

/// Digits of the longest number of 64 bits.
const LONGEST: usize = 20;

/// Appends a number.
pub fn signed(number: i64, text: &mut Vec<u8>) {
    if number < 0 {
        text.push(b'-');
    }
    padded(number.unsigned_abs(), 1, text);
}

/// Appends a number with zeros before it up to a width.
pub fn padded(mut number: u64, width: usize, text: &mut Vec<u8>) {
    let mut digits = [b'0'; LONGEST];
    let mut at = LONGEST;
    while number > 0 {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    text.extend_from_slice(&digits[at.min(LONGEST.saturating_sub(width))..]);
}

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const MINUS_INFINITY: u16 = 0xf000;
/// A digit of numeric is one of this many.
const BASE: i16 = 10_000;
/// Decimal digits in a digit of numeric.
const DIGITS: usize = 4;

/// Appends a numeric: digits to the base of ten thousand, the first of them worth `weight` such digits.
pub fn numeric(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let count = u16::from_be_bytes(field.array()?);
    let weight = i32::from(field.i16()?);
    let sign = u16::from_be_bytes(field.array()?);
    let scale = usize::from(u16::from_be_bytes(field.array()?));
    let digits = field.take(usize::from(count) * 2)?;
    match sign {
        0 => {}
        NEGATIVE => text.push(b'-'),
        NAN => return special(b"NaN", text),
        INFINITY => return special(b"Infinity", text),
        MINUS_INFINITY => return special(b"-Infinity", text),
        _ => return Err(Wrong::Range),
    }
    let digit = |place: i32| -> Result<u64, Wrong> {
        let Some(at) = usize::try_from(place)
            .ok()
            .and_then(|place| digits.get(2 * place..2 * place + 2))
        else {
            return Ok(0);
        };
        let digit = i16::from_be_bytes([at[0], at[1]]);
        match digit {
            0..BASE => Ok(digit.unsigned_abs().into()),
            _ => Err(Wrong::Range),
        }
    };
    padded(digit(if weight < 0 { -1 } else { 0 })?, 1, text);
    for place in 1..=weight {
        padded(digit(place)?, DIGITS, text);
    }
    if scale > 0 {
        text.push(b'.');
        let end = text.len() + scale;
        let mut place = weight + 1;
        while text.len() < end {
            padded(digit(place)?, DIGITS, text);
            place += 1;
        }
        text.truncate(end);
    }
    Ok(())
}

fn special(name: &[u8], text: &mut Vec<u8>) -> Result<(), Wrong> {
    text.extend_from_slice(name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(digits: &[i16], weight: i16, sign: u16, scale: u16) -> Result<String, Wrong> {
        let mut value = Vec::new();
        value.extend((digits.len() as i16).to_be_bytes());
        value.extend(weight.to_be_bytes());
        value.extend(sign.to_be_bytes());
        value.extend(scale.to_be_bytes());
        value.extend(digits.iter().flat_map(|digit| digit.to_be_bytes()));
        let mut text = Vec::new();
        numeric(&mut Field(&value), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn numerics() {
        for (digits, weight, sign, scale, expected) in [
            (&[][..], 0, 0, 0, "0"),
            (&[], 0, 0, 3, "0.000"),
            (&[7], 0, NEGATIVE, 0, "-7"),
            (&[1, 2345], 1, 0, 0, "12345"),
            (&[1], 2, 0, 0, "100000000"),
            (&[1, 5000], 0, 0, 1, "1.5"),
            (&[1, 5000], 0, 0, 6, "1.500000"),
            (&[1200], -1, 0, 2, "0.12"),
            (&[12], -2, NEGATIVE, 8, "-0.00000012"),
            (&[12], -3, 0, 12, "0.000000000012"),
            (&[], 0, NAN, 0, "NaN"),
            (&[], 0, INFINITY, 0, "Infinity"),
            (&[], 0, MINUS_INFINITY, 0, "-Infinity"),
        ] {
            assert_eq!(printed(digits, weight, sign, scale).unwrap(), expected);
        }
        assert_eq!(printed(&[10_000], 0, 0, 0), Err(Wrong::Range));
        assert_eq!(printed(&[-1], 0, 0, 0), Err(Wrong::Range));
        assert_eq!(printed(&[1], 0, 0x1000, 0), Err(Wrong::Range));
    }

    #[test]
    fn whole_numbers() {
        for number in [0, 1, -1, 10, i64::MAX, i64::MIN] {
            let mut text = Vec::new();
            signed(number, &mut text);
            assert_eq!(text, number.to_string().as_bytes());
        }
        let mut text = Vec::new();
        padded(7, 3, &mut text);
        padded(1234, 3, &mut text);
        assert_eq!(text, b"0071234");
    }
}
