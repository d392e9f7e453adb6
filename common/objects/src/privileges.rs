//! Privileges: the difference between what an object has and what it starts with, as GRANT and REVOKE.
//!
//! Access lists come in the catalogs' own form, `grantee=codes/grantor`, where a `*` after a code is the
//! grant option. An object starts with `acldefault()`, or with its row in `pg_init_privs` when initdb or an
//! extension gave it something else.

use pgx_archive::Grant;

use crate::sql::parse_array;

/// Codes of an access list with their key words, by the word that GRANT uses for the kind of object, in the
/// order in which pg_dump lists them.
fn privileges_of(word: &str, columns: bool) -> &'static [(char, &'static str)] {
    match word {
        "TABLE" | "TABLES" if columns => &[('r', "SELECT"), ('a', "INSERT"), ('x', "REFERENCES"), ('w', "UPDATE")],
        "TABLE" | "TABLES" => &[
            ('r', "SELECT"),
            ('a', "INSERT"),
            ('x', "REFERENCES"),
            ('d', "DELETE"),
            ('t', "TRIGGER"),
            ('D', "TRUNCATE"),
            ('m', "MAINTAIN"),
            ('w', "UPDATE"),
        ],
        "SEQUENCE" | "SEQUENCES" => &[('r', "SELECT"), ('U', "USAGE"), ('w', "UPDATE")],
        "FUNCTION" | "FUNCTIONS" | "PROCEDURE" | "PROCEDURES" => &[('X', "EXECUTE")],
        "SCHEMA" | "SCHEMAS" => &[('C', "CREATE"), ('U', "USAGE")],
        "DATABASE" => &[('C', "CREATE"), ('c', "CONNECT"), ('T', "TEMPORARY")],
        "TABLESPACE" => &[('C', "CREATE")],
        "PARAMETER" => &[('s', "SET"), ('A', "ALTER SYSTEM")],
        "LARGE OBJECT" | "LARGE OBJECTS" => &[('r', "SELECT"), ('w', "UPDATE")],
        // LANGUAGE, TYPE, TYPES, FOREIGN DATA WRAPPER, FOREIGN SERVER
        _ => &[('U', "USAGE")],
    }
}

/// The grants and revokes that lead from `base` to `actual`, in an order that works.
///
/// `word` is what GRANT calls the kind of object; `column` limits it to one column, quoted already.
/// When `actual` is none and `default` is given, the object has its defaults although it started with
/// something else.
pub fn difference(
    actual: Option<&str>,
    base: Option<&str>,
    default: Option<&str>,
    owner: &str,
    word: &str,
    column: Option<&str>,
) -> Vec<Grant> {
    let items = |list: Option<&str>| -> Vec<String> {
        list.and_then(parse_array)
            .map(|list| list.into_iter().flatten().collect())
            .unwrap_or_default()
    };
    let Some(actual) = actual.or(default) else {
        return Vec::new();
    };
    let (actual, base) = (items(Some(actual)), items(base));
    let mut first = Vec::new();
    let mut second = Vec::new();
    for item in base.iter().filter(|item| !actual.contains(item)) {
        let Some(item) = Item::parse(item) else { continue };
        let (plain, _) = item.keywords(word, column, false);
        if !plain.is_empty() {
            first.push(Grant {
                revoke: true,
                privileges: plain,
                grantee: item.grantee,
                grantor: String::new(),
                grant_option: false,
            });
        }
    }
    for item in actual.iter().filter(|item| !base.contains(item)) {
        let Some(item) = Item::parse(item) else { continue };
        let (plain, passed_on) = item.keywords(word, column, true);
        let own = !owner.is_empty() && item.grantee == owner && item.grantor == owner;
        let list = if own { &mut first } else { &mut second };
        let grantor = if item.grantor == owner {
            String::new()
        } else {
            item.grantor
        };
        for (privileges, grant_option) in [(plain, false), (passed_on, true)] {
            if !privileges.is_empty() {
                let (grantee, grantor) = (item.grantee.clone(), grantor.clone());
                list.push(Grant {
                    revoke: false,
                    privileges,
                    grantee,
                    grantor,
                    grant_option,
                });
            }
        }
    }
    first.append(&mut second);
    first
}

/// The roles that a list of grants names, each once.
pub fn roles(grants: &[Grant]) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    for role in grants.iter().flat_map(|grant| [&grant.grantee, &grant.grantor]) {
        if !role.is_empty() && !roles.contains(role) {
            roles.push(role.clone());
        }
    }
    roles
}

/// One item of an access list.
struct Item {
    grantee: String,
    codes: String,
    grantor: String,
}

impl Item {
    fn parse(text: &str) -> Option<Item> {
        let (grantee, rest) = role(text)?;
        let (codes, grantor) = rest.strip_prefix('=')?.split_once('/')?;
        let (grantor, rest) = role(grantor)?;
        rest.is_empty().then(|| Item {
            grantee,
            codes: codes.to_owned(),
            grantor,
        })
    }

    /// Key words without and with grant option; all in the first when options do not matter.
    fn keywords(&self, word: &str, column: Option<&str>, options: bool) -> (String, String) {
        let known = privileges_of(word, column.is_some());
        let (mut plain, mut passed_on) = (Vec::new(), Vec::new());
        for (code, keyword) in known {
            let Some(at) = self.codes.find(*code) else { continue };
            let passed = options && self.codes[at + code.len_utf8()..].starts_with('*');
            if passed {
                passed_on.push(*keyword)
            } else {
                plain.push(*keyword)
            }
        }
        let spell = |list: Vec<&str>| {
            let list = if list.len() == known.len() { vec!["ALL"] } else { list };
            let of = column.map(|column| format!("({column})")).unwrap_or_default();
            list.iter()
                .map(|keyword| format!("{keyword}{of}"))
                .collect::<Vec<_>>()
                .join(",")
        };
        (spell(plain), spell(passed_on))
    }
}

/// A role name at the start of a text, and what follows it.
fn role(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next().filter(|c| *c != '=') {
        rest = &rest[next.len_utf8()..];
        if next != '"' {
            name.push(next);
            continue;
        }
        loop {
            let at = rest.find('"')?;
            name += &rest[..at];
            rest = &rest[at + 1..];
            match rest.strip_prefix('"') {
                Some(after) => {
                    name.push('"');
                    rest = after;
                }
                None => break,
            }
        }
    }
    Some((name, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::naming::grant_statements;

    fn sql(actual: &str, base: &str) -> String {
        let grants = difference(Some(actual), Some(base), None, "joe", "TABLE", None);
        grant_statements(&grants, "", "TABLE public.t")
    }

    #[test]
    fn what_is_as_it_began_says_nothing() {
        assert_eq!(sql("{joe=arwdDxtm/joe}", "{joe=arwdDxtm/joe}"), "");
        assert!(difference(None, Some("{joe=r/joe}"), None, "joe", "TABLE", None).is_empty());
    }

    #[test]
    fn grants_follow_revokes() {
        assert_eq!(
            sql("{joe=ar/joe,=r/joe}", "{joe=arwdDxtm/joe}"),
            "REVOKE ALL ON TABLE public.t FROM joe;\nGRANT SELECT,INSERT ON TABLE public.t TO joe;\n\
             GRANT SELECT ON TABLE public.t TO PUBLIC;\n"
        );
    }

    #[test]
    fn other_grantors_speak_for_themselves() {
        assert_eq!(
            sql(
                "{joe=arwdDxtm/joe,\"\\\"o dd\\\"=r*a/joe\",ann=r/\\\"o dd\\\"}",
                "{joe=arwdDxtm/joe}"
            ),
            "GRANT INSERT ON TABLE public.t TO \"o dd\";\nGRANT SELECT ON TABLE public.t TO \"o dd\" WITH GRANT OPTION;\n\
             SET SESSION AUTHORIZATION \"o dd\";\nGRANT SELECT ON TABLE public.t TO ann;\n\
             RESET SESSION AUTHORIZATION;\n"
        );
    }

    #[test]
    fn columns_are_named_after_each_word() {
        let grants = difference(Some("{ann=rw/joe}"), None, None, "joe", "TABLE", Some("\"c 1\""));
        assert_eq!(grants[0].privileges, "SELECT(\"c 1\"),UPDATE(\"c 1\")");
    }
}
