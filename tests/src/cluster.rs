//! Real servers that live as long as the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Database, Fixture, repository};

/// The majors that every test of objects runs on.
pub const MAJORS: [u32; 3] = [15, 16, 18];

/// A running server, reached over a socket in its own directory; its superuser is `postgres`.
///
/// The script `tests/servers/run` starts it and waits on a pipe that we hold. When the pipe closes,
/// because the value was dropped or this process died, even by SIGKILL, the script stops the server and
/// removes its files: a shared cluster needs no destructor, and a killed test leaves nothing behind.
#[derive(Debug)]
pub struct Cluster {
    major: u32,
    directory: PathBuf,
    keeper: Child,
    lifeline: Option<ChildStdin>,
    databases: AtomicU32,
}

impl Cluster {
    /// The one server of this major that the tests of this binary share.
    pub fn shared(major: u32) -> &'static Cluster {
        static SHARED: [OnceLock<Cluster>; 32] = [const { OnceLock::new() }; 32];
        let place = SHARED.get(major as usize).unwrap_or_else(|| panic!("no major {major}"));
        place.get_or_init(|| Cluster::start(major, &[]))
    }

    /// A server of one's own, with settings such as `max_connections=5`.
    pub fn private(major: u32, settings: &[&str]) -> Cluster {
        Cluster::start(major, settings)
    }

    /// A standby of this server, which follows it as it changes; it accepts connections.
    pub fn standby(&self) -> Cluster {
        let directory = self.directory.to_string_lossy();
        Cluster::start(self.major, &["--standby-of", &directory])
    }

    fn start(major: u32, settings: &[&str]) -> Cluster {
        // setsid: a Ctrl-C at the terminal reaches us, and the script then cleans up after us.
        let mut keeper = Command::new("setsid")
            .args(["-w", "bash"])
            .arg(repository().join("tests/servers/run"))
            .arg(major.to_string())
            .args(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash and setsid are installed");
        let lifeline = keeper.stdin.take();
        let mut line = String::new();
        if let Some(output) = keeper.stdout.take() {
            BufReader::new(output)
                .read_line(&mut line)
                .expect("the script's output is readable");
        }
        assert!(
            !line.is_empty(),
            "no server of major {major} could be started (see the messages above)"
        );
        Cluster {
            major,
            directory: line.trim_end().into(),
            keeper,
            lifeline,
            databases: AtomicU32::new(0),
        }
    }

    /// Restarts it: `fast` ends its sessions in order, `immediate` is a crash.
    pub fn restart(&self, mode: &str) {
        let data = self.directory.join("data");
        let log = self.directory.join("log");
        let script = ". \"$0\"; as_server \"$(server_bin \"$1\")/pg_ctl\" restart -w -t 60 -s -m \"$2\" -D \"$3\" -l \"$4\" >/dev/null";
        let restarted = Command::new("bash")
            .args(["-c", script])
            .arg(repository().join("tests/servers/lib.sh"))
            .args([&self.major.to_string(), mode])
            .args([data, log])
            .status()
            .expect("bash runs");
        assert!(restarted.success(), "the server was not restarted");
    }

    /// The major version, `18`.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Where its socket, its data and its log are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@/{database}?host={}", self.directory.display())
    }

    /// A new empty database whose name starts with `label`; it is dropped with the value.
    pub fn database(&self, label: &str) -> Database<'_> {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        Database::create(self, format!("{label}_{number}"))
    }

    /// A database that a tool has made, `pgx-load -C` for one; it is dropped with the value.
    pub fn existing(&self, name: &str) -> Database<'_> {
        Database::existing(self, name.to_owned())
    }

    /// A database that stays when the value goes: one that lives as long as the server.
    pub fn lasting(&self, name: &str) -> Database<'_> {
        Database::lasting(self, name.to_owned())
    }

    /// A new database filled from `fixture`.
    pub fn filled(&self, fixture: &Fixture) -> Database<'_> {
        let database = self.database(fixture.name());
        fixture.load(&database);
        database
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // The script has nobody left to report to; waiting is only so that its files are gone.
        let _ = self.keeper.wait();
    }
}
