//! What a server's certificate has to prove, by `sslmode`.
//!
//! - No roots: nothing. The handshake's signature is still checked, so that channel binding means
//!   what it says: the server owns the key of the certificate it shows.
//! - Roots: the chain ends at one of them, whatever the mode; a server that fails is not spoken to.
//! - `verify-full`: moreover the certificate bears the host's name.
//!
//! Two things that OpenSSL, and so libpq, accepts and webpki does not are allowed for, because
//! PostgreSQL's own documentation makes such certificates: a self-signed certificate that is itself
//! the trusted root, and a name that stands only in the common name.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use rustls::server::{ParsedCertificate, VerifierBuilderError};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::certificate;
use crate::conninfo::SslMode;

/// How webpki calls a self-signed certificate that is marked as an authority and shown by a server.
///
/// By then it has checked the certificate's dates.
const AUTHORITY_AS_SERVER: &str = "CaUsedAsEndEntity";

/// How webpki calls a certificate without extensions, which it does not read.
pub(super) const VERSION_ONE: &str = "UnsupportedCertVersion";

/// Judges certificates and handshake signatures.
#[derive(Debug)]
pub(super) struct Verifier {
    provider: Arc<CryptoProvider>,
    chain: Option<Arc<WebPkiServerVerifier>>,
    roots: Arc<RootCertStore>,
    full: bool,
}

impl Verifier {
    /// A verifier for these roots, or one that believes any certificate if there are none.
    pub(super) fn new(
        provider: Arc<CryptoProvider>,
        roots: Option<RootCertStore>,
        revoked: Vec<CertificateRevocationListDer<'static>>,
        mode: SslMode,
    ) -> Result<Verifier, VerifierBuilderError> {
        let chain = match &roots {
            None => None,
            Some(roots) => Some(
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots.clone()), provider.clone())
                    .with_crls(revoked)
                    .allow_unknown_revocation_status()
                    .build()?,
            ),
        };
        let roots = Arc::new(roots.unwrap_or_else(RootCertStore::empty));
        Ok(Verifier {
            provider,
            chain,
            roots,
            full: mode == SslMode::VerifyFull,
        })
    }

    /// Whether the certificate is one of the roots, which then vouches for itself.
    ///
    /// A root is kept as its subject and its key: the two together are what is trusted.
    fn is_root(&self, der: &CertificateDer<'_>) -> bool {
        let anchor = webpki_anchor(der);
        anchor.is_some_and(|anchor| self.roots.roots.contains(&anchor))
    }

    fn check_name(&self, der: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<(), Error> {
        if !self.full {
            return Ok(());
        }
        let parsed = ParsedCertificate::try_from(der)?;
        rustls::client::verify_server_name(&parsed, name).or_else(|error| {
            match certificate::common_name_is(der, &name.to_str()) {
                true => Ok(()),
                false => Err(error),
            }
        })
    }
}

/// What a root store would keep of the certificate.
fn webpki_anchor(der: &CertificateDer<'_>) -> Option<rustls::pki_types::TrustAnchor<'static>> {
    let mut store = RootCertStore::empty();
    store.add(der.clone().into_owned()).ok()?;
    store.roots.pop()
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        let judged = chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match judged {
            Ok(verified) => Ok(verified),
            // The chain comes first in webpki's order, so it is good where only the name is not.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => self
                .check_name(end_entity, server_name)
                .map(|()| ServerCertVerified::assertion()),
            Err(Error::InvalidCertificate(CertificateError::Other(reason)))
                if reason.0.to_string() == AUTHORITY_AS_SERVER =>
            {
                match self.is_root(end_entity) {
                    true => self
                        .check_name(end_entity, server_name)
                        .map(|()| ServerCertVerified::assertion()),
                    false => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        // webpki reads no certificates of X.509 version 1; their keys are as good as any.
        match certificate::public_key(cert) {
            Some(key) if ParsedCertificate::try_from(cert).is_err() => {
                verify_tls13_signature_with_raw_key(message, &key, dss, algorithms)
            }
            _ => verify_tls13_signature(message, cert, dss, algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;
    use std::time::Duration;

    /// Self-signed, an authority, its name `db.example` only in the common name; valid 2026 to 2036.
    const SELF_SIGNED: &[u8] = include_bytes!("fixtures/self_signed.crt");
    const ANOTHER: &[u8] = include_bytes!("fixtures/another.crt");
    const IN_2030: u64 = 1_900_000_000;
    const IN_2040: u64 = 2_210_000_000;

    fn judge(root: Option<&[u8]>, mode: SslMode, host: &str, now: u64) -> Result<(), Error> {
        let certificate = |pem| CertificateDer::from_pem_slice(pem).expect("the fixture is PEM");
        let roots = root.map(|pem| {
            let mut store = RootCertStore::empty();
            store.add(certificate(pem)).expect("the fixture is a certificate");
            store
        });
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new(provider, roots, Vec::new(), mode).expect("there is a root");
        let name = ServerName::try_from(host).expect("the host is a name");
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
        verifier
            .verify_server_cert(&certificate(SELF_SIGNED), &[], &name, &[], now)
            .map(drop)
    }

    #[test]
    fn without_roots_anything_goes() {
        assert_eq!(judge(None, SslMode::Require, "x.example", IN_2040), Ok(()));
    }

    #[test]
    fn a_self_signed_certificate_may_be_its_own_root() {
        let own = Some(SELF_SIGNED);
        assert_eq!(judge(own, SslMode::VerifyCa, "x.example", IN_2030), Ok(()));
        assert_eq!(judge(own, SslMode::VerifyFull, "db.example", IN_2030), Ok(()));
        assert!(judge(own, SslMode::VerifyFull, "x.example", IN_2030).is_err());
        assert!(judge(own, SslMode::VerifyCa, "db.example", IN_2040).is_err());
    }

    #[test]
    fn one_that_is_no_root_is_not_trusted() {
        let unknown = Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        for mode in [SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull] {
            assert_eq!(judge(Some(ANOTHER), mode, "db.example", IN_2030), unknown, "{mode:?}");
        }
    }
}
