//! HEAD and entries from a table of contents, and a table of contents from them.

use std::collections::HashMap;

use pgx_archive::head::LATIN1_BYTES;
use pgx_archive::{Content, Entry, EntryId, Head, Kind};

use crate::compression::Algorithm;
use crate::encoding::Encoding;
use crate::entry::{self, Rows};
use crate::error::Error;
use crate::toc::{Header, Moment, Place, Toc};
use crate::version::Version;

/// What an archive says of itself, and its entries.
#[derive(Clone, Debug)]
pub struct Contents {
    /// What it says of itself.
    pub head: Head,
    /// Its entries, in the order of a restore.
    pub entries: Vec<Entry>,
}

impl Contents {
    pub(crate) fn of(toc: &Toc) -> Result<Contents, Error> {
        let encoding = toc.records.iter().find(|record| record.kind == b"ENCODING");
        let encoding = Encoding::of(encoding.map(|record| record.create.as_slice()))?;
        let header = |error: Error| error.about("the header");
        let text = |bytes: &[u8]| encoding.text(bytes).map_err(header);
        let Moment { date, time } = toc.header.created;
        let created = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            date.0, date.1, date.2, time.0, time.1, time.2
        );
        let producer = match text(&toc.header.producer)? {
            // pg_dump says its version only.
            version if version.starts_with(|c: char| c.is_ascii_digit()) => format!("pg_dump {version}"),
            other => other,
        };
        let mut head = Head::new(Content::Database, "", created, producer);
        head.source.version_text = text(&toc.header.server)?;
        head.source.version = version_number(&head.source.version_text);
        head.source.database = text(&toc.header.database)?;
        head.source.encoding = encoding.name.clone();
        if encoding.is_bytes() {
            head.requires.push(LATIN1_BYTES.to_owned());
        }
        Ok(Contents {
            entries: entry::entries(&toc.records, &encoding)?,
            head,
        })
    }
}

/// `server_version_num` of `18.4 (Debian …)` or `9.6.24`; 0 when it says nothing.
fn version_number(text: &str) -> u32 {
    let number = text
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .next()
        .unwrap_or_default();
    let mut parts = number.split('.').map(|part| part.parse::<u32>().unwrap_or(0).min(9999));
    let (major, minor, patch) = (parts.next(), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    match major.unwrap_or(0) {
        old @ 0..=9 => old * 10_000 + minor.min(99) * 100 + patch.min(99),
        major => major * 10_000 + minor,
    }
}

/// A table of contents for an archive that is to be written.
#[derive(Debug)]
pub struct Plan {
    pub(crate) toc: Toc,
    pub(crate) rows: HashMap<EntryId, Rows>,
}

impl Plan {
    /// Lays out an archive for a version of pg_restore; rows of every entry with [`Entry::data`] must follow.
    ///
    /// Fails on binary rows, which pg_dump's formats do not have. `producer` is what the archive says made it.
    pub fn new(head: &Head, entries: &[Entry], version: Version, algorithm: Algorithm) -> Result<Plan, Error> {
        let bytes = head.requires.iter().any(|feature| feature == LATIN1_BYTES);
        let name = if bytes { "SQL_ASCII" } else { "UTF8" };
        let encoding = Encoding { name: name.to_owned() };
        let spelled = entry::records(entries, &encoding, version)?;
        let said = entries.iter().any(|entry| entry.kind == Kind::Encoding);
        if !said {
            return Err(Error::unsupported(
                "the stream does not say its encoding, as archives must",
                None,
            ));
        }
        let header = Header {
            version,
            algorithm,
            created: moment(&head.created),
            database: head.source.database.clone().into_bytes(),
            server: head.source.version_text.clone().into_bytes(),
            producer: head.producer.clone().into_bytes(),
        };
        let records = spelled.records;
        Ok(Plan {
            toc: Toc { header, records },
            rows: spelled.rows,
        })
    }

    /// The block or file that takes the rows of an entry; entries may share one.
    pub fn block(&self, entry: EntryId) -> Option<Block> {
        self.rows.get(&entry).map(|rows| Block(rows.record))
    }

    /// Every block, in the order of the table of contents: the one in which pg_restore wants to read a pipe.
    pub fn blocks(&self) -> impl Iterator<Item = Block> + use<'_> {
        let records = self.toc.records.iter();
        records.filter(|record| record.has_data).map(|record| Block(record.id))
    }

    /// Sets where the rows of each record are.
    pub(crate) fn place(&mut self, place: impl Fn(u32, bool) -> Place) {
        for record in &mut self.toc.records {
            if record.has_data {
                record.place = place(record.id, record.kind == b"BLOBS");
            }
        }
    }

    /// Whether a block is of large objects, and what messages call it.
    pub(crate) fn of_block(&self, block: Block) -> Option<&Rows> {
        // An entry whose rows lie with those of others is the first of them.
        self.rows.get(&EntryId(block.0))
    }
}

/// The rows of an entry as an archive keeps them together: its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block(pub u32);

/// The parts of RFC 3339, which is how HEAD says it; zeros for what is missing.
fn moment(text: &str) -> Moment {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit())
        .map(|part| part.parse::<i32>().unwrap_or(0).clamp(0, 9999));
    let mut next = || numbers.next().unwrap_or(0);
    Moment {
        date: (next(), next(), next()),
        time: (next(), next(), next()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_servers_are_read() {
        for (text, number) in [
            ("18.4", 180_004),
            ("16.14 (Debian 16.14-1)", 160_014),
            ("17beta1", 170_000),
            ("9.6.24", 90_624),
            ("", 0),
            ("99999999999999", 0),
        ] {
            assert_eq!(version_number(text), number, "{text}");
        }
    }

    #[test]
    fn moments_are_read() {
        let moment = moment("2026-01-31T12:05:09.123Z");
        assert_eq!((moment.date, moment.time), ((2026, 1, 31), (12, 5, 9)));
    }
}
