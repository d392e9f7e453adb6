//! When something goes wrong.

use std::fmt;
use std::time::Duration;

use pgx_tests::campaign;

/// When it goes wrong.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// When so many bytes have come to what is between dump and load; at once, or when the load has done with them what
    /// can be done.
    At(u64, bool),
    /// So long after all of them have.
    After(Duration),
}

/// How a copy goes that nothing happens to.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// Bytes of its stream.
    pub length: u64,
    /// How long the load goes on after the last of them.
    pub rest: Duration,
}

impl Course {
    /// Moments of this course: in a campaign fifty, from the first byte to the last, and six after it; else one, which
    /// is another for every `number`.
    pub fn moments(self, number: usize) -> Vec<Moment> {
        let number = number as u64;
        let at = |numerator: u64, denominator: u64| {
            Moment::At((self.length * numerator / denominator).max(1), numerator % 2 == 1)
        };
        let after = |sixths: u64| Moment::After(self.rest * sixths as u32 / 6);
        campaign(
            match number % 2 {
                0 => vec![at(2 * (number % 7) + 1, 14)],
                _ => vec![after(number % 6)],
            },
            (0..50).map(|moment| at(moment, 49)).chain((0..6).map(after)).collect(),
        )
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::At(bytes, true) => write!(f, "at byte {bytes}, settled"),
            Moment::At(bytes, false) => write!(f, "at byte {bytes}"),
            Moment::After(time) => write!(f, "{} ms after the last byte", time.as_millis()),
        }
    }
}
