//! `--tree`: what belongs to what.

use std::collections::HashMap;
use std::io::{self, Write};

use pgx_archive::{Entry, EntryId};
use pgx_selection::Kept;

use crate::contents::Contents;
use crate::list::{is_listed, one_line};

/// Writes a line for each entry that is kept: below its schema, and below the entry that it belongs to.
pub fn write(contents: &Contents, kept: &Kept, safe: bool, out: &mut impl Write) -> io::Result<()> {
    let listed: Vec<&Entry> = contents.kept(kept).filter(|entry| is_listed(entry)).collect();
    let places: HashMap<EntryId, usize> = listed
        .iter()
        .enumerate()
        .map(|(place, entry)| (entry.id, place))
        .collect();
    let mut below: HashMap<EntryId, Vec<&Entry>> = HashMap::new();
    let mut tops: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for entry in &listed {
        let parent = entry
            .parent
            .filter(|parent| places.contains_key(parent) && *parent != entry.id);
        match parent {
            Some(parent) => below.entry(parent).or_default().push(entry),
            None => {
                let schema = entry.schema.as_deref().unwrap_or_default();
                match tops.iter_mut().find(|(name, _)| *name == schema) {
                    Some((_, entries)) => entries.push(entry),
                    None => tops.push((schema, vec![entry])),
                }
            }
        }
    }
    let mut tree = Tree { below, safe, out };
    for (schema, entries) in tops {
        match schema {
            "" => tree.line("", &contents.head.source.database)?,
            schema => tree.line("", schema)?,
        }
        tree.entries("", &entries, MOST)?;
    }
    Ok(())
}

/// Levels that are shown at most: entries that are their own ancestors end here.
const MOST: usize = 16;

struct Tree<'a, W> {
    below: HashMap<EntryId, Vec<&'a Entry>>,
    safe: bool,
    out: W,
}

impl<W: Write> Tree<'_, W> {
    fn entries(&mut self, indent: &str, entries: &[&Entry], levels: usize) -> io::Result<()> {
        for (place, entry) in entries.iter().enumerate() {
            let (branch, further) = match place + 1 == entries.len() {
                true => ("└─ ", "   "),
                false => ("├─ ", "│  "),
            };
            self.line(&format!("{indent}{branch}"), &format!("{} {}", entry.kind, entry.name))?;
            let below = self.below.remove(&entry.id).unwrap_or_default();
            if levels > 0 {
                self.entries(&format!("{indent}{further}"), &below, levels - 1)?;
            }
        }
        Ok(())
    }

    fn line(&mut self, branches: &str, text: &str) -> io::Result<()> {
        let text = one_line(text);
        match self.safe {
            true => writeln!(self.out, "{branches}{}", pgx_cli::sanitize_lines(&text)),
            false => writeln!(self.out, "{branches}{text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use pgx_archive::Kind;
    use pgx_selection::{Selection, select};

    #[test]
    fn parts_stand_below_what_they_belong_to() {
        let mut entries = example::entries();
        entries[4].parent = Some(EntryId(4));
        let mut index = Entry::new(Kind::Index, Some("public"), "orders_item", "alice");
        (index.id, index.parent, index.create) = (EntryId(6), Some(EntryId(4)), "CREATE INDEX;\n".into());
        entries.push(index);
        let contents = Contents::of(example::head(), entries);
        let selection = Selection {
            database: true,
            ..Selection::default()
        };
        let kept = select(&contents.entries, &selection, "shop").expect("there are no patterns");
        let mut out = Vec::new();
        write(&contents, &kept, false, &mut out).expect("memory");
        assert_eq!(
            String::from_utf8(out).expect("text"),
            "shop\n\
             └─ DATABASE shop\n   \
                └─ COMMENT DATABASE shop\n\
             public\n\
             └─ TABLE or ders\n   \
                ├─ TABLE DATA or ders\n   \
                └─ INDEX orders_item\n"
        );
    }
}
