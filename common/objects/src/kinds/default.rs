//! Column defaults and generation expressions (`pg_attrdef`).
//!
//! A default stands inside CREATE TABLE where its column does, and the table then comes after whatever the
//! expression needs. It is a statement of its own on a view, on a column that is only inherited, and where
//! a cycle demands it. There is no statement that adds a generation expression later, so those stay inside.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::columns::described;
use super::{Phase, Reader, inheritance};

const DEFAULTS: Select = Select {
    columns: &[
        column("oid", "d.oid").as_it_is(),
        column("table_oid", "d.adrelid").as_it_is(),
        column("number", "d.adnum").as_it_is(),
        // Only generation expressions name columns. The server need not look at the tables of all others.
        column("expression", "pg_catalog.pg_get_expr(d.adbin, COALESCE(g.attrelid, 0))"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_attrdef d ON d.adrelid = w.oid
LEFT JOIN pg_catalog.pg_attribute g ON g.attrelid = d.adrelid AND g.attnum = d.adnum AND g.attgenerated <> ''
ORDER BY d.adrelid, d.adnum",
};

/// Defaults of all columns that were read; after them, what columns inherit is worked out.
pub const READER: Reader = Reader {
    name: "column defaults",
    phase: Phase::Late,
    query: |db| Some(DEFAULTS.sql(db.server.major(), &described(db))),
    read,
};

/// A column's default or generation expression.
#[derive(Clone, Debug)]
pub struct ColumnDefault {
    /// The table.
    pub table: NodeId,
    /// The column's number.
    pub number: i32,
    /// `pg_get_expr`.
    pub expression: String,
    /// Made on its own rather than inside CREATE TABLE.
    pub separate: bool,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let (oid, number) = (row.oid("table_oid")?, row.number("number")?);
        let Some((table, relation)) = db.relation_by_oid(oid) else {
            return Err(row.dangling(format!("relation {oid}")));
        };
        let Some(place) = relation.columns.iter().position(|column| column.number == number) else {
            continue;
        };
        let column = &relation.columns[place];
        let separate =
            column.generated.is_none() && (relation.relkind == 'v' || !column.is_spelled(relation.is_partition));
        let expression = row.text("expression")?.to_owned();
        let id = push(db, table, number, expression, separate, row.oid("oid")?);
        if !separate {
            db.depend(table, id);
        }
        if let Some(relation) = db.relation_mut(table) {
            relation.columns[place].default = Some(id);
        }
    }
    inheritance::settle(db);
    Ok(())
}

/// Adds a default; `oid` is 0 for one that no row of the catalog stands for.
pub fn push(db: &mut Database, table: NodeId, number: i32, expression: String, separate: bool, oid: u32) -> NodeId {
    let of = db.object(table);
    let catalog = match oid {
        0 => Default::default(),
        oid => pgx_archive::CatalogId {
            class: class::ATTRDEF,
            oid,
        },
    };
    let object = Object {
        catalog,
        schema: of.schema,
        name: of.name.clone(),
        owner: of.owner,
        acl: Default::default(),
        extension: None,
        wanted: of.wanted,
        dependencies: Vec::new(),
        body: Body::Default(ColumnDefault {
            table,
            number,
            expression,
            separate,
        }),
    };
    db.push(object)
}

impl ColumnDefault {
    /// Its entry, unless it stands inside CREATE TABLE.
    pub fn emit(&self, _id: NodeId, out: &mut Emitter<'_>) {
        if !self.separate || !out.wants(Wanted::DEFINITION) {
            return;
        }
        if let Some(entry) = self.entry(out.db) {
            out.main(entry);
            out.part_of(self.table);
        }
    }

    fn entry(&self, db: &Database) -> Option<Entry> {
        let relation = db.relation(self.table)?;
        let column = relation.columns.iter().find(|column| column.number == self.number)?;
        let foreign = if relation.relkind == 'f' { "FOREIGN " } else { "" };
        let (table, name) = (db.qualified(self.table), ident(&column.name));
        let tag = format!("{} {}", db.object(self.table).name, column.name);
        let schema = db.schema_name(self.table);
        let mut entry = Entry::new(Kind::Default, Some(schema), tag, db.owner(self.table));
        entry.create = format!(
            "ALTER {foreign}TABLE ONLY {table} ALTER COLUMN {name} SET DEFAULT {};\n",
            self.expression
        );
        entry.drop = format!("ALTER {foreign}TABLE {table} ALTER COLUMN {name} DROP DEFAULT;\n");
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::columns::{Column, Generated};
    use crate::kinds::relation::Relation;
    use crate::sample::{column, database, entries, relation, rows};

    /// Whether the default of such a column is a statement of its own, and whether its table comes after it.
    fn placed(relkind: char, column: Column) -> (bool, bool) {
        let mut db = database(18);
        let body = Relation {
            columns: vec![column],
            ..Relation::default()
        };
        let table = relation(&mut db, "t", relkind, body);
        let oid = db.object(table).catalog.oid.to_string();
        let answer = rows(
            ["oid", "table_oid", "number", "expression"],
            &[["30000", &oid, "1", "7"]],
        );
        read(&mut db, &answer).expect("the row is well-formed");
        let id = db.by_oid(class::ATTRDEF, 30_000).expect("it was added");
        let Body::Default(default) = &db.object(id).body else {
            panic!("it is a default")
        };
        (default.separate, db.object(table).dependencies.contains(&id))
    }

    #[test]
    fn a_default_stands_where_its_column_does() {
        let inherited = || Column {
            is_local: false,
            ..column(1, "a")
        };
        let generated = Column {
            generated: Some(Generated::Stored),
            ..inherited()
        };
        assert_eq!(placed('r', column(1, "a")), (false, true));
        assert_eq!(placed('v', column(1, "a")), (true, false));
        assert_eq!(placed('r', inherited()), (true, false));
        assert_eq!(placed('r', generated), (false, true));
    }

    #[test]
    fn a_default_of_its_own() {
        let mut db = database(18);
        let body = Relation {
            columns: vec![column(1, "Q c")],
            ..Relation::default()
        };
        let table = relation(&mut db, "T", 'f', body);
        crate::sample::set_default(&mut db, table, 0, "now()", true);
        let entries = entries(&db);
        let entry = entries.last().expect("there is a default");
        assert_eq!((entry.name.as_str(), entry.owner.as_str()), ("T Q c", "joe"));
        assert_eq!(
            entry.create,
            "ALTER FOREIGN TABLE ONLY public.\"T\" ALTER COLUMN \"Q c\" SET DEFAULT now();\n"
        );
        assert_eq!(
            entry.drop,
            "ALTER FOREIGN TABLE public.\"T\" ALTER COLUMN \"Q c\" DROP DEFAULT;\n"
        );
    }
}
