//! `--sizes`: how much each table holds.

use std::collections::HashMap;
use std::io::{self, Write};

use pgx_archive::{EntryId, Event};
use pgx_cli::{Failure, Progress};
use pgx_selection::Kept;

use crate::contents::Contents;
use crate::list::one_line;
use crate::stream::Stream;

/// Characters of the longest bar.
const BAR: u64 = 30;

/// What came of an entry's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    rows: u64,
    /// Before compression.
    bytes: u64,
    /// In the stream.
    stored: u64,
}

/// The sizes of all entries with rows.
#[derive(Debug, Default)]
pub struct Sizes(HashMap<EntryId, Size>);

impl Sizes {
    /// Reads the member to its end, without unpacking rows.
    pub fn read(stream: &mut Stream, contents: &Contents, progress: &Progress) -> Result<Sizes, Failure> {
        progress.stage("measuring");
        let mut sizes = Sizes::default();
        while let Some(event) = stream.next(Some(contents))? {
            match event {
                Event::Data(frame) => {
                    sizes.0.entry(frame.entry()).or_default().stored += frame.as_bytes().len() as u64;
                    progress.rows(frame.rows().into(), frame.raw_len() as u64);
                }
                Event::EntryEnd { entry, end } => {
                    let size = sizes.0.entry(entry).or_default();
                    (size.rows, size.bytes) = (end.rows, end.bytes);
                }
                Event::End(_) => break,
                _ => {}
            }
        }
        Ok(sizes)
    }

    /// Writes a line for each entry that is kept, the largest first, and one for all; with bars on a terminal.
    pub fn write(&self, contents: &Contents, kept: &Kept, terminal: bool, out: &mut impl Write) -> io::Result<()> {
        let mut lines: Vec<(Size, String)> = contents
            .kept(kept)
            .filter_map(|entry| {
                let name = match &entry.schema {
                    Some(schema) => format!("{schema}.{}", entry.name),
                    None => entry.name.clone(),
                };
                Some((*self.0.get(&entry.id)?, one_line(&name).into_owned()))
            })
            .collect();
        lines.sort_by(|(one, a), (other, b)| other.bytes.cmp(&one.bytes).then_with(|| a.cmp(b)));
        let most = lines.first().map_or(0, |(size, _)| size.bytes).max(1);
        let all = lines.iter().fold(Size::default(), |all, (size, _)| Size {
            rows: all.rows + size.rows,
            bytes: all.bytes + size.bytes,
            stored: all.stored + size.stored,
        });
        writeln!(
            out,
            "{:>14} {:>9} {:>9} {:>6}  table",
            "rows", "bytes", "stored", "ratio"
        )?;
        for (size, name) in &lines {
            write!(out, "{}  ", figures(*size))?;
            match terminal {
                true => {
                    let bar = "█".repeat((size.bytes * BAR / most) as usize);
                    writeln!(out, "{}  {bar}", pgx_cli::sanitize_lines(name))?;
                }
                false => writeln!(out, "{name}")?,
            }
        }
        writeln!(out, "{}  all", figures(all))
    }
}

fn figures(size: Size) -> String {
    let ratio = size.bytes as f64 / size.stored.max(1) as f64;
    format!(
        "{:>14} {:>9} {:>9} {ratio:>6.2}",
        size.rows,
        pretty(size.bytes),
        pretty(size.stored)
    )
}

/// Bytes in the unit that leaves two to five digits, as pg_size_pretty has them.
fn pretty(bytes: u64) -> String {
    let mut rest = bytes;
    for unit in ["bytes", "kB", "MB", "GB"] {
        if rest < 10 * 1024 {
            return format!("{rest} {unit}");
        }
        rest = (rest + 512) / 1024;
    }
    format!("{rest} TB")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use pgx_selection::{Selection, select};

    #[test]
    fn units_grow() {
        let sizes = [17, 10 * 1024, 2_000_000, 3 << 30, 20 << 40];
        assert_eq!(sizes.map(pretty), ["17 bytes", "10 kB", "1953 kB", "3072 MB", "20 TB"]);
    }

    #[test]
    fn a_line_for_each_table_and_one_for_all() {
        let contents = Contents::of(example::head(), example::entries());
        let kept = select(&contents.entries, &Selection::default(), "shop").expect("there are no patterns");
        let size = Size {
            rows: 2,
            bytes: 13,
            stored: 49,
        };
        let mut out = Vec::new();
        let sizes = Sizes(HashMap::from([(EntryId(5), size)]));
        sizes.write(&contents, &kept, true, &mut out).expect("memory");
        let text = String::from_utf8(out).expect("text");
        assert!(
            text.contains("2  13 bytes  49 bytes   0.27  public.or ders  ██████████████████████████████\n"),
            "{text}"
        );
        assert!(text.ends_with("2  13 bytes  49 bytes   0.27  all\n"), "{text}");
    }
}
