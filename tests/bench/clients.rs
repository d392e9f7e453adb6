//! Stock tools of the server's own major, and what the servers themselves cost.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use pgx_tests::{Cluster, repository, stock};

/// Stock tools of one major.
#[derive(Debug)]
pub struct Clients(PathBuf);

impl Clients {
    /// Those of a major; an error says how to get them.
    pub fn of(major: u32) -> Result<Clients, String> {
        // The harness obtains the newest; others are wherever its scripts look for them.
        let newest = stock("psql");
        let found = Command::new("bash")
            .args([
                "-c",
                ". \"$0\" && client_bin \"$1\"",
                "tests/servers/lib.sh",
                &major.to_string(),
            ])
            .current_dir(repository())
            .output()
            .map_err(|error| format!("bash: {error}"))?;
        let bin = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        match (found.status.success(), newest.get_program().is_empty()) {
            (true, false) => Ok(Clients(bin.into())),
            _ => Err(format!(
                "no clients of major {major}: name their bin directory in PGX_TEST_PG"
            )),
        }
    }

    /// One of them, with nothing in its environment that decides where it connects.
    pub fn command(&self, program: &str) -> Command {
        let clean = stock(program);
        let mut command = Command::new(self.0.join(program));
        for (name, value) in clean.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}

/// Settings of the servers: those of every day, big enough for the workloads. Where the harness is
/// faster or odder than a server of every day, its settings are taken back.
pub const SETTINGS: &[&str] = &[
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "wal_level=replica",
    "shared_buffers=512MB",
    "max_wal_size=2GB",
    "checkpoint_timeout=15min",
    "jit=on",
    "max_locks_per_transaction=1024",
    "timezone=UTC",
    "datestyle=ISO, MDY",
    "bytea_output=hex",
];

/// Processor time that a server's processes have used so far.
pub fn server_time(cluster: &Cluster) -> Option<Duration> {
    let pid = fs::read_to_string(cluster.directory().join("data/postmaster.pid")).ok()?;
    let postmaster: u32 = pid.lines().next()?.trim().parse().ok()?;
    let mut ticks = 0;
    for process in fs::read_dir("/proc").ok()? {
        let Ok(id) = process.ok()?.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        // Processes come and go meanwhile; those that went are among their parent's.
        let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else {
            continue;
        };
        // The name, which may contain anything, is in parentheses; then come state, parent, …
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let field = |number: usize| fields.get(number).and_then(|text| text.parse::<u64>().ok());
        if id == postmaster {
            ticks += field(11)? + field(12)? + field(13)? + field(14)?;
        } else if field(1) == Some(u64::from(postmaster)) {
            ticks += field(11)? + field(12)?;
        }
    }
    Some(Duration::from_millis(ticks * 1000 / TICKS))
}

/// Clock ticks a second in `/proc`, on every Linux of today.
const TICKS: u64 = 100;
