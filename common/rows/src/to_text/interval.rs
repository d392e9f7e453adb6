//! Intervals in the style `postgres`: `1 year 2 mons -3 days +04:05:06.7`.

use super::Wrong;
use super::field::Field;
use super::number::signed;
use super::time::clock;

/// Appends an interval, whose months, days and microseconds stand apart.
pub fn interval(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let micros = field.i64()?;
    let days = field.i32()?;
    let months = field.i32()?;
    match (micros, days, months) {
        (i64::MAX, i32::MAX, i32::MAX) => text.extend_from_slice(b"infinity"),
        (i64::MIN, i32::MIN, i32::MIN) => text.extend_from_slice(b"-infinity"),
        _ => parts(micros, days, months, text),
    }
    Ok(())
}

fn parts(micros: i64, days: i32, months: i32, text: &mut Vec<u8>) {
    let start = text.len();
    // After something negative, what is positive says so.
    let mut negative = false;
    for (number, unit) in [(months / 12, "year"), (months % 12, "mon"), (days, "day")] {
        if number == 0 {
            continue;
        }
        if text.len() > start {
            text.push(b' ');
        }
        if negative && number > 0 {
            text.push(b'+');
        }
        negative = number < 0;
        signed(number.into(), text);
        text.push(b' ');
        text.extend_from_slice(unit.as_bytes());
        if number != 1 {
            text.push(b's');
        }
    }
    if micros == 0 && text.len() > start {
        return;
    }
    if text.len() > start {
        text.push(b' ');
    }
    if micros < 0 {
        text.push(b'-');
    } else if negative {
        text.push(b'+');
    }
    clock(micros.unsigned_abs(), text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(micros: i64, days: i32, months: i32) -> String {
        let value = [&micros.to_be_bytes()[..], &days.to_be_bytes(), &months.to_be_bytes()].concat();
        let mut text = Vec::new();
        interval(&mut Field(&value), &mut text).expect("it has its length");
        String::from_utf8(text).expect("intervals are ASCII")
    }

    #[test]
    fn signs_and_units() {
        assert_eq!(printed(0, 0, 0), "00:00:00");
        assert_eq!(printed(-1, 0, 0), "-00:00:00.000001");
        assert_eq!(printed(0, 1, 13), "1 year 1 mon 1 day");
        assert_eq!(printed(3_600_000_000, -2, -14), "-1 years -2 mons -2 days +01:00:00");
        assert_eq!(printed(-1_500_000, 2, -1), "-1 mons +2 days -00:00:01.5");
        assert_eq!(printed(i64::MAX, i32::MAX, i32::MAX), "infinity");
        assert_eq!(printed(i64::MIN, 0, 0), "-2562047788:00:54.775808");
    }
}
