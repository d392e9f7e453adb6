//! Floats in the shortest form that gives them back.
//!
//! Of the shortest decimals that lie between a float's neighbours, the server takes the closest one, as everybody
//! does; but it never takes one that lies exactly half way to a neighbour, which others do where rounding to even
//! would give the float back. Such a decimal is found here and replaced by a longer one.

use std::fmt;

use super::number::padded;

/// Decimal digits and the exponent of the first: `digits` 15, `exponent` 2 are 150.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decimal {
    digits: u64,
    /// How many digits there are.
    count: u32,
    exponent: i32,
}

/// A float as `mantissa` times a power of two, and how far it is to the halves on both sides.
#[derive(Clone, Copy)]
struct Binary {
    /// Four times the mantissa.
    quarters: u64,
    /// The power of two by which the quarters are multiplied.
    power: i32,
    /// Quarters to the half way down: 1 where the neighbour below is closer, else 2.
    below: u64,
}

/// Appends a float of eight bytes.
pub fn float8(number: f64, text: &mut Vec<u8>) {
    let magnitude = number.abs();
    if number.is_sign_negative() && !number.is_nan() {
        text.push(b'-');
    }
    if print_special(magnitude, text) {
        return;
    }
    let bits = magnitude.to_bits();
    let binary = Binary::new(bits & ((1 << 52) - 1), (bits >> 52) as i32, 52, 1023);
    let shortest = Decimal::read(zmij::Buffer::new().format_finite(magnitude));
    let rounded = |places: u32| Decimal::read(&format!("{magnitude:.*e}", places as usize - 1));
    let is_back = |decimal: Decimal| decimal.to_string().parse() == Ok(magnitude);
    binary.settle(shortest, 17, rounded, is_back).print(15, text);
}

/// Appends a float of four bytes.
pub fn float4(number: f32, text: &mut Vec<u8>) {
    let magnitude = number.abs();
    if number.is_sign_negative() && !number.is_nan() {
        text.push(b'-');
    }
    if print_special(magnitude.into(), text) {
        return;
    }
    let bits = u64::from(magnitude.to_bits());
    let binary = Binary::new(bits & ((1 << 23) - 1), (bits >> 23) as i32, 23, 127);
    let shortest = Decimal::read(zmij::Buffer::new().format_finite(magnitude));
    let rounded = |places: u32| Decimal::read(&format!("{magnitude:.*e}", places as usize - 1));
    let is_back = |decimal: Decimal| decimal.to_string().parse() == Ok(magnitude);
    binary.settle(shortest, 9, rounded, is_back).print(6, text);
}

/// Appends a float that is no number or zero; false when it is another.
fn print_special(magnitude: f64, text: &mut Vec<u8>) -> bool {
    let word: &[u8] = match magnitude {
        0.0 => b"0",
        f64::INFINITY => b"Infinity",
        number if number.is_nan() => b"NaN",
        _ => return false,
    };
    text.extend_from_slice(word);
    true
}

impl Binary {
    fn new(fraction: u64, field: i32, width: i32, bias: i32) -> Binary {
        let (mantissa, exponent) = match field {
            0 => (fraction, 1),
            field => (fraction | 1 << width, field),
        };
        Binary {
            quarters: 4 * mantissa,
            power: exponent - bias - width - 2,
            below: if fraction == 0 && field > 1 { 1 } else { 2 },
        }
    }

    /// The shortest decimal or, where that is half way to a neighbour, the shortest that is not; `rounded` gives the
    /// number rounded to so many digits, `is_back` says whether a decimal means it.
    fn settle(
        self,
        shortest: Decimal,
        most: u32,
        rounded: impl Fn(u32) -> Decimal,
        is_back: impl Fn(Decimal) -> bool,
    ) -> Decimal {
        if !self.is_half_way(shortest) {
            return shortest;
        }
        let mut longer = (shortest.count + 1..=most).map(rounded);
        longer
            .find(|&decimal| !self.is_half_way(decimal) && is_back(decimal))
            .unwrap_or(shortest)
    }

    fn is_half_way(self, decimal: Decimal) -> bool {
        let halves = [self.quarters - self.below, self.quarters + 2];
        halves.into_iter().any(|half| decimal.equals(half, self.power))
    }
}

impl Decimal {
    /// Reads the digits and exponent of a number such as `1.5e-7`, `100.0`, `0.001`.
    fn read(spelled: &str) -> Decimal {
        let (number, exponent) = spelled.split_once('e').unwrap_or((spelled, "0"));
        let mut exponent: i32 = exponent.parse().unwrap_or(0);
        let (mut digits, mut count) = (0, 0);
        let mut after_point = false;
        let mut zeros = 0;
        exponent -= 1;
        for byte in number.bytes() {
            match byte {
                b'.' => {
                    after_point = true;
                    continue;
                }
                b'0' if count == 0 => {}
                b'0' => zeros += 1,
                digit => {
                    let places = zeros + 1;
                    digits = digits * 10u64.pow(places) + u64::from(digit - b'0');
                    count += places;
                    zeros = 0;
                }
            }
            exponent += match (after_point, count) {
                (false, 0) | (true, 1..) => 0,
                (false, _) => 1,
                (true, 0) => -1,
            };
        }
        Decimal {
            digits,
            count,
            exponent,
        }
    }

    /// The power of ten that the digits, as a whole number, are multiplied by.
    fn power(self) -> i32 {
        self.exponent + 1 - self.count as i32
    }

    /// Whether it is `number` times a power of two.
    fn equals(self, number: u64, power: i32) -> bool {
        // Only so many fives fit into what is compared.
        const MOST_FIVES: u32 = 24;
        let fives = self.power().unsigned_abs();
        if fives > MOST_FIVES || number == 0 {
            return false;
        }
        let twos = |number: u64| number.trailing_zeros() as i32;
        let odd = |number: u64| u128::from(number >> number.trailing_zeros());
        let power_of_five = 5u128.pow(fives);
        let same_odd = match self.power() >= 0 {
            true => odd(self.digits) * power_of_five == odd(number),
            false => odd(self.digits) == odd(number) * power_of_five,
        };
        same_odd && twos(number) + power == twos(self.digits) + self.power()
    }

    /// Appends it, without an exponent if it is not tiny and has at most `places` digits before the point.
    fn print(self, places: i32, text: &mut Vec<u8>) {
        let count = self.count as usize;
        let start = text.len();
        if !(-4..places).contains(&self.exponent) {
            padded(self.digits, count, text);
            if count > 1 {
                text.insert(start + 1, b'.');
            }
            text.extend_from_slice(if self.exponent < 0 { b"e-" } else { b"e+" });
            return padded(self.exponent.unsigned_abs().into(), 2, text);
        }
        match usize::try_from(self.exponent) {
            Err(_) => {
                text.extend_from_slice(b"0.");
                padded(self.digits, count + self.exponent.unsigned_abs() as usize - 1, text);
            }
            Ok(exponent) => {
                padded(self.digits, count, text);
                if exponent + 1 < count {
                    text.insert(start + exponent + 1, b'.');
                } else {
                    text.resize(start + exponent + 1, b'0');
                }
            }
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}e{}", self.digits, self.power())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(number: f64) -> String {
        let mut text = Vec::new();
        float8(number, &mut text);
        String::from_utf8(text).expect("numbers are ASCII")
    }

    fn short(number: f32) -> String {
        let mut text = Vec::new();
        float4(number, &mut text);
        String::from_utf8(text).expect("numbers are ASCII")
    }

    #[test]
    fn floats_of_eight_bytes() {
        for (number, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (f64::NAN, "NaN"),
            (-f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (1.5, "1.5"),
            (-100.0, "-100"),
            (123_456_789_012_345.0, "123456789012345"),
            (1e15, "1e+15"),
            (0.0001, "0.0001"),
            (0.00001234, "1.234e-05"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(long(number), expected);
        }
    }

    #[test]
    fn floats_of_four_bytes() {
        for (number, expected) in [
            (0.1, "0.1"),
            (-123_456.0, "-123456"),
            (1_234_567.0, "1.234567e+06"),
            (16_777_216.0, "1.6777216e+07"),
            (f32::MAX, "3.4028235e+38"),
            (f32::MIN_POSITIVE, "1.1754944e-38"),
            (1e-45, "1e-45"),
        ] {
            assert_eq!(short(number), expected);
        }
    }

    #[test]
    fn half_ways_are_known() {
        // The number 2^53, whose neighbours are 1 below and 2 above.
        let binary = Binary::new(0, 1076, 52, 1023);
        for (spelled, half_way) in [
            ("90071992547409915e-1", true),
            ("9007199254740993", true),
            ("9007199254740992", false),
            ("9007199254740991", false),
        ] {
            assert_eq!(binary.is_half_way(Decimal::read(spelled)), half_way, "{spelled}");
        }
    }

    #[test]
    fn what_is_half_way_to_a_neighbour_is_not_taken() {
        // 1.0000008e9 and 1.8014398509482e16 would be given back, by rounding to even.
        assert_eq!(short(1_000_000_768.0), "1.00000077e+09");
        assert_eq!(long(18_014_398_509_481_992.0), "1.8014398509481992e+16");
    }
}
