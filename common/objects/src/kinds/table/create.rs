//! The CREATE TABLE statement.

use std::fmt::Write;

use pgx_archive::CatalogId;

use crate::database::{Body, Database, NodeId, Object, class};
use crate::kinds::columns::{Column, Generated, NotNull};
use crate::kinds::constraint::Constraint;
use crate::kinds::default::ColumnDefault;
use crate::kinds::relation::Relation;
use crate::sql::{self, ident};

/// `CREATE TABLE …;` and a newline.
pub fn statement(relation: &Relation, id: NodeId, db: &Database) -> String {
    with_items(relation, items(relation, id, db, true), id, db)
}

/// The statement for servers before 18, where it has to be another: they know no not-null constraints of columns
/// that are inherited, and are told afterwards.
pub fn before_18(relation: &Relation, id: NodeId, db: &Database) -> Option<String> {
    let mut told = inherited_not_nulls(relation).peekable();
    told.peek()?;
    let mut sql = with_items(relation, items(relation, id, db, false), id, db);
    for (column, _) in told {
        let foreign = if relation.relkind == 'f' { "FOREIGN " } else { "" };
        let _ = writeln!(
            sql,
            "ALTER {foreign}TABLE ONLY {} ALTER COLUMN {} SET NOT NULL;",
            db.qualified(id),
            ident(&column.name)
        );
    }
    Some(sql)
}

/// Columns that are inherited, with not-null constraints that are not.
fn inherited_not_nulls(relation: &Relation) -> impl Iterator<Item = (&Column, &NotNull)> {
    let inherited = |column: &&Column| !column.is_spelled(relation.is_partition);
    let columns = relation.columns.iter().filter(inherited);
    columns.filter_map(|column| Some((column, column.not_null.as_ref().filter(|not_null| not_null.is_local)?)))
}

fn with_items(relation: &Relation, items: Vec<String>, id: NodeId, db: &Database) -> String {
    let partitioned = relation.relkind == 'p';
    // 18 refuses UNLOGGED partitioned tables, for which it never meant anything.
    let unlogged = if relation.persistence == 'u' && !partitioned {
        "UNLOGGED "
    } else {
        ""
    };
    let mut sql = format!("CREATE {unlogged}{} {}", super::word(relation), db.qualified(id));
    if let Some(of) = &relation.of_type_name {
        let _ = write!(sql, " OF {of}");
    }
    if !items.is_empty() {
        let _ = write!(sql, " (\n    {}\n)", items.join(",\n    "));
    } else if relation.of_type_name.is_none() {
        sql += " (\n)";
    }
    if !relation.parents.is_empty() && !relation.is_partition {
        let parents: Vec<String> = relation.parents.iter().map(|parent| db.qualified(*parent)).collect();
        let _ = write!(sql, "\nINHERITS ({})", parents.join(", "));
    }
    if let Some(key) = &relation.partition_key {
        let _ = write!(sql, "\nPARTITION BY {key}");
    }
    if relation.relkind == 'f' {
        let _ = write!(sql, "\nSERVER {}", ident(&relation.foreign_server_name));
    }
    let options: Vec<String> = [(&relation.options, ""), (&relation.toast_options, "toast.")]
        .into_iter()
        .filter(|(list, _)| !list.is_empty())
        .map(|(list, prefix)| sql::options(list, prefix))
        .collect();
    if !options.is_empty() {
        let _ = write!(sql, "\nWITH ({})", options.join(", "));
    }
    if !relation.foreign_options.is_empty() {
        let _ = write!(sql, "\nOPTIONS (\n    {}\n)", relation.foreign_options);
    }
    sql + ";\n"
}

/// What stands between the parentheses: columns, not-null constraints of columns that are inherited, checks.
fn items(relation: &Relation, id: NodeId, db: &Database, with_inherited: bool) -> Vec<String> {
    let table = Table { relation, id, db };
    let spelled = |column: &&Column| with_inherited || column.is_spelled(relation.is_partition);
    let columns = relation.columns.iter().filter(spelled);
    let columns = columns.filter_map(|column| table.column(column));
    let checks = inline_checks(relation, db)
        .filter(|(_, check)| check.local || relation.is_partition)
        .map(|(node, check)| format!("CONSTRAINT {} {}", ident(&db.object(node).name), check.definition));
    columns.chain(checks).collect()
}

/// The checks that are part of the table's text, by name.
pub fn inline_checks<'a>(relation: &'a Relation, db: &'a Database) -> impl Iterator<Item = (NodeId, &'a Constraint)> {
    let constraints = relation.constraints.iter().filter_map(|&id| match &db.object(id).body {
        Body::Constraint(body) => Some((id, &**body)),
        _ => None,
    });
    constraints.filter(|(_, body)| body.contype == 'c' && !body.separate)
}

struct Table<'a> {
    relation: &'a Relation,
    id: NodeId,
    db: &'a Database,
}

impl Table<'_> {
    /// How a column is spelled, if at all.
    fn column(&self, column: &Column) -> Option<String> {
        let partition = self.relation.is_partition;
        if !column.is_spelled(partition) {
            let not_null = column.not_null.as_ref().filter(|not_null| not_null.is_local)?;
            return Some(format!(
                "{} {}{}",
                self.not_null_words(column, not_null),
                ident(&column.name),
                no_inherit(not_null)
            ));
        }
        let default = self.default(column);
        let not_null = column.not_null.as_ref();
        let not_null = not_null.filter(|not_null| not_null.is_local || partition);
        let typed = self.relation.of_type_name.is_some();
        if typed && default.is_none() && not_null.is_none() {
            return None;
        }
        let mut sql = ident(&column.name).into_owned();
        if !typed {
            let _ = write!(sql, " {}", column.type_name);
        }
        if let Some(default) = default {
            let _ = match column.generated {
                Some(Generated::Stored) => write!(sql, " GENERATED ALWAYS AS ({}) STORED", default.expression),
                Some(Generated::Virtual) => write!(sql, " GENERATED ALWAYS AS ({})", default.expression),
                None => write!(sql, " DEFAULT {}", default.expression),
            };
        }
        if let Some(not_null) = not_null {
            let _ = write!(
                sql,
                " {}{}",
                self.not_null_words(column, not_null),
                no_inherit(not_null)
            );
        }
        if let Some(collation) = &column.collation {
            let _ = write!(sql, " COLLATE {collation}");
        }
        Some(sql)
    }

    /// The default that stands with the column.
    fn default(&self, column: &Column) -> Option<&ColumnDefault> {
        let object = self.db.object(column.default?);
        match &object.body {
            Body::Default(default) if !default.separate && !object.wanted.is_none() => Some(default),
            _ => None,
        }
    }

    /// `NOT NULL`, with a name where it is not the one that the server would choose, or where a comment needs it.
    ///
    /// A chosen name that had to be cut is spelled too, as pg_dump does, which does not cut.
    fn not_null_words(&self, column: &Column, not_null: &NotNull) -> String {
        let uncut = format!("{}_{}_not_null", self.db.object(self.id).name, column.name);
        let usual = self.generated_name(column, 0);
        let name = match &not_null.name {
            Some(name) if **name == *uncut && !self.has_comment(not_null.oid) => None,
            Some(name) => Some(name.to_string()),
            None if self.is_taken_later(&usual) => (1..)
                .map(|count| self.generated_name(column, count))
                .find(|name| !self.is_taken(name)),
            None => None,
        };
        match name {
            Some(name) => format!("CONSTRAINT {} NOT NULL", ident(&name)),
            None => "NOT NULL".to_owned(),
        }
    }

    fn has_comment(&self, oid: u32) -> bool {
        let of = CatalogId {
            class: class::CONSTRAINT,
            oid,
        };
        self.db.comments.contains_key(&of)
    }

    /// The name that a server of 18 or later gives to a nameless not-null constraint, or such a name with a
    /// number: at most 63 bytes, of which table and column give up as many as it takes, the longer one first.
    fn generated_name(&self, column: &Column, count: u32) -> String {
        let label = match count {
            0 => "_not_null".to_owned(),
            count => format!("_not_null{count}"),
        };
        let (table, column) = (&self.db.object(self.id).name, &column.name);
        let (mut of_table, mut of_column) = (table.len(), column.len());
        while of_table + of_column + label.len() + 1 > MAX_NAME {
            if of_table > of_column {
                of_table -= 1
            } else {
                of_column -= 1
            }
        }
        let (of_table, of_column) = (
            table.floor_char_boundary(of_table),
            column.floor_char_boundary(of_column),
        );
        format!("{}_{}{label}", &table[..of_table], &column[..of_column])
    }

    /// Whether a constraint that is made later needs the name which a server of 18 or later would give to a
    /// nameless not-null constraint. Older servers, where those have no names, allow it.
    fn is_taken_later(&self, name: &str) -> bool {
        let late = |object: &Object| matches!(&object.body, Body::Constraint(body) if body.separate);
        self.db
            .constraints_of(self.id)
            .any(|object| object.name == name && late(object))
    }

    fn is_taken(&self, name: &str) -> bool {
        self.db.constraints_of(self.id).any(|object| object.name == name)
    }
}

/// Bytes of a name (`NAMEDATALEN` less its end).
const MAX_NAME: usize = 63;

fn no_inherit(not_null: &NotNull) -> &'static str {
    if not_null.no_inherit { " NO INHERIT" } else { "" }
}
