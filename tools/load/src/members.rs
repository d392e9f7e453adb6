//! A stream member by member: what belongs to the cluster, and one database after another.

use pgx_archive::Content;
use pgx_cli::{Failure, Process};
use pgx_selection::Selection;

use crate::args::LoadArgs;
use crate::errors::Errors;
use crate::intake::Intake;
use crate::tally::Tally;
use crate::{apply, globals};

/// Loads all members.
///
/// A failure names what is whole in the target besides. That the last member has come is known only at the end of
/// the input, so a member that was announced and did not come fails the load when all others are in.
pub async fn load(
    args: &LoadArgs,
    selection: &Selection,
    process: &Process,
    mut intake: Intake,
) -> Result<(), Failure> {
    let mut whole: Vec<String> = Vec::new();
    let mut errors = Errors::new(&args.tolerate, process)?;
    loop {
        let contents = intake.contents().await;
        let (head, entries, toc_end) = contents.map_err(|failure| match whole.is_empty() {
            true => Tally::default().tell(failure),
            false => beside(&whole, failure),
        })?;
        let loaded = match head.content {
            Content::Globals => {
                globals::apply(args, selection, process, (&head, &entries), &mut intake, &mut errors).await
            }
            _ if !whole.is_empty() && !args.output.create => Err(several(&intake)),
            _ => {
                apply::apply(
                    args,
                    selection,
                    process,
                    (&head, &entries, toc_end),
                    &mut intake,
                    &mut errors,
                )
                .await
            }
        };
        loaded.map_err(|failure| beside(&whole, failure))?;
        if !intake.has_more() {
            return errors.end();
        }
        errors.next_member();
        whole.push(match head.content {
            Content::Globals => "the globals".to_owned(),
            _ => format!("database {}", head.source.database),
        });
    }
}

fn several(intake: &Intake) -> Failure {
    Failure::failed("the stream has several members, and -d names one database")
        .within(intake.name())
        .hint("with -C each database is made by its own name; -d is then any database to connect to first")
}

/// Adds which members are in the target beside the one that failed.
fn beside(whole: &[String], failure: Failure) -> Failure {
    if whole.is_empty() {
        return failure;
    }
    let before = failure.notice.detail.clone();
    let lines: Vec<String> = before
        .into_iter()
        .chain([format!("whole in the target: {}", whole.join(", "))])
        .collect();
    failure.detail(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_are_whole_are_named_after_what_happened() {
        let failure = Failure::incomplete("the input ends").detail("nothing was written to the target");
        let whole = ["the globals".to_owned(), "database shop".to_owned()];
        assert_eq!(
            beside(&whole, failure.clone()).notice.detail.as_deref(),
            Some("nothing was written to the target\nwhole in the target: the globals, database shop")
        );
        assert_eq!(beside(&[], failure.clone()), failure);
    }
}
