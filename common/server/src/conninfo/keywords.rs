//! Every keyword of libpq 18, its variable, and what this program makes of it.
//!
//! The one table. A keyword is used, or used as long as its value asks for no more than what we do,
//! or refused by name; none is ever ignored. Source: PostgreSQL 18 documentation, 32.1.2 and 32.15.

use crate::error::Error;

/// What this program makes of a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Support {
    /// Its value is honoured.
    Used,
    /// Only these values are honoured; they ask for nothing that we do not do.
    Only(&'static [&'static str]),
    /// Known, not supported; what to do instead.
    Refused(&'static str),
}

use Support::{Only, Refused, Used};

/// A keyword, the environment variable that sets it, and what we make of it.
type Keyword = (&'static str, Option<&'static str>, Support);

/// Whoever has neither GSSAPI nor SSPI needs no name for them.
const NO_GSS: &str = "pgx speaks neither GSSAPI nor SSPI: let the server ask for a password or a certificate";
/// OAuth is a matter of browsers and token files.
const NO_OAUTH: &str = "pgx does not speak OAuth: let the server ask for a password or a certificate";
/// Keys of SCRAM are for who passes connections on.
const NO_KEYS: &str = "give the password itself, in a password file or PGPASSWORD";

const KEYWORDS: [Keyword; 50] = [
    ("service", Some("PGSERVICE"), Used),
    ("user", Some("PGUSER"), Used),
    ("password", Some("PGPASSWORD"), Used),
    ("passfile", Some("PGPASSFILE"), Used),
    ("channel_binding", Some("PGCHANNELBINDING"), Used),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT"), Used),
    ("dbname", Some("PGDATABASE"), Used),
    ("host", Some("PGHOST"), Used),
    ("hostaddr", Some("PGHOSTADDR"), Used),
    ("port", Some("PGPORT"), Used),
    ("client_encoding", Some("PGCLIENTENCODING"), Used),
    ("options", Some("PGOPTIONS"), Used),
    ("application_name", Some("PGAPPNAME"), Used),
    ("fallback_application_name", None, Used),
    ("keepalives", None, Used),
    ("keepalives_idle", None, Used),
    ("keepalives_interval", None, Used),
    ("keepalives_count", None, Used),
    ("tcp_user_timeout", None, Used),
    ("sslmode", Some("PGSSLMODE"), Used),
    ("sslnegotiation", Some("PGSSLNEGOTIATION"), Used),
    ("sslcompression", Some("PGSSLCOMPRESSION"), Only(&["0"])),
    ("sslcert", Some("PGSSLCERT"), Used),
    ("sslkey", Some("PGSSLKEY"), Used),
    ("sslcertmode", Some("PGSSLCERTMODE"), Used),
    (
        "sslpassword",
        None,
        Refused("decrypt the key into a file that only you can read: openssl pkey -in KEY -out FILE"),
    ),
    ("sslrootcert", Some("PGSSLROOTCERT"), Used),
    ("sslcrl", Some("PGSSLCRL"), Used),
    ("sslcrldir", Some("PGSSLCRLDIR"), Used),
    ("sslsni", Some("PGSSLSNI"), Only(&["0", "1"])),
    (
        "requirepeer",
        Some("PGREQUIREPEER"),
        Refused("a socket in a directory that only the server's user can write is as safe"),
    ),
    ("require_auth", Some("PGREQUIREAUTH"), Used),
    ("min_protocol_version", Some("PGMINPROTOCOLVERSION"), Only(&["3.0"])),
    (
        "max_protocol_version",
        Some("PGMAXPROTOCOLVERSION"),
        Only(&["3.0", "3.2", "latest"]),
    ),
    (
        "ssl_min_protocol_version",
        Some("PGSSLMINPROTOCOLVERSION"),
        Only(&["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]),
    ),
    (
        "ssl_max_protocol_version",
        Some("PGSSLMAXPROTOCOLVERSION"),
        Only(&["TLSv1.2", "TLSv1.3"]),
    ),
    ("gssencmode", Some("PGGSSENCMODE"), Only(&["disable", "prefer"])),
    ("krbsrvname", Some("PGKRBSRVNAME"), Refused(NO_GSS)),
    ("gsslib", Some("PGGSSLIB"), Refused(NO_GSS)),
    ("gssdelegation", Some("PGGSSDELEGATION"), Only(&["0"])),
    ("replication", None, Refused("pgx uses ordinary sessions")),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS"), Used),
    ("load_balance_hosts", Some("PGLOADBALANCEHOSTS"), Used),
    ("scram_client_key", None, Refused(NO_KEYS)),
    ("scram_server_key", None, Refused(NO_KEYS)),
    ("oauth_issuer", None, Refused(NO_OAUTH)),
    ("oauth_client_id", None, Refused(NO_OAUTH)),
    ("oauth_client_secret", None, Refused(NO_OAUTH)),
    ("oauth_scope", None, Refused(NO_OAUTH)),
    (
        "sslkeylogfile",
        None,
        Refused("keys of sessions are never written down"),
    ),
];

/// The keywords that an environment variable may set, with that variable.
pub(super) fn variables() -> impl Iterator<Item = (&'static str, &'static str)> {
    KEYWORDS
        .iter()
        .filter_map(|(name, variable, _)| Some((*name, (*variable)?)))
}

/// The keyword as the table spells it, if its value is one that we honour.
///
/// `from` says where the setting stands, for the message: `connection string`, `PGSSLCRLDIR`.
pub(super) fn check(keyword: &str, value: &str, from: &str) -> Result<&'static str, Error> {
    let Some((name, _, support)) = KEYWORDS.iter().find(|(name, ..)| *name == keyword) else {
        return Err(settings(format!(
            "{from}: there is no connection setting \"{keyword}\""
        )));
    };
    match support {
        Used => Ok(name),
        _ if value.is_empty() => Ok(name),
        Only(values) if values.contains(&value) => Ok(name),
        Only(values) => Err(Error::Settings {
            message: format!("{from}: {name}={value} is not supported"),
            hint: Some(format!("supported: {}", values.join(", "))),
        }),
        Refused(hint) => Err(Error::Settings {
            message: format!("{from}: the connection setting \"{name}\" is not supported"),
            hint: Some((*hint).to_owned()),
        }),
    }
}

/// An error about settings, without a hint.
pub(super) fn settings(message: String) -> Error {
    Error::Settings { message, hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_keyword_stands_twice() {
        for (index, (name, variable, _)) in KEYWORDS.iter().enumerate() {
            for (other, other_variable, _) in &KEYWORDS[index + 1..] {
                assert_ne!(name, other);
                assert!(variable.is_none() || variable != other_variable, "{variable:?}");
            }
        }
    }

    #[test]
    fn what_is_refused_says_what_to_do() {
        for (name, ..) in KEYWORDS.iter().filter(|row| matches!(row.2, Refused(_) | Only(_))) {
            let error = check(name, "something else", "connection string").expect_err("it is not supported");
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{name}");
        }
    }

    #[test]
    fn refused_by_name() {
        let text = |k, v| check(k, v, "connection string").map_err(|e| e.to_string());
        assert_eq!(text("host", "x"), Ok("host"));
        assert_eq!(text("gssencmode", "disable"), Ok("gssencmode"));
        assert_eq!(
            text("gssencmode", "require"),
            Err("connection string: gssencmode=require is not supported".into())
        );
        assert_eq!(
            text("oauth_issuer", "x"),
            Err("connection string: the connection setting \"oauth_issuer\" is not supported".into())
        );
        assert_eq!(
            text("hots", "x"),
            Err("connection string: there is no connection setting \"hots\"".into())
        );
    }
}
