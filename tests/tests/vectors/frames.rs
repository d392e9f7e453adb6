//! A stream taken apart into frames that may be falsified, and put together again with right checksums.

use pgx_archive::frame::HEADER_LEN;
use pgx_archive::trailer::{MAGIC, TRAILER_LEN};
use pgx_archive::{Codec, End, EntryId, Flags, FrameKind, Header, Trailer};

/// A frame whose payload is stored as it is.
#[derive(Clone)]
pub struct Frame {
    pub header: Header,
    pub payload: Vec<u8>,
}

impl Frame {
    /// A frame of the stream itself.
    pub fn new(kind: FrameKind, seq: u32, payload: &[u8]) -> Frame {
        let header = Header {
            kind,
            flags: Flags::NONE,
            codec: Codec::Stored,
            entry: EntryId(0),
            part: 0,
            seq,
            rows: 0,
            raw_len: 0,
            len: 0,
            payload_crc: 0,
        };
        Frame {
            header,
            payload: payload.to_vec(),
        }
    }

    /// Header and payload, with the lengths and checksums of what is there now. Of a payload that is
    /// compressed, the length before stands as it is.
    pub fn bytes(&self) -> Vec<u8> {
        let mut header = self.header;
        header.len = self.payload.len() as u32;
        header.payload_crc = crc32fast::hash(&self.payload);
        if header.codec == Codec::Stored {
            header.raw_len = header.len;
        }
        [&header.encode(), self.payload.as_slice()].concat()
    }

    /// Puts one text of the payload in the place of another.
    pub fn replace(&mut self, old: &str, new: &str) {
        let text = String::from_utf8(std::mem::take(&mut self.payload)).expect("metadata is UTF-8");
        assert!(text.contains(old), "{old} is not in {text}");
        self.payload = text.replacen(old, new, 1).into_bytes();
    }
}

/// The frames of one member.
pub fn frames(member: &[u8]) -> Vec<Frame> {
    let mut rest = &member[MAGIC.len()..member.len() - TRAILER_LEN];
    let mut frames = Vec::new();
    while let Some((header, after)) = rest.split_first_chunk() {
        let header = Header::decode(header).expect("the stream is good");
        let (payload, after) = after.split_at(header.len as usize);
        frames.push(Frame {
            header,
            payload: payload.to_vec(),
        });
        rest = after;
    }
    frames
}

/// Magic number and frames, without a trailer.
pub fn joined(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(frames.iter().flat_map(Frame::bytes));
    bytes
}

/// The frames as a whole member. The first frame of END is where the trailer says.
pub fn whole(frames: &[Frame]) -> Vec<u8> {
    let end = frames.iter().position(|frame| frame.header.kind == FrameKind::End);
    let before = joined(&frames[..end.unwrap_or(frames.len())]);
    let mut bytes = joined(frames);
    let trailer = Trailer {
        member_length: (bytes.len() + TRAILER_LEN) as u64,
        end_offset: before.len() as u64,
    };
    bytes.extend(trailer.encode());
    bytes
}

/// The place of a frame.
pub fn at(frames: &[Frame], kind: FrameKind, entry: u32, part: u32) -> usize {
    let found = |f: &Frame| (f.header.kind, f.header.entry.0, f.header.part) == (kind, entry, part);
    frames.iter().position(found).expect("the stream has such a frame")
}

/// The place of a frame of the stream itself.
pub fn of(frames: &[Frame], kind: FrameKind) -> usize {
    at(frames, kind, 0, 0)
}

/// The same frames with the payload of one in several; what follows is numbered and counted anew.
///
/// Where parts are changes with it: the index must be made again, see [`index_again`].
pub fn spread(frames: &mut Vec<Frame>, place: usize, pieces: usize) {
    let frame = frames.remove(place);
    let size = frame.payload.len().div_ceil(pieces);
    for (at, piece) in frame.payload.chunks(size).enumerate().rev() {
        let mut part = frame.clone();
        part.payload = piece.to_vec();
        part.header.seq += at as u32;
        part.header.flags = if at + 1 == pieces { Flags::NONE } else { Flags::MORE };
        frames.insert(place, part);
    }
    number_again(frames);
}

/// Numbers the frames of the stream itself in their order, and counts all in END.
pub fn number_again(frames: &mut [Frame]) {
    let mut seq = 0;
    for frame in frames.iter_mut() {
        if frame.header.entry.0 == 0 && !frame.header.kind.is_ancillary() {
            frame.header.seq = seq;
            seq += 1;
        }
    }
    let counted = frames.iter().filter(|frame| !frame.header.kind.is_ancillary()).count();
    end_again(frames, |end| end.frames = counted as u64);
}

/// Changes what END says, where END is one frame.
pub fn end_again(frames: &mut [Frame], change: impl FnOnce(&mut End)) {
    let Some(frame) = frames.last_mut().filter(|frame| frame.header.kind == FrameKind::End) else {
        return;
    };
    let Ok(mut end) = serde_json::from_slice(&frame.payload) else {
        return;
    };
    change(&mut end);
    frame.payload = serde_json::to_vec(&end).expect("END is JSON");
}

/// Makes the index of a stream say where its parts are now. Its payload must be in one frame, and so must
/// that of END.
pub fn index_again(frames: &mut [Frame]) {
    let mut parts: Vec<(u32, u32, u64, u64)> = Vec::new();
    let mut at = MAGIC.len() as u64;
    for frame in frames.iter() {
        let (entry, part) = (frame.header.entry.0, frame.header.part);
        let next = at + (HEADER_LEN + frame.payload.len()) as u64;
        if part != 0 && !frame.header.kind.is_ancillary() {
            match parts.iter_mut().find(|known| (known.0, known.1) == (entry, part)) {
                Some(known) => known.3 = next,
                None => parts.push((entry, part, at, next)),
            }
        }
        at = next;
    }
    parts.sort_unstable();
    let place = of(frames, FrameKind::Index);
    let begins = joined(&frames[..place]).len();
    let lines = parts
        .iter()
        .map(|(entry, part, start, end)| format!(r#"{{"entry":{entry},"part":{part},"start":{start},"end":{end}}}"#));
    frames[place].payload = format!("[{}]", lines.collect::<Vec<_>>().join(",")).into_bytes();
    end_again(frames, |end| end.index = Some(begins as u64));
}
