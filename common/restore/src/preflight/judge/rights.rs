//! Whose rights the SQL of an archive runs with, and whether they are enough.

use pgx_archive::Finding;

use super::Case;

pub fn judge(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (needs, answers, facts) = (case.needs, case.answers, &case.answers.facts);
    if let Some((role, reason)) = &answers.role_refused {
        findings.push(
            Finding::problem(
                "set-role",
                format!("role {role}"),
                format!("it cannot be taken: {reason}"),
            )
            .hint("GRANT it to the role that connects, or leave --role out"),
        );
    }
    for (role, by) in &needs.owners {
        if answers.name("role", role) == Some(false) {
            let message = format!("role {} may not give it anything, and it owns {by}", facts.user);
            findings.push(
                Finding::problem("role-rights", format!("role {role}"), message)
                    .hint(format!("GRANT {role} TO {}, or say --no-owner", facts.user)),
            );
        }
    }
    if needs.makes_roles && !facts.createrole {
        findings.push(
            Finding::problem(
                "createrole",
                "globals",
                format!("role {} may not make roles", facts.user),
            )
            .hint("load globals as a superuser"),
        );
    }
    if !facts.superuser {
        for (object, reason) in &needs.superuser {
            findings.push(
                Finding::problem(
                    "superuser",
                    object.as_str(),
                    format!("{reason}, and role {} is none", facts.user),
                )
                .hint("load as a superuser, or leave it out"),
            );
        }
    }
    if !facts.subscribes {
        for name in &needs.subscriptions {
            findings.push(
                Finding::problem(
                    "subscription",
                    format!("subscription {name}"),
                    format!("role {} may not make subscriptions", facts.user),
                )
                .hint("load as a superuser or a member of pg_create_subscription, or say --no-subscriptions"),
            );
        }
    }
    if !case.options.create {
        in_database(case, findings);
    }
    let (superuser, rights) = match facts.superuser {
        true => ("a superuser", "whoever made the stream can do anything with the target"),
        false => ("not a superuser", "it can do what this role may"),
    };
    let message = format!("SQL of the stream runs with its rights, and it is {superuser}: {rights}");
    findings.push(Finding::note("rights", format!("role {}", facts.user), message));
}

/// Rights in a database that is there; in one that is made they come with owning it.
fn in_database(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (needs, answers, facts) = (case.needs, case.answers, &case.answers.facts);
    if let Some(by) = needs.in_database.as_ref().filter(|_| !facts.creates) {
        let message = format!("role {} may not create in it ({by})", facts.user);
        findings.push(
            Finding::problem("database-rights", format!("database {}", facts.database), message)
                .hint(format!("GRANT CREATE ON DATABASE {} TO {}", facts.database, facts.user)),
        );
    }
    for (schema, by) in &needs.schemas {
        let called = format!("schema {schema}");
        match answers.name("schema", schema) {
            Some(true) => {}
            None if case.expects_extensions() => {}
            None => findings.push(
                Finding::problem("schema", called, format!("it does not exist ({by})"))
                    .hint("create it, or load it, too"),
            ),
            Some(false) => findings.push(
                Finding::problem(
                    "schema-rights",
                    called,
                    format!("role {} may not create in it ({by})", facts.user),
                )
                .hint(format!("GRANT CREATE ON SCHEMA {schema} TO {}", facts.user)),
            ),
        }
    }
}
