//! Tables made by hand and the text of their entries.

use crate::database::{Database, NodeId, class};
use crate::kinds::columns::{Column, Generated, NotNull};
use crate::kinds::relation::Relation;
use crate::kinds::table::create::{before_18, statement};
use crate::sample::{column, database, entries, inherit, relation, set_check, set_default, table};

fn create(db: &Database, id: NodeId) -> String {
    statement(db.relation(id).expect("it is a table"), id, db)
}

fn not_null(name: Option<&str>) -> Option<NotNull> {
    Some(NotNull {
        oid: 7,
        name: name.map(Box::from),
        is_local: true,
        no_inherit: false,
    })
}

#[test]
fn columns_with_all_that_belongs_to_them() {
    let mut db = database(17);
    let columns = [
        Column {
            not_null: not_null(None),
            ..column(1, "id")
        },
        Column {
            collation: Some("pg_catalog.\"C\"".into()),
            type_name: "text".into(),
            ..column(3, "Name")
        },
        Column {
            generated: Some(Generated::Stored),
            ..column(4, "twice")
        },
    ];
    let id = table(&mut db, "order", &columns);
    set_default(&mut db, id, 1, "'x'::text", false);
    set_default(&mut db, id, 2, "(id * 2)", false);
    set_check(&mut db, id, "positive", "CHECK ((id > 0))", false);
    set_check(&mut db, id, "later", "CHECK ((id > 1)) NOT VALID", true);
    assert_eq!(
        create(&db, id),
        "CREATE TABLE public.\"order\" (\n    id integer NOT NULL,\n    \
         \"Name\" text DEFAULT 'x'::text COLLATE pg_catalog.\"C\",\n    \
         twice integer GENERATED ALWAYS AS ((id * 2)) STORED,\n    \
         CONSTRAINT positive CHECK ((id > 0))\n);\n"
    );
}

#[test]
fn a_table_without_columns() {
    let mut db = database(18);
    let id = table(&mut db, "t", &[]);
    assert_eq!(create(&db, id), "CREATE TABLE public.t (\n);\n");
}

#[test]
fn options_of_table_and_toast() {
    let mut db = database(18);
    let body = Relation {
        options: vec!["fillfactor=70".to_owned()],
        toast_options: vec!["autovacuum_enabled=off".to_owned()],
        ..Relation::default()
    };
    let id = relation(&mut db, "t", 'r', body);
    assert_eq!(
        create(&db, id),
        "CREATE TABLE public.t (\n)\nWITH (fillfactor='70', toast.autovacuum_enabled=off);\n"
    );
}

#[test]
fn a_partitioned_table_is_never_unlogged() {
    let mut db = database(17);
    let body = Relation {
        partition_key: Some("HASH (id)".to_owned()),
        ..Relation::default()
    };
    let id = relation(&mut db, "t", 'p', body);
    db.relation_mut(id).expect("it is a table").persistence = 'u';
    assert_eq!(create(&db, id), "CREATE TABLE public.t (\n)\nPARTITION BY HASH (id);\n");
    db.relation_mut(id).expect("it is a table").relkind = 'r';
    assert!(create(&db, id).starts_with("CREATE UNLOGGED TABLE public.t ("));
}

#[test]
fn a_typed_table_spells_only_what_it_adds() {
    let mut db = database(18);
    let body = Relation {
        of_type_name: Some("public.person".to_owned()),
        columns: vec![column(1, "name"), column(2, "age")],
        ..Relation::default()
    };
    let id = relation(&mut db, "t", 'r', body);
    assert_eq!(create(&db, id), "CREATE TABLE public.t OF public.person;\n");
    set_default(&mut db, id, 1, "5", false);
    assert_eq!(
        create(&db, id),
        "CREATE TABLE public.t OF public.person (\n    age DEFAULT 5\n);\n"
    );
}

#[test]
fn a_foreign_table_with_options() {
    let mut db = database(18);
    let body = Relation {
        foreign_server_name: "Far Away".to_owned(),
        foreign_options: "file 'x'".to_owned(),
        columns: vec![Column {
            foreign_options: "key 'true'".into(),
            statistics: Some(10),
            ..column(1, "a")
        }],
        ..Relation::default()
    };
    relation(&mut db, "t", 'f', body);
    let entries = entries(&db);
    let entry = entries.last().expect("there is a table");
    assert_eq!(
        entry.create,
        "CREATE FOREIGN TABLE public.t (\n    a integer\n)\nSERVER \"Far Away\"\nOPTIONS (\n    file 'x'\n);\n\
         ALTER FOREIGN TABLE ONLY public.t ALTER COLUMN a SET STATISTICS 10;\n\
         ALTER FOREIGN TABLE ONLY public.t ALTER COLUMN a OPTIONS (\n    key 'true'\n);\n"
    );
    assert_eq!(entry.drop, "DROP FOREIGN TABLE public.t;\n");
    assert_eq!(entry.tablespace, None);
}

#[test]
fn a_child_leaves_out_what_it_only_inherits() {
    let mut db = database(18);
    let parent = table(&mut db, "p", &[column(1, "a"), column(2, "b")]);
    let inherited = Column {
        is_local: false,
        ..column(1, "a")
    };
    let child = table(&mut db, "c", &[inherited, column(2, "b")]);
    inherit(&mut db, child, parent);
    let check = set_check(&mut db, child, "ok", "CHECK (true)", false);
    if let crate::database::Body::Constraint(body) = &mut db.object_mut(check).body {
        body.local = false;
    }
    assert_eq!(
        create(&db, child),
        "CREATE TABLE public.c (\n    b integer\n)\nINHERITS (public.p);\n"
    );
    db.relation_mut(child).expect("it is a table").is_partition = true;
    assert_eq!(
        create(&db, child),
        "CREATE TABLE public.c (\n    a integer,\n    b integer,\n    CONSTRAINT ok CHECK (true)\n);\n"
    );
}

#[test]
fn a_table_says_what_it_inherits_from() {
    let mut db = database(18);
    let (parent, child) = (table(&mut db, "p", &[]), table(&mut db, "c", &[]));
    inherit(&mut db, child, parent);
    let entries = crate::emit::entries(&db, &[parent, child]);
    let [.., above, below] = &entries[..] else {
        panic!("two tables are two entries");
    };
    assert_eq!(
        (above.inherits.as_slice(), below.inherits.as_slice()),
        (&[][..], &[above.id][..])
    );
}

/// pg_dump 18.4 forgets the quotes here, and the dump cannot be restored.
#[test]
fn a_not_null_constraint_of_an_inherited_column_is_quoted() {
    let mut db = database(18);
    let parent = table(&mut db, "p", &[column(1, "c")]);
    let inherited = Column {
        is_local: false,
        not_null: not_null(Some("My nn")),
        ..column(1, "c")
    };
    let child = table(&mut db, "t", &[inherited]);
    inherit(&mut db, child, parent);
    assert_eq!(
        create(&db, child),
        "CREATE TABLE public.t (\n    CONSTRAINT \"My nn\" NOT NULL c\n)\nINHERITS (public.p);\n"
    );
}

#[test]
fn a_not_null_constraint_keeps_a_name_of_its_own_or_one_with_a_comment() {
    let mut db = database(18);
    let columns = [
        Column {
            not_null: not_null(Some("t_a_not_null")),
            ..column(1, "a")
        },
        Column {
            not_null: not_null(Some("t_a_not_null")),
            ..column(2, "b")
        },
    ];
    let id = table(&mut db, "t", &columns);
    assert_eq!(
        create(&db, id),
        "CREATE TABLE public.t (\n    a integer NOT NULL,\n    b integer CONSTRAINT t_a_not_null NOT NULL\n);\n"
    );
    let of = pgx_archive::CatalogId {
        class: class::CONSTRAINT,
        oid: 7,
    };
    db.comments.insert(of, vec![(0, "why".to_owned())]);
    assert!(create(&db, id).contains("a integer CONSTRAINT t_a_not_null NOT NULL,"));
    let texts: Vec<String> = entries(&db).into_iter().map(|entry| entry.create).collect();
    assert!(texts.contains(&"COMMENT ON CONSTRAINT t_a_not_null ON public.t IS 'why';\n".to_owned()));
}

/// From 18 on the nameless constraint would take the name first, and the check could not be added.
#[test]
fn a_usual_name_that_had_to_be_cut_is_spelled() {
    let mut db = database(18);
    let table_name = "t".repeat(63);
    let cut = format!("{}_a_not_null", "t".repeat(52));
    let column = Column {
        not_null: not_null(Some(&cut)),
        ..column(1, "a")
    };
    let id = table(&mut db, &table_name, &[column]);
    assert!(create(&db, id).contains(&format!("a integer CONSTRAINT {cut} NOT NULL")));
}

#[test]
fn a_not_null_of_an_old_server_leaves_its_name_to_a_later_check() {
    let mut db = database(15);
    let columns = [Column {
        not_null: not_null(None),
        ..column(1, "a")
    }];
    let id = table(&mut db, "t", &columns);
    set_check(&mut db, id, "t_a_not_null", "CHECK ((a > 0)) NOT VALID", true);
    assert_eq!(
        create(&db, id),
        "CREATE TABLE public.t (\n    a integer CONSTRAINT t_a_not_null1 NOT NULL\n);\n"
    );
}

#[test]
fn what_only_alter_can_say() {
    let mut db = database(18);
    let body = Relation {
        columns: vec![Column {
            storage: 'e',
            type_storage: 'x',
            compression: 'l',
            options: "n_distinct=5".into(),
            ..column(1, "a")
        }],
        replica_identity: 'f',
        force_row_security: true,
        ..Relation::default()
    };
    let id = relation(&mut db, "t", 'r', body);
    let relation = db.relation(id).expect("it is a table");
    assert_eq!(
        super::alter::statements(relation, "public.t"),
        "ALTER TABLE ONLY public.t ALTER COLUMN a SET STORAGE EXTERNAL;\n\
         ALTER TABLE ONLY public.t ALTER COLUMN a SET COMPRESSION lz4;\n\
         ALTER TABLE ONLY public.t ALTER COLUMN a SET (n_distinct=5);\n\
         \nALTER TABLE ONLY public.t REPLICA IDENTITY FULL;\n\
         \nALTER TABLE ONLY public.t FORCE ROW LEVEL SECURITY;\n"
    );
}

#[test]
fn a_server_before_18_is_told_afterwards_that_an_inherited_column_is_not_null() {
    let mut db = database(17);
    let above = [column(1, "a"), column(2, "b")];
    let parent = table(&mut db, "p", &above);
    let below = Column {
        is_local: false,
        not_null: not_null(None),
        ..column(1, "a")
    };
    let child = table(&mut db, "c", &[below, column(2, "b")]);
    inherit(&mut db, child, parent);
    let relation = db.relation(child).expect("it is a table");
    assert_eq!(
        create(&db, child),
        "CREATE TABLE public.c (\n    NOT NULL a,\n    b integer\n)\nINHERITS (public.p);\n"
    );
    assert_eq!(
        before_18(relation, child, &db).expect("it needs another"),
        "CREATE TABLE public.c (\n    b integer\n)\nINHERITS (public.p);\n\
         ALTER TABLE ONLY public.c ALTER COLUMN a SET NOT NULL;\n"
    );
    let relation = db.relation(parent).expect("it is a table");
    assert_eq!(before_18(relation, parent, &db), None);
}
