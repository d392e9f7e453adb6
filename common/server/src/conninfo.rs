//! Where to connect, as whom and how: the settings of a connection, resolved the libpq way.
//!
//! Settings come from five places. The strongest is the connection string, which may stand in the
//! place of a database name; then the flags; then the service file; then the `PG*` variables; then
//! the defaults. [`Conninfo::resolve`] merges them once, before anything is opened, so that a
//! mistake in any of them is a usage error. The environment is a function, so that tests can make
//! one up.

mod hosts;
mod keywords;
mod pairs;
mod passfile;
mod require_auth;
mod secret;
mod service;
mod tls_settings;
mod uri;
mod words;

use std::path::PathBuf;
use std::time::Duration;

pub use hosts::{Host, Place};
pub use require_auth::{Method, RequiredAuth};
pub use secret::Secret;
pub use tls_settings::{CertMode, Identity, Roots, SslMode, TlsSettings};

use crate::error::Error;
use keywords::settings;
use words::Words;

/// A function that looks a variable up in the environment.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What the user said about the connection on the command line, and what a tool adds.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `-d`: a database name, a URI, or a string of `keyword=value`.
    pub dbname: Option<String>,
    /// `-h`: one or several hosts, or the directory of a unix socket.
    pub host: Option<String>,
    /// `-p`: one port, or as many as there are hosts.
    pub port: Option<String>,
    /// `-U`: the role to connect as.
    pub user: Option<String>,
    /// A password that the tool has asked for.
    pub password: Option<Secret>,
    /// What `application_name` is when the user says nothing: the tool's name.
    pub application_name: Option<String>,
}

/// The settings of one connection, complete.
#[derive(Debug, Clone)]
pub struct Conninfo {
    /// The servers to try, in this order unless `load_balance` says otherwise; never empty.
    pub hosts: Vec<Host>,
    /// The role to connect as.
    pub user: String,
    /// The database to connect to.
    pub dbname: String,
    /// The password for every host; without it each host may have its own from the password file.
    pub password: Option<Secret>,
    /// What the server shows in `pg_stat_activity`.
    pub application_name: Option<String>,
    /// Server settings to start the session with, as `-c name=value …`.
    pub options: Option<String>,
    /// How long one address may take to answer; none is for ever.
    pub connect_timeout: Option<Duration>,
    /// TCP keepalives.
    pub keepalive: Keepalive,
    /// Whether and how the connection is encrypted.
    pub tls: TlsSettings,
    /// Whether authentication must be tied to the TLS channel.
    pub channel_binding: ChannelBinding,
    /// How the server may have us prove who we are.
    pub required_auth: RequiredAuth,
    /// What kind of server will do.
    pub target_session: TargetSession,
    /// Whether hosts are tried in random order.
    pub load_balance: bool,
    /// The encoding that the user wants text in; sessions here always speak UTF-8, so it is for the
    /// tool to honour or refuse.
    pub client_encoding: Option<String>,
    /// What the user should be told although it is no error: a password file that was not used.
    pub warnings: Vec<String>,
}

/// TCP keepalives of a connection; what is none is left to the operating system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keepalive {
    /// Whether probes are sent at all.
    pub enabled: bool,
    /// How long a connection is idle before the first probe.
    pub idle: Option<Duration>,
    /// The time between probes.
    pub interval: Option<Duration>,
    /// How many lost probes end the connection.
    pub count: Option<u32>,
    /// How long sent data may stay unacknowledged.
    pub user_timeout: Option<Duration>,
}

/// Whether authentication must be tied to the TLS channel (`channel_binding`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// Where both sides can.
    Prefer,
    /// Or there is no connection.
    Require,
}

/// What kind of server will do (`target_session_attrs`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetSession {
    /// Whichever answers.
    Any,
    /// One whose sessions may write.
    ReadWrite,
    /// One whose sessions may only read.
    ReadOnly,
    /// One that is no standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby, or any if none is up.
    PreferStandby,
}

impl Conninfo {
    /// Merges flags, connection string, service file, environment and defaults.
    ///
    /// # Errors
    /// [`Error::Settings`] for a malformed string, an unknown or unsupported keyword, a value that
    /// is not one of a keyword's values, or a service that cannot be found.
    pub fn resolve(flags: &Flags, environment: Environment<'_>) -> Result<Conninfo, Error> {
        let mut words = Words::default();
        words.add_flags(flags)?;
        words.add_service(environment)?;
        words.add_environment(environment)?;
        Conninfo::from_words(&words, environment)
    }

    /// The same settings for another database of the same cluster.
    pub fn with_dbname(&self, dbname: &str) -> Conninfo {
        Conninfo {
            dbname: dbname.to_owned(),
            ..self.clone()
        }
    }

    /// The same settings with a password, as asked for after [`Error::needs_password`].
    pub fn with_password(&self, password: Secret) -> Conninfo {
        Conninfo {
            password: Some(password),
            ..self.clone()
        }
    }

    fn from_words(words: &Words, environment: Environment<'_>) -> Result<Conninfo, Error> {
        let user = match words.get("user") {
            Some(user) => user.to_owned(),
            None => whoami::username()
                .map_err(|error| settings(format!("no user name was given, and the system has none: {error}")))?,
        };
        let dbname = words.get("dbname").unwrap_or(&user).to_owned();
        let home = environment("HOME").map(PathBuf::from).or_else(std::env::home_dir);
        let password = words.get("password").map(Secret::new);
        let mut hosts = hosts::hosts(words)?;
        let mut warnings = Vec::new();
        if password.is_none() {
            let file = words
                .get("passfile")
                .map(PathBuf::from)
                .or_else(|| home.as_ref().map(|home| home.join(".pgpass")));
            if let Some(file) = file {
                warnings.extend(hosts::add_passwords(&mut hosts, &file, &dbname, &user));
            }
        }
        Ok(Conninfo {
            hosts,
            application_name: words
                .get("application_name")
                .or_else(|| words.get("fallback_application_name"))
                .map(str::to_owned),
            options: options(words, environment),
            connect_timeout: words.seconds("connect_timeout")?,
            keepalive: Keepalive {
                enabled: words.number("keepalives")? != Some(0),
                idle: words.seconds("keepalives_idle")?,
                interval: words.seconds("keepalives_interval")?,
                count: words
                    .number("keepalives_count")?
                    .and_then(|count| u32::try_from(count).ok())
                    .filter(|&count| count > 0),
                user_timeout: words
                    .number("tcp_user_timeout")?
                    .filter(|&ms| ms > 0)
                    .map(|ms| Duration::from_millis(ms.unsigned_abs())),
            },
            tls: TlsSettings::from_words(words, home.as_deref())?,
            channel_binding: words.one_of(
                "channel_binding",
                &[
                    ("disable", ChannelBinding::Disable),
                    ("prefer", ChannelBinding::Prefer),
                    ("require", ChannelBinding::Require),
                ],
                ChannelBinding::Prefer,
            )?,
            required_auth: match words.get("require_auth") {
                Some(methods) => RequiredAuth::parse(methods)?,
                None => RequiredAuth::default(),
            },
            target_session: words.one_of(
                "target_session_attrs",
                &[
                    ("any", TargetSession::Any),
                    ("read-write", TargetSession::ReadWrite),
                    ("read-only", TargetSession::ReadOnly),
                    ("primary", TargetSession::Primary),
                    ("standby", TargetSession::Standby),
                    ("prefer-standby", TargetSession::PreferStandby),
                ],
                TargetSession::Any,
            )?,
            load_balance: words.one_of("load_balance_hosts", &[("disable", false), ("random", true)], false)?,
            client_encoding: words
                .get("client_encoding")
                .filter(|&encoding| encoding != "auto")
                .map(str::to_owned),
            user,
            dbname,
            password,
            warnings,
        })
    }
}

/// Server settings from variables that libpq sends at start-up, then the user's own options.
fn options(words: &Words, environment: Environment<'_>) -> Option<String> {
    let variables = [("PGDATESTYLE", "datestyle"), ("PGTZ", "timezone"), ("PGGEQO", "geqo")];
    let mut parts: Vec<String> = Vec::new();
    for (variable, setting) in variables {
        if let Some(value) = environment(variable).filter(|value| value != "default") {
            let mut escaped = String::new();
            for c in value.chars() {
                if c.is_whitespace() || c == '\\' {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
            parts.push(format!("-c {setting}={escaped}"));
        }
    }
    parts.extend(words.get("options").map(str::to_owned));
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests;
