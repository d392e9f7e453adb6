//! Values of which nobody thought, in binary, the same in every run.

/// Numbers by xorshift.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A number of any magnitude: as many bits are left as chance will.
    fn any(&mut self) -> i64 {
        let shift = self.below(64);
        (self.next() as i64) >> shift
    }

    /// A number from `from` on and below `to`.
    fn between(&mut self, from: i64, to: i64) -> i64 {
        let (from, to) = (i128::from(from), i128::from(to));
        (from + i128::from(self.next()) % (to - from)) as i64
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count)
            .map(|_| if self.below(3) == 0 { 0 } else { self.next() as u8 })
            .collect()
    }
}

const DAY: i64 = 86_400_000_000;
/// The first and the last day, in days from 2000 on.
const DAYS: (i64, i64) = (-2_451_545, 2_145_031_949);
/// The first and the last moment, in microseconds from 2000 on.
const MOMENTS: (i64, i64) = (-211_813_488_000_000_000, 9_223_371_331_200_000_000);

type Value = fn(&mut Random) -> Vec<u8>;

/// Types by name, and a value of each.
pub const RANDOM: &[(&str, Value)] = &[
    ("int2", |random| (random.any() as i16).to_be_bytes().into()),
    ("int4", |random| (random.any() as i32).to_be_bytes().into()),
    ("int8", |random| random.any().to_be_bytes().into()),
    ("float4", float4),
    ("float8", float8),
    ("numeric", numeric),
    ("date", |random| {
        (random.between(DAYS.0, DAYS.1) as i32).to_be_bytes().into()
    }),
    ("time", |random| random.between(0, DAY + 1).to_be_bytes().into()),
    ("timetz", |random| {
        let west = random.between(-57_599, 57_600) as i32 / [1, 60, 3600][random.below(3) as usize];
        [&random.between(0, DAY + 1).to_be_bytes()[..], &west.to_be_bytes()].concat()
    }),
    ("timestamp", |random| {
        random.between(MOMENTS.0, MOMENTS.1).to_be_bytes().into()
    }),
    ("timestamptz", |random| {
        random.between(MOMENTS.0, MOMENTS.1).to_be_bytes().into()
    }),
    ("interval", |random| {
        let (days, months) = (random.any() as i32, random.any() as i32);
        let (days, months) = (days * random.below(2) as i32, months * random.below(2) as i32);
        [
            &random.any().to_be_bytes()[..],
            &days.to_be_bytes(),
            &months.to_be_bytes(),
        ]
        .concat()
    }),
    ("uuid", |random| random.bytes(16)),
    ("macaddr", |random| random.bytes(6)),
    ("macaddr8", |random| random.bytes(8)),
    ("inet", |random| {
        let len = [4, 16][random.below(2) as usize];
        let prefix = random.below(8 * len as u64 + 1) as u8;
        let mut address = random.bytes(len);
        let from = random.below(len as u64 + 1) as usize & !1;
        let to = (from + random.below(len as u64 + 1) as usize) & !1;
        address[from.min(len)..to.min(len)].fill(0);
        [&[if len == 4 { 2 } else { 3 }, prefix, 0, len as u8], &address[..]].concat()
    }),
    ("varbit", |random| {
        let bits = random.below(70) as usize;
        let mut bytes = random.bytes(bits.div_ceil(8));
        if let Some(last) = bytes.last_mut() {
            *last &= (0xff00u16 >> ((bits - 1) % 8 + 1)) as u8;
        }
        [&(bits as i32).to_be_bytes()[..], &bytes].concat()
    }),
    ("bytea", |random| {
        let len = random.below(200) as usize;
        random.bytes(len)
    }),
];

/// Any bits, powers of two and what is near them, and decimals of few digits.
fn float8(random: &mut Random) -> Vec<u8> {
    let number = match random.below(4) {
        0 => f64::from_bits(random.next()),
        1 => f64::from_bits(random.below(2047) << 52),
        2 => f64::from_bits((random.below(2046) << 52).wrapping_add(random.below(7)).wrapping_sub(3) & (u64::MAX >> 1)),
        _ => random.any() as f64 / 10f64.powi(random.below(40) as i32 - 10),
    };
    number.to_be_bytes().into()
}

fn float4(random: &mut Random) -> Vec<u8> {
    let number = match random.below(4) {
        0 => f32::from_bits(random.next() as u32),
        1 => f32::from_bits((random.below(255) as u32) << 23),
        2 => f32::from_bits(((random.below(254) as u32) << 23).wrapping_add(random.below(7) as u32)),
        _ => random.any() as f32 / 10f32.powi(random.below(30) as i32 - 10),
    };
    number.to_be_bytes().into()
}

/// Digits without zeros at the ends, as the server keeps them.
fn numeric(random: &mut Random) -> Vec<u8> {
    let count = random.below(12) as usize;
    let mut digits: Vec<i16> = (0..count)
        .map(|_| {
            if random.below(4) == 0 {
                0
            } else {
                random.below(10_000) as i16
            }
        })
        .collect();
    for end in [0, count.saturating_sub(1)] {
        if let Some(digit) = digits.get_mut(end) {
            *digit = 1 + random.below(9_999) as i16;
        }
    }
    let weight = if count == 0 { 0 } else { random.between(-20, 21) as i16 };
    let sign = if count == 0 {
        0
    } else {
        [0u16, 0x4000][random.below(2) as usize]
    };
    // Every digit has its place.
    let scale = (4 * (count as i16 - 1 - weight)).max(0) + random.below(5) as i16;
    let head = [count as i16, weight, sign as i16, scale];
    head.iter()
        .chain(&digits)
        .flat_map(|number| number.to_be_bytes())
        .collect()
}
