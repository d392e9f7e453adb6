//! Beside: whoever looks at the database that is to be replaced sees it whole, or the new one.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use pgx_tests::{Database, Pipe, stock, tool, wait_until};

use crate::fault::Fault;
use crate::moment::Moment;
use crate::run::{Ends, Run};
use crate::scene::{Scene, dump};

/// The facts about a database; of the old one, whether all its rows are there.
const LOOK: &str = concat!(
    "SELECT to_regclass('public.old') IS NOT NULL AS is_old \\gset\n\\if :is_old\n",
    "SELECT 'old', count(*), sum(hashtext(o::text)) FROM public.old o;\n\\else\n",
    include_str!("../../facts.sql"),
    "\\endif\n"
);

/// What makes the old one.
const OLD: &str = "CREATE TABLE old AS SELECT i, md5(i::text) AS text FROM generate_series(1, 500) i";

/// Another moment, a moment later.
const OFTEN: Duration = Duration::from_millis(100);

/// What a client may be told while a server is restarted, or databases are switched.
const UNDERSTOOD: &[&str] = &[
    "terminating connection",
    "server closed the connection",
    "the database system is",
    "Connection refused",
    "Connection reset",
    "No such file or directory",
    "It seems to have just been dropped or renamed",
    "connection to server was lost",
];

/// A server with an old database, and how both look when they are whole.
pub struct Stage<'s> {
    scene: &'s Scene,
    old: String,
    new: String,
    crashed: String,
}

impl<'s> Stage<'s> {
    /// Nothing has happened yet.
    pub fn new(scene: &'s Scene) -> Stage<'s> {
        let template = scene.server.database("template");
        template.sql(OLD);
        let look = |database: &Database| look(database).expect("nobody is in the way");
        Stage {
            scene,
            old: look(&template),
            crashed: look(scene.crashed.source()),
            new: look(scene.source),
        }
    }

    /// Breaks a copy.
    pub fn case(&self, fault: Fault, moment: Moment) -> &'static str {
        self.set();
        let over = AtomicBool::new(false);
        let ends = thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    self.expect_whole();
                    thread::sleep(OFTEN);
                }
            });
            let ends = Run::broken(
                &mut dump(self.scene.source),
                self.load(),
                (fault, moment),
                self.scene.ends(),
            );
            over.store(true, Ordering::Relaxed);
            watcher.join().expect("whoever looked saw a whole database");
            ends
        });
        wait_until("its sessions are gone", || self.sessions() == 0);
        let is_new = self.expect_whole().expect("the server is there") != self.old;
        let left = self.others();
        if ends.is_whole() {
            assert!(is_new && left.is_empty(), "{left:?}\n{}", ends.said());
        }
        self.expect_true(is_new, &left, &ends);
        if is_new {
            self.scene.expect_like(&self.app(), fault == Fault::Crash);
        }
        if !left.is_empty() {
            self.clear(&left);
            return "cleared";
        }
        match is_new {
            true => "new",
            false => "old",
        }
    }

    /// The old database, and nothing else.
    fn set(&self) {
        for name in self.others() {
            self.door().sql(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
        }
        if look(&self.app()).is_ok_and(|is| is == self.old) {
            return;
        }
        let name = self.scene.source.name();
        self.door().sql(&format!(
            "DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE); CREATE DATABASE \"{name}\" TEMPLATE template0"
        ));
        self.app().sql(OLD);
    }

    fn load(&self) -> Command {
        let mut load = tool("pgx-load");
        load.args(["-j2", "--buffer", "1MB", "-C", "--swap", "-d", &self.door().url()]);
        load
    }

    /// What there is under the name, if the server lets anybody in; neither half of anything nor nothing.
    fn expect_whole(&self) -> Option<String> {
        match look(&self.app()) {
            Ok(is) if [&self.old, &self.new, &self.crashed].contains(&&is) => Some(is),
            Ok(is) => panic!("neither the old one nor the new one: {is}"),
            Err(said) if UNDERSTOOD.iter().any(|words| said.contains(words)) => None,
            Err(said) => panic!("the database cannot be looked at: {said}"),
        }
    }

    /// What a load that failed said of databases is so.
    fn expect_true(&self, is_new: bool, left: &[String], ends: &Ends) {
        let said = &ends.load.stages[0].stderr;
        let says = |words: &str| said.contains(words);
        if says("nothing was done to database") {
            assert!(!is_new, "{said}");
        }
        if says("what was loaded has been dropped") || says("nothing was written to the target") {
            assert!(left.is_empty(), "{left:?}\n{said}");
        }
        if says("is the new one") {
            assert!(is_new, "{said}");
        }
        if ends.load.codes() != [None] {
            for name in left {
                assert!(says(name), "{name} is not told of\n{said}");
            }
        }
    }

    /// The next run tells what is left and what to type, and does its own work.
    fn clear(&self, left: &[String]) {
        let next = Pipe::of(&mut dump(self.scene.source)).to(&mut self.load()).run();
        assert_eq!(next.complaint(), None);
        let said = &next.stages[1].stderr;
        for name in left {
            let typed = format!("DROP DATABASE {name};");
            assert!(said.contains(&typed), "{name} is not told of\n{said}");
            self.door().sql(&typed);
        }
        assert_eq!(self.others(), [""; 0]);
        assert_eq!(self.expect_whole().as_ref(), Some(&self.new));
    }

    fn app(&self) -> Database<'_> {
        self.scene.server.lasting(self.scene.source.name())
    }

    fn door(&self) -> Database<'_> {
        self.scene.server.lasting("postgres")
    }

    fn sessions(&self) -> u32 {
        let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgx-load'";
        self.door().sql(sessions).trim().parse().expect("a count is a number")
    }

    /// Databases that a load has made, or kept, beside it.
    fn others(&self) -> Vec<String> {
        let others = format!(
            "SELECT datname FROM pg_database WHERE datname LIKE '{}\\_%' ORDER BY 1",
            self.scene.source.name()
        );
        self.door().sql(&others).lines().map(str::to_owned).collect()
    }
}

/// How a database looks, or why it cannot be looked at.
fn look(database: &Database) -> Result<String, String> {
    let mut psql = stock("psql");
    psql.args([
        "-X",
        "-q",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        &database.url(),
        "-f",
        "-",
    ]);
    let looked = Pipe::of(&mut psql).input(script()).run();
    match looked.codes() == [Some(0)] {
        true => Ok(String::from_utf8_lossy(&looked.stdout).into_owned()),
        false => Err(looked.stages[0].stderr.clone()),
    }
}

/// The script, to be read.
fn script() -> std::io::PipeReader {
    use std::io::Write;
    let (from, mut to) = std::io::pipe().expect("there are pipes");
    // It fits into a pipe.
    to.write_all(LOOK.as_bytes()).expect("it is read");
    from
}
