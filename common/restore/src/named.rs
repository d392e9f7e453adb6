//! Names, and where texts have them: for warnings and refusals; what is done never depends on that.

use pgx_archive::spelling::{ident, literal};

/// The most bytes that a name may have (NAMEDATALEN - 1); servers cut longer ones.
pub(crate) const LONGEST: usize = 63;

/// Whether a text has a name as a word, bare or in either kind of quotes.
pub(crate) fn is_named(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let stands = |spelled: &str| {
        text.match_indices(spelled).any(|(at, _)| {
            let before = text[..at].chars().next_back().is_some_and(is_word);
            let after = text[at + spelled.len()..].chars().next().is_some_and(is_word);
            !(before || after)
        })
    };
    stands(name) || stands(&ident(name)) || stands(&literal(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        assert!(is_named("TO ann;", "ann"));
        assert!(is_named("SELECT 'ann'", "ann"));
        assert!(!is_named("TO annabel, joann, ann_2", "ann"));
        assert!(is_named("TO \"o\"\"dd\"", "o\"dd"));
    }
}
