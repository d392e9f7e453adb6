//! What is in, compared with what the stream says of it: parts, and entries whose parts are all in.

use std::collections::HashMap;

use pgx_archive::EntryId;

use crate::router::Part;

/// What is known of parts and entries that are not complete.
#[derive(Debug, Default)]
pub struct Completion {
    /// Rows of parts, as the stream says.
    parts: HashMap<Part, u64>,
    entries: HashMap<EntryId, Rows>,
}

/// What is known of the rows of an entry.
#[derive(Debug, Default)]
struct Rows {
    parts: u32,
    /// How many parts and rows there are, as the stream says.
    said: Option<(u32, u64)>,
}

/// The target has taken another number of rows than the stream has.
#[derive(Debug, PartialEq, Eq)]
pub struct Miscounted {
    /// The stream's number.
    pub sent: u64,
}

impl Completion {
    /// The stream says how many rows a part has.
    pub fn part_said(&mut self, part: Part, rows: u64) {
        self.parts.insert(part, rows);
    }

    /// The stream says how many parts and rows an entry has; its rows, if they are all in.
    pub fn entry_said(&mut self, id: EntryId, parts: u32, rows: u64) -> Option<u64> {
        self.entries.entry(id).or_default().said = Some((parts, rows));
        self.complete(id)
    }

    /// How many rows an entry has, as far as the stream has said so.
    pub fn said(&self, id: EntryId) -> Option<u64> {
        self.entries.get(&id)?.said.map(|(_, rows)| rows)
    }

    /// A part is in, with so many rows; the rows of its entry, if they are all in.
    pub fn part_in(&mut self, part: Part, rows: u64) -> Result<Option<u64>, Miscounted> {
        let sent = self.parts.remove(&part).unwrap_or(0);
        if rows != sent {
            return Err(Miscounted { sent });
        }
        self.entries.entry(part.0).or_default().parts += 1;
        Ok(self.complete(part.0))
    }

    fn complete(&mut self, id: EntryId) -> Option<u64> {
        let rows = self.entries.get(&id)?;
        let (parts, all) = rows.said?;
        if rows.parts < parts {
            return None;
        }
        self.entries.remove(&id);
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: EntryId = EntryId(7);

    #[test]
    fn an_entry_is_complete_when_its_end_has_come_and_all_its_parts_are_in() {
        let mut completion = Completion::default();
        completion.part_said((ENTRY, 1), 5);
        completion.part_said((ENTRY, 2), 6);
        assert_eq!(completion.part_in((ENTRY, 2), 6), Ok(None));
        assert_eq!(completion.entry_said(ENTRY, 2, 11), None);
        assert_eq!(completion.part_in((ENTRY, 1), 5), Ok(Some(11)));
    }

    #[test]
    fn a_part_with_another_number_of_rows_is_an_error() {
        let mut completion = Completion::default();
        completion.part_said((ENTRY, 1), 5);
        assert_eq!(completion.part_in((ENTRY, 1), 4), Err(Miscounted { sent: 5 }));
    }
}
