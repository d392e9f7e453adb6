//! The table of contents, read to its end.

use std::collections::HashMap;

use pgx_archive::{Content, Entry, EntryId, Event, Head};
use pgx_cli::Failure;
use pgx_selection::Kept;

use crate::list::one_line;
use crate::stream::Stream;

/// What a stream says of itself, and its entries in their order.
pub struct Contents {
    /// What the stream says of itself.
    pub head: Head,
    /// The entries, in the order in which they would be restored.
    pub entries: Vec<Entry>,
    /// The format, where it is one of pg_dump's.
    pub archive: Option<&'static str>,
    places: HashMap<EntryId, usize>,
}

impl Contents {
    /// Reads up to the end of the table of contents and no further.
    pub fn read(stream: &mut Stream) -> Result<Contents, Failure> {
        let mut head = None;
        let mut entries: Vec<Entry> = Vec::new();
        while let Some(event) = stream.next(None)? {
            match (event, head.take()) {
                (Event::Head(said), _) => head = Some(*said),
                (Event::TocEnd(_), Some(head)) => return Ok(Contents::of(head, entries)),
                (Event::Entries(more), said) => {
                    entries.extend(more);
                    head = said;
                }
                // A sign of life, or the producer's last words, which the next call returns as a failure.
                (_, said) => head = said,
            }
        }
        Err(stream.damaged("the stream has no table of contents"))
    }

    /// Contents that have been read elsewhere.
    pub fn of(head: Head, entries: Vec<Entry>) -> Contents {
        let places = entries
            .iter()
            .enumerate()
            .map(|(place, entry)| (entry.id, place))
            .collect();
        Contents {
            head,
            entries,
            archive: None,
            places,
        }
    }

    /// What it is of: `globals`, or `database` with its name.
    pub fn of_what(&self) -> String {
        match self.head.content {
            Content::Globals => "globals".to_owned(),
            _ => format!("database {}", one_line(&self.head.source.database)),
        }
    }

    /// The entry of this number.
    pub fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.places.get(&id).map(|&place| &self.entries[place])
    }

    /// The entries that a selection keeps, in the order in which it wants them.
    pub fn kept<'a>(&'a self, kept: &'a Kept) -> impl Iterator<Item = &'a Entry> {
        kept.order.iter().filter_map(|&id| self.entry(id))
    }
}
