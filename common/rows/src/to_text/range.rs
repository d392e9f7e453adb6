//! Ranges and multiranges.

use super::field::Field;
use super::{Type, Wrong, quote};

const EMPTY: u8 = 0x01;
const LOWER_INCLUDED: u8 = 0x02;
const UPPER_INCLUDED: u8 = 0x04;
const LOWER_INFINITE: u8 = 0x08;
const UPPER_INFINITE: u8 = 0x10;

/// Appends a range: `[1,5)`, `(,)`, `empty`.
pub fn range(bound: &Type, field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let flags = field.u8()?;
    if flags & EMPTY != 0 {
        text.extend_from_slice(b"empty");
        return Ok(());
    }
    text.push(if flags & LOWER_INCLUDED != 0 { b'[' } else { b'(' });
    if flags & LOWER_INFINITE == 0 {
        one(bound, field, text)?;
    }
    text.push(b',');
    if flags & UPPER_INFINITE == 0 {
        one(bound, field, text)?;
    }
    text.push(if flags & UPPER_INCLUDED != 0 { b']' } else { b')' });
    Ok(())
}

/// Appends a multirange: `{[1,5),[7,8)}`.
pub fn multirange(bound: &Type, field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    text.push(b'{');
    for at in 0..field.count()? {
        if at > 0 {
            text.push(b',');
        }
        let mut inner = Field(field.value()?.ok_or(Wrong::Range)?);
        range(bound, &mut inner, text)?;
        inner.end()?;
    }
    text.push(b'}');
    Ok(())
}

fn one(bound: &Type, field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let value = field.value()?.ok_or(Wrong::Range)?;
    let start = text.len();
    bound.print(value, text)?;
    quote::bound(start, text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(form: &str, value: &[u8]) -> Result<String, Wrong> {
        let mut text = Vec::new();
        let form: Type = form.parse().expect("a known type");
        form.print(value, &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn bounds_are_in_or_out_or_infinite() {
        assert_eq!(printed("range(int2)", &[EMPTY]).unwrap(), "empty");
        assert_eq!(
            printed("range(int2)", &[LOWER_INFINITE | UPPER_INFINITE]).unwrap(),
            "(,)"
        );
        let both = b"\x02\0\0\0\x02\0\x01\0\0\0\x02\0\x05";
        assert_eq!(printed("range(int2)", both).unwrap(), "[1,5)");
        assert_eq!(printed("range(text)", b"\x0e\0\0\0\x01,").unwrap(), "[,\",\"]");
        let two = b"\0\0\0\x02\0\0\0\x0d\x02\0\0\0\x02\0\x01\0\0\0\x02\0\x05\0\0\0\x01\x18";
        assert_eq!(printed("multirange(int2)", two).unwrap(), "{[1,5),(,)}");
    }

    #[test]
    fn a_bound_is_never_null() {
        assert_eq!(printed("range(int2)", b"\x12\xff\xff\xff\xff"), Err(Wrong::Range));
    }
}
