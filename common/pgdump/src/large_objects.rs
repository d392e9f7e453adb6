//! Large objects in the table of contents: groups of them, and one by one as before version 1.16.
//!
//! A group lists its OIDs where other entries have a statement. Its privileges show statements for one of
//! them, which count for all; here they become fields. Older archives have an entry for each object, which
//! is read as a group of one; written for an old pg_restore, groups are taken apart.

use pgx_archive::spelling::ident;
use pgx_archive::{CatalogId, Entry, EntryId, Grant, Kind};

use crate::error::Error;

/// The kind that an object had before version 1.16.
pub(crate) const SINGLE: &str = "BLOB";
/// What an entry of a group says in place of a statement that drops it.
const NO_DROP: &str = "-- dummy";
const AUTHORIZATION: &str = "SET SESSION AUTHORIZATION ";

/// The OIDs of a group.
pub(crate) fn oids(group: &Entry) -> Result<Vec<u32>, Error> {
    let lines = group.create.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            line.parse()
                .map_err(|_| Error::damaged(format!("{line:?} is not the OID of a large object")))
        })
        .collect()
}

/// Makes a group of one of an entry of an older archive.
pub(crate) fn from_single(entry: &mut Entry) -> Result<(), Error> {
    let oid: u32 = entry
        .name
        .parse()
        .map_err(|_| Error::damaged(format!("{:?} is not the OID of a large object", entry.name)))?;
    entry.kind = Kind::BlobMetadata;
    entry.create = format!("{oid}\n");
    entry.drop = NO_DROP.to_owned();
    Ok(())
}

/// Makes single objects of a group, the first of them under the number of the group.
pub(crate) fn to_singles(group: &Entry, next: &mut impl FnMut() -> EntryId) -> Result<Vec<Entry>, Error> {
    let mut singles = Vec::new();
    for oid in oids(group)? {
        let mut single = Entry::new(Kind::Other(SINGLE.into()), None, oid.to_string(), group.owner.clone());
        single.id = if singles.is_empty() { group.id } else { next() };
        single.section = pgx_archive::Section::PreData;
        single.catalog = CatalogId {
            class: group.catalog.class,
            oid,
        };
        single.create = format!("SELECT pg_catalog.lo_create('{oid}');\n");
        single.drop = format!("SELECT pg_catalog.lo_unlink('{oid}');\n");
        single.dependencies = group.dependencies.clone();
        singles.push(single);
    }
    Ok(singles)
}

/// The statements that give one object the privileges of its group.
pub(crate) fn statements(grants: &[Grant], oid: u32) -> String {
    let mut sql = String::new();
    for grant in grants {
        let grantee = match grant.grantee.as_str() {
            "" => "PUBLIC".into(),
            role => ident(role),
        };
        let privileges = &grant.privileges;
        if grant.revoke {
            sql += &format!("REVOKE {privileges} ON LARGE OBJECT {oid} FROM {grantee};\n");
            continue;
        }
        let option = if grant.grant_option { " WITH GRANT OPTION" } else { "" };
        let given = format!("GRANT {privileges} ON LARGE OBJECT {oid} TO {grantee}{option};\n");
        match grant.grantor.as_str() {
            "" => sql += &given,
            grantor => {
                let grantor = ident(grantor);
                sql += &format!("{AUTHORIZATION}{grantor};\n{given}RESET SESSION AUTHORIZATION;\n");
            }
        }
    }
    sql
}

/// The privileges that statements for one object give: those that pg_dump writes, and no others.
pub(crate) fn grants(statements: &str) -> Result<Vec<Grant>, Error> {
    let mut grants = Vec::new();
    let mut grantor = String::new();
    let mut rest = statements.trim_start();
    let unknown = |rest: &str| {
        let line = rest.lines().next().unwrap_or_default();
        Error::unsupported(
            format!("privileges of a group of large objects that are not known: {line:?}"),
            None,
        )
    };
    while !rest.is_empty() {
        let taken = if let Some(rest) = rest.strip_prefix(AUTHORIZATION) {
            role(rest).map(|(name, rest)| {
                grantor = name;
                rest
            })
        } else if let Some(rest) = rest.strip_prefix("RESET SESSION AUTHORIZATION") {
            grantor.clear();
            Some(rest)
        } else {
            grant(rest, &grantor).map(|(grant, rest)| {
                grants.push(grant);
                rest
            })
        };
        let after = taken.and_then(|after| after.strip_prefix(';'));
        rest = after.ok_or_else(|| unknown(rest))?.trim_start();
    }
    Ok(grants)
}

/// `GRANT … ON LARGE OBJECT 7 TO role` or `REVOKE … FROM role`, and what follows it.
fn grant<'a>(text: &'a str, grantor: &str) -> Option<(Grant, &'a str)> {
    let (revoke, text) = match text.strip_prefix("REVOKE ") {
        Some(text) => (true, text),
        None => (false, text.strip_prefix("GRANT ")?),
    };
    let (privileges, text) = text.split_once(" ON LARGE OBJECT ")?;
    if !privileges
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b' ' | b','))
    {
        return None;
    }
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let text = text.strip_prefix(if revoke { " FROM " } else { " TO " })?;
    let (grantee, text) = match text.strip_prefix("PUBLIC") {
        Some(text) => (String::new(), text),
        None => role(text)?,
    };
    let (grant_option, text) = match text.strip_prefix(" WITH GRANT OPTION") {
        Some(text) => (true, text),
        None => (false, text),
    };
    let grant = Grant {
        revoke,
        privileges: privileges.to_owned(),
        grantee,
        grantor: grantor.to_owned(),
        grant_option,
    };
    Some((grant, text))
}

/// The name of a role, quoted or not, and what follows it.
fn role(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')))?;
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    loop {
        let (piece, after) = rest.split_once('"')?;
        name += piece;
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_of_a_group_become_fields_and_statements_again() {
        let sql = "REVOKE ALL ON LARGE OBJECT 7 FROM shop;\n\
                   REVOKE GRANT OPTION FOR SELECT ON LARGE OBJECT 7 FROM reader;\n\
                   SET SESSION AUTHORIZATION \"Bo\"\"ss; DROP\";\n\
                   GRANT SELECT,UPDATE ON LARGE OBJECT 7 TO \"a;\nb\" WITH GRANT OPTION;\n\
                   RESET SESSION AUTHORIZATION;\n\
                   GRANT ALL ON LARGE OBJECT 7 TO PUBLIC;\n";
        let fields = grants(sql).expect("as pg_dump writes them");
        assert_eq!(fields.len(), 4);
        assert_eq!(fields[1].privileges, "GRANT OPTION FOR SELECT");
        assert_eq!(
            (fields[2].grantor.as_str(), fields[2].grantee.as_str()),
            ("Bo\"ss; DROP", "a;\nb")
        );
        assert!(fields[2].grant_option && fields[3].grantee.is_empty());
        assert_eq!(statements(&fields, 7), sql);
        assert!(grants("DROP TABLE orders;").is_err());
        assert!(grants("GRANT ALL ON LARGE OBJECT 7 TO shop; x").is_err());
    }

    #[test]
    fn a_group_is_taken_apart_and_each_is_a_group_again() {
        let mut group = Entry::new(Kind::BlobMetadata, None, "7..9", "shop");
        group.id = EntryId(3);
        group.create = "7\n9\n".to_owned();
        let mut free = 100;
        let mut next = || {
            free += 1;
            EntryId(free)
        };
        let mut singles = to_singles(&group, &mut next).expect("OIDs");
        assert_eq!(singles.iter().map(|single| single.id.0).collect::<Vec<_>>(), [3, 101]);
        assert_eq!(singles[1].create, "SELECT pg_catalog.lo_create('9');\n");
        from_single(&mut singles[1]).expect("an OID");
        assert_eq!(
            (singles[1].create.as_str(), &singles[1].kind),
            ("9\n", &Kind::BlobMetadata)
        );
    }
}
