//! Parts that are done, as ranges: the same for a handful as for twenty thousand tables.

use std::fmt;

use crate::entry::{Entry, EntryId};
use crate::head::SkippedParts;
use crate::token::TokenError;

/// Parts that are done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoneParts(Vec<Item>);

/// Neighbours that are done; they ascend, and none touches the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// All parts of the entries from the first to the last.
    Entries(u32, u32),
    /// Parts of an entry, from the first to the last.
    Parts(u32, u32, u32),
}

impl Item {
    /// Where it begins: an entry as a whole comes before its parts.
    fn first(self) -> (u32, u32) {
        match self {
            Item::Entries(first, _) => (first, 0),
            Item::Parts(entry, first, _) => (entry, first),
        }
    }

    fn last(self) -> (u32, u32) {
        match self {
            Item::Entries(_, last) => (last, u32::MAX),
            Item::Parts(entry, _, last) => (entry, last),
        }
    }

    /// Both as one, when `next` begins where this one ends.
    fn joined(self, next: Item) -> Option<Item> {
        match (self, next) {
            (Item::Entries(first, last), Item::Entries(then, end)) if last.checked_add(1) == Some(then) => {
                Some(Item::Entries(first, end))
            }
            (Item::Parts(entry, first, last), Item::Parts(of, then, end))
                if entry == of && last.checked_add(1) == Some(then) =>
            {
                Some(Item::Parts(entry, first, end))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Item::Entries(first, last) if first == last => write!(f, "{first}"),
            Item::Entries(first, last) => write!(f, "{first}-{last}"),
            Item::Parts(entry, first, last) if first == last => write!(f, "{entry}:{first}"),
            Item::Parts(entry, first, last) => write!(f, "{entry}:{first}-{last}"),
        }
    }
}

impl fmt::Display for DoneParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, item) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(f, "{comma}{item}")?;
        }
        Ok(())
    }
}

impl DoneParts {
    /// Entries of which all parts are done, and parts of others; in any order, repeated or not.
    pub fn new(
        entries: impl IntoIterator<Item = EntryId>,
        parts: impl IntoIterator<Item = (EntryId, u32)>,
    ) -> DoneParts {
        let entries = entries.into_iter().map(|entry| Item::Entries(entry.0, entry.0));
        let parts = parts.into_iter().map(|(entry, part)| Item::Parts(entry.0, part, part));
        let mut items: Vec<Item> = entries.chain(parts).collect();
        items.sort_unstable_by_key(|item| item.first());
        let mut done: Vec<Item> = Vec::new();
        for item in items {
            match done.last_mut() {
                Some(before) if before.last() >= item.last() => {}
                Some(before) if let Some(joined) = before.joined(item) => *before = joined,
                _ => done.push(item),
            }
        }
        DoneParts(done)
    }

    /// From items that ascend; `None` when they do not, or could be fewer.
    pub(super) fn from_items(items: Vec<Item>) -> Option<DoneParts> {
        let ascends = |pair: &[Item]| pair[0].last() < pair[1].first() && pair[0].joined(pair[1]).is_none();
        let counts = |item: &Item| match *item {
            Item::Entries(first, last) => 0 < first && first <= last,
            Item::Parts(entry, first, last) => 0 < entry && 0 < first && first <= last,
        };
        (items.windows(2).all(ascends) && items.iter().all(counts)).then_some(DoneParts(items))
    }

    /// Whether a part is done.
    pub fn has(&self, entry: EntryId, part: u32) -> bool {
        let at = self.0.partition_point(|item| item.last() < (entry.0, part));
        match self.0.get(at) {
            Some(Item::Entries(first, last)) => (*first..=*last).contains(&entry.0),
            Some(Item::Parts(of, first, last)) => *of == entry.0 && (*first..=*last).contains(&part),
            None => false,
        }
    }

    /// Entries of which all parts are done, and no part of any other.
    pub fn whole(&self) -> DoneParts {
        let whole = self.0.iter().filter(|item| matches!(item, Item::Entries(..)));
        DoneParts(whole.copied().collect())
    }

    /// Whether nothing is done.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a dump of these entries leaves out, as HEAD says it; an error when they have not all of these parts.
    pub fn skipped(&self, entries: &[Entry]) -> Result<Vec<SkippedParts>, TokenError> {
        let mut with_rows: Vec<(EntryId, u32)> = entries
            .iter()
            .filter_map(|entry| Some((entry.id, entry.data.as_ref()?.parts)))
            .collect();
        with_rows.sort_unstable();
        let mut skipped = Vec::new();
        for item in &self.0 {
            let unknown = || TokenError::UnknownPart(item.to_string());
            let (first, last, parts) = match *item {
                Item::Entries(first, last) => (first, last, None),
                Item::Parts(entry, first, last) => (entry, entry, Some(first..=last)),
            };
            let from = with_rows.partition_point(|(entry, _)| entry.0 < first);
            let to = with_rows.partition_point(|(entry, _)| entry.0 <= last);
            let named = with_rows.get(from..to).unwrap_or_default();
            if named.len() as u64 != u64::from(last - first) + 1 {
                return Err(unknown());
            }
            for &(entry, declared) in named {
                let parts = parts.clone().unwrap_or(1..=declared);
                if *parts.end() > declared {
                    return Err(unknown());
                }
                let parts = parts.collect();
                skipped.push(SkippedParts { entry, parts });
            }
        }
        Ok(skipped)
    }

    /// Leaves the last ones out until the text has no more than so many bytes.
    pub(super) fn shorten(&mut self, bytes: usize) {
        let mut length = 0;
        let fitting = self.0.iter().take_while(|item| {
            length += item.to_string().len() + 1;
            length <= bytes
        });
        let fitting = fitting.count();
        self.0.truncate(fitting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Data, Format};
    use crate::kind::Kind;

    fn rows(id: u32, parts: u32) -> Entry {
        let mut entry = Entry::new(Kind::TableData, Some("public"), format!("t{id}"), "");
        entry.id = EntryId(id);
        entry.data = Some(Box::new(Data {
            columns: Vec::new(),
            types: Vec::new(),
            format: Format::Text,
            encoding: String::new(),
            settings: Default::default(),
            parts,
            part_blocks: 0,
            logged: true,
            via_root: false,
            estimated_rows: 0,
            estimated_bytes: 0,
        }));
        entry
    }

    #[test]
    fn parts_of_an_entry_are_not_the_whole_of_it() {
        let done = DoneParts::new([EntryId(2), EntryId(7)], [(EntryId(3), 1)]);
        assert_eq!(done.whole(), DoneParts::new([EntryId(2), EntryId(7)], []));
    }

    #[test]
    fn only_parts_that_there_are_can_be_left_out() {
        let mut view = Entry::new(Kind::View, Some("public"), "v", "");
        view.id = EntryId(4);
        let entries = [rows(3, 2), rows(2, 1), view, rows(5, 3)];
        let skipped = |items: Vec<Item>| DoneParts(items).skipped(&entries);
        assert_eq!(
            skipped(vec![Item::Entries(2, 3), Item::Parts(5, 1, 2)]),
            Ok(vec![
                SkippedParts {
                    entry: EntryId(2),
                    parts: vec![1]
                },
                SkippedParts {
                    entry: EntryId(3),
                    parts: vec![1, 2]
                },
                SkippedParts {
                    entry: EntryId(5),
                    parts: vec![1, 2]
                },
            ])
        );
        for unknown in [
            Item::Entries(2, 4),
            Item::Entries(1, u32::MAX),
            Item::Parts(5, 3, u32::MAX),
            Item::Parts(6, 1, 1),
        ] {
            assert_eq!(
                skipped(vec![unknown]),
                Err(TokenError::UnknownPart(unknown.to_string()))
            );
        }
    }
}
