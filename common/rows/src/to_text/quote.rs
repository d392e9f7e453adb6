//! What stands in the way of being taken for something else: COPY's escapes, the quotes of arrays and ranges.

/// What COPY writes for a byte after a backslash; 0 for bytes that stand for themselves.
const ESCAPED: [u8; 256] = {
    let mut table = [0; 256];
    table[0x08] = b'b';
    table[b'\t' as usize] = b't';
    table[b'\n' as usize] = b'n';
    table[0x0b] = b'v';
    table[0x0c] = b'f';
    table[b'\r' as usize] = b'r';
    table[b'\\' as usize] = b'\\';
    table
};

/// Appends a value with COPY's escapes. In every encoding that a database can have these bytes are whole
/// characters.
pub fn copy(value: &[u8], text: &mut Vec<u8>) {
    let mut done = 0;
    for (at, &byte) in value.iter().enumerate() {
        let escaped = ESCAPED[usize::from(byte)];
        if escaped != 0 {
            text.extend_from_slice(&value[done..at]);
            text.extend_from_slice(&[b'\\', escaped]);
            done = at + 1;
        }
    }
    text.extend_from_slice(&value[done..]);
}

/// Quotes the element of an array that begins at `start` and ends the text, if it has to be.
pub fn element(delimiter: u8, start: usize, text: &mut Vec<u8>) {
    let element = &text[start..];
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'{' | b'}') || *byte == delimiter || is_space(*byte);
    if element.is_empty() || element.eq_ignore_ascii_case(b"NULL") || element.iter().any(special) {
        quoted(start, text, |_| b'\\');
    }
}

/// Quotes the bound of a range that begins at `start` and ends the text, if it has to be.
pub fn bound(start: usize, text: &mut Vec<u8>) {
    let bound = &text[start..];
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'(' | b')' | b'[' | b']' | b',') || is_space(*byte);
    if bound.is_empty() || bound.iter().any(special) {
        quoted(start, text, |byte| byte);
    }
}

/// Puts what begins at `start` between quotes; `escape` gives the byte that goes before a quote or backslash.
fn quoted(start: usize, text: &mut Vec<u8>, escape: impl Fn(u8) -> u8) {
    let bare = text.split_off(start);
    text.push(b'"');
    for byte in bare {
        if matches!(byte, b'"' | b'\\') {
            text.push(escape(byte));
        }
        text.push(byte);
    }
    text.push(b'"');
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted_by(quote: impl Fn(usize, &mut Vec<u8>), bare: &str) -> String {
        let mut text = [b"{", bare.as_bytes()].concat();
        quote(1, &mut text);
        String::from_utf8(text).expect("it was UTF-8")
    }

    #[test]
    fn elements_that_would_be_misread_are_quoted() {
        let element = |bare| quoted_by(|start, text| element(b',', start, text), bare);
        assert_eq!(element("a"), "{a");
        assert_eq!(element(""), "{\"\"");
        assert_eq!(element("nUlL"), "{\"nUlL\"");
        assert_eq!(element("nulls"), "{nulls");
        assert_eq!(element("a\"\\"), "{\"a\\\"\\\\\"");
        assert_eq!(element("a;b"), "{a;b");
        assert_eq!(element("(1,2)"), "{\"(1,2)\"");
        assert_eq!(
            quoted_by(|start, text| super::element(b';', start, text), "(1,2)"),
            "{(1,2)"
        );
    }

    #[test]
    fn bounds_that_would_be_misread_are_quoted() {
        let bound = |bare| quoted_by(bound, bare);
        assert_eq!(bound("a{}"), "{a{}");
        assert_eq!(bound(""), "{\"\"");
        assert_eq!(bound("2000-01-01 00:00:00"), "{\"2000-01-01 00:00:00\"");
        assert_eq!(bound("a\"\\"), "{\"a\"\"\\\\\"");
    }
}
