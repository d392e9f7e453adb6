//! The servers of a connection: lists of hosts, addresses and ports, and a password for each.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::Secret;
use super::keywords::settings;
use super::passfile::{self, Contents, Seeker};
use super::words::Words;
use crate::error::Error;

/// The port of PostgreSQL where none is given.
const DEFAULT_PORT: u16 = 5432;

/// Where servers put their unix sockets unless told otherwise: Debian's place, then upstream's.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// One server to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The name as the user gave it; TLS checks certificates against it.
    pub name: Option<String>,
    /// Where that is.
    pub place: Place,
    /// The port, which is also in the name of a unix socket.
    pub port: u16,
    /// The password for this server from the password file.
    pub password: Option<Secret>,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A name that is to be resolved.
    Name(String),
    /// An address (`hostaddr`).
    Address(IpAddr),
    /// The directory of a unix socket; `@` at its head means Linux's abstract names.
    Directory(PathBuf),
}

/// The hosts that the settings name, or the default sockets.
pub(super) fn hosts(words: &Words) -> Result<Vec<Host>, Error> {
    let list = |keyword| words.get(keyword).map(|text: &str| text.split(',').collect::<Vec<_>>());
    let (names, addresses) = (list("host"), list("hostaddr"));
    let count = addresses.as_ref().or(names.as_ref()).map_or(1, Vec::len);
    if let (Some(names), Some(_)) = (&names, &addresses)
        && names.len() != count
    {
        return Err(settings(format!(
            "{} hosts do not match {count} hostaddr values",
            names.len()
        )));
    }
    let ports = list("port").unwrap_or_default();
    if ports.len() > 1 && ports.len() != count {
        return Err(settings(format!("{} ports do not match {count} hosts", ports.len())));
    }

    let mut hosts = Vec::new();
    for index in 0..count {
        let item = |list: &Option<Vec<&str>>| -> Option<String> {
            let text = *list.as_ref()?.get(index)?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let port = port(ports.get(index).or(ports.first()).copied().unwrap_or(""))?;
        let (name, address) = (item(&names), item(&addresses));
        let mut add = |name: Option<String>, place| {
            hosts.push(Host {
                name,
                place,
                port,
                password: None,
            })
        };
        match (address, name) {
            (Some(address), name) => {
                let parsed = address.parse();
                let place = Place::Address(
                    parsed.map_err(|_| settings(format!("hostaddr \"{address}\" is not an IP address")))?,
                );
                add(name, place);
            }
            (None, Some(name)) if name.starts_with(['/', '@']) => {
                let place = Place::Directory(PathBuf::from(&name));
                add(Some(name), place);
            }
            (None, Some(name)) => add(Some(name.clone()), Place::Name(name)),
            (None, None) => {
                for directory in SOCKET_DIRECTORIES {
                    add(None, Place::Directory(PathBuf::from(directory)));
                }
            }
        }
    }
    Ok(hosts)
}

fn port(text: &str) -> Result<u16, Error> {
    match text.trim() {
        "" => Ok(DEFAULT_PORT),
        text => match text.parse() {
            Ok(port) if port > 0 => Ok(port),
            _ => Err(settings(format!("\"{text}\" is not a port number from 1 to 65535"))),
        },
    }
}

/// Looks each host up in the password file; gives a warning if the file may not be used.
pub(super) fn add_passwords(hosts: &mut [Host], file: &Path, dbname: &str, user: &str) -> Option<String> {
    let lines = match passfile::read(file) {
        Contents::Absent => return None,
        Contents::Unsafe(reason) => return Some(reason),
        Contents::Lines(lines) => lines,
    };
    for host in hosts {
        let address;
        let name = match (&host.name, &host.place) {
            (Some(name), _) if SOCKET_DIRECTORIES.contains(&name.as_str()) => "localhost",
            (Some(name), _) => name,
            (None, Place::Address(ip)) => {
                address = ip.to_string();
                &address
            }
            (None, _) => "localhost",
        };
        let seeker = Seeker {
            host: name,
            port: host.port,
            dbname,
            user,
        };
        host.password = passfile::find(&lines, seeker).map(Secret::new);
    }
    None
}
