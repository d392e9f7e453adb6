//! A stream that lies in a file: its contents without its rows, and single parts by seeking.
//!
//! The way in is from the back: the trailer says where the member begins and where END is, END where INDEX
//! is, INDEX where each part is. HEAD and the table of contents are read from the front, with a
//! [`Decoder`] and all that it checks. What is not read is not checked: whether the whole file is
//! unharmed, only a [`Reader`](crate::Reader) can say.

mod part;
mod seek;

use std::fmt;
use std::io::{self, Read, Seek};

pub use self::part::PartReader;
use self::seek::Frames;
use crate::decoder::Decoder;
use crate::entry::{Entry, EntryId};
use crate::error::{DecodeError, Reason};
use crate::event::Event;
use crate::frame::FrameKind;
use crate::head::Head;
use crate::index::IndexedPart;
use crate::order::OrderError;
use crate::totals::{End, TocEnd};
use crate::trailer::{MAGIC, TRAILER_LEN, Trailer};

/// How much of a table of contents is read at a time.
const CHUNK: usize = 64 << 10;

/// A stream that can be read at any place.
///
/// ```
/// # use std::io::Cursor;
/// # use pgx_archive::*;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let head = Head::new(Content::Database, "0b5fa9d2", "2026-01-31T12:00:00Z", "example 1.0");
/// # let mut toc = Writer::new(Vec::new(), Compression::Stored).head(&head)?;
/// # let mut orders = Entry::new(Kind::TableData, Some("public"), "orders", "shop");
/// # orders.id = EntryId(1);
/// # orders.data = Some(Box::new(Data {
/// #     columns: vec!["id".into()], types: vec![], format: Format::Text, encoding: "UTF8".into(), settings: Default::default(),
/// #     parts: 1, part_blocks: 0, logged: true, via_root: false, estimated_rows: 2, estimated_bytes: 8192,
/// # }));
/// # toc.entries(&[orders])?;
/// # let (mut rows, _) = toc.toc_end()?;
/// # let place = Place { entry: EntryId(1), part: 1, seq: 0 };
/// # rows.data(&DataFrame::seal(place, 2, false, b"1\n2\n", Compression::Stored)?)?;
/// # rows.part_end(EntryId(1), 1, Digest(0))?;
/// # rows.entry_end(EntryId(1))?;
/// # let file = Cursor::new(rows.finish()?.0);
/// let mut archive = Archive::open(file)?;
/// let member = &archive.members()[0];
/// let orders = member.entries.iter().find(|entry| entry.name == "orders").map(|entry| entry.id);
///
/// let mut part = archive.part(0, orders.unwrap_or_default(), 1)?;
/// while let Some(frame) = part.next_frame()? {
///     assert_eq!(*frame.raw()?, *b"1\n2\n");
/// }
/// assert_eq!(part.end().map(|end| end.rows), Some(2));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Archive<R> {
    frames: Frames<R>,
    members: Vec<Member>,
}

/// What a member says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Where it begins in the file.
    pub start: u64,
    /// Its bytes, from the magic number to the end of the trailer.
    pub length: u64,
    /// HEAD.
    pub head: Head,
    /// The table of contents.
    pub entries: Vec<Entry>,
    /// TOC_END.
    pub toc_end: TocEnd,
    /// END.
    pub end: End,
    /// Where its parts are, by entry and part; none when it has no index.
    pub index: Option<Vec<IndexedPart>>,
}

impl Member {
    /// Where a part is.
    pub fn find(&self, entry: EntryId, part: u32) -> Option<IndexedPart> {
        let index = self.index.as_ref()?;
        let at = index.binary_search_by_key(&(entry, part), |found| (found.entry, found.part));
        at.ok().map(|at| index[at])
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the contents of every member of a stream whose readers understand no feature.
    pub fn open(source: R) -> Result<Archive<R>, ArchiveError> {
        Archive::understanding(&[], source)
    }

    /// Reads the contents of every member; see [`Decoder::understanding`].
    pub fn understanding(features: &'static [&'static str], source: R) -> Result<Archive<R>, ArchiveError> {
        let mut frames = Frames::new(source)?;
        let mut trailers = Vec::new();
        let mut end = frames.length;
        while end > 0 || trailers.is_empty() {
            let trailer = trailer(&mut frames, end)?;
            end -= trailer.member_length;
            trailers.push((end, trailer));
        }
        let mut members = Vec::new();
        for (start, trailer) in trailers.into_iter().rev() {
            frames.member(members.len() as u32 + 1, start, trailer.member_length);
            members.push(read(&mut frames, &trailer, features)?);
        }
        Ok(Archive { frames, members })
    }

    /// The members, in the order of the file; at least one.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// A part of an entry of a member, whose number counts from 0.
    pub fn part(&mut self, member: usize, entry: EntryId, part: u32) -> Result<PartReader<'_, R>, ArchiveError> {
        let missing = ArchiveError::NoPart { entry, part };
        let Some(found) = self.members.get(member) else {
            return Err(missing);
        };
        if found.index.is_none() {
            return Err(ArchiveError::NoIndex);
        }
        let place = found.find(entry, part).ok_or(missing)?;
        self.frames.member(member as u32 + 1, found.start, found.length);
        Ok(PartReader::new(&mut self.frames, place))
    }
}

/// The trailer of the member that ends here.
fn trailer<R: Read + Seek>(frames: &mut Frames<R>, end: u64) -> Result<Trailer, ArchiveError> {
    let Some(at) = end.checked_sub(TRAILER_LEN as u64) else {
        return Err(ArchiveError::NoTrailer);
    };
    let trailer = Trailer::decode(&frames.bytes(at)?).map_err(|_| ArchiveError::NoTrailer)?;
    let shortest = (MAGIC.len() + TRAILER_LEN) as u64;
    match (shortest..=end).contains(&trailer.member_length) && trailer.end_offset < trailer.member_length {
        true => Ok(trailer),
        false => Err(ArchiveError::NoTrailer),
    }
}

fn read<R: Read + Seek>(
    frames: &mut Frames<R>,
    trailer: &Trailer,
    features: &'static [&'static str],
) -> Result<Member, ArchiveError> {
    let (end, behind): (End, u64) = frames.metadata(trailer.end_offset, FrameKind::End)?;
    if behind + TRAILER_LEN as u64 != trailer.member_length {
        return Err(frames.refuse(behind, None, Reason::AfterEnd));
    }
    let index = match end.index {
        None => None,
        Some(at) => Some(index(frames, at, trailer.end_offset)?),
    };
    let (head, entries, toc_end) = contents(frames, features)?;
    Ok(Member {
        start: frames.start,
        length: trailer.member_length,
        head,
        entries,
        toc_end,
        end,
        index,
    })
}

/// The whole index: all payloads from here up to END.
fn index<R: Read + Seek>(frames: &mut Frames<R>, mut at: u64, end: u64) -> Result<Vec<IndexedPart>, ArchiveError> {
    let mut index: Vec<IndexedPart> = Vec::new();
    while let Some(header) = frames.next_counted(&mut at, end)? {
        let (more, behind): (Vec<IndexedPart>, u64) = frames.metadata(at, FrameKind::Index)?;
        for part in more {
            let key = |part: &IndexedPart| (part.entry, part.part);
            let ascends = index.last().is_none_or(|last| key(last) < key(&part));
            if !ascends || part.start >= part.end || part.end > at {
                let (entry, part) = key(&part);
                let reason = OrderError::Index { entry, part }.into();
                return Err(frames.refuse(at, Some(&header), reason));
            }
            index.push(part);
        }
        at = behind;
    }
    Ok(index)
}

/// HEAD and the table of contents, read by a decoder.
fn contents<R: Read + Seek>(
    frames: &mut Frames<R>,
    features: &'static [&'static str],
) -> Result<(Head, Vec<Entry>, TocEnd), ArchiveError> {
    let mut decoder = Decoder::new().understanding(features);
    let mut head = None;
    let mut entries = Vec::new();
    let mut at = 0;
    loop {
        while let Some(event) = decoder.next_event().map_err(|error| frames.moved(error))? {
            match (event, head.take()) {
                (Event::Head(said), _) => head = Some(*said),
                (Event::TocEnd(end), Some(head)) => return Ok((head, entries, end)),
                (Event::Entries(more), said) => {
                    entries.extend(more);
                    head = said;
                }
                // FAIL cannot stand before an END.
                (Event::Fail(_), _) => return Err(ArchiveError::NoTrailer),
                (_, said) => head = said,
            }
        }
        let chunk = frames.up_to(at, CHUNK)?;
        if chunk.is_empty() {
            return Err(ArchiveError::NoTrailer);
        }
        at += chunk.len() as u64;
        decoder.push(&chunk);
    }
}

/// Why a stream in a file could not be read by seeking.
#[derive(Debug)]
pub enum ArchiveError {
    /// The file could not be read.
    Io(io::Error),
    /// The stream is not what a producer wrote.
    Decode(DecodeError),
    /// The file does not end as a complete stream does. Reading it from its beginning tells why.
    NoTrailer,
    /// The member has no index, so that its parts can only be read in their order.
    NoIndex,
    /// The member does not have this part.
    NoPart {
        /// The entry.
        entry: EntryId,
        /// The part.
        part: u32,
    },
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> ArchiveError {
        ArchiveError::Io(error)
    }
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArchiveError::Io(error) => write!(f, "the stream cannot be read: {error}"),
            ArchiveError::Decode(error) => error.fmt(f),
            ArchiveError::NoTrailer => f.write_str("the file does not end as a complete stream does"),
            ArchiveError::NoIndex => f.write_str("the stream has no index"),
            ArchiveError::NoPart { entry, part } => write!(f, "the stream has no part {part} of entry {entry}"),
        }
    }
}

impl std::error::Error for ArchiveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ArchiveError::Io(error) => Some(error),
            ArchiveError::Decode(error) => Some(error),
            ArchiveError::NoTrailer | ArchiveError::NoIndex | ArchiveError::NoPart { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
