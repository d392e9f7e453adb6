//! A database of a test.

use std::io::Write;
use std::process::Stdio;

use crate::{Cluster, stock};

/// A database that exists as long as this value.
#[derive(Debug)]
pub struct Database<'a> {
    cluster: &'a Cluster,
    name: String,
    lasts: bool,
}

impl<'a> Database<'a> {
    pub(crate) fn create(cluster: &'a Cluster, name: String) -> Self {
        // Only from template0 is a database as empty as a dump supposes.
        run(
            &cluster.url("postgres"),
            &[],
            &format!("CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"),
        );
        Database::existing(cluster, name)
    }

    pub(crate) fn existing(cluster: &'a Cluster, name: String) -> Self {
        let lasts = false;
        Database { cluster, name, lasts }
    }

    pub(crate) fn lasting(cluster: &'a Cluster, name: String) -> Self {
        let lasts = true;
        Database { cluster, name, lasts }
    }

    /// The server it is in.
    pub fn cluster(&self) -> &'a Cluster {
        self.cluster
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// Its URL for another role than the superuser.
    pub fn url_as(&self, role: &str) -> String {
        self.url().replacen("postgres@", &format!("{role}@"), 1)
    }

    /// Runs SQL as psql does and returns what it prints, unaligned, without headings.
    ///
    /// # Panics
    /// At the first error.
    pub fn sql(&self, sql: &str) -> String {
        run(&self.url(), &["-A", "-t"], sql)
    }

    /// How many sessions of a program, by its application name, are in it.
    pub fn sessions_of(&self, program: &str) -> usize {
        let count = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{program}'"
        );
        self.sql(&count).trim().parse().expect("a count is a number")
    }

    /// Runs a script that may be too big or too odd for a string, with psql's own variables.
    ///
    /// # Panics
    /// At the first error.
    pub fn script(&self, script: &[u8], variables: &[&str]) {
        let arguments: Vec<&str> = variables.iter().flat_map(|variable| ["-v", variable]).collect();
        psql(&self.url(), &arguments, script);
    }

    /// Runs a script as far as this server knows its statements: the others are passed over.
    pub fn script_as_far_as_known(&self, script: &[u8], variables: &[&str]) {
        let variables = variables.iter().flat_map(|variable| ["-v", variable]);
        let arguments: Vec<&str> = variables.chain(["-v", "ON_ERROR_STOP=0"]).collect();
        psql(&self.url(), &arguments, script);
    }

    /// Fills it with the copy of `source` that stock pg_dump and psql make.
    ///
    /// # Panics
    /// When they fail.
    pub fn copy_by_stock(&self, source: &Database) {
        let output = stock("pg_dump")
            .args(["-d", &source.url()])
            .output()
            .expect("pg_dump runs");
        assert!(
            output.status.success(),
            "pg_dump of {}: {}",
            source.name,
            String::from_utf8_lossy(&output.stderr)
        );
        // The newest pg_dump sets a parameter that servers before 17 do not know.
        let known = |line: &&[u8]| self.cluster.major() >= 17 || *line != b"SET transaction_timeout = 0;\n";
        let script: Vec<&[u8]> = output
            .stdout
            .split_inclusive(|&byte| byte == b'\n')
            .filter(known)
            .collect();
        self.script(&script.concat(), &[]);
    }

    /// What stock pg_dump says its schema is; bytes that are not UTF-8 stand as characters of LATIN1.
    pub fn schema(&self) -> String {
        let output = stock("pg_dump")
            .args(["-s", "-d", &self.url()])
            .output()
            .expect("pg_dump runs");
        assert!(
            output.status.success(),
            "pg_dump of {}: {}",
            self.name,
            String::from_utf8_lossy(&output.stderr)
        );
        legible(output.stdout)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        if self.lasts {
            return;
        }
        // A failed drop is of no consequence: the whole server is about to vanish.
        let statement = format!("DROP DATABASE \"{}\" WITH (FORCE)", self.name);
        let _ = stock("psql")
            .args(["-X", "-q", "-c", &statement, "-d", &self.cluster.url("postgres")])
            .output();
    }
}

/// Bytes as text in which no two bytes look alike.
fn legible(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}

fn run(url: &str, arguments: &[&str], sql: &str) -> String {
    psql(url, arguments, sql.as_bytes())
}

fn psql(url: &str, arguments: &[&str], script: &[u8]) -> String {
    let mut child = stock("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url])
        .args(arguments)
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("psql runs");
    let mut input = child.stdin.take().expect("its input was piped");
    let output = std::thread::scope(|scope| {
        // psql that stops at an error closes its input early: its own message says more than EPIPE.
        scope.spawn(move || drop(input.write_all(script)));
        child.wait_with_output().expect("psql ends")
    });
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "psql on {url}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
