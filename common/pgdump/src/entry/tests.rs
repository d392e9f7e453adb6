use super::*;
use crate::compression::Algorithm;
use crate::contents::{Contents, Plan};
use crate::samples;

fn again(entries: &[Entry], version: Version) -> Vec<Entry> {
    let plan = Plan::new(&samples::head(), entries, version, Algorithm::None).expect("sound entries");
    Contents::of(&plan.toc).expect("sound records").entries
}

#[test]
fn entries_come_back_as_they_were() {
    assert_eq!(again(&samples::entries(), Version::V1_16), samples::entries());
}

#[test]
fn groups_are_taken_apart_for_an_old_pg_restore() {
    let entries = again(&samples::entries(), Version::V1_14);
    let told: Vec<String> = entries[5..]
        .iter()
        .map(|entry| format!("{} {}", entry.id, entry.describe()))
        .collect();
    assert_eq!(
        told,
        [
            "6 blob metadata 7",
            "10 blob metadata 4000000001",
            "7 comment LARGE OBJECT 4000000001",
            "8 acl LARGE OBJECT 7",
            "11 acl LARGE OBJECT 4000000001",
            "9 blobs BLOBS",
        ]
    );
    assert_eq!(entries[7].parent, Some(EntryId(10)), "a comment follows its object");
    assert_eq!(
        entries[9].create,
        "GRANT SELECT ON LARGE OBJECT 4000000001 TO reader;\n"
    );
    assert_eq!(entries[9].parent, Some(EntryId(10)), "privileges follow their object");
}

/// pg_restore shows the difference: `Owner: -` and `Owner: `.
#[test]
fn what_nobody_owns_has_no_owner_and_what_is_said_of_it_one_without_a_name() {
    let encoding = Encoding {
        name: "UTF8".to_owned(),
    };
    let owner = |kind: Kind| {
        let mut entry = Entry::new(kind, None, "hstore", "");
        entry.id = EntryId(1);
        let spelled = records(&[entry], &encoding, Version::V1_16).expect("sound entries");
        spelled.records[0].owner.clone()
    };
    assert_eq!(owner(Kind::Extension), None);
    assert_eq!(owner(Kind::StatisticsData), None);
    assert_eq!(owner(Kind::Comment), Some(Vec::new()));
}

#[test]
fn rows_depend_on_their_table_first_and_never_on_rows() {
    let mut entries = samples::entries();
    entries[4].dependencies = vec![EntryId(2), EntryId(4), EntryId(3)];
    let encoding = Encoding {
        name: "UTF8".to_owned(),
    };
    let spelled = records(&entries, &encoding, Version::V1_16).expect("sound entries");
    assert_eq!(spelled.records[4].dependencies, [3, 2]);
}

#[test]
fn rows_of_a_table_that_is_there_already_come_after_those_they_refer_to() {
    // As with the configuration of extensions, and without definitions.
    let mut entries = samples::entries();
    entries[4].dependencies = vec![EntryId(4)];
    entries[4].parent = None;
    let encoding = Encoding {
        name: "UTF8".to_owned(),
    };
    let spelled = records(&entries, &encoding, Version::V1_16).expect("sound entries");
    assert_eq!(spelled.records[4].dependencies, [4]);
}

#[test]
fn what_comes_after_rows_waits_for_those_of_an_extension_that_it_needs() {
    let mut entries = samples::entries();
    entries[1].kind = Kind::Extension;
    let mut key = Entry::new(Kind::FkConstraint, Some("public"), "b b_fkey", "shop");
    (key.id, key.dependencies) = (EntryId(10), vec![EntryId(2), EntryId(3)]);
    entries.push(key);
    let encoding = Encoding {
        name: "UTF8".to_owned(),
    };
    let spelled = records(&entries, &encoding, Version::V1_16).expect("sound entries");
    assert_eq!(spelled.records[9].dependencies, [2, 3, 4]);
}

#[test]
fn rows_in_another_encoding_say_so_and_are_read_again() {
    let mut entries = samples::entries();
    entries[3].data.as_mut().expect("rows").encoding = "EUC_JP".to_owned();
    let encoding = Encoding {
        name: "UTF8".to_owned(),
    };
    let spelled = records(&entries, &encoding, Version::V1_16).expect("sound entries");
    let copy = b"COPY public.a (id) FROM stdin WITH (ENCODING 'EUC_JP');\n";
    assert_eq!(spelled.records[3].copy.as_deref(), Some(copy.as_slice()));
    assert_eq!(again(&entries, Version::V1_16), entries);
}

#[test]
fn what_archives_cannot_hold_is_refused_by_name() {
    let mut entries = samples::entries();
    entries[3].data.as_mut().expect("rows").format = Format::Binary;
    let error = Plan::new(&samples::head(), &entries, Version::V1_16, Algorithm::None).expect_err("binary");
    assert_eq!(
        error.to_string(),
        "table data public.a: its rows are binary, and pg_dump's archives have rows in text"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("--copy-format text")));
}

#[test]
fn rows_as_inserts_are_refused_by_name() {
    let mut entries = samples::entries();
    entries[3].copy = String::new();
    let encoding = Encoding {
        name: "UTF8".to_owned(),
    };
    let spelled = records(&entries, &encoding, Version::V1_16).expect("sound entries");
    let error = super::entries(&spelled.records, &encoding).expect_err("no COPY");
    assert_eq!(
        error.to_string(),
        "entry 4: the rows of table data public.a are INSERT commands"
    );
}

#[test]
fn a_comment_on_an_inherited_constraint_follows_that_of_the_parent() {
    let constraint = |id: u32, table: &str, name: &str| {
        let tag = format!("{table} {name}");
        let mut entry = Entry::new(Kind::CheckConstraint, Some("public"), tag, "shop");
        entry.id = EntryId(id);
        entry.create = format!("ALTER TABLE public.{table}\n    ADD CONSTRAINT \"{name}\" CHECK (true) NOT VALID;\n");
        entry
    };
    let mut comment = Entry::new(Kind::Comment, Some("public"), "CONSTRAINT \"is ON\" ON b", "shop");
    (comment.id, comment.dependencies) = (EntryId(12), vec![EntryId(99)]);
    let mut entries = samples::entries();
    entries.extend([constraint(10, "a", "is ON"), constraint(11, "a", "is"), comment]);
    let encoding = Encoding {
        name: "UTF8".to_owned(),
    };
    let spelled = records(&entries, &encoding, Version::V1_16).expect("sound entries");
    let again = super::entries(&spelled.records, &encoding).expect("sound records");
    let comment = again.iter().find(|entry| entry.id == EntryId(12)).expect("it is there");
    assert_eq!(comment.parent, Some(EntryId(10)));
    assert!(comment.dependencies.contains(&EntryId(10)));
}
