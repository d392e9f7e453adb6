//! Encryption: what is agreed with a server before the first message of a session.
//!
//! The server is asked in PostgreSQL's protocol whether it can encrypt (or TLS starts at once,
//! `sslnegotiation=direct`), then rustls shakes hands. What a certificate has to prove depends on
//! `sslmode` and lives in [`verifier`]; what is read from certificates lives in [`certificate`].
//! Which modes fall back to which is decided by [`crate::connect`], not here.

pub(crate) mod certificate;
mod shown;
mod verifier;

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use bytes::BytesMut;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use crate::conninfo::{CertMode, Identity, Roots, SslMode, TlsSettings};
use crate::error::Error;
use crate::socket::Socket;
use crate::stream::Stream;
use shown::Shown;
use verifier::Verifier;

/// The protocol name that clients and servers agree on inside TLS since PostgreSQL 17.
const ALPN: &[u8] = b"postgresql";

/// Everything needed to encrypt sockets of one connection's settings.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: TlsConnector,
    direct: bool,
    /// Whether the server has to ask for our certificate.
    must_show: bool,
}

/// What came of asking a server for encryption.
pub(crate) enum Negotiated {
    /// It is encrypted.
    Encrypted(Stream),
    /// The server does not encrypt; the socket can go on in plain text.
    Declined(Socket),
}

impl Tls {
    /// Reads roots, revocations and our own certificate from their files.
    pub(crate) fn new(settings: &TlsSettings) -> Result<Tls, Error> {
        let provider = Arc::new(ring::default_provider());
        let mut versions = Vec::new();
        if settings.tls13 {
            versions.push(&TLS13);
        }
        if settings.tls12 {
            versions.push(&TLS12);
        }
        let roots = roots(settings)?;
        let mut revoked = match &settings.revoked {
            Some(path) => revoked_in(path)?,
            None => Vec::new(),
        };
        if let Some(directory) = &settings.revoked_directory {
            let files = fs::read_dir(directory).map_err(|error| bad_file(directory, &error))?;
            for file in files {
                revoked.extend(revoked_in(&file.map_err(|error| bad_file(directory, &error))?.path())?);
            }
        }
        let verifier = Verifier::new(provider.clone(), roots, revoked, settings.mode)
            .map_err(|reason| unusable("root certificates", &reason))?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
            .map_err(|error| unusable("TLS versions", &error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match own_certificate(settings.identity.as_ref())? {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| unusable("client certificate", &error))?,
            None => builder.with_no_client_auth(),
        };
        config.enable_sni = settings.sni;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Tls {
            connector: TlsConnector::from(Arc::new(config)),
            direct: settings.direct,
            must_show: settings.cert_mode == CertMode::Require,
        })
    }

    /// Asks the server to encrypt, and shakes hands if it will.
    pub(crate) async fn negotiate(&self, mut socket: Socket, name: ServerName<'static>) -> io::Result<Negotiated> {
        if !self.direct {
            let mut request = BytesMut::new();
            postgres_protocol::message::frontend::ssl_request(&mut request);
            socket.write_all(&request).await?;
            match socket.read_u8().await? {
                b'S' => {}
                b'N' => return Ok(Negotiated::Declined(socket)),
                b'E' => return Err(io::Error::other("the server refused before encryption was agreed")),
                _ => return Err(io::Error::other("the answer is not PostgreSQL's")),
            }
        }
        let shown = Shown::of(self.connector.config());
        let connector = match self.must_show {
            true => TlsConnector::from(Arc::new(shown.watched(self.connector.config()))),
            false => self.connector.clone(),
        };
        let stream = connector.connect(name, socket).await?;
        if self.must_show && !shown.is_shown() {
            return Err(io::Error::other(
                "the server did not ask for a certificate, or there was none to show (sslcertmode=require)",
            ));
        }
        if self.direct && stream.get_ref().1.alpn_protocol() != Some(ALPN) {
            return Err(io::Error::other(
                "the server did not agree to speak PostgreSQL inside TLS",
            ));
        }
        Ok(Negotiated::Encrypted(Stream::Tls(Box::new(stream))))
    }
}

/// What rustls has against a server, and what to do about it; none for what is rare.
pub(crate) fn explain(error: &rustls::Error) -> Option<(&'static str, &'static str)> {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, Other,
        Revoked, UnknownIssuer,
    };
    let rustls::Error::InvalidCertificate(reason) = error else {
        return None;
    };
    Some(match reason {
        UnknownIssuer => (
            "the server's certificate does not come from a trusted root",
            "name the file of its root with sslrootcert",
        ),
        NotValidForName | NotValidForNameContext { .. } => (
            "the server's certificate does not bear this host's name",
            "connect by the name in the certificate, or let sslmode=verify-ca not look at it",
        ),
        Expired | ExpiredContext { .. } => (
            "the server's certificate has expired",
            "the server needs a new certificate",
        ),
        NotValidYet | NotValidYetContext { .. } => (
            "the server's certificate is not valid yet",
            "compare the clocks of both machines",
        ),
        Revoked => (
            "the server's certificate has been revoked",
            "the server needs a new certificate",
        ),
        Other(reason) if reason.0.to_string() == verifier::VERSION_ONE => (
            "the server's certificate is of X.509 version 1, which cannot be checked",
            "have it signed anew with extensions, subjectAltName among them",
        ),
        _ => return None,
    })
}

/// The trusted roots; none where `sslmode` does not insist and there is no file.
fn roots(settings: &TlsSettings) -> Result<Option<RootCertStore>, Error> {
    let mut store = RootCertStore::empty();
    match &settings.roots {
        Roots::System => {
            let found = rustls_native_certs::load_native_certs();
            store.add_parsable_certificates(found.certs);
            if store.is_empty() {
                return Err(Error::Settings {
                    message: "the operating system has no trusted certificates".into(),
                    hint: Some(
                        "install its package of certificate authorities, or name a file with sslrootcert".into(),
                    ),
                });
            }
        }
        Roots::File(path) if path.exists() => {
            for certificate in read_certificates(path)? {
                store.add(certificate).map_err(|error| bad_file(path, &error))?;
            }
        }
        Roots::File(path) if settings.mode >= SslMode::VerifyCa => {
            return Err(Error::Settings {
                message: format!("root certificate file {} does not exist", path.display()),
                hint: Some(
                    "provide it, use the system's roots with sslrootcert=system, or let sslmode not check the server"
                        .into(),
                ),
            });
        }
        Roots::Unknown if settings.mode >= SslMode::VerifyCa => {
            return Err(Error::Settings {
                message: "there is no home directory to find root.crt in".into(),
                hint: Some("name a file with sslrootcert".into()),
            });
        }
        Roots::File(_) | Roots::Unknown => return Ok(None),
    }
    Ok(Some(store))
}

fn revoked_in(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    CertificateRevocationListDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| bad_file(path, &error))
}

type Chain = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn own_certificate(identity: Option<&Identity>) -> Result<Option<Chain>, Error> {
    let Some(identity) = identity else { return Ok(None) };
    if !identity.named && !identity.certificate.exists() {
        return Ok(None);
    }
    let chain = read_certificates(&identity.certificate)?;
    let metadata = fs::metadata(&identity.key).map_err(|error| bad_file(&identity.key, &error))?;
    // A key that belongs to root may be readable by a group, as Debian's shared key is.
    let allowed = if metadata.uid() == 0 { 0o640 } else { 0o600 };
    if metadata.permissions().mode() & 0o777 & !(allowed | 0o100) != 0 {
        return Err(Error::Settings {
            message: format!("private key file {} may be read by others", identity.key.display()),
            hint: Some("its permissions must be 0600 or less, or 0640 or less if it belongs to root".into()),
        });
    }
    let pem = fs::read(&identity.key).map_err(|error| bad_file(&identity.key, &error))?;
    if is_encrypted(&pem) {
        return Err(Error::Settings {
            message: format!(
                "private key file {} is encrypted, which is not supported",
                identity.key.display()
            ),
            hint: Some("decrypt it into a file that only you can read: openssl pkey -in KEY -out FILE".into()),
        });
    }
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| bad_file(&identity.key, &error))?;
    Ok(Some((chain, key)))
}

/// Whether a key needs a passphrase: PKCS #8 says so in its first line, older forms in a header.
fn is_encrypted(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| bad_file(path, &error))?;
    match certificates.is_empty() {
        true => Err(bad_file(path, &"it holds no certificate")),
        false => Ok(certificates),
    }
}

fn bad_file(path: &Path, reason: &dyn std::fmt::Display) -> Error {
    Error::Settings {
        message: format!("cannot use {}: {reason}", path.display()),
        hint: None,
    }
}

fn unusable(what: &str, reason: &dyn std::fmt::Display) -> Error {
    Error::Settings {
        message: format!("cannot use the {what}: {reason}"),
        hint: None,
    }
}
