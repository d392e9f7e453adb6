//! The source is asked.

use pgx_objects::check::{Answers, Spelling, questions, spellings};
use pgx_objects::{Database, Rows};
use pgx_server::Session;

use crate::error::Error;

/// SQLSTATE of a relation that somebody else holds: that is told elsewhere.
const HELD: &str = "55P03";

/// Asks for locks and facts.
pub async fn ask(session: &Session, db: &Database) -> Result<Answers, Error> {
    let ask = |query: &'static str, sql: Option<String>| async move {
        match sql {
            None => Ok(Rows::default()),
            Some(sql) => pgx_catalogs::rows(session, query, &sql).await,
        }
    };
    let (held, mappings, facts) = tokio::try_join!(
        ask("locks on relations", questions::held(db)),
        ask("user mappings", Some(questions::MAPPINGS.to_owned())),
        ask("facts about the server", Some(questions::FACTS.to_owned())),
    )?;
    let mut answers = Answers::default();
    answers.add_held(&held)?;
    answers.add_mappings(&mappings)?;
    answers.add_facts(&facts)?;
    Ok(answers)
}

/// Lets the server spell what is wanted, and finds what it cannot; no lock stays.
pub async fn spell(session: &Session, db: &Database, answers: &mut Answers) -> Result<(), Error> {
    session.execute("SET LOCAL lock_timeout = '1s'").await?;
    let mut left = spellings(db);
    while let Some(spelling) = left.pop() {
        session.execute("SAVEPOINT spelling").await?;
        let spelled = session.rows(&spelling.sql()).await;
        match spelled {
            Ok(_) => {}
            Err(error) if error.is_connection() => return Err(error.into()),
            Err(error) => match (spelling.halves(), error.sqlstate()) {
                (Some(halves), _) => left.extend(halves),
                (None, Some(HELD)) => {}
                (None, _) => add(&spelling, &error.message(), answers),
            },
        }
        session
            .execute("ROLLBACK TO SAVEPOINT spelling; RELEASE SAVEPOINT spelling")
            .await?;
    }
    Ok(())
}

fn add(spelling: &Spelling, complaint: &str, answers: &mut Answers) {
    let complaints = spelling.oids.iter().map(|oid| (*oid, complaint.to_owned()));
    answers.unspelled.extend(complaints);
}
