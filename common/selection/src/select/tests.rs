//! Each rule, on a small shop made by hand.

use pgx_archive::{Data, Format};

use super::*;
use crate::list::List;
use crate::selection::{Contents, TablePattern};

/// An entry by kind, schema (`-` for none) and name, the entry it is part of, and those it needs.
type Line = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// The shop in the order of its archive. Entries are named as tests name them: kind, then name.
const SHOP: &[Line] = &[
    ("ENCODING", "-", "ENCODING", "", &[]),
    ("DATABASE", "-", "shop", "", &[]),
    ("COMMENT", "-", "DATABASE shop", "DATABASE shop", &[]),
    ("SCHEMA", "-", "sales", "", &[]),
    ("ACL", "-", "SCHEMA sales", "SCHEMA sales", &[]),
    ("EXTENSION", "-", "geo", "", &[]),
    ("FUNCTION", "public", "touch()", "", &[]),
    ("FUNCTION", "public", "twice(integer)", "", &[]),
    ("FUNCTION", "public", "twice(text)", "", &[]),
    ("TABLE", "public", "people", "", &[]),
    (
        "COMMENT",
        "public",
        "COLUMN people.name",
        "TABLE people",
        &["TABLE people"],
    ),
    ("ACL", "public", "TABLE people", "TABLE people", &["TABLE people"]),
    ("SEQUENCE", "public", "people_id_seq", "", &["TABLE people"]),
    (
        "SEQUENCE OWNED BY",
        "public",
        "people_id_seq",
        "SEQUENCE people_id_seq",
        &["SEQUENCE people_id_seq"],
    ),
    ("TABLE", "sales", "orders", "", &["SCHEMA sales"]),
    (
        "VIEW",
        "sales",
        "buyers",
        "",
        &["SCHEMA sales", "TABLE orders", "TABLE people"],
    ),
    ("TABLE", "public", "log", "", &[]),
    ("TABLE", "public", "log_1", "", &["TABLE log"]),
    (
        "TABLE ATTACH",
        "public",
        "log_1",
        "TABLE log_1",
        &["TABLE log", "TABLE log_1"],
    ),
    (
        "DEFAULT",
        "public",
        "people id",
        "TABLE people",
        &["TABLE people", "SEQUENCE people_id_seq"],
    ),
    ("TABLE DATA", "public", "people", "TABLE people", &["TABLE people"]),
    ("TABLE DATA", "sales", "orders", "TABLE orders", &["TABLE orders"]),
    ("TABLE DATA", "public", "log_1", "TABLE log_1", &["TABLE log_1"]),
    ("TABLE DATA", "public", "spatial", "EXTENSION geo", &[]),
    (
        "SEQUENCE SET",
        "public",
        "people_id_seq",
        "SEQUENCE people_id_seq",
        &["SEQUENCE people_id_seq"],
    ),
    ("BLOB METADATA", "-", "7", "", &[]),
    (
        "COMMENT",
        "-",
        "LARGE OBJECT 7",
        "BLOB METADATA 7",
        &["BLOB METADATA 7"],
    ),
    ("BLOBS", "-", "7", "BLOB METADATA 7", &["BLOB METADATA 7"]),
    ("STATISTICS DATA", "public", "people", "TABLE people", &["TABLE people"]),
    (
        "CONSTRAINT",
        "public",
        "people people_pkey",
        "TABLE people",
        &["TABLE people"],
    ),
    ("INDEX", "sales", "orders_placed", "TABLE orders", &["TABLE orders"]),
    (
        "COMMENT",
        "sales",
        "INDEX orders_placed",
        "INDEX orders_placed",
        &["INDEX orders_placed"],
    ),
    (
        "STATISTICS DATA",
        "sales",
        "orders_placed",
        "INDEX orders_placed",
        &["INDEX orders_placed"],
    ),
    (
        "TRIGGER",
        "sales",
        "orders audit",
        "TABLE orders",
        &["TABLE orders", "FUNCTION touch()"],
    ),
    (
        "FK CONSTRAINT",
        "sales",
        "orders buyer",
        "TABLE orders",
        &["TABLE orders", "TABLE people", "CONSTRAINT people people_pkey"],
    ),
    ("POLICY", "sales", "orders mine", "TABLE orders", &["TABLE orders"]),
    (
        "COMMENT",
        "sales",
        "POLICY mine ON orders",
        "POLICY orders mine",
        &["POLICY orders mine"],
    ),
    ("PUBLICATION", "-", "news", "", &[]),
    (
        "PUBLICATION TABLE",
        "sales",
        "news orders",
        "TABLE orders",
        &["TABLE orders", "PUBLICATION news"],
    ),
];

fn shop() -> Vec<Entry> {
    let called = |kind: &str, name: &str| format!("{kind} {name}");
    let id = |wanted: &str| {
        let place = SHOP.iter().position(|(kind, _, name, ..)| called(kind, name) == wanted);
        EntryId(1 + place.unwrap_or_else(|| panic!("no {wanted} in the shop")) as u32)
    };
    let data = Data {
        columns: Vec::new(),
        types: Vec::new(),
        format: Format::Text,
        encoding: "UTF8".into(),
        settings: Default::default(),
        parts: 1,
        part_blocks: 0,
        logged: true,
        via_root: false,
        estimated_rows: 0,
        estimated_bytes: 0,
    };
    let entries = SHOP.iter().map(|(kind, schema, name, parent, needs)| {
        let kind = Kind::from_tag(kind);
        let schema = Some(*schema).filter(|schema| *schema != "-");
        let mut entry = Entry::new(kind.clone(), schema, *name, "alice");
        entry.id = id(&called(kind.tag(), name));
        entry.parent = (!parent.is_empty()).then(|| id(parent));
        entry.dependencies = needs.iter().map(|need| id(need)).collect();
        entry.visible = schema == Some("public") && crate::tree::is_relation(&kind);
        entry.inherits = (*name == "log_1").then(|| id("TABLE log")).into_iter().collect();
        if kind == Kind::PublicationTable {
            entry.fields.insert(PUBLICATION.to_owned(), "news".into());
        }
        entry.data = matches!(kind, Kind::TableData | Kind::Blobs).then(|| Box::new(data.clone()));
        entry
    });
    entries.collect()
}

/// What is kept of the shop, without settings.
fn kept(selection: &Selection) -> Vec<String> {
    let entries = shop();
    let kept = select(&entries, selection, "shop").unwrap_or_else(|error| panic!("{error}"));
    names(&entries, &kept.order)
}

fn names(entries: &[Entry], ids: &[EntryId]) -> Vec<String> {
    let entries = ids.iter().map(|id| &entries[id.0 as usize - 1]);
    let named = entries.filter(|entry| !is_setting(&entry.kind));
    named.map(|entry| format!("{} {}", entry.kind, entry.name)).collect()
}

fn report(selection: &Selection) -> Report {
    select(&shop(), selection, "shop")
        .unwrap_or_else(|error| panic!("{error}"))
        .report
}

fn tables(patterns: &[&str]) -> Vec<TablePattern> {
    let pattern = |pattern: &&str| TablePattern {
        pattern: (*pattern).to_owned(),
        and_children: false,
    };
    patterns.iter().map(pattern).collect()
}

fn only_tables(patterns: &[&str]) -> Selection {
    Selection {
        tables: tables(patterns),
        ..Selection::default()
    }
}

fn bare(selection: Selection) -> Selection {
    Selection {
        bare: true,
        ..selection
    }
}

fn with_dependencies(selection: Selection) -> Selection {
    Selection {
        with_dependencies: true,
        ..selection
    }
}

const PEOPLE: &[&str] = &[
    "TABLE people",
    "COMMENT COLUMN people.name",
    "ACL TABLE people",
    "SEQUENCE people_id_seq",
    "SEQUENCE OWNED BY people_id_seq",
    "DEFAULT people id",
    "TABLE DATA people",
    "SEQUENCE SET people_id_seq",
    "STATISTICS DATA people",
    "CONSTRAINT people people_pkey",
];

#[test]
fn everything_but_the_database_is_kept_by_default() {
    let kept = kept(&Selection::default());
    assert_eq!(kept.len(), SHOP.len() - 3);
    assert!(!kept.iter().any(|name| name.contains("DATABASE")));
    assert_eq!(report(&Selection::default()), Report::default());
}

#[test]
fn the_database_obeys_its_own_switch_only() {
    let selection = Selection {
        database: true,
        ..bare(only_tables(&["people"]))
    };
    assert_eq!(kept(&selection)[..2], ["DATABASE shop", "COMMENT DATABASE shop"]);
}

#[test]
fn settings_are_always_kept() {
    let kept = select(&shop(), &only_tables(&["nothing"]), "shop").unwrap();
    assert_eq!(kept.order, [EntryId(1)]);
}

#[test]
fn a_table_brings_what_belongs_to_it() {
    assert_eq!(kept(&only_tables(&["people"])), PEOPLE);
}

#[test]
fn a_bare_table_is_what_pg_restore_takes() {
    let expected = [
        "TABLE people",
        "COMMENT COLUMN people.name",
        "ACL TABLE people",
        "TABLE DATA people",
        "STATISTICS DATA people",
    ];
    assert_eq!(kept(&bare(only_tables(&["people"]))), expected);
}

#[test]
fn a_sequence_alone_leaves_its_table() {
    let expected = ["SEQUENCE people_id_seq", "SEQUENCE SET people_id_seq"];
    assert_eq!(kept(&only_tables(&["people_id_seq"])), expected);
    assert_eq!(report(&only_tables(&["people_id_seq"])).wanting, []);
}

#[test]
fn a_sequence_that_nobody_is_said_to_own_is_an_identity() {
    let mut entries = shop();
    entries.retain(|entry| entry.kind != Kind::SequenceOwnedBy);
    let kept = select(&entries, &only_tables(&["people"]), "shop").unwrap();
    assert!(kept.has(EntryId(13)));
    let excluded = Selection {
        without_tables: tables(&["people"]),
        ..Selection::default()
    };
    assert!(!select(&entries, &excluded, "shop").unwrap().has(EntryId(13)));
}

#[test]
fn an_unqualified_table_has_to_be_visible() {
    assert!(kept(&only_tables(&["orders"])).is_empty());
    let unmatched = &report(&only_tables(&["orders"])).unmatched[0];
    assert_eq!((unmatched.what, unmatched.hidden), ("table", true));
    assert_eq!(
        kept(&bare(only_tables(&["*.orders"]))),
        ["TABLE orders", "TABLE DATA orders"]
    );
}

#[test]
fn where_nobody_says_what_is_visible_all_is() {
    let mut entries = shop();
    entries.iter_mut().for_each(|entry| entry.visible = false);
    let kept = select(&entries, &bare(only_tables(&["orders"])), "shop").unwrap();
    assert_eq!(names(&entries, &kept.order), ["TABLE orders", "TABLE DATA orders"]);
}

#[test]
fn a_name_that_is_spelled_exactly_is_found_when_the_pattern_finds_nothing() {
    let mut entries = shop();
    entries[9].name = "People".into();
    let kept = select(&entries, &bare(only_tables(&["People"])), "shop").unwrap();
    assert!(kept.has(EntryId(10)));
}

#[test]
fn rows_without_their_table_are_found_by_their_name() {
    let mut entries = shop();
    entries.retain(|entry| entry.data.is_some());
    let kept = select(&entries, &only_tables(&["people"]), "shop").unwrap();
    assert_eq!(kept.order, [EntryId(21)]);
}

#[test]
fn partitions_come_with_their_table_when_asked_for() {
    let mut selection = bare(only_tables(&["log"]));
    assert_eq!(kept(&selection), ["TABLE log"]);
    selection.tables[0].and_children = true;
    assert_eq!(kept(&selection), ["TABLE log", "TABLE log_1", "TABLE DATA log_1"]);
}

#[test]
fn an_archive_that_says_nothing_of_inheritance_has_partitions_all_the_same() {
    let mut entries = shop();
    entries.iter_mut().for_each(|entry| entry.inherits.clear());
    let mut selection = bare(only_tables(&["log"]));
    selection.tables[0].and_children = true;
    assert_eq!(select(&entries, &selection, "shop").unwrap().order.len(), 4);
}

#[test]
fn a_schema_brings_itself_and_what_is_in_it() {
    let selection = Selection {
        schemas: vec!["sales".into()],
        ..Selection::default()
    };
    let kept = kept(&selection);
    assert_eq!(kept[..3], ["SCHEMA sales", "ACL SCHEMA sales", "TABLE orders"]);
}

#[test]
fn a_place_in_a_publication_comes_alone_if_it_says_which_that_is() {
    let selection = only_tables(&["sales.orders"]);
    let has_place = |entries: &[Entry]| {
        let kept = select(entries, &selection, "shop").unwrap();
        let place = entries
            .iter()
            .find(|entry| entry.kind == Kind::PublicationTable)
            .unwrap();
        let lacks = kept.report.wanting.iter().any(|wanting| wanting.entry == place.id);
        (kept.has(place.id), lacks)
    };
    let mut entries = shop();
    assert_eq!(has_place(&entries), (true, false));
    entries.iter_mut().for_each(|entry| entry.fields.clear());
    assert_eq!(has_place(&entries), (false, false));
}

#[test]
fn a_bare_schema_is_what_pg_restore_takes() {
    let selection = bare(Selection {
        schemas: vec!["sales".into()],
        ..Selection::default()
    });
    let kept = kept(&selection);
    assert_eq!(kept[0], "TABLE orders");
    assert!(kept.contains(&"PUBLICATION TABLE news orders".to_owned()));
}

#[test]
fn a_schema_limits_what_else_is_named() {
    let selection = Selection {
        schemas: vec!["sales".into()],
        ..bare(only_tables(&["*.*"]))
    };
    assert_eq!(kept(&selection), ["TABLE orders", "VIEW buyers", "TABLE DATA orders"]);
}

#[test]
fn an_excluded_schema_goes_with_itself() {
    let selection = Selection {
        without_schemas: vec!["sales".into()],
        ..Selection::default()
    };
    assert!(
        !kept(&selection)
            .iter()
            .any(|name| name.contains("sales") || name.contains("orders"))
    );
    assert!(kept(&bare(selection)).contains(&"SCHEMA sales".to_owned()));
}

#[test]
fn a_schema_that_is_made_elsewhere_has_its_privileges_all_the_same() {
    let mut entries = shop();
    let acl = entries.iter_mut().find(|entry| entry.name == "SCHEMA sales");
    let acl = acl.expect("there are privileges");
    (acl.name, acl.parent) = ("SCHEMA public".to_owned(), None);
    acl.dependencies.clear();
    let has = |selection: &Selection| {
        let kept = select(&entries, selection, "shop").unwrap_or_else(|error| panic!("{error}"));
        names(&entries, &kept.order).contains(&"ACL SCHEMA public".to_owned())
    };
    let only = |name: &str| Selection {
        schemas: vec![name.into()],
        ..Selection::default()
    };
    let without = |name: &str| Selection {
        without_schemas: vec![name.into()],
        ..Selection::default()
    };
    assert!(has(&Selection::default()) && has(&only("public")) && has(&without("sales")));
    assert!(!has(&only("sales")) && !has(&without("public")) && !has(&only_tables(&["people"])));
    assert!(
        !has(&bare(only("public"))) && !has(&bare(without("sales"))),
        "nor has pg_restore"
    );
}

#[test]
fn rows_of_an_extension_are_named_by_their_table() {
    assert_eq!(kept(&only_tables(&["public.spatial"])), ["TABLE DATA spatial"]);
    let without = Selection {
        without_rows: tables(&["public.sp*"]),
        ..Selection::default()
    };
    let kept = kept(&without);
    assert!(kept.contains(&"EXTENSION geo".to_owned()) && !kept.contains(&"TABLE DATA spatial".to_owned()));
}

#[test]
fn an_excluded_table_goes_with_what_belongs_to_it() {
    let selection = Selection {
        without_tables: tables(&["people"]),
        ..Selection::default()
    };
    let names_kept = kept(&selection);
    let stays = [
        "SEQUENCE people_id_seq",
        "SEQUENCE SET people_id_seq",
        "FK CONSTRAINT orders buyer",
    ];
    assert!(stays.iter().all(|name| names_kept.contains(&(*name).to_owned())));
    let goes = PEOPLE.iter().filter(|name| !stays.contains(name));
    assert!(goes.clone().all(|name| !names_kept.contains(&(*name).to_owned())));
    let report = report(&selection);
    assert_eq!(names(&shop(), &report.followed).len(), goes.count() - 1);
}

#[test]
fn what_is_excluded_stays_out_whoever_includes_it() {
    let selection = Selection {
        without_tables: tables(&["people"]),
        ..with_dependencies(only_tables(&["people", "sales.buyers"]))
    };
    assert!(!kept(&selection).contains(&"TABLE people".to_owned()));
}

#[test]
fn rows_can_be_left_out_alone() {
    let selection = Selection {
        without_rows: vec![
            TablePattern {
                pattern: "log".into(),
                and_children: true,
            },
            TablePattern {
                pattern: "people*".into(),
                and_children: false,
            },
        ],
        ..Selection::default()
    };
    let kept = kept(&selection);
    assert!(kept.contains(&"TABLE log_1".to_owned()));
    let filling: Vec<&String> = kept
        .iter()
        .filter(|name| name.contains("DATA ") || name.contains("SET"))
        .collect();
    assert_eq!(
        filling,
        [
            "TABLE DATA orders",
            "TABLE DATA spatial",
            "BLOB METADATA 7",
            "STATISTICS DATA people",
            "STATISTICS DATA orders_placed"
        ]
    );
}

#[test]
fn an_index_brings_its_comment_and_statistics() {
    let selection = Selection {
        indexes: vec!["orders_*".into()],
        ..Selection::default()
    };
    let expected = [
        "INDEX orders_placed",
        "COMMENT INDEX orders_placed",
        "STATISTICS DATA orders_placed",
    ];
    assert_eq!(kept(&selection), expected);
    assert_eq!(kept(&bare(selection.clone())), expected);
    assert_eq!(report(&selection).wanting, [], "its table is in the target");
}

#[test]
fn a_trigger_is_named_alone_or_with_its_table() {
    for pattern in ["audit", "orders audit", "sales.aud*", "orders *"] {
        let selection = Selection {
            triggers: vec![pattern.into()],
            ..Selection::default()
        };
        assert_eq!(kept(&selection), ["TRIGGER orders audit"], "{pattern}");
    }
}

#[test]
fn functions_are_named_by_pattern_or_signature() {
    let functions = |texts: &[&str]| {
        kept(&Selection {
            functions: texts.iter().map(|text| (*text).to_owned()).collect(),
            ..Selection::default()
        })
    };
    assert_eq!(functions(&["twice(integer)"]), ["FUNCTION twice(integer)"]);
    assert_eq!(functions(&["twice"]).len(), 2);
    assert_eq!(functions(&["t*", "nothing()"]).len(), 3);
}

#[test]
fn an_extension_brings_the_rows_of_its_tables() {
    let selection = Selection {
        extensions: vec!["geo".into()],
        ..Selection::default()
    };
    assert_eq!(kept(&selection), ["EXTENSION geo", "TABLE DATA spatial"]);
    let without = Selection {
        without_extensions: vec!["g*".into()],
        ..Selection::default()
    };
    assert!(!kept(&without).contains(&"TABLE DATA spatial".to_owned()));
}

#[test]
fn large_objects_come_with_everything_or_when_asked_for() {
    let objects = ["BLOB METADATA 7", "COMMENT LARGE OBJECT 7", "BLOBS 7"];
    let selection = Selection {
        large_objects: true,
        without: vec![Switch::LargeObjects],
        ..bare(only_tables(&["log"]))
    };
    assert_eq!(kept(&selection), [&["TABLE log"][..], &objects].concat());
    let without = Selection {
        without: vec![Switch::LargeObjects],
        ..Selection::default()
    };
    assert!(!kept(&without).iter().any(|name| name.contains('7')));
}

#[test]
fn contents_are_definitions_rows_and_statistics() {
    let count = |definitions, data, statistics| {
        let contents = Contents {
            definitions,
            data,
            statistics,
        };
        kept(&Selection {
            contents,
            ..Selection::default()
        })
        .len()
    };
    let rows = ["TABLE DATA", "SEQUENCE SET", "BLOB METADATA", "BLOBS"];
    let rows = SHOP.iter().filter(|(kind, ..)| rows.contains(kind)).count() + 1;
    assert_eq!(count(false, true, false), rows);
    assert_eq!(count(false, false, true), 2);
    assert_eq!(count(true, false, false), SHOP.len() - 3 - rows - 2);
}

#[test]
fn sections_take_comments_along() {
    let section = |section| {
        kept(&Selection {
            sections: vec![section],
            ..Selection::default()
        })
    };
    let post = section(Section::PostData);
    assert!(post.contains(&"COMMENT INDEX orders_placed".to_owned()));
    assert!(!post.contains(&"COMMENT COLUMN people.name".to_owned()));
    let data = section(Section::Data);
    assert!(data.contains(&"COMMENT LARGE OBJECT 7".to_owned()));
    assert!(!data.contains(&"TABLE people".to_owned()));
}

#[test]
fn a_switch_takes_the_comments_of_what_it_leaves_out() {
    let without = |switch| {
        kept(&Selection {
            without: vec![switch],
            ..Selection::default()
        })
    };
    assert!(!without(Switch::Policies).iter().any(|name| name.contains("POLICY")));
    assert!(!without(Switch::Publications).iter().any(|name| name.contains("news")));
    assert!(!without(Switch::Privileges).iter().any(|name| name.starts_with("ACL")));
    assert!(!without(Switch::Comments).iter().any(|name| name.starts_with("COMMENT")));
    assert!(
        !without(Switch::Statistics)
            .iter()
            .any(|name| name.starts_with("STATISTICS"))
    );
}

fn listed(text: &str) -> Selection {
    Selection {
        list: Some(List::parse(text)),
        ..Selection::default()
    }
}

#[test]
fn a_list_says_what_and_in_which_order() {
    assert_eq!(kept(&listed("17\n10\n")), ["TABLE log", "TABLE people"]);
    let report = report(&listed("17\n99\nx\n17\n"));
    let lines: Vec<usize> = report.ignored_lines.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4]);
}

#[test]
fn a_list_and_other_switches_have_to_agree() {
    let mut selection = listed("10\n11\n21\n");
    selection.contents.data = false;
    assert_eq!(kept(&selection), ["TABLE people", "COMMENT COLUMN people.name"]);
    let limited = Selection {
        list: Some(List::parse("11\n")),
        ..only_tables(&["people"])
    };
    assert!(kept(&limited).is_empty(), "the table of the comment is not on the list");
}

#[test]
fn what_a_list_needs_comes_before_it() {
    let selection = with_dependencies(listed("16\n"));
    let kept = kept(&selection);
    let at = |name: &str| kept.iter().position(|kept| kept == name);
    assert!(at("TABLE people") < at("VIEW buyers"));
    assert!(at("SCHEMA sales") < at("TABLE orders"));
    assert!(at("TABLE orders") < at("VIEW buyers"));
    assert!(at("TABLE DATA people").is_some());
}

#[test]
fn dependencies_bring_what_belongs_to_them() {
    let selection = with_dependencies(only_tables(&["sales.buyers"]));
    let names_kept = kept(&selection);
    let expected = [
        "SCHEMA sales",
        "ACL SCHEMA sales",
        "FUNCTION touch()",
        "TABLE orders",
        "VIEW buyers",
    ];
    assert!(
        expected
            .iter()
            .chain(PEOPLE)
            .all(|name| names_kept.contains(&(*name).to_owned()))
    );
    assert!(names_kept.contains(&"PUBLICATION news".to_owned()));
    assert!(!names_kept.contains(&"TABLE log".to_owned()));
    let report = report(&selection);
    assert_eq!(report.wanting, []);
    assert_eq!(report.brought.len(), names_kept.len() - 1);
}

#[test]
fn bare_dependencies_come_alone() {
    let names_kept = kept(&bare(with_dependencies(only_tables(&["sales.buyers"]))));
    assert!(names_kept.contains(&"TABLE people".to_owned()));
    assert!(!names_kept.contains(&"CONSTRAINT people people_pkey".to_owned()));
}

#[test]
fn dependencies_respect_contents() {
    let selection = Selection {
        contents: Contents {
            data: false,
            ..Contents::default()
        },
        ..with_dependencies(only_tables(&["sales.buyers"]))
    };
    assert!(!kept(&selection).iter().any(|name| name.starts_with("TABLE DATA")));
}

#[test]
fn what_cannot_work_is_named() {
    let selection = Selection {
        without_tables: tables(&["people"]),
        ..Selection::default()
    };
    let entries = shop();
    let remarks = report(&selection).remarks(&entries);
    let warning = remarks.iter().find(|remark| remark.is_warning).unwrap();
    let detail = warning.detail.clone().unwrap();
    assert!(
        detail.starts_with("view sales.buyers needs table public.people\n"),
        "{detail}"
    );
    assert!(warning.hint.as_deref().unwrap().starts_with("--with-dependencies"));
}

#[test]
fn a_partition_needs_its_table_only_to_be_attached() {
    let wanting = report(&only_tables(&["log_1"])).wanting;
    assert_eq!(names(&shop(), &[wanting[0].entry]), ["TABLE ATTACH log_1"]);
    assert_eq!(wanting.len(), 1);
    assert!(kept(&with_dependencies(only_tables(&["log_1"]))).contains(&"TABLE log".to_owned()));
}

#[test]
fn contents_that_are_left_out_are_not_missed() {
    let selection = Selection {
        contents: Contents {
            definitions: false,
            ..Contents::default()
        },
        ..only_tables(&["people"])
    };
    assert_eq!(report(&selection).wanting, []);
}

#[test]
fn strict_names_have_to_match() {
    let selection = Selection {
        strict_names: true,
        ..only_tables(&["people", "nobody"])
    };
    let error = select(&shop(), &selection, "shop").unwrap_err();
    assert_eq!(error.to_string(), "no table matches nobody");
    assert!(!error.is_usage());
}

#[test]
fn another_database_is_refused() {
    let error = select(&shop(), &only_tables(&["other.public.people"]), "shop").unwrap_err();
    assert_eq!(
        error.to_string(),
        "pattern other.public.people names another database than shop"
    );
    assert!(select(&shop(), &only_tables(&["shop.public.people"]), "shop").is_ok());
}

#[test]
fn parents_in_a_circle_end() {
    let mut entries = shop();
    entries[9].parent = Some(EntryId(17));
    entries[16].parent = Some(EntryId(10));
    for selection in [only_tables(&["people"]), with_dependencies(listed("10\n17\n"))] {
        assert!(select(&entries, &selection, "shop").unwrap().has(EntryId(10)));
    }
    let excluded = Selection {
        without_tables: tables(&["people"]),
        ..Selection::default()
    };
    assert!(!select(&entries, &excluded, "shop").unwrap().has(EntryId(17)));
}
