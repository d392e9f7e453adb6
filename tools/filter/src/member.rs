//! One member on its way: what is kept is passed on, what is not is thrown away, and the totals are made anew.

use std::collections::HashMap;

use pgx_archive::encoder::{Rows, Toc};
use pgx_archive::head::{RENAMES, Renamed};
use pgx_archive::{Compression, Content, Digest, Entry, EntryId, Event, Fail, Head, Tick, WriteError, Writer};
use pgx_cli::{Exit, Failure, Messages, Notice, Outlet, Progress};
use pgx_selection::{Kept, Selection, select};

use crate::press::{Passing, Press};
use crate::run::refused;
use crate::stream::Stream;

/// What this tool calls what it does.
const STAGE: &str = "filtering";

/// What is done to every member.
pub struct Filter<'a> {
    /// What is kept.
    pub selection: Selection,
    /// Schemas that whoever loads the stream is told to call otherwise.
    pub renames: Vec<Renamed>,
    /// How rows are compressed anew, if they are.
    pub compression: Option<Compression>,
    /// What is said about the selection.
    pub messages: &'a Messages,
    /// How far it is.
    pub progress: Progress,
}

impl Filter<'_> {
    /// Passes one member on, and gives the outlet back for the next.
    ///
    /// Whatever goes wrong is the last that the outlet gets: it never looks complete.
    pub fn pass(&self, stream: &mut Stream, outlet: Outlet) -> Result<Outlet, Failure> {
        let compression = self.compression.unwrap_or(Compression::Stored);
        let start = Writer::new(outlet, compression);
        let head = match self.head(stream) {
            Ok(head) => head,
            Err(failure) => return Err(with_last_words(failure, |fail| start.fail(fail))),
        };
        let mut toc = start.head(&self.renaming(head.clone())).map_err(unwritten)?;
        let (entries, plan) = match self.entries(stream, &mut toc) {
            Ok(entries) => entries,
            Err(failure) => return Err(with_last_words(failure, |fail| toc.fail(fail))),
        };
        let kept = match self.select(&head, &entries) {
            Ok(kept) => kept,
            Err(failure) => return Err(with_last_words(failure, |fail| toc.fail(fail))),
        };
        let contents = Contents::new(entries, kept);
        toc.entries(&contents.entries).map_err(unwritten)?;
        let (mut rows, _) = toc.toc_end_of(plan).map_err(unwritten)?;
        match self.rows(stream, &contents, &mut rows) {
            Ok(()) => Ok(rows.finish().map_err(unwritten)?.0),
            Err(failure) => Err(with_last_words(failure, |fail| rows.fail(fail))),
        }
    }

    /// What the member says of itself.
    pub fn head(&self, stream: &mut Stream) -> Result<Head, Failure> {
        loop {
            if let Event::Head(head) = stream.next(|_| None)? {
                return Ok(*head);
            }
        }
    }

    /// The same with what is to be renamed besides.
    fn renaming(&self, mut head: Head) -> Head {
        if !self.renames.is_empty() && head.content == Content::Database {
            head.renames.extend_from_slice(&self.renames);
            if !head.requires.iter().any(|feature| feature == RENAMES) {
                head.requires.push(RENAMES.to_owned());
            }
        }
        head
    }

    /// Reads all entries, and the plan that they belong to.
    fn entries(
        &self,
        stream: &mut Stream,
        toc: &mut Writer<Outlet, Toc>,
    ) -> Result<(Vec<Entry>, Option<Digest>), Failure> {
        let mut entries = Vec::new();
        loop {
            match stream.next(|_| None)? {
                Event::Entries(more) => entries.extend(more),
                Event::TocEnd(end) => return Ok((entries, end.plan)),
                Event::Tick(tick) => toc.tick(&tick).map_err(unwritten)?,
                Event::Ancillary(frame) if frame.is_safe() => toc.ancillary(&frame).map_err(unwritten)?,
                _ => {}
            }
        }
    }

    /// Selects, and says what there is to say about it.
    pub fn select(&self, head: &Head, entries: &[Entry]) -> Result<Kept, Failure> {
        let kept = select(entries, &self.selection, &head.source.database).map_err(refused)?;
        for remark in kept.report.remarks(entries) {
            let notice = Notice {
                message: remark.text,
                detail: remark.detail,
                hint: remark.hint,
                ..Notice::default()
            };
            match remark.is_warning {
                true => self.messages.warning(notice),
                false => self.messages.info(notice),
            }
        }
        Ok(kept)
    }

    /// From here on come rows: only those that are kept.
    pub fn begin(&self, stream: &mut Stream, contents: &Contents) {
        self.progress.stage(STAGE);
        let (entries, bytes) = contents.expected();
        self.progress.expect(entries, bytes);
        stream.only_rows_of(contents.kept.order.iter().copied().collect());
    }

    fn rows(&self, stream: &mut Stream, contents: &Contents, out: &mut Writer<Outlet, Rows>) -> Result<(), Failure> {
        self.begin(stream, contents);
        let mut press = Press::start(self.compression);
        let mut tick = Tick {
            stage: STAGE.to_owned(),
            ..Tick::default()
        };
        loop {
            let passing = match stream.next(|id| contents.called(id))? {
                Event::Data(frame) => {
                    tick.rows += u64::from(frame.rows());
                    tick.bytes += frame.raw_len() as u64;
                    self.progress.rows(frame.rows().into(), frame.raw_len() as u64);
                    Some(Passing::Frame(frame))
                }
                Event::PartEnd { entry, part, end } if contents.kept.has(entry) => {
                    Some(Passing::PartEnd(entry, part, end.digest))
                }
                Event::EntryEnd { entry, .. } if contents.kept.has(entry) => {
                    self.progress.entry_done();
                    Some(Passing::EntryEnd(entry))
                }
                Event::Tick(tick) => Some(Passing::Tick(tick)),
                Event::Ancillary(frame) => {
                    let about_kept = frame.entry == EntryId(0) || contents.kept.has(frame.entry);
                    (about_kept && (contents.is_everything || frame.is_safe())).then_some(Passing::Ancillary(frame))
                }
                Event::End(_) => {
                    pass_on(&mut press, true, out)?;
                    return out.all_ended().map_err(unwritten);
                }
                // Rows that are not kept, the index, which is made anew, and last words, which come as a failure.
                _ => None,
            };
            match passing {
                Some(passing) => press.push(passing),
                None if out.sink().is_quiet() => press.push(Passing::Tick(tick.clone())),
                None => continue,
            }
            pass_on(&mut press, false, out)?;
        }
    }
}

/// Writes what may go.
fn pass_on(press: &mut Press, all: bool, out: &mut Writer<Outlet, Rows>) -> Result<(), Failure> {
    while let Some(passing) = press.next(all)? {
        match passing {
            Passing::Frame(frame) => out.data(&frame),
            Passing::PartEnd(entry, part, digest) => out.part_end(entry, part, digest).map(drop),
            Passing::EntryEnd(entry) => out.entry_end(entry).map(drop),
            Passing::Tick(tick) => out.tick(&tick),
            Passing::Ancillary(frame) => out.ancillary(&frame),
        }
        .map_err(unwritten)?;
    }
    Ok(())
}

/// The table of contents, as it is passed on.
pub struct Contents {
    /// The entries that are kept, in the order in which they are wanted.
    pub entries: Vec<Entry>,
    /// Which of all that came.
    pub kept: Kept,
    /// Whether they are all that came.
    is_everything: bool,
    /// What all that have rows are called, kept or not.
    names: HashMap<EntryId, String>,
}

impl Contents {
    /// What is kept of these.
    pub fn new(entries: Vec<Entry>, kept: Kept) -> Contents {
        let is_everything = kept.order.len() == entries.len();
        let with_rows = entries.iter().filter(|entry| entry.data.is_some());
        let names = with_rows.map(|entry| (entry.id, entry.describe())).collect();
        let mut rest: HashMap<EntryId, Entry> = entries.into_iter().map(|entry| (entry.id, entry)).collect();
        Contents {
            entries: kept.order.iter().filter_map(|id| rest.remove(id)).collect(),
            kept,
            is_everything,
            names,
        }
    }

    /// How messages name an entry with rows, kept or not.
    pub fn called(&self, id: EntryId) -> Option<String> {
        self.names.get(&id).cloned()
    }

    /// How many entries have rows, and of how many bytes about.
    fn expected(&self) -> (u64, u64) {
        let data = self.entries.iter().filter_map(|entry| entry.data.as_ref());
        data.fold((0, 0), |(entries, bytes), data| {
            (entries + 1, bytes + data.estimated_bytes)
        })
    }
}

/// Says in the stream, too, why it ends.
fn with_last_words(failure: Failure, write: impl FnOnce(&Fail) -> Result<Outlet, WriteError>) -> Failure {
    let fail = Fail {
        stage: STAGE.to_owned(),
        message: failure.to_string(),
        detail: failure.notice.detail.clone(),
        hint: failure.notice.hint.clone(),
        // What was passed on so far is as good as what was read.
        resumable: failure.is_transient,
        ..Fail::default()
    };
    // Whoever reads may have gone: then nobody takes the stream for complete either.
    if let Ok(outlet) = write(&fail) {
        let _ = outlet.finish();
    }
    failure
}

/// What an error of writing means for the run.
fn unwritten(error: WriteError) -> Failure {
    Failure::caused_by(Exit::Failed, &error)
}
