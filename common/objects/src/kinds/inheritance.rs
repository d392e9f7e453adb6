//! What a child table need not say, or must say, because of what it inherits.
//!
//! * A parent's not-null is the child's too: before 18, where nothing tells who declared it, the child stays
//!   silent. From 18 on, a child whose parents have it only as NOT VALID, or not at all, speaks for itself.
//! * A child without default under a parent with one would inherit it, so it gets `DEFAULT NULL`.
//! * A generation expression that all parents share is inherited and left out, except in partitions, which
//!   are made on their own and attached later.

use crate::database::{Body, Database, NodeId, Wanted};

use super::columns::Column;
use super::default;
use super::relation::Relation;

/// Applies these rules to the columns of every wanted table.
pub fn settle(db: &mut Database) {
    for id in db.nodes() {
        for change in changes(db, id) {
            apply(db, id, change);
        }
    }
}

/// What has to change about a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    /// Its place among the table's columns.
    place: usize,
    /// Whether its not-null constraint counts as declared here, if that has to change.
    local_not_null: Option<bool>,
    /// Whether it gets DEFAULT NULL.
    default_null: bool,
    /// Whether its generation expression is left out.
    generated_elsewhere: bool,
}

/// The changes a table needs. They depend on the parents' state as it was read, whatever was changed before:
/// a manufactured `NULL` counts as no default.
fn changes(db: &Database, id: NodeId) -> Vec<Change> {
    let Some(relation) = db.relation(id) else {
        return Vec::new();
    };
    if !matches!(relation.relkind, 'r' | 'p' | 'f') || db.object(id).wanted.is_none() {
        return Vec::new();
    }
    let parents: Vec<&Relation> = relation.parents.iter().filter_map(|id| db.relation(*id)).collect();
    if parents.is_empty() {
        return Vec::new();
    }
    let columns = relation.columns.iter().enumerate();
    columns
        .map(|(place, column)| {
            let inherited: Vec<&Column> = parents
                .iter()
                .filter_map(|parent| of_same_name(parent, place, column))
                .collect();
            change(db, relation, place, column, &inherited)
        })
        .collect()
}

/// The parent's column of that name: most often it stands in the same place.
fn of_same_name<'a>(parent: &'a Relation, place: usize, column: &Column) -> Option<&'a Column> {
    let same = |other: &&Column| other.name == column.name;
    let there = parent.columns.get(place).filter(same);
    there.or_else(|| parent.columns.iter().find(same))
}

fn change(db: &Database, relation: &Relation, place: usize, column: &Column, inherited: &[&Column]) -> Change {
    let expression = |column: &Column| match &db.object(column.default?).body {
        Body::Default(default) => Some(default.expression.as_str()),
        _ => None,
    };
    let own = expression(column);
    let plain_default = |parent: &&&Column| {
        parent.generated.is_none() && expression(parent).is_some_and(|expression| expression != "NULL")
    };
    let mut generated = inherited.iter().filter(|parent| parent.generated.is_some()).peekable();
    let all_alike = generated.peek().is_some() && generated.all(|parent| own.is_some() && expression(parent) == own);
    let not_null_above = inherited.iter().any(|parent| parent.not_null.is_some());
    Change {
        place,
        local_not_null: match db.server.major() {
            18.. => (!not_null_above).then_some(true),
            _ => not_null_above.then_some(false),
        },
        default_null: column.default.is_none() && inherited.iter().any(|parent| plain_default(&parent)),
        generated_elsewhere: all_alike && !relation.is_partition,
    }
}

fn apply(db: &mut Database, id: NodeId, change: Change) {
    let Some(relation) = db.relation_mut(id) else { return };
    let is_partition = relation.is_partition;
    let Some(column) = relation.columns.get_mut(change.place) else {
        return;
    };
    if let (Some(not_null), Some(is_local)) = (&mut column.not_null, change.local_not_null) {
        not_null.is_local = is_local;
    }
    if change.generated_elsewhere
        && let Some(default) = column.default
    {
        db.object_mut(default).wanted = Wanted::NONE;
    } else if change.default_null {
        let (number, separate) = (column.number, !column.is_spelled(is_partition));
        let default = default::push(db, id, number, "NULL".to_owned(), separate, 0);
        if separate {
            db.depend(default, id);
        }
        if let Some(relation) = db.relation_mut(id) {
            relation.columns[change.place].default = Some(default);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::columns::{Generated, NotNull};
    use crate::sample::{column, database, entries, inherit, set_default, table};

    fn not_null() -> Option<NotNull> {
        Some(NotNull {
            is_local: true,
            ..NotNull::default()
        })
    }

    /// Whether the child's not-null counts as its own.
    fn child_speaks(major: u32, parent: Option<NotNull>) -> bool {
        let mut db = database(major);
        let above = Column {
            not_null: parent,
            ..column(1, "a")
        };
        let below = Column {
            not_null: Some(NotNull {
                is_local: major < 18,
                ..NotNull::default()
            }),
            ..column(1, "a")
        };
        let (parent, child) = (table(&mut db, "p", &[above]), table(&mut db, "c", &[below]));
        inherit(&mut db, child, parent);
        settle(&mut db);
        let column = &db.relation(child).expect("it is a table").columns[0];
        column.not_null.as_ref().is_some_and(|not_null| not_null.is_local)
    }

    #[test]
    fn before_18_a_child_is_silent_about_not_null_that_its_parent_has() {
        assert!(!child_speaks(17, not_null()));
        assert!(child_speaks(17, None));
    }

    #[test]
    fn from_18_on_a_child_speaks_where_no_parent_has_a_valid_not_null() {
        assert!(!child_speaks(18, not_null()));
        assert!(child_speaks(18, None));
    }

    #[test]
    fn a_child_without_default_under_a_parent_with_one_gets_default_null() {
        let mut db = database(18);
        let parent = table(&mut db, "p", &[column(1, "a"), column(2, "b"), column(3, "c")]);
        set_default(&mut db, parent, 0, "1", false);
        set_default(&mut db, parent, 1, "NULL", false);
        set_default(&mut db, parent, 2, "2", false);
        let inherited = Column {
            is_local: false,
            ..column(3, "c")
        };
        let child = table(&mut db, "c", &[column(1, "a"), column(2, "b"), inherited]);
        inherit(&mut db, child, parent);
        settle(&mut db);
        let texts: Vec<String> = entries(&db).into_iter().map(|entry| entry.create).collect();
        assert!(
            texts.contains(
                &"CREATE TABLE public.c (\n    a integer DEFAULT NULL,\n    b integer\n)\nINHERITS (public.p);\n"
                    .to_owned()
            ),
            "{texts:?}"
        );
        assert!(
            texts.contains(&"ALTER TABLE ONLY public.c ALTER COLUMN c SET DEFAULT NULL;\n".to_owned()),
            "{texts:?}"
        );
    }

    #[test]
    fn settling_twice_changes_nothing() {
        let mut db = database(18);
        let parent = table(&mut db, "p", &[column(1, "a")]);
        set_default(&mut db, parent, 0, "1", false);
        let child = table(&mut db, "c", &[column(1, "a")]);
        inherit(&mut db, child, parent);
        settle(&mut db);
        let objects = db.objects.len();
        settle(&mut db);
        assert_eq!(db.objects.len(), objects);
    }

    /// Whether the child's expression is left out.
    fn left_out(parents: &[&str], own: &str, is_partition: bool) -> bool {
        let mut db = database(18);
        let generated = Column {
            generated: Some(Generated::Stored),
            ..column(1, "g")
        };
        let child = table(&mut db, "c", std::slice::from_ref(&generated));
        let default = set_default(&mut db, child, 0, own, false);
        for expression in parents {
            let parent = table(&mut db, expression, std::slice::from_ref(&generated));
            set_default(&mut db, parent, 0, expression, false);
            inherit(&mut db, child, parent);
        }
        db.relation_mut(child).expect("it is a table").is_partition = is_partition;
        settle(&mut db);
        db.object(default).wanted.is_none()
    }

    #[test]
    fn a_generation_expression_that_all_parents_share_is_left_out() {
        assert!(left_out(&["a"], "a", false));
        assert!(left_out(&["a", "a"], "a", false));
        assert!(!left_out(&["a", "b"], "a", false));
        assert!(!left_out(&["b"], "a", false));
        assert!(!left_out(&[], "a", false));
        assert!(!left_out(&["a"], "a", true));
    }
}
