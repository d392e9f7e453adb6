//! Arrays: dimensions with their bounds, then the elements, the last dimension running fastest.

use super::field::Field;
use super::{Type, Wrong, number, quote};

/// The most dimensions an array has.
const MOST_DIMENSIONS: usize = 6;

#[derive(Clone, Copy)]
struct Dimension {
    len: usize,
    lower: i32,
}

/// Appends an array, with bounds where they are not the usual ones: `[2:3]={1,NULL}`.
pub fn array(element: &Type, field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let count = field.count()?;
    // Whether there are nulls, and the OID of the elements' type.
    field.take(8)?;
    let mut dimensions = [Dimension { len: 0, lower: 1 }; MOST_DIMENSIONS];
    let dimensions = dimensions.get_mut(..count).ok_or(Wrong::Range)?;
    for dimension in &mut *dimensions {
        dimension.len = field.count()?;
        dimension.lower = field.i32()?;
    }
    if dimensions.iter().any(|dimension| dimension.len == 0) || dimensions.is_empty() {
        text.extend_from_slice(b"{}");
        return Ok(());
    }
    if dimensions.iter().any(|dimension| dimension.lower != 1) {
        for dimension in &*dimensions {
            bounds(*dimension, text);
        }
        text.push(b'=');
    }
    elements(element, dimensions, field, text)
}

fn bounds(dimension: Dimension, text: &mut Vec<u8>) {
    let lower = i64::from(dimension.lower);
    text.push(b'[');
    number::signed(lower, text);
    text.push(b':');
    number::signed(lower + dimension.len as i64 - 1, text);
    text.push(b']');
}

fn elements(element: &Type, dimensions: &[Dimension], field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let [dimension, inner @ ..] = dimensions else {
        return one(element, field, text);
    };
    let delimiter = delimiter(element);
    text.push(b'{');
    for at in 0..dimension.len {
        if at > 0 {
            text.push(delimiter);
        }
        elements(element, inner, field, text)?;
    }
    text.push(b'}');
    Ok(())
}

fn one(element: &Type, field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    match field.value()? {
        None => text.extend_from_slice(b"NULL"),
        Some(value) => {
            let start = text.len();
            element.print(value, text)?;
            quote::element(delimiter(element), start, text);
        }
    }
    Ok(())
}

/// What stands between elements: `typdelim`, a semicolon for boxes alone.
fn delimiter(element: &Type) -> u8 {
    match element {
        Type::Box => b';',
        _ => b',',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(dimensions: &[(i32, i32)], elements: &[Option<i32>]) -> Result<String, Wrong> {
        let mut value = vec![0, 0, 0, dimensions.len() as u8, 0, 0, 0, 1, 0, 0, 0, 23];
        for (len, lower) in dimensions {
            value.extend(len.to_be_bytes());
            value.extend(lower.to_be_bytes());
        }
        for element in elements {
            match element {
                None => value.extend((-1i32).to_be_bytes()),
                Some(number) => value.extend([4i32.to_be_bytes(), number.to_be_bytes()].concat()),
            }
        }
        let mut text = Vec::new();
        let array = Type::Array(Box::new(Type::Int4));
        array.print(&value, &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn dimensions_bounds_and_nulls() {
        let four = [Some(1), None, Some(3), Some(-4)];
        assert_eq!(printed(&[], &[]).unwrap(), "{}");
        assert_eq!(printed(&[(4, 1)], &four).unwrap(), "{1,NULL,3,-4}");
        assert_eq!(printed(&[(2, 1), (2, 1)], &four).unwrap(), "{{1,NULL},{3,-4}}");
        assert_eq!(
            printed(&[(2, 0), (2, -5)], &four).unwrap(),
            "[0:1][-5:-4]={{1,NULL},{3,-4}}"
        );
    }

    #[test]
    fn more_elements_than_there_are_bytes_are_refused() {
        assert_eq!(printed(&[(2, 1)], &[Some(1)]), Err(Wrong::Length));
        assert_eq!(printed(&[(-1, 1)], &[]), Err(Wrong::Range));
        assert_eq!(printed(&[(1, 1); 7], &[Some(1)]), Err(Wrong::Range));
        assert_eq!(printed(&[(i32::MAX, i32::MAX); 6], &[]), Err(Wrong::Length));
    }
}
