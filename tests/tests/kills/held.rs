//! Held: what was broken off goes on, as often as it takes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use pgx_tests::{Database, Pipe, Scratch, tool, wait_until};

use crate::fault::Fault;
use crate::moment::Moment;
use crate::report;
use crate::run::Run;
use crate::scene::{Scene, dump, load, rows_of};

/// Times that a copy is gone on with.
const TRIES: u32 = 10;

/// Breaks a copy, and goes on.
pub fn case(scene: &Scene, fault: Fault, moment: Moment) -> &'static str {
    let place = Place::new();
    let target = scene.server.database("held");
    let mut held = dump(scene.source);
    held.args(["--hold", "--linger", "10m"]);
    let ends = Run::broken(place.of(&mut held), load(&target), (fault, moment), scene.ends());
    wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
    let outcome = match ends.is_whole() {
        true => "survived",
        false => {
            report::expect_true(scene, &target, &ends);
            go_on(scene, &place, &target, &ends.said())
        }
    };
    let has_crashed = match outcome {
        "survived" => ends.may_have_crashed_later(fault),
        "was whole" => fault == Fault::Crash,
        _ => false,
    };
    scene.expect_like(&target, has_crashed);
    let ledgers = "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgx_ledger'";
    assert_eq!(target.sql(ledgers).trim(), "0");
    outcome
}

/// Goes on, where there is something to go on with; says what was the case.
fn go_on(scene: &Scene, place: &Place, target: &Database, said: &str) -> &'static str {
    for _ in 0..TRIES {
        let token = Pipe::of(tool("pgx-load").args(["--print-token", "-d", &target.url()])).run();
        if token.codes() != [Some(0)] {
            let why = token.said(1).to_owned();
            assert!(why.contains("there is nothing to resume"), "{why}\n{said}");
            if !rows_of(target).is_empty() {
                return "was whole";
            }
            let anew = Pipe::of(&mut dump(scene.source)).to(&mut load(target)).run();
            assert_eq!(anew.complaint(), None, "{said}");
            return "begun anew";
        }
        let token = String::from_utf8(token.stdout).expect("a token is text");
        let resumed = Pipe::of(place.of(tool("pgx-dump").args(["--resume", token.trim()])))
            .to(load(target).arg("--resume"))
            .run();
        let Some(complaint) = resumed.complaint() else {
            return "resumed";
        };
        println!("tried: {complaint}");
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("it could not be resumed\n{said}")
}

/// A place of one's own for holders, which are given up with it.
struct Place {
    directory: PathBuf,
    _scratch: Scratch,
}

impl Place {
    fn new() -> Place {
        let scratch = Scratch::new();
        let directory = scratch.path().join("hold");
        fs::create_dir(&directory).expect("it is writable");
        fs::set_permissions(&directory, PermissionsExt::from_mode(0o700)).expect("it is ours");
        Place {
            directory,
            _scratch: scratch,
        }
    }

    fn of<'c>(&self, dump: &'c mut Command) -> &'c mut Command {
        dump.env("PGX_HOLD_DIR", &self.directory)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut release = tool("pgx-dump");
        let release = self.of(release.arg("--release")).stderr(Stdio::null());
        let _ = release.status();
    }
}
