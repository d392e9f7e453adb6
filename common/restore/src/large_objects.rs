//! Large objects: groups of them are made, given and granted at once; their contents are written.
//!
//! A group (`BLOB METADATA`) lists its OIDs, a line each, where other entries have a statement. A
//! privileges entry of a group shows the statements for the first of them; its grants are for all.

use pgx_archive::spelling::ident;
use pgx_archive::{Entry, Grant, Kind};

use crate::put::Piece;

/// Bytes that a script writes with one statement, as pg_dump does.
pub const SCRIPT_CHUNK: usize = 16 * 1024;
/// `INV_WRITE` of `libpq-fs.h`: how a script opens an object.
const INV_WRITE: u32 = 0x2_0000;

/// The OIDs of a group. Lines that are no number are passed over: pg_dump writes none.
pub fn oids(group: &Entry) -> impl Iterator<Item = u32> + use<'_> {
    group.create.lines().filter_map(|line| line.parse().ok())
}

/// Whether a privileges entry is for a whole group.
pub fn is_for_group(entry: &Entry, parent: Option<&Entry>) -> bool {
    let group = parent.filter(|parent| parent.kind == Kind::BlobMetadata);
    entry.kind == Kind::Acl && !entry.grants.is_empty() && group.is_some_and(|group| oids(group).nth(1).is_some())
}

/// Makes all objects of a group, in one statement.
///
/// ```
/// use pgx_archive::{Entry, Kind};
///
/// let mut group = Entry::new(Kind::BlobMetadata, None, "16400..16401", "shop");
/// group.create = "16400\n16401\n".to_owned();
/// assert_eq!(
///     pgx_restore::large_objects::create(&group),
///     "SELECT pg_catalog.lo_create(oid) FROM pg_catalog.unnest('{16400,16401}'::pg_catalog.oid[]) AS oid;"
/// );
/// ```
pub fn create(group: &Entry) -> String {
    let list: Vec<String> = oids(group).map(|oid| oid.to_string()).collect();
    format!(
        "SELECT pg_catalog.lo_create(oid) FROM pg_catalog.unnest('{{{}}}'::pg_catalog.oid[]) AS oid;",
        list.join(",")
    )
}

/// Takes the contents of all objects of a group away, in one statement without its end.
pub fn empty(group: &Entry) -> String {
    let list: Vec<String> = oids(group).map(|oid| oid.to_string()).collect();
    format!(
        "SELECT pg_catalog.lo_truncate(pg_catalog.lo_open(oid, {INV_WRITE}), 0) \
         FROM pg_catalog.unnest('{{{}}}'::pg_catalog.oid[]) AS oid",
        list.join(",")
    )
}

/// Drops all objects of a group, a line each.
pub fn script_unlink(group: &Entry) -> String {
    let lines = oids(group).map(|oid| format!("SELECT pg_catalog.lo_unlink('{oid}');\n"));
    format!("{}\n", lines.collect::<String>())
}

/// The same for objects that may not be there.
pub fn script_unlink_if_exists(group: &Entry) -> String {
    let lines = oids(group).map(|oid| {
        format!("SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '{oid}';\n")
    });
    format!("{}\n", lines.collect::<String>())
}

/// Gives out the privileges of a group: for each grant, a list of objects in one statement.
pub fn grants(group: &Entry, grants: &[Grant]) -> Vec<String> {
    let list: Vec<String> = oids(group).map(|oid| oid.to_string()).collect();
    statements(grants, &list.join(", "))
}

/// The same as a script has it: for each grant, a statement an object, and an empty line.
pub fn script_grants(group: &Entry, grants: &[Grant]) -> String {
    let mut sql = String::new();
    for grant in grants {
        for oid in oids(group) {
            for statement in statements(std::slice::from_ref(grant), &oid.to_string()) {
                sql += &statement;
                sql.push('\n');
            }
        }
        sql.push('\n');
    }
    sql
}

fn statements(grants: &[Grant], objects: &str) -> Vec<String> {
    let mut statements = Vec::with_capacity(grants.len());
    for grant in grants {
        let grantee = match grant.grantee.as_str() {
            "" => "PUBLIC".into(),
            role => ident(role),
        };
        let privileges = &grant.privileges;
        if grant.revoke {
            statements.push(format!("REVOKE {privileges} ON LARGE OBJECT {objects} FROM {grantee};"));
            continue;
        }
        if !grant.grantor.is_empty() {
            statements.push(format!("SET SESSION AUTHORIZATION {};", ident(&grant.grantor)));
        }
        let option = if grant.grant_option { " WITH GRANT OPTION" } else { "" };
        statements.push(format!(
            "GRANT {privileges} ON LARGE OBJECT {objects} TO {grantee}{option};"
        ));
        if !grant.grantor.is_empty() {
            statements.push("RESET SESSION AUTHORIZATION;".to_owned());
        }
    }
    statements
}

/// The lines of a script for a piece of an object: the first opens it, the last closes it.
pub fn script_piece((oid, offset, bytes): Piece<'_>, last: bool, out: &mut String) {
    if offset == 0 {
        *out += &script_open(oid);
    }
    script_write(bytes, out);
    if last {
        *out += SCRIPT_CLOSE;
    }
}

/// The line of a script that opens an object for writing.
pub fn script_open(oid: u32) -> String {
    format!("SELECT pg_catalog.lo_open('{oid}', {INV_WRITE});\n")
}

/// The lines of a script that append bytes to the open object.
///
/// A line takes [`SCRIPT_CHUNK`] bytes; the caller gives multiples of that until the last.
pub fn script_write(bytes: &[u8], out: &mut String) {
    for chunk in bytes.chunks(SCRIPT_CHUNK) {
        *out += "SELECT pg_catalog.lowrite(0, '";
        hex(chunk, out);
        *out += "');\n";
    }
}

/// The lines of a script that close the open object.
pub const SCRIPT_CLOSE: &str = "SELECT pg_catalog.lo_close(0);\n\n";

fn hex(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(2 + bytes.len() * 2);
    *out += "\\x";
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> Entry {
        let mut group = Entry::new(Kind::BlobMetadata, None, "7..8", "shop");
        group.create = "7\n8\n".to_owned();
        group
    }

    fn grant(privileges: &str, grantee: &str) -> Grant {
        Grant {
            revoke: false,
            privileges: privileges.to_owned(),
            grantee: grantee.to_owned(),
            grantor: String::new(),
            grant_option: false,
        }
    }

    #[test]
    fn a_group_is_granted_in_one_statement_a_grant() {
        let list = [
            Grant {
                revoke: true,
                ..grant("ALL", "shop")
            },
            Grant {
                grant_option: true,
                grantor: "boss".to_owned(),
                ..grant("SELECT", "Reader")
            },
            grant("SELECT", ""),
        ];
        assert_eq!(
            grants(&group(), &list),
            [
                "REVOKE ALL ON LARGE OBJECT 7, 8 FROM shop;",
                "SET SESSION AUTHORIZATION boss;",
                "GRANT SELECT ON LARGE OBJECT 7, 8 TO \"Reader\" WITH GRANT OPTION;",
                "RESET SESSION AUTHORIZATION;",
                "GRANT SELECT ON LARGE OBJECT 7, 8 TO PUBLIC;",
            ]
        );
    }

    #[test]
    fn a_script_grants_on_one_object_after_the_other() {
        assert_eq!(
            script_grants(&group(), &[grant("ALL", "a"), grant("SELECT", "b")]),
            "GRANT ALL ON LARGE OBJECT 7 TO a;\nGRANT ALL ON LARGE OBJECT 8 TO a;\n\n\
             GRANT SELECT ON LARGE OBJECT 7 TO b;\nGRANT SELECT ON LARGE OBJECT 8 TO b;\n\n"
        );
    }

    #[test]
    fn a_script_writes_in_chunks() {
        let mut out = String::new();
        script_piece((7, 0, &[b'a'; SCRIPT_CHUNK + 1]), true, &mut out);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "SELECT pg_catalog.lo_open('7', 131072);");
        assert_eq!(
            lines[1].len(),
            2 * SCRIPT_CHUNK + "SELECT pg_catalog.lowrite(0, '\\x');".len()
        );
        assert_eq!(lines[2], "SELECT pg_catalog.lowrite(0, '\\x61');");
        assert_eq!(lines[3], "SELECT pg_catalog.lo_close(0);");
    }
}
