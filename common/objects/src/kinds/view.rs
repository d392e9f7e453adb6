//! Views and materialized views (`pg_class` and what `pg_get_viewdef` makes of their rule).
//!
//! A view is its ON SELECT rule, so it comes after whatever the rule needs. Where that goes in a circle, the
//! view is made first with columns of its types and nothing in them, and its body follows as a rule. A
//! materialized view in such a circle moves to post-data as a whole. It is made without rows; refreshing it is
//! an entry of its own.

use pgx_archive::{Entry, Kind, Section};

use crate::database::{Body, NodeId, Wanted};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::sql::{ident, options};

use super::names::Names;
use super::relation::Relation;
use super::table::alter;
use super::{Phase, Reader, relation_facets};

const DEFINITIONS: Select = Select {
    columns: &[
        column("oid", "w.oid"),
        column("definition", "pg_catalog.pg_get_viewdef(w.oid)"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)",
};

/// The bodies of wanted views.
pub const READER: Reader = Reader {
    name: "views",
    phase: Phase::Late,
    query: |db| {
        let views = db.oids(|object| {
            object.wanted.any(Wanted::DEFINITION)
                && matches!(&object.body, Body::Relation(body) if matches!(body.relkind, 'v' | 'm'))
        });
        (!views.is_empty()).then(|| DEFINITIONS.sql(db.server.major(), &views))
    },
    read: |db, rows| {
        for row in rows.iter() {
            let oid = row.oid("oid")?;
            let (id, _) = db
                .relation_by_oid(oid)
                .ok_or_else(|| row.dangling(format!("view {oid}")))?;
            let definition = row.text("definition")?.to_owned();
            if let Some(relation) = db.relation_mut(id) {
                relation.view_definition = Some(definition);
            }
        }
        Ok(())
    },
};

/// The view with its facets.
pub fn emit(relation: &Relation, id: NodeId, out: &mut Emitter<'_>) {
    let word = if relation.relkind == 'v' {
        "VIEW"
    } else {
        "MATERIALIZED VIEW"
    };
    if out.wants(Wanted::DEFINITION) {
        let names = Names::of(out.db, id);
        let mut entry = Entry::new(Kind::from_tag(word), Some(&names.schema), &names.raw, &names.owner);
        entry.drop = format!("DROP {word} {};\n", names.qualified);
        entry.relkind = Some(relation.relkind);
        entry.visible = relation.visible;
        if relation.relkind == 'v' {
            entry.create = create_view(relation, &names.qualified);
        } else {
            entry.create = create_materialized(relation, &names.qualified);
            entry.create += &out.bound_to_extensions(word, &names.qualified);
            entry.create += &alter::statements(relation, &names.qualified);
            entry.tablespace = Some(relation.tablespace.clone());
            entry.access_method = relation.access_method.clone();
        }
        if relation.postponed {
            entry.section = Section::PostData;
        }
        out.main(entry);
    }
    relation_facets::comments_and_labels(relation, id, word, out);
    relation_facets::all_privileges(id, "TABLE", out);
}

fn create_view(relation: &Relation, name: &str) -> String {
    if relation.dummy_view {
        return format!("CREATE VIEW {name} AS\n{};\n", empty_columns(relation));
    }
    format!("CREATE VIEW {name}{}", body(relation))
}

/// The statement that puts the body into a view which stands with empty columns.
pub fn late_body(relation: &Relation, name: &str) -> String {
    format!("CREATE OR REPLACE VIEW {name}{}", body(relation))
}

/// The statement that takes the body out again.
pub fn without_body(relation: &Relation, name: &str) -> String {
    format!("CREATE OR REPLACE VIEW {name} AS\n{};\n", empty_columns(relation))
}

/// What follows the name of a view: options, query, check option.
fn body(relation: &Relation) -> String {
    let with = match relation.options.as_slice() {
        [] => String::new(),
        list => format!(" WITH ({})", options(list, "")),
    };
    let check = match &relation.check_option {
        Some(level) => format!("\n  WITH {level} CHECK OPTION"),
        None => String::new(),
    };
    format!("{with} AS\n{}{check};\n", query(relation))
}

/// The query without its semicolon, so that more may follow.
fn query(relation: &Relation) -> &str {
    let definition = relation.view_definition.as_deref().unwrap_or_default();
    definition.strip_suffix(';').unwrap_or(definition)
}

/// A query with the view's columns, their types and collations, and no rows worth having.
fn empty_columns(relation: &Relation) -> String {
    let mut columns = Vec::with_capacity(relation.columns.len());
    for column in &relation.columns {
        let collate = match &column.collation {
            Some(collation) => format!(" COLLATE {collation}"),
            None => String::new(),
        };
        columns.push(format!(
            "\n    NULL::{}{collate} AS {}",
            column.type_name,
            ident(&column.name)
        ));
    }
    format!("SELECT{}", columns.join(","))
}

fn create_materialized(relation: &Relation, name: &str) -> String {
    let unlogged = if relation.persistence == 'u' { "UNLOGGED " } else { "" };
    let lists = [
        options(&relation.options, ""),
        options(&relation.toast_options, "toast."),
    ];
    let with = match lists
        .iter()
        .filter(|list| !list.is_empty())
        .cloned()
        .collect::<Vec<_>>()
    {
        lists if lists.is_empty() => String::new(),
        lists => format!("\nWITH ({})", lists.join(", ")),
    };
    format!(
        "CREATE {unlogged}MATERIALIZED VIEW {name}{with} AS\n{}\n  WITH NO DATA;\n",
        query(relation)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::columns::Column;

    fn view() -> Relation {
        Relation {
            relkind: 'v',
            view_definition: Some(" SELECT 1 AS a;".into()),
            columns: vec![
                Column {
                    number: 1,
                    name: "a".into(),
                    type_name: "integer".into(),
                    ..Column::default()
                },
                Column {
                    number: 2,
                    name: "B".into(),
                    type_name: "character varying(5)".into(),
                    collation: Some("pg_catalog.\"C\"".into()),
                    ..Column::default()
                },
            ],
            ..Relation::default()
        }
    }

    #[test]
    fn a_view_is_its_query() {
        assert_eq!(create_view(&view(), "s.v"), "CREATE VIEW s.v AS\n SELECT 1 AS a;\n");
    }

    #[test]
    fn options_stand_before_and_the_check_after() {
        let mut view = view();
        view.options = vec!["security_barrier=true".into(), "security_invoker=1".into()];
        view.check_option = Some("LOCAL".into());
        assert_eq!(
            late_body(&view, "s.v"),
            "CREATE OR REPLACE VIEW s.v WITH (security_barrier='true', security_invoker='1') AS\n SELECT 1 AS a\n  WITH LOCAL CHECK OPTION;\n"
        );
    }

    #[test]
    fn a_view_without_body_keeps_its_columns() {
        let mut view = view();
        view.dummy_view = true;
        let columns =
            "SELECT\n    NULL::integer AS a,\n    NULL::character varying(5) COLLATE pg_catalog.\"C\" AS \"B\"";
        assert_eq!(create_view(&view, "s.v"), format!("CREATE VIEW s.v AS\n{columns};\n"));
        assert_eq!(
            without_body(&view, "s.v"),
            format!("CREATE OR REPLACE VIEW s.v AS\n{columns};\n")
        );
    }

    #[test]
    fn a_materialized_view_is_made_without_rows() {
        let mut view = view();
        view.relkind = 'm';
        view.options = vec!["fillfactor=70".into()];
        view.toast_options = vec!["autovacuum_enabled=off".into()];
        assert_eq!(
            create_materialized(&view, "s.m"),
            "CREATE MATERIALIZED VIEW s.m\nWITH (fillfactor='70', toast.autovacuum_enabled=off) AS\n \
             SELECT 1 AS a\n  WITH NO DATA;\n"
        );
    }
}
