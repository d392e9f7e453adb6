//! A moment of a database that several dumps can read.

use crate::{Database, Running, stock};

/// A snapshot that another session exported, and keeps as long as this value lives.
#[derive(Debug)]
pub struct Snapshot {
    id: String,
    _keeper: Running,
}

impl Snapshot {
    /// The present moment of a database.
    pub fn of(database: &Database) -> Snapshot {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ";
        let export = "SELECT pg_export_snapshot()";
        let mut keeper = Running::start(
            stock("psql")
                .args(["-X", "-A", "-t", "-q", "-d", &database.url()])
                .args(["-c", begin, "-c", export, "-c", "SELECT pg_sleep(600)"]),
        );
        // `00000003-0000001B-1`
        let mut id = keeper.read(17);
        while id.last() != Some(&b'\n') {
            id.extend(keeper.read(1));
        }
        Snapshot {
            id: String::from_utf8_lossy(&id).trim().to_owned(),
            _keeper: keeper,
        }
    }

    /// What `--snapshot` is given.
    pub fn id(&self) -> &str {
        &self.id
    }
}
