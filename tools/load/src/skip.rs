//! Rows that the target has already: passed over when they come again, and compared with what its ledger says.

use std::collections::{BTreeMap, HashMap};

use pgx_archive::{Digest, Entry, PartEnd};
use pgx_cli::Failure;
use pgx_restore::Contents;
use pgx_restore::ledger;
use pgx_rows::Rows;

use crate::checked::rows_format;
use crate::intake::Chunk;
use crate::router::Part;

/// What the target has of parts that may come again.
#[derive(Default)]
pub struct Skip {
    done: BTreeMap<Part, ledger::Part>,
    /// Of parts that are partly done, what has come again.
    seen: HashMap<Part, Rows>,
}

impl Skip {
    /// Nothing has come yet of what is done.
    pub fn new(done: BTreeMap<Part, ledger::Part>) -> Skip {
        Skip {
            done,
            seen: HashMap::new(),
        }
    }

    /// The rows of a piece that the target does not have; an error when those that it has are others.
    pub fn rows(&mut self, chunk: Chunk, contents: &Contents<'_>) -> Result<Option<Chunk>, Failure> {
        let part = (chunk.entry, chunk.part);
        let Some(done) = self.done.get(&part).copied() else {
            return Ok(Some(chunk));
        };
        if done.finished {
            // The end of the part says what they were.
            return Ok(None);
        }
        let Some(entry) = contents.get(chunk.entry) else {
            return Ok(Some(chunk));
        };
        let format = entry
            .data
            .as_ref()
            .map_or(pgx_archive::Format::Text, |data| data.format);
        let seen = self.seen.entry(part).or_insert_with(|| Rows::new(rows_format(format)));
        let before = seen.so_far();
        let mut at = 0;
        while seen.so_far().rows < done.rows {
            let end = seen.next_end(&chunk.bytes[at..]);
            match end.map_err(|error| Failure::caused_by(pgx_cli::Exit::Failed, &error))? {
                Some(end) => at += end,
                None => return Ok(None),
            }
        }
        let passed = seen.so_far();
        if Digest(passed.digest) != done.digest {
            return Err(others(entry));
        }
        self.done.remove(&part);
        self.seen.remove(&part);
        if at == chunk.bytes.len() {
            return Ok(None);
        }
        Ok(Some(Chunk {
            rows: chunk.rows - (passed.rows - before.rows),
            digest: Digest(chunk.digest.0.wrapping_sub(passed.digest.wrapping_sub(before.digest))),
            bytes: chunk.bytes.slice(at..),
            ..chunk
        }))
    }

    /// A part has come whole: what the target has of it must be no more than that.
    pub fn part_end(&mut self, part: Part, end: &PartEnd, contents: &Contents<'_>) -> Result<(), Failure> {
        let Some(done) = self.done.remove(&part) else {
            return Ok(());
        };
        let same = done.rows == end.rows && done.digest == end.digest;
        match contents.get(part.0) {
            Some(entry) if !same => Err(others(entry)),
            _ => Ok(()),
        }
    }
}

fn others(entry: &Entry) -> Failure {
    Failure::failed("the rows that the target has already are not those of the stream")
        .within(entry.describe())
        .hint("resume with the very stream that was broken off, or begin anew in an empty database")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use pgx_archive::{EntryId, Format};
    use pgx_restore::Options;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::example::entries;

    const PART: Part = (EntryId(2), 1);

    fn chunk(text: &str, row_open: bool) -> Chunk {
        let mut rows = Rows::new(pgx_rows::Format::Text);
        rows.push(text.as_bytes()).expect("text is rows");
        let summary = rows.so_far();
        Chunk {
            entry: PART.0,
            part: PART.1,
            rows: summary.rows,
            digest: Digest(summary.digest),
            row_open,
            bytes: Bytes::copy_from_slice(text.as_bytes()),
            _permit: Arc::new(Semaphore::new(1)).try_acquire_owned().expect("it is free"),
        }
    }

    fn done(text: &str, finished: bool) -> Skip {
        let sum = pgx_rows::digest(pgx_rows::Format::Text, text.as_bytes()).expect("text is rows");
        let part = ledger::Part {
            rows: sum.rows,
            digest: Digest(sum.digest),
            finished,
        };
        Skip::new(BTreeMap::from([(PART, part)]))
    }

    /// What is left of pieces.
    fn left(skip: &mut Skip, pieces: &[(&str, bool)]) -> Result<Vec<(String, u64)>, Failure> {
        let entries = entries(Format::Text);
        let contents = Contents::new(&entries, &Options::default());
        let mut left = Vec::new();
        for (text, open) in pieces {
            if let Some(chunk) = skip.rows(chunk(text, *open), &contents)? {
                let rest = String::from_utf8_lossy(&chunk.bytes).into_owned();
                left.push((rest, chunk.rows));
            }
        }
        Ok(left)
    }

    #[test]
    fn as_many_rows_as_are_done_are_passed_over_wherever_frames_end() {
        let all = "1\n2\n3\n4\n";
        for cut in 0..=all.len() {
            let (first, second) = all.split_at(cut);
            let open = !first.ends_with('\n') && !first.is_empty();
            let rest = left(&mut done("1\n2\n", false), &[(first, open), (second, false)]).expect("they are the same");
            let text: String = rest.iter().map(|(text, _)| text.as_str()).collect();
            let rows: u64 = rest.iter().map(|(_, rows)| rows).sum();
            assert_eq!((text.as_str(), rows), ("3\n4\n", 2), "cut at {cut}");
        }
    }

    #[test]
    fn a_piece_that_is_left_has_the_digest_of_its_rows() {
        let entries = entries(Format::Text);
        let contents = Contents::new(&entries, &Options::default());
        let rest = done("1\n", false)
            .rows(chunk("1\n2\n", false), &contents)
            .expect("they are the same");
        assert_eq!(rest.map(|rest| rest.digest), Some(chunk("2\n", false).digest));
    }

    #[test]
    fn other_rows_are_noticed() {
        assert!(left(&mut done("1\n5\n", false), &[("1\n2\n3\n", false)]).is_err());
        let entries = entries(Format::Text);
        let contents = Contents::new(&entries, &Options::default());
        let end = |text: &str| {
            let sum = pgx_rows::digest(pgx_rows::Format::Text, text.as_bytes()).expect("text is rows");
            PartEnd {
                rows: sum.rows,
                bytes: 0,
                digest: Digest(sum.digest),
            }
        };
        for finished in [true, false] {
            assert!(
                done("1\n2\n", finished)
                    .part_end(PART, &end("1\n3\n"), &contents)
                    .is_err()
            );
            assert!(
                done("1\n2\n", finished)
                    .part_end(PART, &end("1\n2\n"), &contents)
                    .is_ok()
            );
        }
        assert_eq!(left(&mut done("1\n", true), &[("1\n", false)]), Ok(Vec::new()));
    }
}
