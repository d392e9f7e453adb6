//! A pipe between a dump that is held and a load, broken at moments spread over the stream, and mended: the copy is
//! judged equal, and no row is there twice.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use pgx_tests::{Cluster, Database, Fixture, Pipe, Running, Scratch, campaign, judge, tool, wait_until};

/// What is killed, and by that breaks the pipe.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Front,
    Load,
    SourceBackend,
}

/// A dump that is held and a load, with a pipe between them that can be broken anywhere.
struct Broken {
    place: PathBuf,
    _scratch: Scratch,
}

impl Broken {
    fn new() -> Broken {
        let scratch = Scratch::new();
        let place = scratch.path().join("hold");
        fs::create_dir(&place).expect("it is writable");
        fs::set_permissions(&place, PermissionsExt::from_mode(0o700)).expect("it is ours");
        Broken {
            place,
            _scratch: scratch,
        }
    }

    fn dump(&self, arguments: &[&str]) -> Command {
        let mut dump = tool("pgx-dump");
        dump.args(arguments).env("PGX_HOLD_DIR", &self.place);
        dump
    }

    /// Passes so many bytes on, then kills.
    fn run(&self, source: &Database, target: &Database, passed: u64, victim: Victim) {
        let mut dump = Running::start(&mut self.dump(&["-j2", "--hold", "--linger", "10m", "-d", &source.url()]));
        let mut load = tool("pgx-load")
            .args(["-j2", "-d", &target.url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pgx-load runs");
        let mut input = load.stdin.take().expect("its input was piped");
        let stream = dump.read(passed as usize);
        let _ = input.write_all(&stream);
        let ledger = "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgx_ledger'";
        wait_until("the load has a ledger", || target.sql(ledger).trim() == "1");
        match victim {
            Victim::Front => dump.signal("KILL"),
            Victim::Load => load.kill().expect("it runs"),
            Victim::SourceBackend => {
                source.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgx-dump'
                     AND datname = current_database() ORDER BY backend_start LIMIT 1",
                );
                dump.signal("KILL");
            }
        }
        drop(input);
        drop(dump);
        let finished = load.wait_with_output().expect("it ends");
        assert!(
            !finished.status.success(),
            "{}",
            String::from_utf8_lossy(&finished.stderr)
        );
        wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
    }

    /// Sends what the target has not.
    fn mend(&self, target: &Database) {
        let token = Pipe::of(tool("pgx-load").args(["--print-token", "-d", &target.url()])).run();
        let token = String::from_utf8(token.expect_success()).expect("a token is text");
        Pipe::of(&mut self.dump(&["--resume", token.trim()]))
            .to(tool("pgx-load").args(["-j2", "--resume", "-d", &target.url()]))
            .run()
            .expect_success();
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        let _ = self.dump(&["--release"]).stderr(Stdio::null()).status();
    }
}

fn length_of(source: &Database) -> u64 {
    let whole = Pipe::of(tool("pgx-dump").args(["-j2", "-d", &source.url()])).run();
    whole.expect_success().len() as u64
}

fn broken_at(moments: u64, victims: &[Victim]) {
    let source = Cluster::shared(18).filled(&Fixture::shop_of(campaign(10, 30)));
    let length = length_of(&source);
    for moment in 0..moments {
        let victim = victims[moment as usize % victims.len()];
        let target = Cluster::shared(18).database("mended");
        Fixture::shop().make_roles(&target);
        let broken = Broken::new();
        // From the table of contents on: before it there is nothing to resume.
        let passed = length / 10 + length * 9 / 10 * moment / moments;
        broken.run(&source, &target, passed, victim);
        broken.mend(&target);
        judge(&source, &target).expect_equal();
    }
}

#[test]
fn a_pipe_that_broke_anywhere_is_mended() {
    broken_at(campaign(3, 150), &[Victim::Front, Victim::Load, Victim::SourceBackend]);
}
