//! Who may name whom: the manifests keep the rooms apart.
//!
//! Each row of [`ROOMS`] is a promise that the README makes: only `server` has sockets, `objects` and
//! `restore` do no I/O, `pgx-toc` needs no database. A manifest that names more breaks it.

use std::collections::BTreeSet;
use std::process::Command;

use pgx_tests::repository;

/// A package and all that it may name, tests aside: rooms of ours first, then crates.
struct Room {
    name: &'static str,
    ours: &'static [&'static str],
    crates: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room {
        name: "pgx-archive",
        ours: &[],
        crates: &["crc32fast", "flate2", "serde", "serde_json", "xxhash-rust", "zstd"],
    },
    Room {
        name: "pgx-rows",
        ours: &[],
        crates: &["memchr", "xxhash-rust", "zmij"],
    },
    Room {
        name: "pgx-selection",
        ours: &["pgx-archive"],
        crates: &["clap", "regex"],
    },
    Room {
        name: "pgx-restore",
        ours: &["pgx-archive"],
        crates: &[],
    },
    Room {
        name: "pgx-pgdump",
        ours: &["pgx-archive", "pgx-rows"],
        crates: &["flate2", "lz4_flex", "tar", "zstd"],
    },
    Room {
        name: "pgx-objects",
        ours: &["pgx-archive", "pgx-selection"],
        crates: &["serde_json"],
    },
    Room {
        name: "pgx-server",
        ours: &[],
        crates: &[
            "bytes",
            "futures-util",
            "postgres-protocol",
            "ring",
            "rustls",
            "rustls-native-certs",
            "socket2",
            "tokio",
            "tokio-postgres",
            "tokio-rustls",
            "whoami",
            "x509-cert",
        ],
    },
    // The one place where queries of `objects` meet sessions of `server`.
    Room {
        name: "pgx-catalogs",
        ours: &["pgx-archive", "pgx-objects", "pgx-server"],
        crates: &["futures-util"],
    },
    Room {
        name: "pgx-cli",
        ours: &[],
        crates: &[
            "clap",
            "clap_complete",
            "clap_mangen",
            "flate2",
            "indicatif",
            "nix",
            "rpassword",
            "rustix",
            "serde",
            "serde_json",
            "signal-hook",
            "zstd",
        ],
    },
    Room {
        name: "pgx-dump",
        ours: &[
            "pgx-archive",
            "pgx-catalogs",
            "pgx-cli",
            "pgx-objects",
            "pgx-pgdump",
            "pgx-restore",
            "pgx-rows",
            "pgx-selection",
            "pgx-server",
        ],
        crates: &["clap", "futures-util", "jiff", "serde", "serde_json", "tokio", "uuid"],
    },
    Room {
        name: "pgx-load",
        // It describes what it made, to compare it with what it was to make.
        ours: &[
            "pgx-archive",
            "pgx-catalogs",
            "pgx-cli",
            "pgx-objects",
            "pgx-pgdump",
            "pgx-restore",
            "pgx-rows",
            "pgx-selection",
            "pgx-server",
        ],
        crates: &["bytes", "clap", "futures-util", "serde", "serde_json", "tokio", "uuid"],
    },
    Room {
        name: "pgx-globals",
        ours: &["pgx-archive", "pgx-cli", "pgx-objects", "pgx-selection", "pgx-server"],
        crates: &["clap", "jiff", "tokio", "uuid"],
    },
    // These need no database, and it shows: no server, no objects, no tokio.
    Room {
        name: "pgx-toc",
        ours: &[
            "pgx-archive",
            "pgx-cli",
            "pgx-pgdump",
            "pgx-restore",
            "pgx-rows",
            "pgx-selection",
        ],
        crates: &["clap", "serde", "serde_json"],
    },
    Room {
        name: "pgx-filter",
        ours: &[
            "pgx-archive",
            "pgx-cli",
            "pgx-pgdump",
            "pgx-restore",
            "pgx-rows",
            "pgx-selection",
        ],
        crates: &["clap"],
    },
    Room {
        name: "pgx-tests",
        ours: &[],
        crates: &["similar"],
    },
];

/// Crates with sockets: who names one can talk to a database.
const SOCKETS: &[&str] = &[
    "postgres-protocol",
    "rustls",
    "socket2",
    "tokio-postgres",
    "tokio-rustls",
];

/// Every package of the workspace with the packages its manifest names, development aside.
fn manifests() -> Vec<(String, BTreeSet<String>)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().expect("packages are a list");
    packages
        .iter()
        .map(|package| {
            let named = package["dependencies"].as_array().into_iter().flatten();
            let named = named
                .filter(|named| named["kind"].as_str() != Some("dev"))
                .map(|named| text(&named["name"]));
            (text(&package["name"]), named.collect())
        })
        .collect()
}

#[test]
fn rooms_name_only_what_they_may() {
    let mut wrong = Vec::new();
    for (name, named) in manifests() {
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            wrong.push(format!("{name} is not in the list of rooms: say what it may name"));
            continue;
        };
        for other in &named {
            let allowed = if other.starts_with("pgx-") {
                room.ours
            } else {
                room.crates
            };
            if !allowed.contains(&other.as_str()) {
                wrong.push(format!("{name} may not name {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_server_has_sockets() {
    for room in ROOMS.iter().filter(|room| room.name != "pgx-server") {
        for socket in SOCKETS {
            assert!(!room.crates.contains(socket), "{} may not name {socket}", room.name);
        }
    }
}

#[test]
fn listing_and_filtering_need_no_database() {
    for room in ROOMS
        .iter()
        .filter(|room| ["pgx-toc", "pgx-filter"].contains(&room.name))
    {
        for banned in ["pgx-server", "pgx-objects", "tokio"] {
            assert!(
                !room.ours.contains(&banned) && !room.crates.contains(&banned),
                "{} names {banned}",
                room.name
            );
        }
    }
}
