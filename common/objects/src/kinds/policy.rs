//! Row security: policies (`pg_policy`), and that it is switched on (`pg_class.relrowsecurity`).
//!
//! A table may have policies while row security is off, and the other way round.

use pgx_archive::naming::Naming;
use pgx_archive::{CatalogId, Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::ident;

use super::names::Names;
use super::{Phase, Reader};

const POLICIES: Select = Select {
    columns: &[
        column("oid", "p.oid"),
        column("name", "p.polname"),
        column("schema", "c.relnamespace"),
        column("table", "p.polrelid"),
        column("command", "p.polcmd"),
        column("permissive", "p.polpermissive"),
        column(
            "roles",
            "ARRAY(SELECT r.rolname FROM pg_catalog.pg_roles r WHERE r.oid = ANY (p.polroles))",
        ),
        column("using_expression", "pg_catalog.pg_get_expr(p.polqual, p.polrelid)"),
        column("check_expression", "pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_policy p ON p.polrelid = w.oid
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid",
};

/// The policies of tables whose policies are wanted.
pub const READER: Reader = Reader {
    name: "policies",
    phase: Phase::Late,
    query: |db| {
        let tables = db.oids(may_have_policies);
        (!tables.is_empty()).then(|| POLICIES.sql(db.server.major(), &tables))
    },
    read,
};

/// A policy, or row security itself.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The table.
    pub table: NodeId,
    /// What the policy says; `None` stands for row security being on.
    pub terms: Option<Terms>,
}

/// What a policy says.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// `polcmd`: `*` all, r SELECT, a INSERT, w UPDATE, d DELETE.
    pub command: char,
    /// Rows that any permissive policy lets through pass, if no restrictive one stops them.
    pub permissive: bool,
    /// The roles it applies to; none for PUBLIC.
    pub roles: Vec<String>,
    /// USING
    pub using: Option<String>,
    /// WITH CHECK
    pub check: Option<String>,
}

fn may_have_policies(object: &Object) -> bool {
    object.wanted.any(Wanted::POLICY)
        && matches!(&object.body, Body::Relation(body) if matches!(body.relkind, 'r' | 'p'))
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for id in db.nodes() {
        if may_have_policies(db.object(id)) && db.relation(id).is_some_and(|relation| relation.row_security) {
            add_row_security(db, id);
        }
    }
    for row in rows.iter() {
        let table = row.oid("table")?;
        let (table, _) = db
            .relation_by_oid(table)
            .ok_or_else(|| row.dangling(format!("table {table}")))?;
        let policy = Policy {
            table,
            terms: Some(terms(&row)?),
        };
        let id = db.add(class::POLICY, &row, Body::Policy(Box::new(policy)))?;
        db.object_mut(id).wanted = Wanted::ALL;
    }
    Ok(())
}

fn terms(row: &Row<'_>) -> Result<Terms, Error> {
    let own = |column: &str| -> Result<Option<String>, Error> { Ok(row.opt(column)?.map(str::to_owned)) };
    Ok(Terms {
        command: row.letter("command")?,
        permissive: row.flag("permissive")?,
        roles: row.list("roles")?,
        using: own("using_expression")?,
        check: own("check_expression")?,
    })
}

fn add_row_security(db: &mut Database, table: NodeId) {
    let object = db.object(table);
    let row_security = Object {
        // No row of pg_depend is about it.
        catalog: CatalogId {
            class: 0,
            oid: object.catalog.oid,
        },
        schema: object.schema,
        name: object.name.clone(),
        owner: object.owner,
        acl: Default::default(),
        extension: None,
        wanted: Wanted::ALL,
        dependencies: Vec::new(),
        body: Body::Policy(Box::new(Policy { table, terms: None })),
    };
    db.push(row_security);
}

impl Policy {
    /// The policy and its comment, or the switch.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let table = Names::of(out.db, self.table);
        let Some(terms) = &self.terms else {
            let mut entry = Entry::new(Kind::RowSecurity, Some(&table.schema), &table.raw, &table.owner);
            entry.create = format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", table.qualified);
            out.after(entry, vec![self.table], Some(self.table));
            return;
        };
        let name = out.db.object(id).name.clone();
        let tag = format!("{} {name}", table.raw);
        let mut entry = Entry::new(Kind::Policy, Some(&table.schema), tag, &table.owner);
        entry.set_naming("create", &terms.create(&name, &table.qualified));
        entry.drop = format!("DROP POLICY {} ON {};\n", ident(&name), table.qualified);
        entry.roles = terms.roles.clone();
        out.main(entry);
        out.part_of(self.table);
        let word = format!("POLICY {} ON", ident(&name));
        out.comment(&word, &table.name, Some(&table.schema), &table.owner);
    }
}

impl Terms {
    fn create(&self, name: &str, table: &str) -> Naming {
        let restrictive = if self.permissive { "" } else { " AS RESTRICTIVE" };
        let command = match self.command {
            'r' => " FOR SELECT",
            'a' => " FOR INSERT",
            'w' => " FOR UPDATE",
            'd' => " FOR DELETE",
            _ => "",
        };
        let begin = format!("CREATE POLICY {} ON {table}{restrictive}{command}", ident(name));
        let mut create = Naming::default().text(begin);
        for (at, role) in self.roles.iter().enumerate() {
            create = create.text(if at == 0 { " TO " } else { ", " }).role(role);
        }
        if let Some(expression) = &self.using {
            create.push(&format!(" USING ({expression})"));
        }
        if let Some(expression) = &self.check {
            create.push(&format!(" WITH CHECK ({expression})"));
        }
        create.text(";\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_policy_can_say() {
        let all = Terms {
            command: '*',
            permissive: true,
            using: Some("(a > 0)".into()),
            ..Terms::default()
        };
        assert_eq!(
            all.create("p", "s.t").sql(),
            "CREATE POLICY p ON s.t USING ((a > 0));\n"
        );
        let one = Terms {
            command: 'a',
            permissive: false,
            roles: vec!["ann".into(), "o dd".into()],
            using: None,
            check: Some("true".into()),
        };
        assert_eq!(
            one.create("P", "s.t").sql(),
            "CREATE POLICY \"P\" ON s.t AS RESTRICTIVE FOR INSERT TO ann, \"o dd\" WITH CHECK (true);\n"
        );
    }
}
