//! What fuzzing calls: each takes any bytes at all, and must come back.

use std::io::Cursor;

use pgx_archive::frame::HEADER_LEN;
use pgx_archive::head::FEATURES;
use pgx_archive::trailer::MAGIC;
use pgx_archive::{Archive, ArchiveError, Decoder, Entry, Event, Head, Token};

/// Any bytes, read as a stream: whole, in pieces, and by seeking, all of which must agree.
pub fn stream(bytes: &[u8]) {
    let whole = read(bytes, bytes.len().max(1));
    for piece in [7, 1000] {
        assert_eq!(read(bytes, piece), whole, "pieces of {piece}");
    }
    let sought = Archive::understanding(FEATURES, Cursor::new(bytes));
    match (whole, sought) {
        (Ok(events), Ok(archive)) => {
            let heads = events.iter().filter(|event| matches!(event, Event::Head(_))).count();
            assert_eq!(archive.members().len(), heads);
            parts(archive, true);
        }
        // What is not read is not checked.
        (Err(_), Ok(archive)) => parts(archive, false),
        (Ok(_), Err(error)) => panic!("a complete stream cannot be opened: {error}"),
        (Err(_), Err(_)) => {}
    }
}

/// Any bytes, taken for frames whose checksums are then made right: so that what is behind the checksums
/// is reached.
pub fn frames(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    if bytes.len() >= MAGIC.len() {
        bytes[..MAGIC.len()].copy_from_slice(&MAGIC);
    }
    let mut at = MAGIC.len();
    while let Some(header) = bytes.get(at..at + HEADER_LEN) {
        let number = |place: usize| u32::from_le_bytes([0, 1, 2, 3].map(|byte| header[place + byte]));
        let end = at + HEADER_LEN + number(24) as usize;
        let Some(payload) = bytes.get(at + HEADER_LEN..end) else {
            break;
        };
        let crc = crc32fast::hash(payload).to_le_bytes();
        bytes[at + 28..at + 32].copy_from_slice(&crc);
        let crc = crc32fast::hash(&bytes[at..at + 32]).to_le_bytes();
        bytes[at + 32..at + HEADER_LEN].copy_from_slice(&crc);
        at = end;
    }
    stream(&bytes);
}

/// Any JSON, read as entries and as HEAD: what can be read can be written, and is read back the same.
pub fn entries(bytes: &[u8]) {
    if let Ok(entries) = serde_json::from_slice::<Vec<Entry>>(bytes) {
        let json = serde_json::to_vec(&entries).expect("entries are JSON");
        let again: Vec<Entry> = serde_json::from_slice(&json).expect("they were written");
        assert_eq!(again, entries);
        let _ = entries.iter().map(Entry::describe).collect::<Vec<_>>();
    }
    if let Ok(head) = serde_json::from_slice::<Head>(bytes) {
        let json = serde_json::to_vec(&head).expect("HEAD is JSON");
        let again: Head = serde_json::from_slice(&json).expect("it was written");
        assert_eq!(again, head);
        let _ = head.check(FEATURES);
    }
}

/// Any text as a resume token, as it is and with its checksum made right: what is a token is written the same.
pub fn token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let before = text.rsplit_once('.').map_or(&*text, |(before, _)| before);
    let sealed = format!("{before}.{:08x}", crc32fast::hash(before.as_bytes()));
    for text in [&*text, &sealed] {
        match text.parse::<Token>() {
            Ok(token) => assert_eq!(token.to_string(), text),
            Err(error) => drop(error.to_string()),
        }
    }
}

/// All that is told of a stream, or why it is not complete.
fn read(bytes: &[u8], piece: usize) -> Result<Vec<Event>, String> {
    let mut decoder = Decoder::members().understanding(FEATURES);
    let mut events = Vec::new();
    for piece in bytes.chunks(piece) {
        decoder.push(piece);
        while let Some(event) = decoder.next_event().map_err(|error| error.to_string())? {
            if let Event::Data(frame) = &event {
                let _ = frame.raw();
            }
            events.push(event);
        }
    }
    decoder.end_of_input().map_err(|error| error.to_string())?;
    Ok(events)
}

/// Reads every part that the indexes name; in a complete stream each can be read.
fn parts(mut archive: Archive<Cursor<&[u8]>>, complete: bool) {
    for member in 0..archive.members().len() {
        for place in archive.members()[member].index.clone().unwrap_or_default() {
            let read = part(&mut archive, member, place);
            assert!(read.is_ok() || !complete, "{read:?}");
        }
    }
}

fn part(
    archive: &mut Archive<Cursor<&[u8]>>,
    member: usize,
    place: pgx_archive::IndexedPart,
) -> Result<(), ArchiveError> {
    let mut part = archive.part(member, place.entry, place.part)?;
    while part.next_frame()?.is_some() {}
    Ok(())
}
