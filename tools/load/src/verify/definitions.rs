//! The target described as pgx-dump describes a source, and what differs.

use pgx_archive::{Entry, Head, Kind};
use pgx_cli::Failure;
use pgx_objects::choose::{Choice, choose};
use pgx_objects::kinds::{data, sequence};
use pgx_objects::{Body, Database, Phase, emit, order};
use pgx_restore::verify::{
    AT_ONCE, Comparison, Difference, FLAWS, OWNED_SEQUENCES, Owned, Weakness, differences, positions, weaken,
};
use pgx_restore::{Contents, Options};
use pgx_server::Session;
use pgx_server::source::{self, ServerFacts};

use super::sessions::BACK;
use crate::failure;

/// The target, as entries.
pub struct Target {
    /// All that it has.
    pub entries: Vec<Entry>,
    /// Whether the role may read subscriptions.
    reads_subscriptions: bool,
}

/// What the comparison of definitions came to.
pub struct Objects {
    /// How many were compared.
    pub compared: u64,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// A sequence that will give values which its column has already.
pub struct Behind {
    /// The sequence.
    pub owned: Owned,
    /// The value that it will give next.
    pub next: String,
    /// The largest in its column.
    pub taken: String,
}

/// Reads the target's catalogs, spelled as those of the source were, and leaves the session's settings as they are.
pub async fn describe(
    session: &Session,
    facts: &ServerFacts,
    head: &Head,
    contents: &Contents<'_>,
) -> Result<Target, Failure> {
    let spelled = source::spell_as(session, &head.source.spelling).await;
    spelled.map_err(|error| failure::server(&error))?;
    let refused = |error: pgx_catalogs::Error| match error {
        pgx_catalogs::Error::Query { query, error } => failure::at(&error, query, "reading the target's catalogs"),
        error => Failure::failed(error.to_string()).within("reading the target's catalogs"),
    };
    let wrong = |error: pgx_objects::Error| refused(error.into());
    let mut db = Database::new(pgx_catalogs::server(session, facts));
    pgx_catalogs::ask(session, &mut db, Phase::Early, false)
        .await
        .map_err(refused)?;
    let foreign = contents.wanted().any(|entry| entry.fields.contains_key(data::FOREIGN));
    let is_server = |object: &pgx_objects::Object| matches!(object.body, Body::ForeignServer(_)) && foreign;
    let plan = data::Plan {
        unlogged: !db.server.standby,
        foreign_servers: db.oids(is_server).into_iter().collect(),
        ..data::Plan::default()
    };
    let choice = Choice::default();
    choose(&mut db, &choice);
    sequence::follow_owners(&mut db);
    data::plan(&mut db, &choice, &plan);
    pgx_catalogs::ask(session, &mut db, Phase::Chosen, false)
        .await
        .map_err(refused)?;
    if !db.denied.is_empty() {
        let message = format!("the role may not read all of the target: {}", db.denied.join(", "));
        return Err(Failure::failed(message).hint("compare as its owner, or as a superuser"));
    }
    if db.needs_quotes {
        let quoted = source::quote_all_names(session).await;
        quoted.map_err(|error| failure::server(&error))?;
    }
    pgx_catalogs::ask(session, &mut db, Phase::Late, false)
        .await
        .map_err(refused)?;
    let back = session.execute(BACK).await;
    back.map_err(|error| failure::server(&error))?;
    if foreign {
        let allowed = source::allow_foreign_tables(session).await;
        allowed.map_err(|error| failure::server(&error))?;
    }
    let order = order::order(&mut db).map_err(wrong)?;
    Ok(Target {
        entries: emit::entries(&db, &order),
        reads_subscriptions: db.left_out.is_empty(),
    })
}

/// Compares all entries but those of rows.
pub async fn compare(
    session: &Session,
    contents: &Contents<'_>,
    target: &Target,
    options: &Options,
    how: Comparison,
) -> Result<Objects, Failure> {
    let (compared, mut differences) = differences(contents, &target.entries, options, how);
    let is_of_subscription =
        |kind: &Kind| matches!(kind, Kind::Subscription | Kind::SubscriptionTable) && !target.reads_subscriptions;
    differences.retain(|one| !is_of_subscription(&one.kind));
    let answer = ask(session, FLAWS).await?;
    let weak = answer.into_iter().filter_map(|row| {
        let [kind, schema, table, name] = <[String; 4]>::try_from(row).ok()?;
        let kind = Kind::from_tag(&kind);
        Some(Weakness {
            kind,
            schema,
            table,
            name,
        })
    });
    weaken(contents, weak.collect(), how.nothing_else, &mut differences);
    Ok(Objects { compared, differences })
}

/// The sequences of the stream that will give values which are taken.
pub async fn behind(session: &Session, contents: &Contents<'_>) -> Result<Vec<Behind>, Failure> {
    let is_set = |schema: &str, name: &str| {
        contents.wanted().any(|entry| {
            entry.kind == Kind::SequenceSet && entry.schema.as_deref() == Some(schema) && entry.name == name
        })
    };
    if !contents.wanted().any(|entry| entry.kind == Kind::SequenceSet) {
        return Ok(Vec::new());
    }
    let owned = ask(session, OWNED_SEQUENCES).await?.into_iter().filter_map(|row| {
        let [schema, name, table_schema, table, column] = <[String; 5]>::try_from(row).ok()?;
        is_set(&schema, &name).then_some(Owned {
            schema,
            name,
            table_schema,
            table,
            column,
        })
    });
    let owned: Vec<Owned> = owned.collect();
    let mut behind = Vec::new();
    for some in owned.chunks(AT_ONCE) {
        for row in ask(session, &positions(some)).await? {
            let Ok([place, next, taken]) = <[String; 3]>::try_from(row) else {
                continue;
            };
            let owned = place.parse().ok().and_then(|place: usize| some.get(place));
            behind.extend(owned.map(|owned| Behind {
                owned: owned.clone(),
                next,
                taken,
            }));
        }
    }
    Ok(behind)
}

/// The rows of an answer, none of whose values is null.
async fn ask(session: &Session, sql: &str) -> Result<Vec<Vec<String>>, Failure> {
    let answer = session.rows(sql).await.map_err(|error| failure::server(&error))?;
    let whole = |row: Vec<Option<String>>| row.into_iter().collect::<Option<Vec<String>>>();
    Ok(answer.rows.into_iter().filter_map(whole).collect())
}
