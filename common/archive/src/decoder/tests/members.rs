//! Streams of several members.

use super::*;

fn database(name: &str) -> Vec<u8> {
    let mut head = head();
    head.source.database = name.into();
    member(&head)
}

fn globals(databases: &[&str]) -> Vec<u8> {
    let mut head = Head::new(Content::Globals, "77aa", "2026-01-01T00:00:00Z", "test 1");
    head.databases = databases.iter().map(|name| (*name).into()).collect();
    member(&head)
}

fn member(head: &Head) -> Vec<u8> {
    let toc = Writer::new(Vec::new(), Compression::Stored).head(head).unwrap();
    toc.toc_end().unwrap().0.finish().unwrap().0
}

/// The members that events belong to, and the decoder behind the last.
fn read(stream: &[u8]) -> (Vec<u32>, Result<Decoder, DecodeError>) {
    let mut decoder = Decoder::members();
    let mut members = Vec::new();
    for piece in stream.chunks(11) {
        decoder.push(piece);
        loop {
            match decoder.next_event() {
                Ok(Some(_)) => members.push(decoder.member()),
                Ok(None) => break,
                Err(error) => return (members, Err(error)),
            }
        }
    }
    (members, Ok(decoder))
}

#[test]
fn members_follow_one_another() {
    let stream = [globals(&["shop", "billing"]), database("shop"), database("billing")].concat();
    let (members, decoder) = read(&stream);
    // HEAD, TOC_END, INDEX, END.
    assert_eq!(members, [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    let decoder = decoder.unwrap();
    assert_eq!(decoder.end_of_input(), Ok(()));
    assert!(decoder.missing_databases().is_empty());
}

#[test]
fn databases_that_were_announced_are_missed() {
    let stream = [globals(&["shop", "billing"]), database("shop")].concat();
    let decoder = read(&stream).1.unwrap();
    assert_eq!(decoder.end_of_input(), Ok(()));
    assert_eq!(decoder.missing_databases(), ["billing"]);
    // One that began and did not end has not come.
    let begun = [stream, database("billing")].concat();
    let decoder = read(&begun[..begun.len() - 1]).1.unwrap();
    assert_eq!(decoder.missing_databases(), ["billing"]);
}

#[test]
fn only_behind_a_member_is_a_stream_complete() {
    let (one, two) = (database("shop"), database("billing"));
    let stream = [one.clone(), two].concat();
    for len in 0..=stream.len() {
        let decoder = read(&stream[..len]).1.unwrap();
        let complete = len == one.len() || len == stream.len();
        assert_eq!(decoder.end_of_input().is_ok(), complete, "{len} bytes");
    }
    let incomplete = read(&stream[..stream.len() - 1]).1.unwrap().end_of_input().unwrap_err();
    let text = format!(
        "member 2: the input ends after {} bytes; last received: END",
        stream.len() - 1
    );
    assert_eq!(incomplete.to_string(), text);
}

#[test]
fn an_error_names_the_member() {
    let first = database("shop");
    let mut stream = [first.clone(), database("billing")].concat();
    stream[first.len() + MAGIC.len()] ^= 1;
    let error = read(&stream).1.unwrap_err();
    let text = format!(
        "member 2: the checksum of the frame header does not match (at byte {})",
        first.len() + MAGIC.len()
    );
    assert_eq!(error.to_string(), text);
}

#[test]
fn one_member_is_one_member_unless_more_are_asked_for() {
    let stream = database("shop").repeat(2);
    assert_eq!(decode(&stream).1.unwrap_err().reason, Reason::SecondMember);
    let mut reader = Reader::members(stream.as_slice());
    while reader.next_event().unwrap().is_some() {}
    assert_eq!(reader.decoder().member(), 2);
}

#[test]
fn nothing_but_a_member_follows_a_member() {
    let stream = [database("shop"), b"-- x\n".to_vec()].concat();
    assert_eq!(read(&stream).1.unwrap_err().reason, Reason::AfterEnd);
}

#[test]
fn a_failed_member_is_the_last() {
    let fail = Fail {
        message: "connection lost".into(),
        ..Fail::default()
    };
    let failed = Writer::new(Vec::new(), Compression::Stored).fail(&fail).unwrap();
    let stream = [database("shop"), failed].concat();
    let incomplete = read(&stream).1.unwrap().end_of_input().unwrap_err();
    assert_eq!((incomplete.member, incomplete.failure), (2, Some(Box::new(fail))));
    let stream = [stream, database("billing")].concat();
    assert_eq!(read(&stream).1.unwrap_err().reason, Reason::AfterEnd);
}
