//! Dates and times of day, as ISO writes them. Days and microseconds count from the first of January 2000.

use super::Wrong;
use super::field::Field;
use super::number::padded;

const MICROS: u64 = 1_000_000;
const MICROS_A_DAY: i64 = 86_400_000_000;
/// Days from the first of March of the year 0 to the first of January 2000.
const DAYS_BEFORE_2000: i64 = 730_425;
const DAYS_IN_400_YEARS: i64 = 146_097;
const DAYS_IN_100_YEARS: i64 = 36_524;
const DAYS_IN_4_YEARS: i64 = 1_461;

/// A day of the calendar that counts on in both directions.
struct Day {
    /// 0 is the year before the first, 1 BC.
    year: i64,
    month: u64,
    day: u64,
}

impl Day {
    fn new(since_2000: i64) -> Day {
        // Years that begin in March have the leap day at their end.
        let days = since_2000 + DAYS_BEFORE_2000;
        let (centuries, day) = (days.div_euclid(DAYS_IN_400_YEARS), days.rem_euclid(DAYS_IN_400_YEARS));
        let century = (day / DAYS_IN_100_YEARS).min(3);
        let day = day - century * DAYS_IN_100_YEARS;
        let (fours, day) = (day / DAYS_IN_4_YEARS, day % DAYS_IN_4_YEARS);
        let single = (day / 365).min(3);
        let day = day - single * 365;
        // From March on months have 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31 days, which is 153 in five.
        let month = (5 * day + 2) / 153;
        let year = centuries * 400 + century * 100 + fours * 4 + single;
        Day {
            year: year + i64::from(month >= 10),
            month: ((month + 2) % 12 + 1).unsigned_abs(),
            day: (day - (153 * month + 2) / 5 + 1).unsigned_abs(),
        }
    }

    fn print(&self, text: &mut Vec<u8>) {
        let year = if self.year > 0 { self.year } else { 1 - self.year };
        padded(year.unsigned_abs(), 4, text);
        text.push(b'-');
        padded(self.month, 2, text);
        text.push(b'-');
        padded(self.day, 2, text);
    }

    fn era(&self) -> &'static [u8] {
        if self.year > 0 { b"" } else { b" BC" }
    }
}

/// Appends a date.
pub fn date(days: i32, text: &mut Vec<u8>) {
    match days {
        i32::MAX => text.extend_from_slice(b"infinity"),
        i32::MIN => text.extend_from_slice(b"-infinity"),
        days => {
            let day = Day::new(days.into());
            day.print(text);
            text.extend_from_slice(day.era());
        }
    }
}

/// Appends a date and a time of day, and the zone if the type has one.
pub fn timestamp(micros: i64, zone: &str, text: &mut Vec<u8>) {
    match micros {
        i64::MAX => text.extend_from_slice(b"infinity"),
        i64::MIN => text.extend_from_slice(b"-infinity"),
        micros => {
            let day = Day::new(micros.div_euclid(MICROS_A_DAY));
            day.print(text);
            text.push(b' ');
            clock(micros.rem_euclid(MICROS_A_DAY).unsigned_abs(), text);
            text.extend_from_slice(zone.as_bytes());
            text.extend_from_slice(day.era());
        }
    }
}

/// Appends a time of day, up to 24:00:00.
pub fn time(micros: i64, text: &mut Vec<u8>) -> Result<(), Wrong> {
    match micros {
        0..=MICROS_A_DAY => {
            clock(micros.unsigned_abs(), text);
            Ok(())
        }
        _ => Err(Wrong::Range),
    }
}

/// Appends a time of day with its zone, whose seconds count to the west.
pub fn timetz(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    time(field.i64()?, text)?;
    let west = field.i32()?;
    text.push(if west <= 0 { b'+' } else { b'-' });
    let seconds = u64::from(west.unsigned_abs());
    padded(seconds / 3600, 2, text);
    if seconds % 3600 != 0 {
        text.push(b':');
        padded(seconds / 60 % 60, 2, text);
    }
    if seconds % 60 != 0 {
        text.push(b':');
        padded(seconds % 60, 2, text);
    }
    Ok(())
}

/// Appends hours, minutes and seconds, which have a fraction only if it is not zero.
pub fn clock(micros: u64, text: &mut Vec<u8>) {
    let seconds = micros / MICROS;
    padded(seconds / 3600, 2, text);
    text.push(b':');
    padded(seconds / 60 % 60, 2, text);
    text.push(b':');
    padded(seconds % 60, 2, text);
    let fraction = micros % MICROS;
    if fraction != 0 {
        text.push(b'.');
        padded(fraction, 6, text);
        while text.last() == Some(&b'0') {
            text.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(print: impl Fn(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        print(&mut text);
        String::from_utf8(text).expect("dates are ASCII")
    }

    #[test]
    fn every_day_of_two_thousand_years_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1i64, 1u64, 1u64);
        for days in -730_119..1_000 {
            let found = Day::new(days);
            assert_eq!((found.year, found.month, found.day), (year, month, day), "{days}");
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 => 28 + u64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > last {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
    }

    #[test]
    fn dates() {
        for (days, expected) in [
            (0, "2000-01-01"),
            (-730_120, "0001-12-31 BC"),
            (-730_486, "0002-12-31 BC"),
            (-2_451_545, "4714-11-24 BC"),
            (2_145_031_948, "5874897-12-31"),
            (i32::MAX, "infinity"),
            (i32::MIN, "-infinity"),
        ] {
            assert_eq!(printed(|text| date(days, text)), expected);
        }
    }

    #[test]
    fn timestamps() {
        for (micros, expected) in [
            (0, "2000-01-01 00:00:00+00"),
            (-1, "1999-12-31 23:59:59.999999+00"),
            (500_000, "2000-01-01 00:00:00.5+00"),
            (9_223_371_331_199_999_999, "294276-12-31 23:59:59.999999+00"),
            (-211_813_488_000_000_000, "4714-11-24 00:00:00+00 BC"),
            (i64::MAX, "infinity"),
            (i64::MIN, "-infinity"),
        ] {
            assert_eq!(printed(|text| timestamp(micros, "+00", text)), expected);
        }
    }

    #[test]
    fn times() {
        assert_eq!(printed(|text| time(MICROS_A_DAY, text).unwrap()), "24:00:00");
        assert_eq!(time(MICROS_A_DAY + 1, &mut Vec::new()), Err(Wrong::Range));
        assert_eq!(time(-1, &mut Vec::new()), Err(Wrong::Range));
        let zoned = |west: i32| {
            let value = [&[0; 8][..], &west.to_be_bytes()].concat();
            printed(|text| timetz(&mut Field(&value), text).unwrap())
        };
        assert_eq!(zoned(0), "00:00:00+00");
        assert_eq!(zoned(-19_800), "00:00:00+05:30");
        assert_eq!(zoned(57_599), "00:00:00-15:59:59");
        assert_eq!(zoned(-3_605), "00:00:00+01:00:05");
    }
}
