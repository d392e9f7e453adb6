//! A value into its text: which type is written by whom.

use super::field::Field;
use super::{Type, Wrong, array, bits, float, geometry, interval, network, number, quote, range, time};

/// The version of jsonb's binary form.
const JSONB_VERSION: u8 = 1;

impl Type {
    /// Appends the value as COPY writes it; `scratch` is for what has to be looked at before.
    pub(super) fn copy(&self, value: &[u8], text: &mut Vec<u8>, scratch: &mut Vec<u8>) -> Result<(), Wrong> {
        match self {
            Type::Text(_) => quote::copy(value, text),
            Type::Jsonb => quote::copy(json_of(value)?, text),
            Type::Bytea => {
                text.push(b'\\');
                bits::bytea(value, text);
            }
            Type::Array(_) | Type::Range(_) | Type::Multirange(_) => {
                scratch.clear();
                self.print(value, scratch)?;
                quote::copy(scratch, text);
            }
            // Nothing that the others write means anything to COPY.
            _ => return self.print(value, text),
        }
        Ok(())
    }

    /// Appends the value as the type's output function writes it.
    pub(super) fn print(&self, value: &[u8], text: &mut Vec<u8>) -> Result<(), Wrong> {
        let mut field = Field(value);
        match self {
            Type::Bool => text.push(if field.u8()? == 0 { b'f' } else { b't' }),
            Type::Int2 => number::signed(field.i16()?.into(), text),
            Type::Int4 => number::signed(field.i32()?.into(), text),
            Type::Int8 => number::signed(field.i64()?, text),
            Type::Float4 => float::float4(f32::from_be_bytes(field.array()?), text),
            Type::Float8 => float::float8(field.f64()?, text),
            Type::Numeric => number::numeric(&mut field, text)?,
            Type::Text(_) => text.extend_from_slice(field.take(value.len())?),
            Type::Jsonb => text.extend_from_slice(json_of(field.take(value.len())?)?),
            Type::Bytea => bits::bytea(field.take(value.len())?, text),
            Type::Date => time::date(field.i32()?, text),
            Type::Time => time::time(field.i64()?, text)?,
            Type::TimeTz => time::timetz(&mut field, text)?,
            Type::Timestamp => time::timestamp(field.i64()?, "", text),
            Type::TimestampTz => time::timestamp(field.i64()?, "+00", text),
            Type::Interval => interval::interval(&mut field, text)?,
            Type::Uuid => bits::uuid(field.array()?, text),
            Type::Inet(_) => network::inet(&mut field, text)?,
            Type::MacAddr("macaddr8") => network::mac(&field.array::<8>()?, text),
            Type::MacAddr(_) => network::mac(&field.array::<6>()?, text),
            Type::Bit(_) => bits::bits(&mut field, text)?,
            Type::Point => geometry::point(&mut field, text)?,
            Type::Line => geometry::line(&mut field, text)?,
            Type::Lseg => geometry::lseg(&mut field, text)?,
            Type::Box => geometry::corners(&mut field, text)?,
            Type::Path => geometry::path(&mut field, text)?,
            Type::Polygon => geometry::polygon(&mut field, text)?,
            Type::Circle => geometry::circle(&mut field, text)?,
            Type::Array(element) => array::array(element, &mut field, text)?,
            Type::Range(bound) => range::range(bound, &mut field, text)?,
            Type::Multirange(bound) => range::multirange(bound, &mut field, text)?,
        }
        field.end()
    }
}

fn json_of(value: &[u8]) -> Result<&[u8], Wrong> {
    match value {
        [JSONB_VERSION, json @ ..] => Ok(json),
        [version, ..] => Err(Wrong::Version(*version)),
        [] => Err(Wrong::Length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(form: &str, value: &[u8]) -> Result<String, Wrong> {
        let form: Type = form.parse().expect("a known type");
        let mut text = Vec::new();
        form.copy(value, &mut text, &mut Vec::new())?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn what_copy_would_misread_is_escaped() {
        assert_eq!(copied("text", b"a\tb\\\n"), Ok("a\\tb\\\\\\n".to_owned()));
        assert_eq!(copied("jsonb", b"\x01\"\\n\""), Ok("\"\\\\n\"".to_owned()));
        assert_eq!(copied("bytea", b"\x00\xff"), Ok("\\\\x00ff".to_owned()));
        assert_eq!(copied("enum", b"it's \\ \t"), Ok("it's \\\\ \\t".to_owned()));
    }

    #[test]
    fn every_byte_of_a_value_is_accounted_for() {
        for (form, value) in [
            ("bool", &b"\x01"[..]),
            ("int2", b"\0\x01"),
            ("date", b"\0\0\0\0"),
            ("timestamptz", &[0; 8]),
            ("timetz", &[0; 12]),
            ("interval", &[0; 16]),
            ("numeric", b"\0\x01\0\0\0\0\0\0\0\x01"),
            ("uuid", &[0; 16]),
            ("inet", b"\x02\x20\0\x04\x7f\0\0\x01"),
            ("macaddr", &[0; 6]),
            ("macaddr8", &[0; 8]),
            ("bit", b"\0\0\0\x03\xe0"),
            ("point", &[0; 16]),
            ("path", b"\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            ("circle", &[0; 24]),
            ("array(int4)", b"\0\0\0\0\0\0\0\0\0\0\0\x17"),
            ("range(int4)", b"\x01"),
            ("multirange(int4)", b"\0\0\0\0"),
        ] {
            assert!(copied(form, value).is_ok(), "{form}");
            for cut in 0..value.len() {
                assert!(copied(form, &value[..cut]).is_err(), "{form} cut at {cut}");
            }
            let longer = [value, b"\0"].concat();
            assert_eq!(copied(form, &longer), Err(Wrong::Length), "{form} with a byte more");
        }
        assert_eq!(copied("jsonb", b"\x02{}"), Err(Wrong::Version(2)));
        assert_eq!(copied("jsonb", b""), Err(Wrong::Length));
    }
}
