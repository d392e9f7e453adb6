//! Foreign keys as the user wants them: checked, made without a check of what is there, or not made.

use std::borrow::Cow;

use pgx_archive::{Entry, Kind};

use crate::contents::Contents;
use crate::options::Options;

/// What becomes of foreign keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForeignKeys {
    /// They are made, and all rows are checked.
    #[default]
    Validate,
    /// They are made NOT VALID: rows to come are checked, those that are there are not.
    NotValid,
    /// They are not made.
    Skip,
}

/// The first major that knows NOT VALID for foreign keys of partitioned tables.
const OF_PARTITIONED_SINCE: u32 = 18;

/// Whether an entry is a foreign key, or belongs to one, that is not made.
pub(crate) fn is_skipped(entry: &Entry, parent: Option<&Entry>, options: &Options) -> bool {
    let is_key = |entry: &Entry| entry.kind == Kind::FkConstraint;
    options.foreign_keys == ForeignKeys::Skip && (is_key(entry) || parent.is_some_and(is_key))
}

/// The statement that makes an entry; of a foreign key that is not to be checked, without the check.
pub(crate) fn create<'a>(entry: &'a Entry, contents: &Contents<'_>, options: &Options) -> Cow<'a, str> {
    let sql = entry.create_on(options.target);
    if entry.kind != Kind::FkConstraint || options.foreign_keys != ForeignKeys::NotValid {
        return sql.into();
    }
    let partitioned = contents.parent(entry).is_some_and(|table| table.relkind == Some('p'));
    if partitioned && options.target.is_some_and(|major| major < OF_PARTITIONED_SINCE) {
        return sql.into();
    }
    match sql.strip_suffix(";\n") {
        Some(key) if !(key.ends_with(" NOT VALID") || key.ends_with(" NOT ENFORCED")) => {
            format!("{key} NOT VALID;\n").into()
        }
        _ => sql.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, numbered, table};
    use pgx_archive::EntryId;

    const KEY: &str = "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES public.u(id);\n";

    fn created(relkind: char, sql: &str, options: &Options) -> String {
        let mut entries = numbered(vec![table("t"), made(Kind::FkConstraint, "t k", sql)]);
        entries[0].relkind = Some(relkind);
        entries[1].parent = Some(EntryId(1));
        let contents = Contents::new(&entries, options);
        create(&entries[1], &contents, options).into_owned()
    }

    #[test]
    fn a_key_is_made_without_a_check() {
        let mut options = Options {
            foreign_keys: ForeignKeys::NotValid,
            target: Some(17),
            ..Options::default()
        };
        let unchecked = KEY.replace(";\n", " NOT VALID;\n");
        assert_eq!(created('r', KEY, &options), unchecked);
        assert_eq!(created('r', &unchecked, &options), unchecked, "it was not valid before");
        assert_eq!(created('p', KEY, &options), KEY, "17 has no such keys");
        options.target = Some(18);
        assert_eq!(created('p', KEY, &options), unchecked);
        assert_eq!(created('r', KEY, &Options::default()), KEY);
    }

    #[test]
    fn what_belongs_to_a_key_goes_with_it() {
        let mut entries = numbered(vec![
            table("t"),
            made(Kind::FkConstraint, "t k", KEY),
            made(Kind::Comment, "k", "…"),
        ]);
        entries[2].parent = Some(EntryId(2));
        let options = Options {
            foreign_keys: ForeignKeys::Skip,
            ..Options::default()
        };
        let wanted = [EntryId(1), EntryId(2), EntryId(3)];
        assert_eq!(Contents::of(&entries, &wanted, &options).wanted().len(), 1);
        assert_eq!(Contents::of(&entries, &wanted, &Options::default()).wanted().len(), 3);
    }
}
