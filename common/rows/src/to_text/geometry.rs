//! Points and what is made of them.

use super::Wrong;
use super::field::Field;
use super::float::float8;

/// Appends `(x,y)`.
pub fn point(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    text.push(b'(');
    float8(field.f64()?, text);
    text.push(b',');
    float8(field.f64()?, text);
    text.push(b')');
    Ok(())
}

/// Appends `{A,B,C}`, of the equation Ax + By + C = 0.
pub fn line(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    for before in [b'{', b',', b','] {
        text.push(before);
        float8(field.f64()?, text);
    }
    text.push(b'}');
    Ok(())
}

/// Appends `[(x,y),(x,y)]`.
pub fn lseg(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    text.push(b'[');
    points(2, field, text)?;
    text.push(b']');
    Ok(())
}

/// Appends the corners of a box, `(x,y),(x,y)`.
pub fn corners(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    points(2, field, text)
}

/// Appends a path: in round brackets when it is closed, in square ones when it is open.
pub fn path(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let [open, close] = match field.u8()? {
        0 => *b"[]",
        _ => *b"()",
    };
    text.push(open);
    points(field.count()?, field, text)?;
    text.push(close);
    Ok(())
}

/// Appends `((x,y),…)`.
pub fn polygon(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    text.push(b'(');
    points(field.count()?, field, text)?;
    text.push(b')');
    Ok(())
}

/// Appends `<(x,y),r>`.
pub fn circle(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    text.push(b'<');
    point(field, text)?;
    text.push(b',');
    float8(field.f64()?, text);
    text.push(b'>');
    Ok(())
}

fn points(count: usize, field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    for at in 0..count {
        if at > 0 {
            text.push(b',');
        }
        point(field, text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let four: Vec<u8> = [1.0f64, -2.5, 0.0, 1e20]
            .iter()
            .flat_map(|number| number.to_be_bytes())
            .collect();
        let printed = |print: fn(&mut Field<'_>, &mut Vec<u8>) -> Result<(), Wrong>, head: &[u8]| {
            let mut text = Vec::new();
            print(&mut Field(&[head, &four].concat()), &mut text).expect("it is long enough");
            String::from_utf8(text).expect("shapes are ASCII")
        };
        assert_eq!(printed(point, b""), "(1,-2.5)");
        assert_eq!(printed(line, b""), "{1,-2.5,0}");
        assert_eq!(printed(lseg, b""), "[(1,-2.5),(0,1e+20)]");
        assert_eq!(printed(corners, b""), "(1,-2.5),(0,1e+20)");
        assert_eq!(printed(path, b"\0\0\0\0\x02"), "[(1,-2.5),(0,1e+20)]");
        assert_eq!(printed(path, b"\x01\0\0\0\x01"), "((1,-2.5))");
        assert_eq!(printed(polygon, b"\0\0\0\x02"), "((1,-2.5),(0,1e+20))");
        assert_eq!(printed(circle, b""), "<(1,-2.5),0>");
    }
}
