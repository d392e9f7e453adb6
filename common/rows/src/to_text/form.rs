//! The types that can become text, and how streams spell them.
//!
//! A spelling says how values are built, not what they are called: an enum is a label whatever its name, a domain
//! is spelled as the type below it, an array as `array(int4)`, `numrange` as `range(numeric)`.

use std::fmt;
use std::str::FromStr;

/// How the values of a column are built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `bool`
    Bool,
    /// `int2`
    Int2,
    /// `int4`
    Int4,
    /// `int8`
    Int8,
    /// `float4`
    Float4,
    /// `float8`
    Float8,
    /// `numeric`
    Numeric,
    /// `text`, and all types that are sent as their text: `varchar`, `bpchar`, `json`, `enum`
    Text(Spelled),
    /// `jsonb`
    Jsonb,
    /// `bytea`
    Bytea,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `timetz`
    TimeTz,
    /// `timestamp`
    Timestamp,
    /// `timestamptz`
    TimestampTz,
    /// `interval`
    Interval,
    /// `uuid`
    Uuid,
    /// `inet` and `cidr`
    Inet(Spelled),
    /// `macaddr` and `macaddr8`
    MacAddr(Spelled),
    /// `bit` and `varbit`
    Bit(Spelled),
    /// `point`
    Point,
    /// `line`
    Line,
    /// `lseg`
    Lseg,
    /// `box`
    Box,
    /// `path`
    Path,
    /// `polygon`
    Polygon,
    /// `circle`
    Circle,
    /// `array(T)`
    Array(Box<Type>),
    /// `range(T)`
    Range(Box<Type>),
    /// `multirange(T)`
    Multirange(Box<Type>),
}

/// The name of a type among those that are built alike.
pub type Spelled = &'static str;

/// A spelling that stands for no type that could become text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownType(
    /// The spelling.
    pub String,
);

/// The types that are not built of others.
const SIMPLE: &[Type] = &[
    Type::Bool,
    Type::Int2,
    Type::Int4,
    Type::Int8,
    Type::Float4,
    Type::Float8,
    Type::Numeric,
    Type::Text("text"),
    Type::Text("varchar"),
    Type::Text("bpchar"),
    Type::Text("json"),
    Type::Text("enum"),
    Type::Jsonb,
    Type::Bytea,
    Type::Date,
    Type::Time,
    Type::TimeTz,
    Type::Timestamp,
    Type::TimestampTz,
    Type::Interval,
    Type::Uuid,
    Type::Inet("inet"),
    Type::Inet("cidr"),
    Type::MacAddr("macaddr"),
    Type::MacAddr("macaddr8"),
    Type::Bit("bit"),
    Type::Bit("varbit"),
    Type::Point,
    Type::Line,
    Type::Lseg,
    Type::Box,
    Type::Path,
    Type::Polygon,
    Type::Circle,
];

/// Types are built of types no deeper than this: arrays of multiranges of some type are the deepest there are.
const DEEPEST: usize = 8;

/// How a type is built of another.
type Build = fn(Box<Type>) -> Type;

const BUILT: [(&str, Build); 3] = [
    ("array(", Type::Array),
    ("range(", Type::Range),
    ("multirange(", Type::Multirange),
];

impl Type {
    /// Its name, or how it is built of another type.
    fn parts(&self) -> (&'static str, Option<&Type>) {
        let simple = match self {
            Type::Array(inner) => return ("array", Some(inner)),
            Type::Range(inner) => return ("range", Some(inner)),
            Type::Multirange(inner) => return ("multirange", Some(inner)),
            Type::Text(name) | Type::Inet(name) | Type::MacAddr(name) | Type::Bit(name) => name,
            Type::Bool => "bool",
            Type::Int2 => "int2",
            Type::Int4 => "int4",
            Type::Int8 => "int8",
            Type::Float4 => "float4",
            Type::Float8 => "float8",
            Type::Numeric => "numeric",
            Type::Jsonb => "jsonb",
            Type::Bytea => "bytea",
            Type::Date => "date",
            Type::Time => "time",
            Type::TimeTz => "timetz",
            Type::Timestamp => "timestamp",
            Type::TimestampTz => "timestamptz",
            Type::Interval => "interval",
            Type::Uuid => "uuid",
            Type::Point => "point",
            Type::Line => "line",
            Type::Lseg => "lseg",
            Type::Box => "box",
            Type::Path => "path",
            Type::Polygon => "polygon",
            Type::Circle => "circle",
        };
        (simple, None)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (name, None) => f.write_str(name),
            (name, Some(inner)) => write!(f, "{name}({inner})"),
        }
    }
}

impl FromStr for Type {
    type Err = UnknownType;

    fn from_str(spelling: &str) -> Result<Type, UnknownType> {
        parse(spelling, DEEPEST).ok_or_else(|| UnknownType(spelling.to_owned()))
    }
}

fn parse(spelling: &str, depth: usize) -> Option<Type> {
    for (start, build) in BUILT {
        if let Some(inner) = spelling.strip_prefix(start) {
            let inner = parse(inner.strip_suffix(')')?, depth.checked_sub(1)?)?;
            return Some(build(Box::new(inner)));
        }
    }
    SIMPLE.iter().find(|form| form.parts().0 == spelling).cloned()
}

impl fmt::Display for UnknownType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "type {} cannot be turned into text", self.0)
    }
}

impl std::error::Error for UnknownType {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_is_read_as_it_is_written() {
        for form in SIMPLE {
            assert_eq!(form.to_string().parse().as_ref(), Ok(form));
            for (start, build) in BUILT {
                let built = build(Box::new(form.clone()));
                assert!(built.to_string().starts_with(start));
                assert_eq!(built.to_string().parse(), Ok(built));
            }
        }
        let deep: Type = "array(multirange(timestamptz))".parse().unwrap();
        assert_eq!(deep.to_string(), "array(multirange(timestamptz))");
    }

    #[test]
    fn other_spellings_are_refused_however_deep() {
        let deep = format!("{}int4{}", "array(".repeat(100_000), ")".repeat(100_000));
        for spelling in ["", "money", "array(money)", "array(int4", "public.enum", &deep] {
            assert_eq!(spelling.parse::<Type>(), Err(UnknownType(spelling.to_owned())));
        }
    }
}
