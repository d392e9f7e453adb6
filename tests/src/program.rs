//! Where programs are: our tools beside the test, stock ones where `tests/servers/fetch` keeps them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The repository's root.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies one level below the root")
}

/// One of our tools, built in the same profile as the running test.
///
/// # Panics
/// When it has not been built.
pub fn tool(name: &str) -> Command {
    let test = std::env::current_exe().expect("a test has an executable");
    let path = test
        .parent()
        .and_then(Path::parent)
        .map(|profile| profile.join(name))
        .unwrap_or_default();
    assert!(
        path.is_file(),
        "{} is missing: run `cargo build --workspace` first, or `make test`",
        path.display()
    );
    clean(Command::new(path))
}

/// A stock program of the newest major: `pg_dump`, `pg_restore`, `psql`, …
///
/// # Panics
/// When it can be neither found nor obtained.
pub fn stock(name: &str) -> Command {
    static BIN: OnceLock<PathBuf> = OnceLock::new();
    let bin = BIN.get_or_init(|| {
        let script = repository().join("tests/servers/fetch");
        let found = Command::new("bash")
            .arg(script)
            .arg("--clients")
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .expect("bash runs");
        assert!(found.status.success(), "stock clients could not be obtained");
        PathBuf::from(String::from_utf8_lossy(&found.stdout).trim())
    });
    clean(Command::new(bin.join(name)))
}

/// Nothing of the caller's environment decides where a test connects or how it sorts.
fn clean(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") && !name.to_string_lossy().starts_with("PGX_") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}
