//! A stream being read, whose errors become failures with a name and a remedy.

use pgx_archive::head::FEATURES;
use pgx_archive::{Decoder, Entry, Event, ReadError, Reader};
use pgx_cli::{Exit, Failure, Input, Interrupt};

use crate::contents::Contents;

/// The stream that is read.
pub struct Stream {
    name: String,
    reader: Reader<Input>,
    interrupt: Interrupt,
}

impl Stream {
    /// A stream at its beginning.
    pub fn new(input: Input, interrupt: &Interrupt) -> Stream {
        Stream {
            name: input.name().to_owned(),
            reader: Reader::with(Decoder::new().understanding(FEATURES), input),
            interrupt: interrupt.clone(),
        }
    }

    /// The next event; none at the end of a complete stream. `contents` names entries, once they are known.
    pub fn next(&mut self, contents: Option<&Contents>) -> Result<Option<Event>, Failure> {
        self.interrupt.check()?;
        self.reader
            .next_event()
            .map_err(|error| unreadable(&error, contents).within(&self.name))
    }

    /// Reads to the end without looking at rows: checksums and totals are checked, digests are not.
    pub fn pass_by(&mut self, contents: &Contents) -> Result<(), Failure> {
        while self.next(Some(contents))?.is_some() {}
        Ok(())
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
        stream.pass_by(&contents).expect_err("the stream is not complete")
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
