//! What databases are filled with.

use std::path::{Path, PathBuf};

use crate::{Database, repository};

/// A SQL script that fills an empty database.
///
/// Comment lines at its top may say what it needs: `-- since: 18` the oldest major it runs on,
/// `-- roles: a, b` roles and `-- tablespaces: a, b` tablespaces that must exist, in source and target.
#[derive(Clone, Debug)]
pub struct Fixture {
    name: String,
    paths: Vec<PathBuf>,
    since: u32,
    roles: Vec<String>,
    tablespaces: Vec<String>,
    variables: Vec<String>,
}

impl Fixture {
    /// Everything that dumps are compared on: the schemas of the kinds, the shop, the samples.
    ///
    /// The variable `PGX_ONLY` keeps those whose name contains it, for work on one kind.
    pub fn all() -> Vec<Fixture> {
        let only = std::env::var("PGX_ONLY").unwrap_or_default();
        let mut all = Fixture::schemas();
        all.push(Fixture::shop());
        all.extend(Fixture::samples());
        all.retain(|fixture| fixture.name.contains(&only));
        all
    }

    /// One script for each kind of object: `tests/schemas/*.sql`.
    pub fn schemas() -> Vec<Fixture> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(repository().join("tests/schemas"))
            .expect("tests/schemas is there")
            .map(|entry| entry.expect("tests/schemas is readable").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
            .collect();
        paths.sort();
        paths.iter().map(|path| Fixture::read(path)).collect()
    }

    /// One of [`Fixture::schemas`] by its name, `05_tables`.
    pub fn schema(name: &str) -> Fixture {
        Fixture::read(&repository().join("tests/schemas").join(name).with_extension("sql"))
    }

    /// The demo's shop, small.
    pub fn shop() -> Fixture {
        Fixture::shop_of(2)
    }

    /// The demo's shop with about 4,700 rows times `size`.
    pub fn shop_of(size: u32) -> Fixture {
        let mut shop = Fixture::read(&repository().join("tests/shop.sql"));
        shop.variables.push(format!("size={size}"));
        shop
    }

    /// The sample databases that people know.
    ///
    /// They are not ours to ship: `PGX_TEST_DATA` names their directory, `../shared/data` by default.
    pub fn samples() -> Vec<Fixture> {
        ["pagila", "northwind", "chinook"].map(Fixture::sample).into()
    }

    /// One of the sample databases by its name.
    ///
    /// # Panics
    /// When it is not there.
    pub fn sample(name: &str) -> Fixture {
        let directory = match std::env::var_os("PGX_TEST_DATA") {
            Some(directory) => PathBuf::from(directory),
            None => repository().join("../shared/data"),
        };
        let path = directory.join(name).with_extension("sql");
        assert!(
            path.is_file(),
            "{} is missing: name the directory of {name}.sql in PGX_TEST_DATA",
            path.display()
        );
        Fixture::read(&path)
    }

    /// One database that has all of these, as far as a major knows them.
    pub fn merged(mut parts: Vec<Fixture>, major: u32) -> Fixture {
        parts.retain(|part| part.runs_on(major));
        // Event triggers, publications of all tables and default privileges would have a say in what comes after them.
        parts.sort_by_key(|part| {
            ["triggers", "privileges", "publications", "comments"]
                .iter()
                .any(|late| part.name.ends_with(late))
        });
        let all = |names: fn(&Fixture) -> &Vec<String>| {
            let mut all: Vec<String> = parts.iter().flat_map(|part| names(part).clone()).collect();
            all.sort();
            all.dedup();
            all
        };
        let (roles, tablespaces) = (all(|part| &part.roles), all(|part| &part.tablespaces));
        Fixture {
            name: "merged".to_owned(),
            paths: parts.into_iter().flat_map(|part| part.paths).collect(),
            since: 0,
            roles,
            tablespaces,
            variables: Vec::new(),
        }
    }

    fn read(path: &Path) -> Fixture {
        let script = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let script = String::from_utf8_lossy(&script);
        let header = |key: &str| {
            let lines = script.lines().take_while(|line| line.starts_with("--"));
            lines
                .filter_map(|line| line.trim_start_matches(['-', ' ']).strip_prefix(key))
                .next()
                .unwrap_or("")
                .trim()
        };
        let names = |key: &str| {
            let names = header(key).split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        };
        Fixture {
            name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            paths: vec![path.to_owned()],
            since: header("since:").parse().unwrap_or(0),
            roles: names("roles:"),
            tablespaces: names("tablespaces:"),
            variables: Vec::new(),
        }
    }

    /// Its file's name without the ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether servers of this major can run it.
    pub fn runs_on(&self, major: u32) -> bool {
        major >= self.since
    }

    /// Makes the roles and tablespaces it needs, as a target needs them too.
    pub fn make_roles(&self, database: &Database) {
        // They belong to the whole server: another test may make the same ones at this moment.
        let quote = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
        for tablespace in self.tablespaces.iter().map(quote) {
            let make = format!("SET allow_in_place_tablespaces = on; CREATE TABLESPACE {tablespace} LOCATION '';");
            database.script_as_far_as_known(make.as_bytes(), &[]);
        }
        for quoted in self.roles.iter().map(quote) {
            database.sql(&format!(
                "DO $do$ BEGIN CREATE ROLE {quoted};
                 EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $do$"
            ));
        }
    }

    /// Fills `database`, roles included.
    ///
    /// # Panics
    /// At the first error.
    pub fn load(&self, database: &Database) {
        self.make_roles(database);
        database.script(&self.script(), &self.variables());
    }

    /// Fills `database` with what its server, older than the script supposes, knows of it.
    pub fn load_as_far_as_known(&self, database: &Database) {
        self.make_roles(database);
        database.script_as_far_as_known(&self.script(), &self.variables());
    }

    fn variables(&self) -> Vec<&str> {
        self.variables.iter().map(String::as_str).collect()
    }

    fn script(&self) -> Vec<u8> {
        let scripts = self.paths.iter().map(|path| match std::fs::read(path) {
            Ok(script) => script,
            Err(error) => panic!("{}: {error}", path.display()),
        });
        // Each begins with the settings of a new session.
        scripts
            .collect::<Vec<_>>()
            .join(&b"\n;RESET SESSION AUTHORIZATION; RESET ALL;\n"[..])
    }
}
