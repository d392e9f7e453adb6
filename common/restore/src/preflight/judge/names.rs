//! Names that belong to the cluster or its machine: roles, tablespaces, access methods, extensions, settings.

use pgx_archive::Finding;

use super::Case;

/// Settings that every server takes for a role or a database and shows nobody.
const HIDDEN: &[&str] = &[
    "default_with_oids",
    "role",
    "seed",
    "session_authorization",
    "ssl_renegotiation_limit",
];

/// Names that are missing, and such as may not be used.
pub fn judge(case: &Case<'_>, findings: &mut Vec<Finding>) {
    missing(case, findings);
    let (needs, answers) = (case.needs, case.answers);
    for (name, by) in &needs.tablespaces {
        if answers.name("tablespace", name) == Some(false) {
            let message = format!("role {} may not create in it ({by})", answers.facts.user);
            findings.push(
                Finding::problem("tablespace-rights", format!("tablespace {name}"), message)
                    .hint("GRANT CREATE ON TABLESPACE, or say --no-tablespaces"),
            );
        }
    }
    if let Some(why) = &answers.extensions_untold {
        let message = format!("which are available the target cannot tell: {why}");
        findings.push(Finding::note("extension", "extensions", message).hint("mend what it names, or take it away"));
    }
    for (name, version) in &needs.extensions {
        let Some(known) = answers.extensions.get(name) else {
            continue;
        };
        let called = format!("extension {name}");
        let there = known.installed.as_ref().filter(|_| !case.options.create);
        if there.is_none() && known.for_superusers && !answers.facts.superuser {
            findings.push(
                Finding::problem("extension-rights", &called, "only a superuser can make it")
                    .hint("have a superuser make it in the database beforehand, and say --into-existing"),
            );
        }
        let (Some(source), Some(target)) = (version, there.or(known.version.as_ref())) else {
            continue;
        };
        let message = format!("version {source} in the source would be {target} in the target");
        match (source == target, numbers(target) < numbers(source)) {
            (true, _) => {}
            (false, true) => findings.push(
                Finding::problem("extension-version", called, message)
                    .hint("install the newer version on the target's machine"),
            ),
            (false, false) => findings.push(Finding::note("extension-version", called, message)),
        }
    }
    let gone = |name: &String| needs.gone.get(name).filter(|(since, ..)| answers.major >= *since);
    for name in needs.gone.keys() {
        if let Some((since, None, by)) = gone(name) {
            let message = format!("it is left out: servers from {since} on refuse it as it is ({by})");
            findings.push(Finding::note("setting", format!("setting {name}"), message));
        }
    }
    let is_hidden = |name: &String| HIDDEN.iter().any(|hidden| name.eq_ignore_ascii_case(hidden));
    let asked = |name: &String| !name.contains('.') && !is_hidden(name) && gone(name).is_none();
    for (name, by) in needs.settings.iter().filter(|(name, _)| asked(name)) {
        let called = format!("setting {name}");
        match answers.name("setting", name) {
            None => findings.push(
                Finding::problem(
                    "setting",
                    called,
                    format!("the target does not know it, or hides it ({by})"),
                )
                .hint("ALTER DATABASE … RESET it in the source, or load without -C"),
            ),
            Some(false) => findings.push(
                Finding::problem(
                    "setting-rights",
                    called,
                    format!("role {} may not set it ({by})", answers.facts.user),
                )
                .hint("load as a superuser, or GRANT SET ON PARAMETER"),
            ),
            Some(true) => {}
        }
    }
}

/// Names that are missing.
pub fn missing(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let (needs, answers) = (case.needs, case.answers);
    for (role, by) in &needs.all_roles() {
        if answers.name("role", role).is_none() {
            let what = if needs.owners.contains_key(role) {
                "owns"
            } else {
                "is named by"
            };
            findings.push(
                Finding::problem(
                    "role",
                    format!("role {role}"),
                    format!("it does not exist, and {what} {by}"),
                )
                .hint(match what {
                    "owns" => "create it (pgx-globals copies roles), or say --no-owner",
                    _ => "create it: pgx-globals copies roles",
                }),
            );
        }
    }
    for (name, by) in &needs.tablespaces {
        if answers.name("tablespace", name).is_none() {
            findings.push(
                Finding::problem(
                    "tablespace",
                    format!("tablespace {name}"),
                    format!("it does not exist ({by})"),
                )
                .hint("create it, or say --no-tablespaces"),
            );
        }
    }
    for name in needs.extensions.keys() {
        if answers.extensions_untold.is_none() && !answers.extensions.contains_key(name) {
            findings.push(
                Finding::problem(
                    "extension",
                    format!("extension {name}"),
                    "the target does not have it available",
                )
                .hint("install its package on the target's machine"),
            );
        }
    }
    for (name, by) in &needs.access_methods {
        if answers.name("access method", name) != Some(true) && !case.expects_extensions() {
            findings.push(
                Finding::problem(
                    "access-method",
                    format!("access method {name}"),
                    format!("it does not exist ({by})"),
                )
                .hint("install what brings it, or say --no-table-access-method"),
            );
        }
    }
}

/// A version as numbers, so that 1.10 is more than 1.9.
fn numbers(version: &str) -> Vec<u64> {
    let pieces = version.split(|c: char| !c.is_ascii_digit());
    pieces.filter_map(|piece| piece.parse().ok()).collect()
}
