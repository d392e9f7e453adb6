//! The server: whether it takes writes, how many sessions, and for how long.

use pgx_archive::Finding;

use super::super::{Objection, Target, objections};
use super::Case;

/// Transactions after which the server refuses to begin another, less a margin that it keeps to itself.
const LAST: u64 = 2_147_483_647;
/// Transactions before the last at which the server begins to warn with every statement.
const WARNS: u64 = 40_000_000;
/// The age at which VACUUM puts everything else aside.
const OLD: u64 = 1_600_000_000;

pub fn judge(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (needs, facts) = (case.needs, &case.answers.facts);
    let target = Target {
        major: case.answers.major,
        standby: facts.standby,
        objects: case.answers.objects.clone(),
    };
    for objection in objections(needs.source, &target, case.fresh()) {
        let code = match objection {
            Objection::Standby => "standby",
            Objection::Older { .. } => "older",
            Objection::NotEmpty { .. } => "not-empty",
        };
        findings.push(Finding::problem(code, "target", objection.to_string()).hint(objection.remedy()));
    }
    let left = LAST.saturating_sub(facts.age);
    let vacuum = "let VACUUM freeze what is old: see \"Preventing Transaction ID Wraparound Failures\"";
    if left <= WARNS {
        let message = format!("the server stops taking writes in {left} transactions");
        findings.push(Finding::problem("wraparound", "target", message).hint(vacuum));
    } else if facts.age >= OLD {
        let message = format!(
            "its oldest transaction is {} transactions old, of {LAST} at most",
            facts.age
        );
        findings.push(Finding::note("wraparound", "target", message).hint(vacuum));
    }
    sessions(case, findings);
    if case.answers.pooled {
        let message = "a pooler stands between us and the server: sessions may not keep their settings";
        findings.push(
            Finding::problem("pooler", "connection", message)
                .hint("connect to the server itself, or by session pooling"),
        );
    }
    let relations = needs.makes.len() as u64;
    if case.wishes.one_transaction && relations > facts.locks {
        let message = format!(
            "one transaction would lock {relations} relations, and the server has room for about {}",
            facts.locks
        );
        findings.push(
            Finding::problem("locks", "target", message).hint("raise max_locks_per_transaction, or leave -1 out"),
        );
    }
    if facts.prepared > 0 {
        let message = match facts.prepared {
            1 => "a prepared transaction is open and may hold locks".to_owned(),
            many => format!("{many} prepared transactions are open and may hold locks"),
        };
        findings.push(
            Finding::note("prepared", format!("database {}", facts.database), message)
                .hint("pg_prepared_xacts names them; commit or roll them back"),
        );
    }
    if needs.bytes > 0 {
        let message = format!(
            "rows took {} on the source's disk; how much is free on the target's, SQL cannot tell",
            amount(needs.bytes)
        );
        findings
            .push(Finding::note("room", "target", message).hint("look at the disks of its tablespaces and of pg_wal"));
    }
}

fn sessions(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let facts = &case.answers.facts;
    // The session that asks will be gone.
    let free = facts
        .free_connections
        .saturating_add(1)
        .min(facts.connection_limit.unwrap_or(i64::MAX));
    let wanted = i64::try_from(case.wishes.sessions).unwrap_or(i64::MAX);
    if free < wanted {
        let message = format!("{free} of the {wanted} sessions that -j asks for can be had");
        findings.push(Finding::note("connections", "target", message).hint("the load goes on with fewer"));
    }
}

/// Bytes for people.
fn amount(bytes: u64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"];
    let (mut amount, mut unit) = (bytes, 0);
    while amount >= 10_240 && unit + 1 < units.len() {
        amount /= 1024;
        unit += 1;
    }
    format!("{amount} {}", units[unit])
}
