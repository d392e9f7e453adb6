//! Tablespaces (`pg_tablespace`), with the directories that must be there before them.

use pgx_archive::Grant;
use pgx_archive::naming::Naming;

use crate::error::Error;
use crate::kinds::settings::escaped_literal;
use crate::privileges;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::{Globals, Reader};

const TABLESPACES: Select = Select {
    columns: &[
        column("oid", "t.oid"),
        column("name", "t.spcname"),
        column("owner", "pg_catalog.pg_get_userbyid(t.spcowner)"),
        column("location", "pg_catalog.pg_tablespace_location(t.oid)"),
        column("options", "pg_catalog.array_to_string(t.spcoptions, ', ')"),
        column("acl", "t.spcacl"),
        column("acldefault", "pg_catalog.acldefault('t', t.spcowner)"),
        column("comment", "pg_catalog.shobj_description(t.oid, 'pg_tablespace')"),
    ],
    from: "FROM pg_catalog.pg_tablespace t WHERE t.spcname !~ '^pg_' ORDER BY t.oid",
};

/// All tablespaces but those that every cluster has.
pub const READER: Reader = Reader {
    name: "tablespaces",
    query: |major, wish| wish.tablespaces.then(|| TABLESPACES.sql(major, &[])),
    read,
};

/// A tablespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tablespace {
    /// Its OID.
    pub oid: u32,
    /// Its name.
    pub name: String,
    /// The role that owns it.
    pub owner: String,
    /// Its directory; empty for one inside of the cluster's own.
    pub location: String,
    /// Its options, as they stand between parentheses.
    pub options: String,
    /// What was granted.
    pub grants: Vec<Grant>,
    /// Comment on it.
    pub comment: Option<String>,
}

fn read(globals: &mut Globals, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let owner = row.text("owner")?;
        let location = row.opt("location")?.filter(|location| location.starts_with('/'));
        let (acl, default) = (row.opt("acl")?, row.opt("acldefault")?);
        globals.tablespaces.push(Tablespace {
            oid: row.oid("oid")?,
            name: row.text("name")?.to_owned(),
            owner: owner.to_owned(),
            location: location.unwrap_or_default().to_owned(),
            options: row.opt("options")?.unwrap_or_default().to_owned(),
            grants: privileges::difference(acl, default, None, owner, "TABLESPACE", None),
            comment: row
                .opt("comment")?
                .filter(|comment| !comment.is_empty())
                .map(str::to_owned),
        });
    }
    Ok(())
}

impl Tablespace {
    /// The statement that makes it.
    pub fn create(&self) -> Naming {
        let begin = format!("CREATE TABLESPACE {} OWNER ", ident(&self.name));
        let end = format!(" LOCATION {};\n", escaped_literal(&self.location));
        Naming::default().text(begin).role(&self.owner).text(end)
    }

    /// The statement that gives one that is there already its owner.
    pub fn own(&self) -> Naming {
        let begin = format!("ALTER TABLESPACE {} OWNER TO ", ident(&self.name));
        Naming::default().text(begin).role(&self.owner).text(";\n")
    }

    /// The statement that sets its options, if it has any.
    pub fn set(&self) -> String {
        match self.options.as_str() {
            "" => String::new(),
            options => format!("ALTER TABLESPACE {} SET ({options});\n", ident(&self.name)),
        }
    }

    /// The comment on it.
    pub fn comment(&self) -> Option<String> {
        let comment = self.comment.as_deref()?;
        Some(format!(
            "COMMENT ON TABLESPACE {} IS {};\n",
            ident(&self.name),
            escaped_literal(comment)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements() {
        let space = Tablespace {
            name: "fast disk".to_owned(),
            owner: "ann".to_owned(),
            location: "/mnt/it's".to_owned(),
            options: "seq_page_cost=2".to_owned(),
            comment: Some("fast".to_owned()),
            ..Tablespace::default()
        };
        assert_eq!(
            space.create().sql(),
            "CREATE TABLESPACE \"fast disk\" OWNER ann LOCATION '/mnt/it''s';\n"
        );
        assert_eq!(space.own().sql(), "ALTER TABLESPACE \"fast disk\" OWNER TO ann;\n");
        assert_eq!(space.set(), "ALTER TABLESPACE \"fast disk\" SET (seq_page_cost=2);\n");
        assert_eq!(
            space.comment().as_deref(),
            Some("COMMENT ON TABLESPACE \"fast disk\" IS 'fast';\n")
        );
        assert_eq!(Tablespace::default().set(), "");
    }
}
