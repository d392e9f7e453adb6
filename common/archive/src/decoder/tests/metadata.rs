//! Payloads that take several frames.

use super::*;

#[test]
fn long_metadata_comes_in_several_frames() {
    let mut function = entry(TABLE, None);
    // Not compressible to nothing, so that the frames are real.
    function.create = (0..500_000).map(|n: u32| n.to_string()).collect();
    let mut toc = Writer::new(Vec::new(), Compression::Zstd(1)).head(&head()).unwrap();
    toc.entries(&[entry(ORDERS, None), function.clone(), entry(ITEMS, None)])
        .unwrap();
    let (stream, _) = toc.toc_end().unwrap().0.finish().unwrap();
    assert!(frames(&stream).iter().any(|frame| frame.header.flags.has(Flags::MORE)));
    let mut entries = Vec::new();
    let mut reader = Reader::new(stream.as_slice());
    while let Some(event) = reader.next_event().unwrap() {
        if let Event::Entries(more) = event {
            entries.extend(more);
        }
    }
    assert_eq!(entries, [entry(ORDERS, None), function, entry(ITEMS, None)]);

    let mut frames = frames(&stream);
    let open = frames
        .iter()
        .position(|frame| frame.header.flags.has(Flags::MORE))
        .unwrap();
    let end = frames
        .iter()
        .position(|frame| frame.header.kind == FrameKind::TocEnd)
        .unwrap();
    frames.swap(open + 1, end);
    let bytes: Vec<u8> = [MAGIC.to_vec()]
        .into_iter()
        .chain(frames.iter().map(Frame::bytes))
        .flatten()
        .collect();
    let error = decode(&bytes).1.unwrap_err();
    let interrupted = OrderError::Interrupted {
        more: FrameKind::Entries,
        by: FrameKind::TocEnd,
    };
    assert_eq!(error.reason, interrupted.into());
}

/// The same stream with the payload of one frame spread over several.
fn spread(frames: &[Frame], place: usize, pieces: usize) -> Vec<Frame> {
    let mut spread = frames.to_vec();
    let frame = spread.remove(place);
    let size = frame.raw.len().div_ceil(pieces);
    let of_the_stream = frame.header.entry.0 == 0;
    for (at, piece) in frame.raw.chunks(size).enumerate().rev() {
        let mut part = frame.clone();
        part.raw = piece.to_vec();
        part.header.seq += at as u32;
        part.header.flags = if at + 1 == pieces { Flags::NONE } else { Flags::MORE };
        spread.insert(place, part);
    }
    // The frames after it have other numbers and places, which END and the index say.
    for frame in &mut spread[place + pieces..] {
        let header = &mut frame.header;
        if of_the_stream && header.entry.0 == 0 && !header.kind.is_ancillary() {
            header.seq += pieces as u32 - 1;
        }
    }
    spread
}

/// Without its index, whose offsets would have to be made again.
fn without_index(frames: &mut Vec<Frame>) {
    frames.retain(|frame| frame.header.kind != FrameKind::Index);
    let end = frames.len() - 1;
    frames[end].header.seq -= 1;
    edit(&mut frames[end], |end: &mut End| {
        end.frames -= 1;
        end.index = None;
    });
}

#[test]
fn every_kind_of_metadata_may_come_in_several_frames() {
    let mut frames = frames(&stream());
    without_index(&mut frames);
    let expected = decode(&whole(&frames)).0;
    for place in 0..frames.len() {
        let kind = frames[place].header.kind;
        if kind.is_ancillary() || kind == FrameKind::Data {
            continue;
        }
        let mut counted = frames.clone();
        let end = counted.len() - 1;
        edit(&mut counted[end], |end: &mut End| end.frames += 2);
        let spread = spread(&counted, place, 3);
        let mut bytes = whole(&spread);
        if kind == FrameKind::End {
            let first = bytes.len() - TRAILER_LEN - spread[place..].iter().map(|f| f.bytes().len()).sum::<usize>();
            bytes.truncate(bytes.len() - TRAILER_LEN);
            let trailer = Trailer {
                member_length: (bytes.len() + TRAILER_LEN) as u64,
                end_offset: first as u64,
            };
            bytes.extend(trailer.encode());
        }
        let (events, end) = decode(&bytes);
        assert_eq!(end, Ok(Ok(())), "{kind}");
        assert_eq!(events[..events.len() - 1], expected[..expected.len() - 1], "{kind}");

        let mut interrupted = spread.clone();
        let other = Frame::new(FrameKind::EntryEnd, EntryId(9), 0, 0, b"{}");
        interrupted.insert(place + 1, other);
        let by = FrameKind::EntryEnd;
        assert_eq!(
            decode(&whole(&interrupted)).1.unwrap_err().reason,
            OrderError::Interrupted { more: kind, by }.into()
        );
    }
}

#[test]
fn a_sign_of_life_or_fail_may_come_in_the_middle() {
    let mut frames = spread(&frames(&stream()), 0, 3);
    let mut tick = Frame::new(FrameKind::Tick, EntryId(0), 0, 0, b"{}");
    tick.header.flags = Flags::ANCILLARY;
    frames.insert(1, tick.clone());
    assert_eq!(
        decode(&[&MAGIC[..], &frames[0].bytes(), &frames[1].bytes()].concat())
            .1
            .unwrap_err()
            .reason,
        OrderError::Unexpected {
            kind: FrameKind::Tick,
            stage: Stage::Start
        }
        .into(),
        "nothing comes before the end of HEAD"
    );
    frames.remove(1);
    frames.remove(3);
    let mut frames = spread(&frames, 3, 2);
    frames.insert(4, tick);
    let fail = Frame::new(FrameKind::Fail, EntryId(0), 0, 4, br#"{"stage":"s","message":"m"}"#);
    frames[5] = fail;
    frames.truncate(6);
    let bytes = [MAGIC.to_vec()]
        .into_iter()
        .chain(frames.iter().map(Frame::bytes))
        .flatten();
    let (events, end) = decode(&bytes.collect::<Vec<u8>>());
    assert!(matches!(events[..], [Event::Head(_), Event::Tick(_), Event::Fail(_)]));
    assert_eq!(end.unwrap().unwrap_err().to_string(), "the producer gave up: s: m");
}

#[test]
fn metadata_without_end_is_refused() {
    let mut decoder = Decoder::new();
    decoder.push(&MAGIC);
    let mut frame = Frame::new(FrameKind::Head, EntryId(0), 0, 0, &vec![b' '; 16 << 20]);
    frame.header.flags = Flags::MORE;
    for seq in 0..=16 {
        frame.header.seq = seq;
        let place = Place {
            entry: EntryId(0),
            part: 0,
            seq,
        };
        let compression = Compression::Zstd(1);
        let (_, bytes) = data_frame::seal(FrameKind::Head, Flags::MORE, place, 0, &frame.raw, compression).unwrap();
        decoder.push(&bytes);
        let told = decoder.next_event();
        match seq {
            16 => assert_eq!(told.unwrap_err().reason, Reason::MetadataTooLong(MAX_METADATA)),
            _ => assert_eq!(told, Ok(None)),
        }
    }
}
