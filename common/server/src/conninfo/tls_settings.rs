//! Settings of encryption: `sslmode` and its companions.

use std::path::{Path, PathBuf};

use super::keywords::settings;
use super::words::Words;
use crate::error::Error;

/// How much encryption is wanted (`sslmode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// None.
    Disable,
    /// Only if the server insists.
    Allow,
    /// If the server can.
    Prefer,
    /// Always; the server's certificate is checked only if there are root certificates.
    Require,
    /// Always, and the certificate must come from a trusted root.
    VerifyCa,
    /// Always, from a trusted root, and it must bear the host's name.
    VerifyFull,
}

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// Those of the operating system (`sslrootcert=system`).
    System,
    /// Those in a file, if it exists.
    File(PathBuf),
    /// None can be named: there is no home directory.
    Unknown,
}

/// How the connection is encrypted, and what the other side has to prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// How much encryption is wanted.
    pub mode: SslMode,
    /// Which authorities are trusted.
    pub roots: Roots,
    /// Certificates that have been revoked.
    pub revoked: Option<PathBuf>,
    /// A directory of such files.
    pub revoked_directory: Option<PathBuf>,
    /// Our own certificate and its key, if we have to show one.
    pub identity: Option<Identity>,
    /// Whether we show it.
    pub cert_mode: CertMode,
    /// Whether TLS starts at once, without asking in PostgreSQL's protocol first.
    pub direct: bool,
    /// Whether the server is told the host's name (SNI).
    pub sni: bool,
    /// Whether TLS 1.2 will do.
    pub tls12: bool,
    /// Whether TLS 1.3 will do.
    pub tls13: bool,
}

/// Whether our own certificate is shown (`sslcertmode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertMode {
    /// Never.
    Disable,
    /// If the server asks for one and there is one.
    Allow,
    /// The server has to ask for one, and gets it.
    Require,
}

/// The files of our own certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// Whether the user named the certificate, so that it must be there.
    pub named: bool,
}

impl TlsSettings {
    pub(super) fn from_words(words: &Words, home: Option<&Path>) -> Result<TlsSettings, Error> {
        let own = |name: &str| home.map(|home| home.join(".postgresql").join(name));
        let file = |keyword, name| words.get(keyword).map(PathBuf::from).or_else(|| own(name));

        let system = words.get("sslrootcert") == Some("system");
        let default = if system { SslMode::VerifyFull } else { SslMode::Prefer };
        let mode = words.one_of(
            "sslmode",
            &[
                ("disable", SslMode::Disable),
                ("allow", SslMode::Allow),
                ("prefer", SslMode::Prefer),
                ("require", SslMode::Require),
                ("verify-ca", SslMode::VerifyCa),
                ("verify-full", SslMode::VerifyFull),
            ],
            default,
        )?;
        if system && mode != SslMode::VerifyFull {
            return Err(Error::Settings {
                message: "sslrootcert=system needs sslmode=verify-full".into(),
                hint: Some(
                    "anyone can get a certificate from a public authority: only the name proves something".into(),
                ),
            });
        }
        let direct = words.one_of("sslnegotiation", &[("postgres", false), ("direct", true)], false)?;
        if direct && mode < SslMode::Require {
            return Err(settings(
                "sslnegotiation=direct needs sslmode=require or stronger".into(),
            ));
        }
        let (tls12, tls13) = (
            words.get("ssl_min_protocol_version") != Some("TLSv1.3"),
            words.get("ssl_max_protocol_version") != Some("TLSv1.2"),
        );
        if !tls12 && !tls13 {
            return Err(settings(
                "ssl_min_protocol_version is above ssl_max_protocol_version".into(),
            ));
        }
        let certificate = file("sslcert", "postgresql.crt");
        let key = file("sslkey", "postgresql.key");
        let identity = certificate.zip(key).map(|(certificate, key)| Identity {
            certificate,
            key,
            named: words.get("sslcert").is_some(),
        });
        let cert_mode = words.one_of(
            "sslcertmode",
            &[
                ("disable", CertMode::Disable),
                ("allow", CertMode::Allow),
                ("require", CertMode::Require),
            ],
            CertMode::Allow,
        )?;
        if cert_mode == CertMode::Require && mode < SslMode::Require {
            return Err(settings("sslcertmode=require needs sslmode=require or stronger".into()));
        }
        Ok(TlsSettings {
            mode,
            roots: match (system, file("sslrootcert", "root.crt")) {
                (true, _) => Roots::System,
                (false, Some(path)) => Roots::File(path),
                (false, None) => Roots::Unknown,
            },
            revoked: match words.get("sslcrl") {
                Some(path) => Some(PathBuf::from(path)),
                None => own("root.crl").filter(|path| path.exists()),
            },
            revoked_directory: words.get("sslcrldir").map(PathBuf::from),
            identity: identity.filter(|_| cert_mode != CertMode::Disable),
            cert_mode,
            direct,
            sni: words.get("sslsni") != Some("0"),
            tls12,
            tls13,
        })
    }
}
