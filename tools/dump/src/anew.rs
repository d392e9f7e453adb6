//! The rest of a dump whose moment is gone: rows of a new moment, of the same definitions.
//!
//! What the target has of the first moment stays as it is. Only whole tables count: parts are ranges of blocks, and
//! between two moments rows move from block to block. That the definitions are the same the token proves, half of
//! whose plan is made of them; so it can take away as little here as anywhere.

use pgx_archive::head::{INCONSISTENT, Resumes};
use pgx_archive::plan::{Definitions, define_the_same};
use pgx_archive::{Compression, Encoder, Head, Token, TokenError};
use pgx_cli::{Failure, Notice, Process};

use crate::args::{DumpArgs, Way};
use crate::connect::Source;
use crate::describe::{self, Description};
use crate::error::Error;
use crate::leg::Leg;
use crate::parts::left;
use crate::sink::Sink;
use crate::stream::GivenUp;
use crate::{head, hold};

/// What is read before HEAD is.
const STAGE: &str = "reading catalogs";

/// What the flags say that a target has, if this is to be the rest of a dump.
pub fn token(args: &DumpArgs) -> Result<Option<Token>, Failure> {
    let Way::Anew(token) = args.hold.way() else {
        return Ok(None);
    };
    let token: Token = token
        .parse()
        .map_err(|error: TokenError| Failure::usage(error.to_string()))?;
    if hold::is_held(token.archive())? {
        let failure = Failure::usage("the dump is held here: what is left of its own moment can be had");
        return Err(failure.hint(format!(
            "leave --inconsistent out, or give it up with pgx-dump --release {}",
            token.archive()
        )));
    }
    Ok(Some(token))
}

/// The dump as a stream of what a target with this token lacks.
///
/// HEAD says what is left out, which nobody knows before the entries: it comes after them here, and no sign of life
/// before it.
pub async fn send(
    args: &DumpArgs,
    process: &Process,
    mut source: Source,
    compression: Compression,
    mut sink: Sink,
    token: &Token,
) -> Result<(), Failure> {
    let leg = Leg {
        args,
        process,
        compression,
        progress: &process.progress(),
        held: None,
    };
    leg.progress.stage(STAGE);
    let described = describe::in_time(&source, args, STAGE).await;
    let described = described.and_then(|described| {
        let head = rest(head::head(&source.facts, args), &described, token)?;
        Ok((head, described))
    });
    let (head, described) = match described {
        Ok(described) => described,
        Err(error) => {
            let encoder = Encoder::new(compression);
            let words = GivenUp::new(error, false, STAGE, |fail, out| encoder.fail(fail, out));
            return Err(words.end(&mut sink).await);
        }
    };
    describe::mention(&described.refused, &described.left_out, process);
    let Description { entries, parts, .. } = described;
    let skipped = head.resumes.iter().flat_map(|resumes| &resumes.skipped);
    let parts = left(&parts, skipped.clone());
    let notice = Notice::new("the rest is of another moment than what the target has").detail(format!(
        "the rows of {} tables are left out, as they stood at the first moment; those of all others come as they stand now",
        skipped.count()
    ));
    process.messages.warning(
        notice.hint("where foreign keys do not hold between the two, pgx-load --fk not-valid makes them all the same"),
    );
    let encoder = leg.head(&head, &mut sink).await?;
    let encoder = leg.contents(&entries, encoder, &mut sink).await?;
    let encoder = leg.last_rows(&mut source, &entries, parts, encoder, &mut sink).await?;
    leg.end(encoder, &mut sink).await
}

/// HEAD of the rest; an error when the token is of other definitions.
fn rest(head: Head, described: &Description, token: &Token) -> Result<Head, Error> {
    let mut head = Head {
        archive: token.archive().to_owned(),
        plan: Some(token.plan()),
        ..head
    };
    let definitions = Definitions::of(&head, &described.entries);
    let definitions = definitions.map_err(|error| Failure::failed(error.to_string()))?;
    if !define_the_same(definitions.digest(), token.plan()) {
        return Err(Error::OtherDefinitions);
    }
    let skipped = token.done().whole().skipped(&described.entries).map_err(Error::Token)?;
    head.requires.push(INCONSISTENT.to_owned());
    head.resumes = Some(Resumes {
        plan: token.plan(),
        skipped,
        inconsistent: true,
    });
    Ok(head)
}
