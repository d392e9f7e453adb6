//! A stream in a file of which a part is wanted: its contents are read, and then that part alone.

use std::fs::File;
use std::io::Seek;

use pgx_archive::head::FEATURES;
use pgx_archive::{Archive, ArchiveError, Digest, EntryEnd, EntryId};
use pgx_cli::{Exit, Failure, Input};

use crate::checked::Checked;
use crate::desk::Desk;
use crate::intake::Arrival;
use crate::reading::Reading;

/// Reads what is wanted and hands it over.
///
/// A file that cannot be sought in, or whose end does not say where its parts are, is read from its beginning:
/// that tells what is wrong with it, if anything is.
pub fn read(input: Input, desk: Desk) {
    let name = input.name().to_owned();
    let mut file = match input.into_file() {
        Ok(file) => file,
        Err(input) => return Reading::new(name, Box::new(input), desk).run(),
    };
    let opened = file.try_clone().map_err(ArchiveError::from);
    match opened.and_then(|file| Archive::understanding(FEATURES, file)) {
        Ok(archive) => hand_over(&name, archive, desk),
        Err(ArchiveError::NoTrailer | ArchiveError::NoIndex) if file.rewind().is_ok() => {
            Reading::new(name, Box::new(file), desk).run();
        }
        Err(error) => {
            let _ = desk.hand_over(Err(refused(&error).within(name)));
        }
    }
}

/// Nobody listens any more: they know why.
struct Gone;

fn hand_over(name: &str, mut archive: Archive<File>, mut desk: Desk) {
    let members = archive.members().len();
    for number in 0..members {
        match member(number, &mut archive, &desk) {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => {
                let _ = desk.hand_over(Err(failure.within(name)));
                return;
            }
            Err(Gone) => return,
        }
        let more = number + 1 < members;
        if desk.hand_over(Ok(Arrival::End { more })).is_err() {
            return;
        }
        desk.member += 1;
    }
}

fn member(number: usize, archive: &mut Archive<File>, desk: &Desk) -> Result<Result<(), Failure>, Gone> {
    let give = |arrival| desk.hand_over(Ok(arrival)).map_err(|()| Gone);
    let Some(member) = archive.members().get(number) else {
        return Ok(Ok(()));
    };
    let (head, entries, toc_end) = (member.head.clone(), member.entries.clone(), member.toc_end);
    let mut checked = Checked::new(&entries);
    let with_rows: Vec<(EntryId, u32)> = entries
        .iter()
        .filter_map(|entry| Some((entry.id, entry.data.as_ref()?.parts)))
        .collect();
    give(Arrival::Head(Box::new(head)))?;
    give(Arrival::Contents(entries, Some(toc_end)))?;
    if !desk.wait_for_choice() {
        return Err(Gone);
    }
    for (entry, parts) in with_rows.into_iter().filter(|(entry, _)| !desk.passes_over(*entry)) {
        let mut all = EntryEnd::default();
        for part in 1..=parts {
            let mut reader = match archive.part(number, entry, part) {
                Ok(reader) => reader,
                Err(error) => return Ok(Err(refused(&error))),
            };
            let end = loop {
                let frame = match reader.next_frame() {
                    Ok(Some(frame)) => frame,
                    Ok(None) => break reader.end().unwrap_or_default(),
                    Err(error) => return Ok(Err(refused(&error))),
                };
                let row_open = frame.row_open();
                let chunk = checked
                    .rows(frame)
                    .and_then(|(rows, bytes)| desk.chunk((entry, part), rows, row_open, bytes));
                match chunk {
                    Ok(chunk) => give(Arrival::Rows(chunk))?,
                    Err(failure) => return Ok(Err(failure)),
                }
            };
            if let Err(failure) = checked.part_end(entry, part, &end) {
                return Ok(Err(failure));
            }
            all.parts += 1;
            all.rows += end.rows;
            all.bytes += end.bytes;
            all.digest = Digest(all.digest.0.wrapping_add(end.digest.0));
            give(Arrival::PartEnd(entry, part, end))?;
        }
        give(Arrival::EntryEnd(entry, all))?;
    }
    Ok(Ok(()))
}

fn refused(error: &ArchiveError) -> Failure {
    let exit = match error {
        ArchiveError::NoTrailer => Exit::Incomplete,
        _ => Exit::Failed,
    };
    Failure::new(exit, error.to_string())
}
