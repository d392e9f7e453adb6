//! A stream being read, whose errors become failures with a name and a remedy.

use pgx_archive::head::FEATURES;
use pgx_archive::trailer::TRAILER_LEN;
use pgx_archive::{Decoder, Entry, Event, ReadError, Reader, Trailer};
use pgx_cli::{Exit, Failure, Input, Interrupt};

use crate::contents::Contents;

/// The stream that is read.
pub struct Stream {
    name: String,
    reader: Reader<Input>,
    interrupt: Interrupt,
    /// What was asked for too early.
    next: Option<Event>,
}

/// Whether a file holds several members: its last one does not begin where the file does.
pub fn has_members(input: &Input) -> bool {
    let tail = input.tail::<TRAILER_LEN>();
    tail.is_some_and(|(bytes, length)| Trailer::decode(&bytes).is_ok_and(|last| last.member_length < length))
}

impl Stream {
    /// A stream of one member, at its beginning.
    pub fn new(input: Input, interrupt: &Interrupt) -> Stream {
        Stream::of(Decoder::new(), input, interrupt)
    }

    /// A stream of any number of members, at its beginning.
    pub fn of_members(input: Input, interrupt: &Interrupt) -> Stream {
        Stream::of(Decoder::members(), input, interrupt)
    }

    fn of(decoder: Decoder, input: Input, interrupt: &Interrupt) -> Stream {
        Stream {
            name: input.name().to_owned(),
            reader: Reader::with(decoder.understanding(FEATURES), input),
            interrupt: interrupt.clone(),
            next: None,
        }
    }

    /// The next event; none at the end of a complete stream. `contents` names entries, once they are known.
    pub fn next(&mut self, contents: Option<&Contents>) -> Result<Option<Event>, Failure> {
        self.interrupt.check()?;
        if let Some(event) = self.next.take() {
            return Ok(Some(event));
        }
        self.reader
            .next_event()
            .map_err(|error| unreadable(&error, contents).within(&self.name))
    }

    /// Reads to the end of the member without looking at rows: checksums and totals are checked, digests are not.
    pub fn pass_by(&mut self, contents: &Contents) -> Result<(), Failure> {
        while !matches!(self.next(Some(contents))?, None | Some(Event::End(_))) {}
        Ok(())
    }

    /// Whether no member follows the one that has ended; a failure when one that was announced did not come.
    pub fn is_over(&mut self) -> Result<bool, Failure> {
        self.next = self.next(None)?;
        let missing = self.reader.decoder().missing_databases();
        if self.next.is_some() || missing.is_empty() {
            return Ok(self.next.is_none());
        }
        let failure = Failure::incomplete("the stream lacks members that it announces");
        let names = format!("missing: {}", missing.join(", "));
        Err(failure.detail(names).within(&self.name))
    }

    /// A failure that names the stream.
    pub fn damaged(&self, message: impl Into<String>) -> Failure {
        Failure::failed(message).within(&self.name)
    }
}

/// What an error of reading means for the run.
fn unreadable(error: &ReadError, contents: Option<&Contents>) -> Failure {
    let called = |id| contents.and_then(|contents| contents.entry(id)).map(Entry::describe);
    let said = error.explain(called);
    let exit = if said.incomplete {
        Exit::Incomplete
    } else {
        Exit::Failed
    };
    let mut failure = Failure::new(exit, said.message);
    failure.notice.detail = said.detail;
    failure.notice.hint = said.hint;
    failure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use pgx_archive::Digest;

    fn end_of(bytes: Vec<u8>) -> Failure {
        let input = Input::from_reader(std::io::Cursor::new(bytes), "shop.pgx").expect("memory");
        let mut stream = Stream::new(input, &Interrupt::default());
        let contents = match Contents::read(&mut stream) {
            Ok(contents) => contents,
            Err(failure) => return failure,
        };
        let passed = stream.pass_by(&contents).and_then(|()| stream.is_over());
        passed.expect_err("the stream is not complete")
    }

    #[test]
    fn a_cut_stream_names_what_came_last() {
        let stream = example::stream(Digest(0));
        let rows = example::rows_begin(&stream);
        let mut cut = stream[..stream.len() - 1].to_vec();
        let failure = end_of(cut.clone());
        assert_eq!(failure.exit, Exit::Incomplete);
        assert!(
            failure.to_string().starts_with("shop.pgx: the input ends after "),
            "{failure}"
        );

        cut.truncate(rows + 60);
        let failure = end_of(cut);
        assert_eq!(failure.exit, Exit::Incomplete);
        assert_eq!(
            failure.notice.detail.as_deref(),
            Some("entry 5 is table data public.or\nders")
        );
    }

    #[test]
    fn a_flipped_bit_is_damage() {
        let mut stream = example::stream(Digest(0));
        let rows = example::rows_begin(&stream);
        stream[rows + 36] ^= 1;
        let failure = end_of(stream);
        assert_eq!(failure.exit, Exit::Failed);
        assert!(failure.to_string().contains("checksum"), "{failure}");
    }

    #[test]
    fn what_the_producer_said_is_the_cause() {
        let failure = end_of(example::failed());
        assert_eq!(failure.exit, Exit::Incomplete);
        assert_eq!(
            failure.to_string(),
            "shop.pgx: the producer gave up: reading rows: connection lost (SQLSTATE 08006)"
        );
        assert_eq!(
            failure.notice.hint.as_deref(),
            Some("the producer keeps its snapshot: the dump can be resumed")
        );
    }
}
