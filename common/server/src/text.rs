//! How the bytes of a database's text stand in Rust's strings.

/// How text from a session is to be read, and text for it is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Text {
    /// The server converts to and from UTF-8.
    #[default]
    Utf8,
    /// The database is SQL_ASCII: its text is bytes of no known encoding.
    ///
    /// A byte from 0x80 stands as the character U+0080 to U+00FF of the same number, always, so
    /// that the bytes can be had back.
    Bytes,
}

impl Text {
    /// The bytes as a string; an error's text where they are not UTF-8 but should be.
    pub fn decode(self, bytes: &[u8]) -> Result<String, String> {
        let mut text = String::with_capacity(bytes.len());
        self.decode_into(bytes, &mut text).map(|()| text)
    }

    /// The same at the end of a string.
    pub(crate) fn decode_into(self, bytes: &[u8], out: &mut String) -> Result<(), String> {
        match self {
            Text::Bytes => out.extend(bytes.iter().copied().map(char::from)),
            Text::Utf8 => {
                let text = std::str::from_utf8(bytes).map_err(|error| format!("is not UTF-8: {error}"))?;
                out.push_str(text);
            }
        }
        Ok(())
    }

    /// The bytes of a string, as the server knows them.
    ///
    /// Characters above U+00FF cannot have come from [`Text::Bytes`]; they are sent as UTF-8.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Text::Utf8 => text.as_bytes().to_vec(),
            Text::Bytes => {
                let mut bytes = Vec::with_capacity(text.len());
                for c in text.chars() {
                    match u8::try_from(c) {
                        Ok(byte) => bytes.push(byte),
                        Err(_) => bytes.extend(c.to_string().as_bytes()),
                    }
                }
                bytes
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).collect();
        let text = Text::Bytes.decode(&all).expect("any byte is a character");
        assert_eq!(Text::Bytes.encode(&text), all);
        assert!(Text::Utf8.decode(&all).is_err());
    }
}
