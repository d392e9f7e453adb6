//! The database: whether it is there, what its encoding and locale are, and what it has already.

use pgx_archive::Finding;

use super::Case;

pub fn judge(case: &Case<'_>, findings: &mut Vec<Finding>) {
    match &case.needs.database {
        Some(name) if case.options.create => to_make(case, name, findings),
        _ => there(case, findings),
    }
    relations(case, findings);
}

/// A database that is to be made.
fn to_make(case: &Case<'_>, name: &str, findings: &mut Vec<Finding>) {
    let (answers, facts) = (case.answers, &case.answers.facts);
    let called = format!("database {name}");
    if answers.name("database", name).is_some() {
        findings.push(
            Finding::problem("database-exists", &called, "it is there already")
                .hint("drop or rename it, or load into it without -C"),
        );
    }
    if !facts.createdb {
        findings.push(
            Finding::problem(
                "createdb",
                &called,
                format!("role {} may not make databases", facts.user),
            )
            .hint(format!("ALTER ROLE {} CREATEDB, as a superuser", facts.user)),
        );
    }
    let [provider, collate, ctype, _] = &case.needs.locale;
    let needs = match provider.as_str() {
        "icu" => Some(("ICU", 15)),
        "builtin" => Some(("the builtin locale provider", 17)),
        _ => None,
    };
    if let Some((feature, since)) = needs.filter(|(_, since)| answers.major < *since) {
        let message = format!("it needs {feature}, which PostgreSQL {} does not have", answers.major);
        findings.push(Finding::problem("locale", &called, message).hint(format!(
            "load into PostgreSQL {since} or later, or make the database with another locale and leave -C out"
        )));
    } else if provider == "icu" && !facts.icu {
        findings.push(
            Finding::problem("locale", &called, "it needs ICU, which the server was built without")
                .hint("load into a server with ICU, or make the database with another locale and leave -C out"),
        );
    }
    for locale in [collate, ctype] {
        if answers.unknown_locales.contains(locale) && !findings.iter().any(|said| said.object == *locale) {
            findings.push(
                Finding::problem(
                    "locale",
                    locale.as_str(),
                    format!("{called} has this locale, and the target's machine does not"),
                )
                .hint("install it there and restart the server, or make the database with another and leave -C out"),
            );
        }
    }
}

/// A database that is there.
fn there(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (needs, facts) = (case.needs, &case.answers.facts);
    let called = format!("database {}", facts.database);
    let (from, to) = (needs.encoding.as_str(), facts.encoding.as_str());
    let remedy = "make the database with the source's encoding, as -C does";
    match (from, to) {
        _ if from.is_empty() || from == to => {}
        ("SQL_ASCII", _) => {
            let message = format!("the source has text of no known encoding, which {to} may refuse");
            findings.push(Finding::problem("encoding", &called, message).hint(remedy));
        }
        (_, "SQL_ASCII") => {
            let message = format!("it has no encoding: text would be stored as {from}, and nothing would know");
            findings.push(Finding::problem("encoding", &called, message).hint(remedy));
        }
        (_, "UTF8") => {
            let message = format!("text is converted from {from} to {to}");
            findings.push(Finding::note("encoding", &called, message));
        }
        _ => {
            let message = format!("its encoding is {to}: what comes in {from} and {to} does not have is refused");
            findings.push(Finding::problem("encoding", &called, message).hint(remedy));
        }
    }
    if needs.defines && !needs.locale[0].is_empty() && needs.locale != facts.locale {
        let of = |[provider, collate, ctype, own]: &[String; 4]| {
            let mut words: Vec<&str> = [provider, collate, ctype, own]
                .into_iter()
                .map(String::as_str)
                .collect();
            words.dedup();
            words.retain(|word| !word.is_empty());
            words.join(" ")
        };
        let message = format!(
            "its locale is {}, and the source's {}: text may be sorted, and cased, otherwise",
            of(&facts.locale),
            of(&needs.locale)
        );
        findings.push(Finding::note("locale", &called, message).hint("-C makes a database with the source's"));
    }
    if !facts.event_triggers.is_empty() && needs.defines {
        let message = format!("event triggers are on and see what is made: {}", facts.event_triggers);
        findings
            .push(Finding::note("event-trigger", &called, message).hint("switch them off for the load if they object"));
    }
}

/// Relations that must be there, and such as must not.
fn relations(case: &Case<'_>, findings: &mut Vec<Finding>) {
    if case.options.create {
        return;
    }
    let (needs, answers) = (case.needs, case.answers);
    for (schema, name) in &needs.fills {
        let called = format!("table {schema}.{name}");
        match answers.relations.get(&(schema.clone(), name.clone())) {
            None => findings.push(
                Finding::problem("table-missing", called, "its rows are loaded, and it is not there")
                    .hint("load its definition, too, or first"),
            ),
            Some((false, _)) => findings.push(
                Finding::problem(
                    "table-rights",
                    &called,
                    format!("role {} may not insert", answers.facts.user),
                )
                .hint("GRANT INSERT, or load as its owner"),
            ),
            Some((_, true)) if !case.options.row_security && !answers.facts.bypassrls => findings.push(
                Finding::problem("row-security", called, "it has row security, which refuses COPY")
                    .hint("load as a role with BYPASSRLS or as its owner"),
            ),
            Some(_) => {}
        }
    }
    if case.wishes.into_existing && case.options.clean == crate::options::Clean::No {
        for relation in needs
            .makes
            .iter()
            .filter(|relation| answers.relations.contains_key(*relation))
        {
            let (schema, name) = relation;
            findings.push(
                Finding::problem(
                    "table-exists",
                    format!("{schema}.{name}"),
                    "a relation of this name is there already",
                )
                .hint("drop or rename it, or leave it out with -T"),
            );
        }
    }
}
