//! The index, and what it must say.

use super::*;

fn place(frames: &[Frame]) -> usize {
    at(frames, FrameKind::Index, EntryId(0), 0)
}

fn edited(change: impl FnOnce(&mut Vec<IndexedPart>)) -> Reason {
    refused(|frames| {
        let place = place(frames);
        edit(&mut frames[place], change);
    })
}

#[test]
fn the_index_says_where_parts_are() {
    let stream = stream();
    let (events, _) = decode(&stream);
    let index = events.iter().find_map(|event| match event {
        Event::Index(parts) => Some(parts.clone()),
        _ => None,
    });
    let index = index.unwrap();
    assert_eq!(
        index.iter().map(|part| (part.entry, part.part)).collect::<Vec<_>>(),
        [(ORDERS, 1), (ORDERS, 2), (ITEMS, 1)]
    );
    for part in index {
        let frames = frames(
            &[
                &MAGIC,
                &stream[part.start as usize..part.end as usize],
                &[0; TRAILER_LEN],
            ]
            .concat(),
        );
        for (frame, kind) in [(frames.first(), FrameKind::Data), (frames.last(), FrameKind::PartEnd)] {
            let header = frame.unwrap().header;
            assert_eq!((header.kind, header.entry, header.part), (kind, part.entry, part.part));
        }
    }
}

#[test]
fn a_stream_may_do_without_an_index() {
    let mut frames = frames(&stream());
    let place = place(&frames);
    frames.remove(place);
    frames[place].header.seq -= 1;
    edit(&mut frames[place], |end: &mut End| {
        end.frames -= 1;
        end.index = None;
    });
    assert_eq!(decode(&whole(&frames)).1, Ok(Ok(())));
}

#[test]
fn an_index_may_come_in_several_payloads() {
    let mut frames = frames(&stream());
    let place = place(&frames);
    let parts: Vec<IndexedPart> = serde_json::from_slice(&frames[place].raw).unwrap();
    frames[place].raw = serde_json::to_vec(&parts[..1]).unwrap();
    let mut second = frames[place].clone();
    second.raw = serde_json::to_vec(&parts[1..]).unwrap();
    second.header.seq += 1;
    frames.insert(place + 1, second);
    frames[place + 2].header.seq += 1;
    edit(&mut frames[place + 2], |end: &mut End| end.frames += 1);
    assert_eq!(decode(&whole(&frames)).1, Ok(Ok(())));
}

#[test]
fn an_index_that_is_wrong_is_refused() {
    let wrong = |entry, part| Reason::Order(OrderError::Index { entry, part });
    assert_eq!(edited(|index| index[0].start += 1), wrong(ORDERS, 1));
    assert_eq!(edited(|index| index[2].end -= 1), wrong(ITEMS, 1));
    assert_eq!(edited(|index| index.swap(0, 1)), wrong(ORDERS, 2));
    assert_eq!(edited(|index| index.push(index[2])), wrong(ITEMS, 1));
    assert_eq!(edited(|index| index.truncate(2)), wrong(ITEMS, 1));
    let reason = refused(|frames| {
        let last = frames.len() - 1;
        edit(&mut frames[last], |end: &mut End| end.index = None);
    });
    assert!(matches!(
        reason,
        Reason::Order(OrderError::IndexOffset {
            said: None,
            counted: Some(_)
        })
    ));
}

#[test]
fn no_rows_follow_the_index() {
    let reason = refused(|frames| {
        let place = place(frames);
        frames.swap(place - 1, place);
    });
    assert_eq!(reason, OrderError::NotEnded(ORDERS).into());
    let reason = refused(|frames| {
        let place = place(frames);
        frames.insert(place + 1, frames[place - 1].clone());
    });
    let (kind, stage) = (FrameKind::EntryEnd, Stage::Index);
    assert_eq!(reason, OrderError::Unexpected { kind, stage }.into());
}
