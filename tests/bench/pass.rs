//! What pgx-filter does with rows that are left out: a big stream through a pipe, of which it keeps a small table.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::process::Command;

use pgx_archive::{Compression, Content, Data, DataFrame, Digest, Entry, EntryId, Format, Head, Kind, Place, Writer};
use pgx_tests::{Scratch, tool};

use crate::figures::Figures;
use crate::measure;

/// The name of this race.
pub const NAME: &str = "filter";

/// Bytes of rows that are left out, at full scale.
const BYTES: f64 = 4e9;
/// Bytes of rows in a frame, as a dump makes them.
const FRAME: usize = 512 << 10;

/// What came of it.
pub struct Passed {
    /// Bytes of the stream.
    pub size: u64,
    /// Seconds of processor time of each run.
    pub cpu: Figures,
    /// Seconds of each run.
    pub wall: Figures,
    /// The most memory that a run had, in bytes.
    pub memory: u64,
}

impl Passed {
    /// A sentence with the figures.
    pub fn line(&self) -> String {
        let rate = |seconds: &Figures| self.size as f64 / 1e9 / seconds.median().unwrap_or(f64::INFINITY);
        format!(
            "{:.2} GB/s of rows that are left out ({:.2} GB a processor second), {} MB of memory",
            rate(&self.wall),
            rate(&self.cpu),
            self.memory >> 20
        )
    }
}

/// Runs it so often.
pub fn race(runs: usize, scale: f64) -> Result<Passed, String> {
    let scratch = Scratch::new();
    let file = scratch.path().join("big.pgx");
    write(&file, (BYTES * scale) as usize / FRAME).map_err(|error| format!("{}: {error}", file.display()))?;
    let size = file.metadata().map_err(|error| error.to_string())?.len();
    let (mut cpu, mut wall, mut memory) = (Vec::new(), Vec::new(), 0);
    for _ in 0..runs {
        let mut cat = Command::new("cat");
        cat.arg(&file);
        let mut filter = tool("pgx-filter");
        filter.args(["-t", "small"]);
        let (time, costs) = measure::run(vec![cat, filter], None, scratch.path())?;
        let cost = costs.last().ok_or("nothing was measured")?;
        wall.push(time.as_secs_f64());
        cpu.push(cost.cpu.as_secs_f64());
        memory = memory.max(cost.memory);
    }
    Ok(Passed {
        size,
        cpu: cpu.into_iter().collect(),
        wall: wall.into_iter().collect(),
        memory,
    })
}

/// A stream of a big table, in so many frames, and a small one.
fn write(file: &Path, frames: usize) -> io::Result<()> {
    let failed = |error: &dyn std::error::Error| io::Error::other(error.to_string());
    let head = Head::new(Content::Database, "bench", "2026-01-01T00:00:00Z", "bench");
    let sink = BufWriter::new(File::create(file)?);
    let toc = Writer::new(sink, Compression::Stored).head(&head);
    let mut toc = toc.map_err(|error| failed(&error))?;
    let table = |id, name| Entry {
        id: EntryId(id),
        visible: true,
        data: Some(Box::new(Data {
            columns: vec!["line".into()],
            types: Vec::new(),
            format: Format::Text,
            encoding: "UTF8".into(),
            settings: Default::default(),
            parts: 1,
            part_blocks: 0,
            logged: true,
            via_root: false,
            estimated_rows: 0,
            estimated_bytes: 0,
        })),
        ..Entry::new(Kind::TableData, Some("public"), name, "")
    };
    toc.entries(&[table(1, "big"), table(2, "small")])
        .map_err(|error| failed(&error))?;
    let (mut rows, _) = toc.toc_end().map_err(|error| failed(&error))?;
    let line = format!("{}\n", "0123456789abcdef".repeat(8));
    let block = line.repeat(FRAME / line.len());
    let lines = (FRAME / line.len()) as u32;
    for (entry, frames) in [(EntryId(1), frames), (EntryId(2), 1)] {
        for seq in 0..frames as u32 {
            let place = Place { entry, part: 1, seq };
            let frame = DataFrame::seal(place, lines, false, block.as_bytes(), Compression::Stored);
            let frame = frame.map_err(|error| failed(&error))?;
            rows.data(&frame).map_err(|error| failed(&error))?;
        }
        rows.part_end(entry, 1, Digest(0)).map_err(|error| failed(&error))?;
        rows.entry_end(entry).map_err(|error| failed(&error))?;
    }
    rows.finish().map_err(|error| failed(&error)).map(drop)
}
