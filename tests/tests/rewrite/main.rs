//! Loads that make something else than what the source has, or make room for it first: drops, hooks, other names.

mod clean;
mod hooks;
mod managed;
mod refused;
mod rename;
mod roles;

use std::path::PathBuf;
use std::process::Command;

use pgx_tests::{Cluster, Database, Finished, Pipe, Scratch, tool};

/// A database with a bit of everything that is dropped, or that names schemas.
const SHOP: &str = include_str!("shop.sql");

/// The shop, in a database and as a stream.
struct Shop<'a> {
    database: Database<'a>,
    stream: PathBuf,
    scratch: Scratch,
}

impl Shop<'static> {
    fn new() -> Shop<'static> {
        let database = Cluster::shared(18).database("rewritten");
        database.script(SHOP.as_bytes(), &[]);
        let scratch = Scratch::new();
        let stream = scratch.path().join("shop.pgx");
        let mut dump = tool("pgx-dump");
        dump.args(["--copy-format", "text", "-d", &database.url(), "-f"])
            .arg(&stream);
        Pipe::of(&mut dump).run().expect_success();
        Shop {
            database,
            stream,
            scratch,
        }
    }

    fn target(&self) -> Database<'static> {
        Cluster::shared(18).database("rewrites")
    }

    /// Loads the stream into a target.
    fn load(&self, target: &Database, flags: &[&str]) -> Finished {
        Pipe::of(
            tool("pgx-load")
                .args(["-d", &target.url()])
                .args(flags)
                .arg(&self.stream),
        )
        .run()
    }

    /// The script of the stream.
    fn script(&self, flags: &[&str]) -> String {
        let mut load = tool("pgx-load");
        load.args(["-f", "-", "--restrict-key", "key"]).args(flags);
        text(load.arg(&self.stream))
    }

    /// A file with a text.
    fn file(&self, name: &str, text: &str) -> String {
        let file = self.scratch.path().join(name);
        std::fs::write(&file, text).expect("the directory is ours");
        file.to_string_lossy().into_owned()
    }
}

/// What a program writes, as text.
fn text(program: &mut Command) -> String {
    String::from_utf8(Pipe::of(program).run().expect_success()).expect("it is text")
}
