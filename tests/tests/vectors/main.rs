//! The vectors of `tests/vectors`: streams that every reader must understand, and streams that every reader
//! must refuse, one for each way of being bad.
//!
//! Beside each good `NAME.pgx` lies `NAME.found`, what a reader finds in it; beside each bad one `NAME.error`,
//! what it must say. They are made here and kept in the repository, because they are a promise: a
//! change of them is a change of the format. `make vectors` writes them anew.

mod bad;
mod frames;
mod good;
mod verdict;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use pgx_tests::repository;

use crate::verdict::verdict;

/// Set to write the vectors instead of comparing them.
const WRITE: &str = "PGX_WRITE_VECTORS";

fn directory() -> PathBuf {
    repository().join("tests/vectors")
}

/// Every file of the directory with its content, as it should be.
fn files() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut add = |name: String, content: Vec<u8>| {
        assert!(
            files.insert(name.clone(), content).is_none(),
            "two vectors are named {name}"
        );
    };
    for (name, stream) in good::all() {
        let found = verdict(&stream).unwrap_or_else(|error| panic!("{name}: {error}"));
        add(format!("{name}.found"), found.into_bytes());
        add(format!("{name}.pgx"), stream);
    }
    for (name, stream) in bad::all() {
        let error = match verdict(&stream) {
            Ok(found) => panic!("{name} is taken for good: {found}"),
            Err(error) => error,
        };
        add(format!("{name}.error"), format!("{error}\n").into_bytes());
        add(format!("{name}.pgx"), stream);
    }
    files
}

fn on_disk() -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory()).expect("tests/vectors can be read");
    entries
        .map(|entry| entry.expect("tests/vectors can be listed").path())
        .map(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let content = fs::read(&path).expect("a vector can be read");
            (name.unwrap_or_default(), content)
        })
        .collect()
}

#[test]
fn vectors_are_current() {
    let made = files();
    if std::env::var_os(WRITE).is_some() {
        for name in on_disk().keys() {
            fs::remove_file(directory().join(name)).expect("an old vector can be removed");
        }
        for (name, content) in &made {
            fs::write(directory().join(name), content).expect("a vector can be written");
        }
    }
    let kept = on_disk();
    let names = made.keys().chain(kept.keys());
    let differ: Vec<&String> = names.filter(|name| made.get(*name) != kept.get(*name)).collect();
    assert!(
        differ.is_empty(),
        "{differ:?} are out of date: run `make vectors`, if the change is meant"
    );
}

/// What is said of a vector: what is found in it, or the error.
fn expected(kept: &BTreeMap<String, Vec<u8>>, stem: &str) -> Result<String, String> {
    let beside = |end: &str| {
        let text = kept.get(&format!("{stem}.{end}"))?;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    match (beside("found"), beside("error")) {
        (Some(found), None) => Ok(found),
        (None, Some(error)) => Err(error.trim_end().to_owned()),
        _ => panic!("{stem}.pgx must have either .found or .error beside it"),
    }
}

#[test]
fn every_vector_is_read_as_it_must_be() {
    let kept = on_disk();
    let mut wrong = Vec::new();
    for (name, stream) in &kept {
        let Some(stem) = name.strip_suffix(".pgx") else {
            continue;
        };
        let expected = expected(&kept, stem);
        if verdict(stream) != expected {
            wrong.push(format!("{name}: {:?}", verdict(stream)));
        }
    }
    assert!(kept.len() > 200, "{} files in tests/vectors", kept.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The class of an error, and the byte it is at.
fn class(error: &str) -> (&str, Option<&str>) {
    let byte = error.rsplit_once("(at byte ").map(|(_, byte)| byte);
    (error.split(':').next().unwrap_or_default(), byte)
}

#[test]
fn a_reader_that_knows_only_the_manual_page_agrees() {
    let kept = on_disk();
    let stems: Vec<&str> = kept.keys().filter_map(|name| name.strip_suffix(".pgx")).collect();
    let output = Command::new("python3")
        .arg(repository().join("tests/reader/pgx_stream.py"))
        .args(stems.iter().map(|stem| format!("{stem}.pgx")))
        .current_dir(directory())
        .output()
        .expect("python3 is needed to run the reader in Python: install it");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    let said = String::from_utf8_lossy(&output.stdout);
    let said: BTreeMap<&str, &str> = said.split("== ").filter_map(|said| said.split_once(".pgx\n")).collect();
    let mut wrong = Vec::new();
    for stem in stems {
        let said = said.get(stem).copied().unwrap_or_default();
        let last = said.lines().last().unwrap_or_default();
        let agrees = match expected(&kept, stem) {
            Ok(_) if stem == "zstd" && last.contains("zstd, which this Python cannot decompress") => true,
            Ok(found) => found == said,
            Err(error) => class(&error) == class(last),
        };
        if !agrees {
            wrong.push(format!("{stem}: {last}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
