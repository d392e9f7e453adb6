//! A database that is loaded beside the one it is to replace, and the switch: names, marks, statements.
//!
//! ```text
//! shop ──────────────────────────────┐ one transaction       ┌─► shop_old_pgx_0b5fa9d2, or dropped
//! shop_pgx_0b5fa9d2 ◄── load, proof ─┴───────────────────────┴─► shop
//! ```
//!
//! Until the transaction commits, the old database is what it was, under its own name, with its clients; after it,
//! the new one is whole. A crash in between leaves one of the two, and perhaps a database with a mark: its comment
//! says which archive it is of, so that the next run knows what it finds.

use pgx_archive::spelling::{ident, literal, quoting_all};
use pgx_archive::{Entry, Kind};

use crate::contents::Contents;
use crate::named::LONGEST;
use crate::options::Options;
use crate::owner::alter_owner;
use crate::session::TableDefaults;
use crate::statements::work;

/// Letters of an archive's id that are in names.
const SHORT: usize = 8;

/// How the comment of a database that is being loaded begins; archive and name follow.
const LOADING: &str = "pgx-load: not complete yet; archive ";
/// How the comment of a database begins that has been replaced, and not been dropped yet.
const REPLACED: &str = "pgx-load: replaced by archive ";

/// The query for all databases: see [`Known::of`].
pub const DATABASES: &str = "\
SELECT d.oid::pg_catalog.text, d.datname::pg_catalog.text, d.datistemplate::pg_catalog.text,
       COALESCE(pg_catalog.shobj_description(d.oid, 'pg_database'), ''),
       pg_catalog.pg_has_role(d.datdba, 'USAGE')::pg_catalog.text,
       (d.datname = pg_catalog.current_database())::pg_catalog.text,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a
        WHERE a.datid = d.oid AND a.backend_type = 'client backend')::pg_catalog.text,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_xacts x WHERE x.database = d.datname)::pg_catalog.text,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_replication_slots s WHERE s.database = d.datname)::pg_catalog.text
FROM pg_catalog.pg_database d";

/// A database of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its OID.
    pub oid: u32,
    /// Its name.
    pub name: String,
    /// Whether it is a template.
    pub template: bool,
    /// Its comment.
    pub comment: String,
    /// Whether the role may do with it what its owner may.
    pub ours: bool,
    /// Whether it is the one that the session is connected to.
    pub current: bool,
    /// Its clients.
    pub clients: u64,
    /// Its prepared transactions.
    pub prepared: u64,
    /// Replication slots that belong to it.
    pub slots: u64,
}

impl Known {
    /// From a row of [`DATABASES`].
    pub fn of(row: Vec<String>) -> Option<Known> {
        let [oid, name, template, comment, ours, current, clients, prepared, slots] =
            <[String; 9]>::try_from(row).ok()?;
        Some(Known {
            oid: oid.parse().ok()?,
            name,
            template: template == "true",
            comment,
            ours: ours == "true",
            current: current == "true",
            clients: clients.parse().ok()?,
            prepared: prepared.parse().ok()?,
            slots: slots.parse().ok()?,
        })
    }

    /// What this database is to a load that makes `name`, if some load left it behind.
    pub fn left_by(&self, name: &str) -> Option<Left> {
        let of = |mark: &str| {
            let (archive, to_be) = self.comment.strip_prefix(mark)?.split_once(", to be ")?;
            (to_be == name).then(|| archive.to_owned())
        };
        let loading = of(LOADING).map(|archive| Left::Loading { archive });
        loading.or_else(|| of(REPLACED).map(|_| Left::Replaced))
    }
}

/// What a load has left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// It was loading it.
    Loading {
        /// The archive.
        archive: String,
    },
    /// It had replaced it, and not dropped it yet.
    Replaced,
    /// It has the name, and does not say whose it is.
    Unmarked,
}

/// What stands where the new database is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Free,
    /// What an earlier load of the same archive left, which is dropped.
    Left,
    /// A database without a mark and without clients. A load that was killed before it could set the mark left it
    /// empty; then it is dropped.
    Unmarked,
}

/// The names of a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The database that is to be.
    pub name: String,
    /// Where it is loaded.
    pub beside: String,
    /// What the old one is called afterwards.
    pub old: String,
    archive: String,
}

/// Why a swap cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is in the way.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Names {
    /// The names for a database and an archive.
    ///
    /// ```
    /// let names = pgx_restore::swap::Names::new("shop", "0b5fa9d2-5f0e-4d0c-9f3b-6a3f0c1d2e4f");
    /// assert_eq!(names.beside, "shop_pgx_0b5fa9d2");
    /// assert_eq!(names.old, "shop_old_pgx_0b5fa9d2");
    /// ```
    pub fn new(name: &str, archive: &str) -> Names {
        let short: String = archive
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(SHORT)
            .collect();
        let with = |end: String| {
            let room = name.floor_char_boundary(LONGEST.saturating_sub(end.len()));
            format!("{}{end}", &name[..room])
        };
        Names {
            name: name.to_owned(),
            beside: with(format!("_pgx_{short}")),
            old: with(format!("_old_pgx_{short}")),
            archive: archive.to_owned(),
        }
    }

    /// Whether these databases allow it, and what stands where the new one is to be made.
    pub fn check(&self, databases: &[Known], keep_old: bool) -> Result<Place, Refusal> {
        let refused = |message: String, hint: &str| {
            Err(Refusal {
                message,
                hint: hint.to_owned(),
            })
        };
        let find = |name: &str| databases.iter().find(|known| known.name == name);
        let (name, old) = (&self.name, &self.old);
        if let Some(known) = find(name) {
            if known.current {
                return refused(
                    format!("database {name} cannot be replaced while we are connected to it"),
                    "let -d name another database of the server, such as postgres",
                );
            }
            if known.template {
                return refused(format!("database {name} is a template"), "load it under another name");
            }
            if !known.ours {
                return refused(
                    format!("database {name} belongs to another role, and cannot be renamed"),
                    "connect as its owner, or as a superuser",
                );
            }
            if known.prepared > 0 {
                return refused(
                    format!("database {name} has prepared transactions, and cannot be renamed"),
                    "COMMIT PREPARED or ROLLBACK PREPARED them; pg_prepared_xacts lists them",
                );
            }
            if known.slots > 0 && !keep_old {
                return refused(
                    format!("database {name} has replication slots, and cannot be dropped"),
                    "drop them, or keep the database with --keep-old",
                );
            }
            if find(old).is_some() {
                return refused(
                    format!("database {old} is there already, from an earlier swap"),
                    &format!("drop or rename it: DROP DATABASE {};", ident(old)),
                );
            }
        }
        let Some(left) = find(&self.beside) else {
            return Ok(Place::Free);
        };
        match left.left_by(name) {
            Some(Left::Loading { archive }) if archive == self.archive && left.clients == 0 => Ok(Place::Left),
            Some(Left::Loading { archive }) if archive == self.archive => refused(
                format!("database {} is being loaded from the same archive", self.beside),
                "wait until that load has ended, and its sessions with it; pg_stat_activity lists them",
            ),
            None if left.comment.is_empty() && left.clients == 0 && left.ours => Ok(Place::Unmarked),
            _ => Err(self.unknown()),
        }
    }

    /// The refusal of a database that is in the way and does not say that a load made it.
    pub fn unknown(&self) -> Refusal {
        Refusal {
            message: format!(
                "database {} is there already, and no load of this archive made it",
                self.beside
            ),
            hint: "drop or rename it".to_owned(),
        }
    }

    /// Databases that other loads into the same name have left behind, with the statement that removes each.
    pub fn leftovers<'k>(&self, databases: &'k [Known]) -> impl Iterator<Item = (&'k Known, Left)> + use<'_, 'k> {
        let left = databases.iter().filter_map(|known| {
            let unmarked = || (known.comment.is_empty() && self.is_beside(&known.name)).then_some(Left::Unmarked);
            Some((known, known.left_by(&self.name).or_else(unmarked)?))
        });
        left.filter(|(known, _)| known.name != self.beside)
    }

    /// Whether a load of some archive would use this name beside ours.
    fn is_beside(&self, name: &str) -> bool {
        let begin = self.beside.get(..self.beside.len().saturating_sub(SHORT));
        let archive = begin.and_then(|begin| name.strip_prefix(begin));
        archive.is_some_and(|short| short.len() == SHORT && short.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }

    /// The statement that marks the new database as one that is being loaded.
    pub fn mark(&self) -> String {
        let mark = format!("{LOADING}{}, to be {}", self.archive, self.name);
        format!("COMMENT ON DATABASE {} IS {};", ident(&self.beside), literal(&mark))
    }

    /// The statements of the switch, all of one transaction: names, then what the stream says of the database itself.
    pub fn switch(&self, contents: &Contents<'_>, options: &Options, replace: bool, keep_old: bool) -> Vec<String> {
        let [name, beside, old] = [&self.name, &self.beside, &self.old].map(|name| ident(name));
        let mut statements = Vec::new();
        if replace {
            statements.push(format!("ALTER DATABASE {name} RENAME TO {old};"));
            if !keep_old {
                let mark = format!("{REPLACED}{}, to be {}", self.archive, self.name);
                statements.push(format!("COMMENT ON DATABASE {old} IS {};", literal(&mark)));
            }
        }
        statements.push(format!("ALTER DATABASE {beside} RENAME TO {name};"));
        statements.push(format!("COMMENT ON DATABASE {name} IS NULL;"));
        let of_database = contents.wanted().filter(|entry| is_of_database(entry, contents));
        for entry in of_database.filter(|entry| entry.kind != Kind::Database) {
            let work = work(entry, contents, options, &mut TableDefaults::default());
            let work = work.into_iter().flat_map(|work| work.statements);
            statements.extend(work.map(|statement| statement.sql));
        }
        statements
    }
}

/// The statement that ends the clients of a database, whatever its name is by then.
pub fn end_clients(oid: u32) -> String {
    format!(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity \
         WHERE datid = {oid} AND pid <> pg_catalog.pg_backend_pid()"
    )
}

/// The query for the OID of a database, if there is one of this name.
pub fn oid_of(name: &str) -> String {
    let name = literal(name);
    format!("SELECT oid::pg_catalog.text FROM pg_catalog.pg_database WHERE datname = {name}")
}

/// The statement that drops a database.
pub fn drop_statement(name: &str) -> String {
    format!("DROP DATABASE {};", ident(name))
}

/// The entry that makes a database, under another name; `None` where its text does not begin as it should.
pub fn renamed(entry: &Entry, name: &str) -> Option<Entry> {
    let rest = entry.create.strip_prefix("CREATE DATABASE ")?;
    let spelled = [
        ident(&entry.name).into_owned(),
        quoting_all(true, || ident(&entry.name).into_owned()),
    ];
    let rest = spelled.iter().find_map(|own| rest.strip_prefix(own.as_str()))?;
    let mut renamed = entry.clone();
    renamed.create = format!("CREATE DATABASE {}{rest}", ident(name));
    renamed.name = name.to_owned();
    Some(renamed)
}

/// The statement that gives a database to the owner that its entry names.
pub fn give(entry: &Entry) -> Option<String> {
    alter_owner(entry)
}

/// Whether an entry makes the database itself, or is about it.
pub fn is_of_database(entry: &Entry, contents: &Contents<'_>) -> bool {
    let is_database = |entry: &Entry| matches!(entry.kind, Kind::Database | Kind::DatabaseProperties);
    is_database(entry) || contents.parent(entry).is_some_and(is_database)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{numbered, plain};
    use pgx_archive::EntryId;

    const ARCHIVE: &str = "0b5fa9d2-5f0e-4d0c-9f3b-6a3f0c1d2e4f";

    fn known(name: &str, comment: &str) -> Known {
        Known {
            name: name.to_owned(),
            comment: comment.to_owned(),
            ours: true,
            ..Known::default()
        }
    }

    #[test]
    fn names_are_not_longer_than_names_may_be() {
        let names = Names::new(&"ü".repeat(31), ARCHIVE);
        assert!(
            names.old.len() <= 63 && names.old.ends_with("_old_pgx_0b5fa9d2"),
            "{}",
            names.old
        );
    }

    #[test]
    fn what_the_same_archive_left_is_dropped_first() {
        let names = Names::new("shop", ARCHIVE);
        let mark = format!("{LOADING}{ARCHIVE}, to be shop");
        let mut left = known("shop_pgx_0b5fa9d2", &mark);
        assert_eq!(names.check(&[known("shop", ""), left.clone()], false), Ok(Place::Left));
        left.clients = 1;
        assert!(names.check(&[left.clone()], false).is_err(), "it is being loaded");
        left.comment.clear();
        assert!(names.check(&[left.clone()], false).is_err(), "nobody knows whose it is");
        left.clients = 0;
        assert_eq!(names.check(&[left], false), Ok(Place::Unmarked));
    }

    #[test]
    fn what_others_left_is_told() {
        let names = Names::new("shop", ARCHIVE);
        let all = [
            known("shop_pgx_11111111", "pgx-load: not complete yet; archive 1, to be shop"),
            known("shop_old_pgx_2", "pgx-load: replaced by archive 2, to be shop"),
            known("bar_pgx_11111111", "pgx-load: not complete yet; archive 1, to be bar"),
            known("shop_pgx_22222222", ""),
            known("shop_pgx_22222222", "mine"),
            known("shop_pgx_copy", ""),
            known("shop_pgx_0b5fa9d2", ""),
        ];
        let left: Vec<_> = names
            .leftovers(&all)
            .map(|(known, left)| (known.name.as_str(), left))
            .collect();
        let archive = "1".to_owned();
        let expected = [
            ("shop_pgx_11111111", Left::Loading { archive }),
            ("shop_old_pgx_2", Left::Replaced),
            ("shop_pgx_22222222", Left::Unmarked),
        ];
        assert_eq!(left, expected);
    }

    #[test]
    fn a_database_that_cannot_be_renamed_is_refused_before_anything() {
        let names = Names::new("shop", ARCHIVE);
        let wrongs: [fn(&mut Known); 5] = [
            |shop| shop.current = true,
            |shop| shop.template = true,
            |shop| shop.ours = false,
            |shop| shop.prepared = 1,
            |shop| shop.slots = 1,
        ];
        for wrong in wrongs {
            let mut shop = known("shop", "");
            wrong(&mut shop);
            assert!(names.check(&[shop], false).is_err());
        }
        assert!(names.check(&[known("shop", ""), known(&names.old, "")], true).is_err());
        assert_eq!(names.check(&[known("shop", "")], false), Ok(Place::Free));
    }

    #[test]
    fn the_switch_is_names_and_then_what_the_stream_says() {
        let mut database = plain(Kind::Database, "shop");
        database.create = "CREATE DATABASE shop WITH TEMPLATE = template0;\n".to_owned();
        let mut comment = plain(Kind::Comment, "DATABASE shop");
        comment.create = "COMMENT ON DATABASE shop IS 'ours';\n".to_owned();
        comment.parent = Some(EntryId(1));
        let mut properties = plain(Kind::DatabaseProperties, "shop");
        properties.create = "ALTER DATABASE shop CONNECTION LIMIT 5;\n".to_owned();
        let entries = numbered(vec![database, comment, properties]);
        let options = Options {
            create: true,
            ..Options::default()
        };
        let contents = Contents::new(&entries, &options);
        let names = Names::new("shop", ARCHIVE);
        assert_eq!(
            names.switch(&contents, &options, true, true),
            [
                "ALTER DATABASE shop RENAME TO shop_old_pgx_0b5fa9d2;",
                "ALTER DATABASE shop_pgx_0b5fa9d2 RENAME TO shop;",
                "COMMENT ON DATABASE shop IS NULL;",
                "COMMENT ON DATABASE shop IS 'ours';\n",
                "ALTER DATABASE shop CONNECTION LIMIT 5;\n",
            ]
        );
        assert_eq!(names.switch(&contents, &options, false, false).len(), 4);
        let beside = renamed(&entries[0], &names.beside).expect("the text begins as it should");
        assert_eq!(
            beside.create,
            "CREATE DATABASE shop_pgx_0b5fa9d2 WITH TEMPLATE = template0;\n"
        );
    }
}
