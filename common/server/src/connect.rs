//! From settings to a session: which server, over which socket, encrypted or not.
//!
//! Hosts are tried in order, their addresses one after the other. On an address `prefer` and
//! `allow` may make two attempts, with and without TLS. A server that cannot be reached or is
//! still starting makes room for the next; one that refuses *us* ends the search, as in libpq: a
//! wrong password should not be tried on every host.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::sync::Arc;

use tokio_postgres::config::{ChannelBinding as Binding, SslMode as Wanted, SslNegotiation};

use crate::conninfo::{ChannelBinding, Conninfo, Host, Place, SslMode, TargetSession};
use crate::error::{Error, with_causes};
use crate::route::{NO_TLS, Route, addresses, describe, server_name};
use crate::session::Session;
use crate::socket::{Address, Socket};
use crate::stream::{Established, Stream};
use crate::tls::{self, Negotiated, Tls};
use crate::transcribe::Switch;
use crate::watch::Watch;

/// The SQLSTATE of a server that is starting up or shutting down: another host may do.
const CANNOT_CONNECT_NOW: &str = "57P03";

/// Whether the search for a server goes on.
enum Failure {
    /// With the next address.
    Next(Error),
    /// No: the server has spoken.
    Stop(Error),
}

/// Connects to the first server that will do.
pub(crate) async fn connect(info: &Conninfo) -> Result<Session, Error> {
    let over_network = info.hosts.iter().any(|host| !matches!(host.place, Place::Directory(_)));
    let tls = match info.tls.mode {
        SslMode::Disable => None,
        _ if !over_network => None,
        _ => Some(Tls::new(&info.tls)?),
    };
    let mut hosts: Vec<&Host> = info.hosts.iter().collect();
    if info.load_balance {
        shuffle(&mut hosts);
    }
    let passes = match info.target_session {
        TargetSession::PreferStandby => vec![TargetSession::Standby, TargetSession::Any],
        other => vec![other],
    };
    let mut failures = Vec::new();
    for wanted in passes {
        for host in &hosts {
            let mut addresses = match addresses(host).await {
                Ok(addresses) => addresses,
                Err(error) => {
                    failures.push(error);
                    continue;
                }
            };
            if info.load_balance {
                shuffle(&mut addresses);
            }
            for address in addresses {
                match attempt(info, host, &address, tls.as_ref(), wanted).await {
                    Ok(session) => return Ok(session),
                    Err(Failure::Stop(error)) => return Err(error),
                    Err(Failure::Next(error)) => failures.push(error),
                }
            }
        }
    }
    Err(all(failures))
}

/// One error for all attempts: the only one as it is, several as a list.
fn all(mut failures: Vec<Error>) -> Error {
    if failures.len() == 1
        && let Some(only) = failures.pop()
    {
        return only;
    }
    let mut attempts: Vec<String> = Vec::new();
    for failure in &failures {
        let message = failure.message();
        if !attempts.contains(&message) {
            attempts.push(message);
        }
    }
    let hint = failures.iter().find_map(Error::hint).map(str::to_owned);
    Error::Connect { attempts, hint }
}

/// An error about one server.
fn unreachable(server: &str, reason: &str) -> Error {
    let absent = reason.contains("refused") || reason.contains("no such file");
    Error::Connect {
        attempts: vec![format!("cannot connect to {server}: {reason}")],
        hint: absent.then(|| "is the server running there, and does it accept such connections?".into()),
    }
}

/// One address: with and without encryption as the mode allows, then a look at what was found.
async fn attempt(
    info: &Conninfo,
    host: &Host,
    address: &Address,
    tls: Option<&Tls>,
    wanted: TargetSession,
) -> Result<Session, Failure> {
    let server = describe(host, address);
    let ways = match (address, info.tls.mode) {
        (Address::Unix(_), _) => vec![None],
        (_, SslMode::Allow) => vec![None, tls],
        (_, SslMode::Prefer) => vec![tls, None],
        _ => vec![tls],
    };
    let mut failed: Option<Error> = None;
    for way in ways {
        match one_way(info, host, address, way, &server).await {
            Ok(session) => {
                return match check(&session, wanted, &server).await {
                    Ok(()) => Ok(session),
                    Err(error) => Err(Failure::Next(error)),
                };
            }
            Err(Unmade::NoSocket(reason)) => {
                return Err(Failure::Next(unreachable(&server, &reason)));
            }
            Err(Unmade::NoSession(error)) if error.needs_password() => {
                return Err(Failure::Stop(error));
            }
            Err(Unmade::NoSession(error)) => {
                failed = Some(match failed {
                    Some(first) => both(first, error),
                    None => error,
                });
            }
        }
    }
    Err(match failed {
        Some(Error::Server(error)) if error.sqlstate != CANNOT_CONNECT_NOW => Failure::Stop(Error::Server(error)),
        Some(error) => Failure::Next(error),
        None => Failure::Next(unreachable(&server, "no way to connect is allowed")),
    })
}

/// Why one way to an address gave no session.
enum Unmade {
    /// Nobody listens there; another way need not be tried.
    NoSocket(String),
    /// Somebody does, but it came to nothing.
    NoSession(Error),
}

/// What the server said last, with what was said on the other way where that differs.
fn both(first: Error, mut last: Error) -> Error {
    if let Error::Server(said) = &mut last
        && first.message() != said.message
    {
        said.detail
            .get_or_insert_with(|| format!("the attempt before: {}", first.message()));
    }
    match (&first, &last) {
        // An answer of the server tells more than a failed handshake.
        (Error::Server(_), Error::Connect { .. }) => first,
        (Error::Connect { .. }, Error::Connect { .. }) => all(vec![first, last]),
        _ => last,
    }
}

/// One socket, one negotiation, one start of a session.
async fn one_way(
    info: &Conninfo,
    host: &Host,
    address: &Address,
    tls: Option<&Tls>,
    server: &str,
) -> Result<Session, Unmade> {
    let route = Route {
        address: address.clone(),
        keepalive: info.keepalive.clone(),
        tls: tls.map(|tls| (tls.clone(), server_name(host, address))),
    };
    let making = async {
        match route.socket().await {
            Ok(socket) => start(info, host, socket, route, server)
                .await
                .map_err(Unmade::NoSession),
            Err(error) => Err(Unmade::NoSocket(plain(&error))),
        }
    };
    match info.connect_timeout {
        None => making.await,
        Some(limit) => tokio::time::timeout(limit, making)
            .await
            .unwrap_or_else(|_| Err(Unmade::NoSocket("timeout expired".into()))),
    }
}

async fn start(info: &Conninfo, host: &Host, socket: Socket, mut route: Route, server: &str) -> Result<Session, Error> {
    let stream = match &route.tls {
        None => Stream::Plain(socket),
        Some((tls, name)) => {
            let negotiated = tls
                .negotiate(socket, name.clone())
                .await
                .map_err(|error| tls_failure(server, &error))?;
            match negotiated {
                Negotiated::Encrypted(stream) => stream,
                Negotiated::Declined(socket) if info.tls.mode == SslMode::Prefer => {
                    route.tls = None;
                    Stream::Plain(socket)
                }
                Negotiated::Declined(_) => return Err(unreachable(server, NO_TLS)),
            }
        }
    };
    let encrypted = stream.is_encrypted();
    let watch = Arc::new(Watch::requiring(info.required_auth.clone()));
    let switch = Switch::default();
    let established = Established {
        watch: watch.clone(),
        switch: switch.clone(),
    };
    match startup(info, host).connect_raw(stream, established).await {
        Ok((client, connection)) => Ok(Session::start(client, connection, watch, switch, route, encrypted)),
        Err(error) => Err(refusal(&error, info, server)),
    }
}

/// A failed negotiation, in words where rustls has only names.
fn tls_failure(server: &str, error: &io::Error) -> Error {
    let judged = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match judged.and_then(tls::explain) {
        Some((reason, hint)) => Error::Connect {
            attempts: vec![format!("cannot connect to {server}: {reason}")],
            hint: Some(hint.to_owned()),
        },
        None => unreachable(server, &plain(error)),
    }
}

/// An error of the operating system as our messages put it: `connection refused`.
fn plain(error: &io::Error) -> String {
    let text = with_causes(error);
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

/// What tokio-postgres has to know; everything before it is settled already.
fn startup(info: &Conninfo, host: &Host) -> tokio_postgres::Config {
    let mut config = tokio_postgres::Config::new();
    config
        .user(&info.user)
        .dbname(&info.dbname)
        .ssl_mode(Wanted::Require)
        .ssl_negotiation(SslNegotiation::Direct)
        .channel_binding(match info.channel_binding {
            ChannelBinding::Disable => Binding::Disable,
            ChannelBinding::Prefer => Binding::Prefer,
            ChannelBinding::Require => Binding::Require,
        });
    if let Some(password) = info.password.as_ref().or(host.password.as_ref()) {
        config.password(password.expose());
    }
    if let Some(name) = &info.application_name {
        config.application_name(name);
    }
    if let Some(options) = &info.options {
        config.options(options);
    }
    config
}

fn refusal(error: &tokio_postgres::Error, info: &Conninfo, server: &str) -> Error {
    let text = with_causes(error);
    match Error::from(error) {
        Error::Server(said) => Error::Server(said),
        // tokio-postgres has no kind for this; its text is checked by a test against a server.
        _ if text.ends_with("password missing") => Error::PasswordNeeded {
            user: info.user.clone(),
            server: server.to_owned(),
        },
        _ => unreachable(server, &text),
    }
}

/// Whether the server is of the wanted kind.
async fn check(session: &Session, wanted: TargetSession, server: &str) -> Result<(), Error> {
    if wanted == TargetSession::Any {
        return Ok(());
    }
    let sql = "SELECT pg_catalog.pg_is_in_recovery()::text, pg_catalog.current_setting('transaction_read_only')";
    let rows = session.rows(sql).await?;
    let (standby, read_only) = (rows.text(0, 0) == "true", rows.text(0, 1) == "on");
    let reason = match wanted {
        TargetSession::ReadWrite if read_only => "its sessions are read-only",
        TargetSession::ReadOnly if !read_only => "its sessions are not read-only",
        TargetSession::Primary if standby => "it is a standby",
        TargetSession::Standby if !standby => "it is not a standby",
        _ => return Ok(()),
    };
    Err(unreachable(server, reason))
}

/// Puts the list in random order; std's hash seed is random enough to balance load.
fn shuffle<T>(list: &mut [T]) {
    for end in (1..list.len()).rev() {
        let random = RandomState::new().build_hasher().finish();
        let index = usize::try_from(random % (end as u64 + 1)).unwrap_or(0);
        list.swap(end, index);
    }
}
