//! What follows from the answers: everything that stands against a dump, and what to know about it.

use pgx_archive::Finding;

use super::Answers;
use super::questions::locked;
use crate::database::{Body, Database, NodeId, Wanted};
use crate::kinds::relation::Relation;

/// The most transactions there may be between the oldest that is not frozen and the next.
const LAST: u64 = 2_147_483_647;
/// The age at which VACUUM puts everything else aside.
const OLD: u64 = 1_600_000_000;
/// How many objects a note names.
const NAMED: usize = 5;

/// Everything that is to be said about dumping what is wanted of a database: problems, then notes. `user` is the role
/// that reads; `row_security` when only the rows that policies show are wanted.
pub fn judge(db: &Database, answers: &Answers, user: &str, row_security: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    relations(db, answers, user, row_security, &mut findings);
    others(db, answers, &mut findings);
    left_behind(db, &mut findings);
    server(db, answers, &mut findings);
    let rights = match db.server.superuser {
        true => "a superuser: it sees all rows and passwords in options",
        false => "not a superuser: passwords of roles and, of subscriptions, everything stays behind",
    };
    findings.push(Finding::note(
        "rights",
        format!("role {user}"),
        format!("it reads, and it is {rights}"),
    ));
    findings.sort_by_key(|finding| finding.weight);
    findings
}

fn called(db: &Database, id: NodeId) -> String {
    let word = match &db.object(id).body {
        Body::Relation(body) => match body.relkind {
            'v' => "view",
            'm' => "materialized view",
            'f' => "foreign table",
            'S' => "sequence",
            _ => "table",
        },
        Body::Function(_) => "function",
        Body::Schema(_) => "schema",
        _ => "object",
    };
    format!("{word} {}", db.qualified(id))
}

fn relations(db: &Database, answers: &Answers, user: &str, row_security: bool, findings: &mut Vec<Finding>) {
    for denied in &db.denied {
        findings.push(
            Finding::problem("select", denied.as_str(), format!("role {user} may not read it")).hint(
                "let the role SELECT from it and USE its schema, or leave it out: -N, -T, --exclude-table-data, -B",
            ),
        );
    }
    for guarded in db.guarded.iter().filter(|_| !row_security) {
        findings.push(
            Finding::problem(
                "row-security",
                format!("table {guarded}"),
                "policies may hide rows of it",
            )
            .hint("dump as a role with BYPASSRLS, or only what policies show with --enable-row-security"),
        );
    }
    for id in locked(db) {
        let (oid, called) = (db.object(id).catalog.oid, called(db, id));
        match answers.held.get(&oid) {
            Some(true) => findings.push(
                Finding::problem(
                    "held",
                    called,
                    "a prepared transaction holds it, and a dump would wait for ever",
                )
                .hint("pg_prepared_xacts names it; commit it or roll it back"),
            ),
            Some(false) => findings.push(
                Finding::note("held", called, "somebody alters it: a dump would wait for that")
                    .hint("--lock-wait-timeout limits the waiting"),
            ),
            None => {}
        }
    }
}

fn others(db: &Database, answers: &Answers, findings: &mut Vec<Finding>) {
    for (oid, complaint) in &answers.unspelled {
        let id = [crate::class::CLASS, crate::class::PROC]
            .into_iter()
            .find_map(|class| db.by_oid(class, *oid));
        let object = id.map_or_else(|| format!("object {oid}"), |id| called(db, id));
        findings.push(
            Finding::problem("broken", object, format!("the server cannot spell it: {complaint}"))
                .hint("drop it or make it anew, or leave it out"),
        );
    }
    for sentence in &db.left_out {
        findings.push(
            Finding::problem("left-out", "source", sentence.as_str())
                .hint("dump as a superuser, or leave it out by a switch: --no-subscriptions"),
        );
    }
    for (mapped, server) in &answers.mappings {
        findings.push(
            Finding::note(
                "user-mapping",
                format!("user mapping for {mapped} on server {server}"),
                "its options are hidden, and stay behind",
            )
            .hint("dump as a superuser if they are wanted"),
        );
    }
}

/// Unlogged tables whose rows are wanted and not planned to be read.
pub fn unlogged(db: &Database) -> Vec<String> {
    rows_left(db, |body| body.relkind == 'r' && body.persistence == 'u')
}

/// Such relations whose rows are wanted and not planned to be read.
fn rows_left(db: &Database, pick: fn(&Relation) -> bool) -> Vec<String> {
    let is_left = |body: &Relation| pick(body) && body.data.is_none();
    let wanted = |id: &NodeId| db.object(*id).wanted.any(Wanted::DATA) && db.relation(*id).is_some_and(is_left);
    db.nodes().filter(wanted).map(|id| db.qualified(id)).collect()
}

/// What is no error and yet is not in the dump.
fn left_behind(db: &Database, findings: &mut Vec<Finding>) {
    let foreign = rows_left(db, |body| body.relkind == 'f');
    let mut note = |code, tables: Vec<String>, what: &str, hint: &str| {
        if !tables.is_empty() {
            let named: Vec<&str> = tables.iter().take(NAMED).map(String::as_str).collect();
            let more = if tables.len() > NAMED { ", …" } else { "" };
            let object = format!("{} {what}", tables.len());
            let message = format!("their rows stay behind: {}{more}", named.join(", "));
            findings.push(Finding::note(code, object, message).hint(hint));
        }
    };
    note(
        "unlogged",
        unlogged(db),
        "unlogged tables",
        "a standby does not have them: dump from its primary",
    );
    note(
        "foreign",
        foreign,
        "foreign tables",
        "--include-foreign-data sends them",
    );
}

fn server(db: &Database, answers: &Answers, findings: &mut Vec<Finding>) {
    let facts = &answers.facts;
    if answers.pooled {
        findings.push(
            Finding::problem(
                "pooler",
                "connection",
                "a pooler stands between us and the server: sessions may not keep their settings",
            )
            .hint("connect to the server itself, or by session pooling"),
        );
    }
    let tables = locked(db).len() as u64;
    if tables > facts.locks {
        let message = format!(
            "{tables} tables are to be locked, and the server has room for about {}",
            facts.locks
        );
        findings.push(Finding::problem("locks", "source", message).hint("raise max_locks_per_transaction"));
    }
    if let Some(reason) = &answers.not_shared {
        let message = format!("sessions cannot share a snapshot: one session reads ({reason})");
        findings.push(Finding::note("snapshot", "source", message));
    }
    if facts.prepared > 0 {
        let message = match facts.prepared {
            1 => "a prepared transaction is open: what it changes is not in the dump".to_owned(),
            many => format!("{many} prepared transactions are open: what they change is not in the dump"),
        };
        findings.push(
            Finding::note("prepared", format!("database {}", db.server.database), message)
                .hint("pg_prepared_xacts names them"),
        );
    }
    if facts.age >= OLD {
        let message = format!(
            "its oldest transaction is {} transactions old, of {LAST} at most, and a dump keeps VACUUM from what is newer",
            facts.age
        );
        findings.push(Finding::note("wraparound", "source", message).hint("let VACUUM finish before a long dump"));
    }
    if db.server.standby && facts.standby_delay >= 0 && !facts.feedback {
        let message = format!(
            "it is a standby that cancels what stands in the way of replay for {} seconds",
            facts.standby_delay / 1000
        );
        findings.push(
            Finding::note("standby", "source", message).hint(
                "set max_standby_streaming_delay = -1 or hot_standby_feedback = on there for the time of the dump",
            ),
        );
    }
    for timeout in &facts.timeouts {
        findings.push(Finding::note(
            "timeout",
            "source",
            format!("{timeout} is set for the role; a dump goes without"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn codes(answers: &Answers, change: impl FnOnce(&mut Database)) -> Vec<&'static str> {
        let mut db = sample::database(18);
        change(&mut db);
        let findings = judge(&db, answers, "reader", false);
        findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn nothing_is_wrong_with_what_can_be_read() {
        let answers = Answers {
            facts: super::super::Facts {
                locks: 6400,
                ..Default::default()
            },
            ..Answers::default()
        };
        assert_eq!(codes(&answers, |_| ()), ["rights"]);
    }

    #[test]
    fn what_the_server_says_is_told_problems_first() {
        let answers = Answers {
            pooled: true,
            not_shared: Some("no".to_owned()),
            mappings: vec![("ann".to_owned(), "far".to_owned())],
            unspelled: vec![(1, "cache lookup failed".to_owned())],
            facts: super::super::Facts {
                age: OLD,
                prepared: 1,
                standby_delay: 30_000,
                timeouts: vec!["statement_timeout = 5 s".to_owned()],
                ..Default::default()
            },
            ..Answers::default()
        };
        let found = codes(&answers, |db| {
            db.server.standby = true;
            db.left_out.push("subscription sub is left out".to_owned());
            db.denied.push("table t".to_owned());
            db.guarded.push("u".to_owned());
        });
        assert_eq!(
            found,
            [
                "select",
                "row-security",
                "broken",
                "left-out",
                "pooler",
                "user-mapping",
                "snapshot",
                "prepared",
                "wraparound",
                "standby",
                "timeout",
                "rights"
            ]
        );
    }
}
