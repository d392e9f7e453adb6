//! Every line of an example in the README and in the man pages runs, as it is printed, and ends with 0.
//!
//! Names of the examples are made true around them: `app` and `prod` are databases of a server that the
//! environment leads to, `copy` is an empty one beside them, or for rows alone and for a proof one like `app`, `service=old` is `app`, `service=new` a second
//! server, which `ssh` leads to as well. There `app` is empty, except for an example that makes it with `-C`.
//! `app.pgx` is a dump of `app` in the current directory.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pgx_tests::{Cluster, Database, Finished, Fixture, Pipe, Scratch, repository, tool};

/// What stands in for ssh: the command runs here, in an environment that leads to the second server.
const SSH: &str = r#"#!/bin/sh
shift
PGHOST=$NEW_HOST exec sh -c "$*"
"#;

/// Beside the shop, what examples speak of.
const SALES: &str = "CREATE SCHEMA sales;
CREATE TABLE sales.invoices AS SELECT i AS id, i * 1.19 AS total FROM generate_series(1, 1000) i;
ALTER TABLE sales.invoices ADD PRIMARY KEY (id)";

/// The lines of a Markdown text's indented blocks that call our tools.
fn of_markdown(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let blocks = lines.split(|line| !line.starts_with("    "));
    let calls = blocks.filter(|block| block.first().is_some_and(|line| line.trim_start().starts_with("pgx-")));
    calls.flatten().map(|line| line.trim().to_owned()).collect()
}

/// The unfilled lines in the section EXAMPLES of a man page.
fn of_page(text: &str) -> Vec<String> {
    let section = text.split("\n.SH ").find(|section| section.starts_with("EXAMPLES\n"));
    let blocks = section.unwrap_or_default().split("\n.nf\n").skip(1);
    let blocks = blocks.filter_map(|block| block.split_once("\n.fi"));
    blocks.flat_map(|(block, _)| block.lines()).map(typed).collect()
}

/// A line of a man page as one sees it.
fn typed(line: &str) -> String {
    [
        (r"\&", ""),
        (r"\-", "-"),
        (r"\*(Aq", "'"),
        (r"\(aq", "'"),
        (r"\\", r"\"),
    ]
    .iter()
    .fold(line.to_owned(), |line, (escaped, seen)| line.replace(escaped, seen))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All examples, each file that prints some by its name.
fn examples() -> Vec<(String, Vec<String>)> {
    let mut pages: Vec<PathBuf> = std::fs::read_dir(repository().join("man"))
        .expect("man is there")
        .map(|entry| entry.expect("man is readable").path())
        .filter(|path| path.extension().is_some_and(|section| section == "1"))
        .collect();
    pages.sort();
    let readme = repository().join("README.md");
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let of_pages = pages.iter().map(|page| (name(page), of_page(&read(page))));
    std::iter::once((name(&readme), of_markdown(&read(&readme))))
        .chain(of_pages)
        .collect()
}

/// Two servers, and a directory from which examples are run.
struct Stage<'a> {
    app: Database<'a>,
    new: Database<'a>,
    scratch: Scratch,
}

impl<'a> Stage<'a> {
    fn set() -> Stage<'a> {
        let (source, target) = (Cluster::shared(16), Cluster::shared(18));
        // Others come and go while one is connected to these.
        let (door, new) = (source.database("door"), target.database("door"));
        let shop = Fixture::shop();
        door.sql("CREATE DATABASE app TEMPLATE template0");
        let app = source.existing("app");
        shop.load(&app);
        app.sql(SALES);
        door.sql("CREATE DATABASE prod TEMPLATE app");
        shop.make_roles(&new);

        let scratch = Scratch::new();
        let ssh = scratch.file("ssh", SSH);
        std::fs::set_permissions(ssh, Permissions::from_mode(0o755)).expect("it is our file");
        let [from, to] = [source, target].map(|cluster| cluster.directory().display());
        scratch.file(
            "pg_service.conf",
            format!("[old]\nhost={from}\ndbname=app\n[new]\nhost={to}\ndbname=postgres\n"),
        );
        let stage = Stage { app, new, scratch };
        stage.run("pgx-dump -d app -f app.pgx").expect_success();
        stage
    }

    /// Makes the databases anew that an example writes to.
    fn tidy(&self, example: &str) {
        let drop = |name| format!("DROP DATABASE IF EXISTS {name} WITH (FORCE);");
        let create = |name| format!("CREATE DATABASE {name} TEMPLATE template0;");
        let copy = match example.contains("pgx-load -a") || example.contains("--verify-only") {
            true => "CREATE DATABASE copy TEMPLATE app;".to_owned(),
            false => create("copy"),
        };
        self.app.sql(&(drop("copy") + &copy));
        self.new.sql(&(drop("app") + &drop("prod")));
        if !example.contains(" -C ") {
            self.new.sql(&create("app"));
        }
    }

    /// Begins to load `app.pgx` into `copy`, and comes to no end.
    fn break_off(&self) {
        let broken = self.run("head -c 50000 app.pgx | pgx-load -d copy");
        assert_eq!(broken.codes(), [Some(3)], "{:?}", broken.complaint());
    }

    fn run(&self, example: &str) -> Finished {
        let tools = tool("pgx-dump");
        let tools = Path::new(tools.get_program())
            .parent()
            .expect("a tool is in a directory");
        let here = self.scratch.path();
        let path = format!(
            "{}:{}:{}",
            here.display(),
            tools.display(),
            std::env::var("PATH").unwrap_or_default()
        );
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", example])
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", here)
            .env("PATH", path)
            .env("PGUSER", "postgres")
            .env("PGHOST", self.app.cluster().directory())
            .env("NEW_HOST", self.new.cluster().directory())
            .env("PGSERVICEFILE", here.join("pg_service.conf"))
            .current_dir(here);
        Pipe::of(&mut bash).run()
    }
}

#[test]
fn every_example_ends_with_0() {
    let stage = Stage::set();
    let mut failures = Vec::new();
    for (source, examples) in examples() {
        for example in examples {
            stage.tidy(&example);
            if example.contains("--resume") || example.contains("--status") {
                stage.break_off();
            }
            if let Some(complaint) = stage.run(&example).complaint() {
                failures.push(format!("==== {source}\n{example}\n{complaint}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_readme_and_every_page_have_examples() {
    let examples = examples();
    assert!(
        examples.len() >= 4 && examples.iter().all(|(_, lines)| lines.len() >= 3),
        "are they written in another way now? {examples:#?}"
    );
}
