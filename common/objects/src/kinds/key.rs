//! Primary keys, unique and exclusion constraints: what their index does not say.
//!
//! Their text is put together from columns and options, because `pg_get_constraintdef` leaves out what the
//! index was made with; of an exclusion it says everything.

use crate::database::{Body, Database, NodeId, class};
use crate::error::Error;
use crate::rows::Row;
use crate::sql::{ident, options};

use super::constraint::Constraint;

/// What a primary key or unique constraint is made of.
#[derive(Clone, Debug, Default)]
pub struct Key {
    /// Columns of the key.
    pub columns: Vec<String>,
    /// INCLUDE
    pub included: Vec<String>,
    /// NULLS NOT DISTINCT
    pub nulls_not_distinct: bool,
    /// WITHOUT OVERLAPS
    pub without_overlaps: bool,
    /// Storage parameters of the index.
    pub options: Vec<String>,
    /// A b-tree of default order on a table that is not partitioned: what USING INDEX accepts.
    pub plain: bool,
}

/// Adds the constraint that an index serves, from the same row.
pub fn add(db: &mut Database, row: &Row<'_>, index: NodeId) -> Result<NodeId, Error> {
    let contype = row.letter("contype")?;
    let mut object = db.object(index).clone();
    let Body::Index(body) = &object.body else {
        return Err(row.dangling("index"));
    };
    let mut columns = match contype {
        'x' => Vec::new(),
        _ => names(db, row, body.table)?,
    };
    let included = columns.split_off(row.number::<usize>("key_columns")?.min(columns.len()));
    let constraint = Constraint {
        contype,
        table: Some(body.table),
        index: Some(index),
        definition: row.opt("exclusion")?.unwrap_or_default().to_owned(),
        key: Key {
            columns,
            included,
            nulls_not_distinct: row.flag("nulls_not_distinct")?,
            without_overlaps: row.flag("without_overlaps")?,
            options: row.list("options")?,
            plain: row.flag("plain")?,
        },
        local: true,
        deferrable: row.flag("deferrable")?,
        deferred: row.flag("deferred")?,
        separate: true,
        ..Constraint::default()
    };
    object.catalog.class = class::CONSTRAINT;
    object.catalog.oid = row.oid("constraint")?;
    object.name = row.text("constraint_name")?.to_owned();
    object.dependencies = Vec::new();
    object.body = Body::Constraint(Box::new(constraint));
    Ok(db.push(object))
}

/// The names of an index's columns, which were read with their table.
fn names(db: &Database, row: &Row<'_>, table: NodeId) -> Result<Vec<String>, Error> {
    let columns = db.relation(table).map_or(&[][..], |relation| &relation.columns);
    let name = |number: i32| {
        let column = columns.iter().find(|column| column.number == number);
        column.map(|column| column.name.clone())
    };
    row.numbers("columns")?
        .into_iter()
        .map(|number| name(number).ok_or_else(|| row.dangling(format!("column {number}"))))
        .collect()
}

impl Constraint {
    /// What follows ADD CONSTRAINT … for a constraint that an index serves.
    pub(super) fn key_text(&self) -> String {
        if self.contype == 'x' {
            return self.definition.clone();
        }
        let key = &self.key;
        let mut text = self.keyword().to_owned();
        // A primary key never has nulls, and does not accept the words.
        if key.nulls_not_distinct && self.contype != 'p' {
            text += " NULLS NOT DISTINCT";
        }
        text += &format!(" ({}", list(&key.columns));
        if key.without_overlaps {
            text += " WITHOUT OVERLAPS";
        }
        if !key.included.is_empty() {
            text += &format!(") INCLUDE ({}", list(&key.included));
        }
        text.push(')');
        if !key.options.is_empty() {
            text += &format!(" WITH ({})", options(&key.options, ""));
        }
        text + self.deferral()
    }

    /// What follows ADD CONSTRAINT … once an index called `index` stands; `None` where PostgreSQL does not
    /// accept one that was built on its own.
    pub(super) fn using_index(&self, index: &str) -> Option<String> {
        let key = &self.key;
        let accepted = key.plain && !key.without_overlaps && !(key.nulls_not_distinct && self.contype == 'p');
        (matches!(self.contype, 'p' | 'u') && accepted)
            .then(|| format!("{} USING INDEX {}{}", self.keyword(), ident(index), self.deferral()))
    }

    /// The statement that makes such an index, as `pg_get_indexdef` has it. Everything that a key leaves unsaid
    /// (method, operator classes, collations, order) is the default, or [`Key::plain`] would not be set.
    pub(super) fn index_text(&self, index: &str, table: &str) -> String {
        let key = &self.key;
        let mut text = format!(
            "CREATE UNIQUE INDEX {} ON {table} USING btree ({})",
            ident(index),
            list(&key.columns)
        );
        if !key.included.is_empty() {
            text += &format!(" INCLUDE ({})", list(&key.included));
        }
        if key.nulls_not_distinct {
            text += " NULLS NOT DISTINCT";
        }
        if !key.options.is_empty() {
            text += &format!(" WITH ({})", options(&key.options, ""));
        }
        text
    }

    fn keyword(&self) -> &'static str {
        if self.contype == 'p' { "PRIMARY KEY" } else { "UNIQUE" }
    }

    fn deferral(&self) -> &'static str {
        match (self.deferrable, self.deferred) {
            (false, _) => "",
            (true, false) => " DEFERRABLE",
            (true, true) => " DEFERRABLE INITIALLY DEFERRED",
        }
    }
}

fn list(columns: &[String]) -> String {
    columns
        .iter()
        .map(|column| ident(column))
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unique() -> Constraint {
        Constraint {
            contype: 'u',
            key: Key {
                columns: vec!["a".into(), "B c".into()],
                plain: true,
                ..Key::default()
            },
            ..Constraint::default()
        }
    }

    #[test]
    fn a_key_lists_its_columns() {
        assert_eq!(unique().key_text(), "UNIQUE (a, \"B c\")");
        let mut primary = unique();
        primary.contype = 'p';
        assert_eq!(primary.key_text(), "PRIMARY KEY (a, \"B c\")");
        assert_eq!(
            primary.using_index("t_pkey").as_deref(),
            Some("PRIMARY KEY USING INDEX t_pkey")
        );
    }

    #[test]
    fn everything_a_key_can_say() {
        let mut key = unique();
        key.key.nulls_not_distinct = true;
        key.key.included = vec!["d".into()];
        key.key.options = vec!["fillfactor=70".into()];
        key.deferrable = true;
        key.deferred = true;
        assert_eq!(
            key.key_text(),
            "UNIQUE NULLS NOT DISTINCT (a, \"B c\") INCLUDE (d) WITH (fillfactor='70') DEFERRABLE INITIALLY DEFERRED"
        );
        assert_eq!(
            key.using_index("T").as_deref(),
            Some("UNIQUE USING INDEX \"T\" DEFERRABLE INITIALLY DEFERRED")
        );
    }

    #[test]
    fn the_index_of_a_key() {
        let mut key = unique();
        let text = "CREATE UNIQUE INDEX \"T\" ON s.t USING btree (a, \"B c\")";
        assert_eq!(key.index_text("T", "s.t"), text);
        key.key.nulls_not_distinct = true;
        key.key.included = vec!["d".into()];
        key.key.options = vec!["fillfactor=70".into()];
        assert_eq!(
            key.index_text("T", "s.t"),
            format!("{text} INCLUDE (d) NULLS NOT DISTINCT WITH (fillfactor='70')")
        );
    }

    #[test]
    fn periods_are_no_b_trees() {
        let mut key = unique();
        key.key.without_overlaps = true;
        assert_eq!(key.key_text(), "UNIQUE (a, \"B c\" WITHOUT OVERLAPS)");
        assert_eq!(key.using_index("t"), None);
    }

    #[test]
    fn an_exclusion_says_it_itself() {
        let exclusion = Constraint {
            contype: 'x',
            definition: "EXCLUDE USING gist (r WITH &&)".into(),
            key: Key {
                plain: true,
                ..Key::default()
            },
            ..Constraint::default()
        };
        assert_eq!(exclusion.key_text(), "EXCLUDE USING gist (r WITH &&)");
        assert_eq!(exclusion.using_index("t"), None);
    }
}
