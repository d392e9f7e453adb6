//! What is read from a server's certificate beside what rustls reads.

use ring::digest;
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use x509_cert::Certificate;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, Utf8StringRef};
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");

/// The certificate's hash as `tls-server-end-point` (RFC 5929) wants it.
///
/// The hash is the one of the certificate's signature, SHA-256 in place of MD5 and SHA-1. For
/// signatures without a hash of their own (Ed25519) the RFC defines nothing: none.
pub(crate) fn end_point(der: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let certificate = Certificate::from_der(der).ok()?;
    let algorithm = match certificate.signature_algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.4"        // md5WithRSAEncryption
        | "1.2.840.113549.1.1.5"      // sha1WithRSAEncryption
        | "1.2.840.10045.4.1"         // ecdsa-with-SHA1
        | "1.2.840.113549.1.1.11"     // sha256WithRSAEncryption
        | "1.2.840.10045.4.3.2" => &digest::SHA256,
        "1.2.840.113549.1.1.12"       // sha384WithRSAEncryption
        | "1.2.840.10045.4.3.3" => &digest::SHA384,
        "1.2.840.113549.1.1.13"       // sha512WithRSAEncryption
        | "1.2.840.10045.4.3.4" => &digest::SHA512,
        _ => return None,
    };
    Some(digest::digest(algorithm, der).as_ref().to_vec())
}

/// The server's public key.
pub(super) fn public_key(der: &CertificateDer<'_>) -> Option<SubjectPublicKeyInfoDer<'static>> {
    let certificate = Certificate::from_der(der).ok()?;
    let key = certificate.tbs_certificate.subject_public_key_info.to_der().ok()?;
    Some(SubjectPublicKeyInfoDer::from(key))
}

/// Whether a certificate without alternative names bears `host` as its common name.
///
/// libpq still accepts such certificates, and the PostgreSQL documentation still makes them.
pub(super) fn common_name_is(der: &CertificateDer<'_>, host: &str) -> bool {
    let Ok(certificate) = Certificate::from_der(der) else {
        return false;
    };
    let certificate = certificate.tbs_certificate;
    let extensions = certificate.extensions.unwrap_or_default();
    if extensions.iter().any(|extension| extension.extn_id == SUBJECT_ALT_NAME) {
        return false;
    }
    let attributes = certificate.subject.0.iter().flat_map(|name| name.0.iter());
    let mut names = attributes
        .filter(|attribute| attribute.oid == COMMON_NAME)
        .filter_map(|name| {
            let value = &name.value;
            let utf8 = value
                .decode_as::<Utf8StringRef<'_>>()
                .map(|text| text.as_str().to_owned());
            let printable = || {
                value
                    .decode_as::<PrintableStringRef<'_>>()
                    .map(|text| text.as_str().to_owned())
            };
            let ia5 = || {
                value
                    .decode_as::<Ia5StringRef<'_>>()
                    .map(|text| text.as_str().to_owned())
            };
            utf8.or_else(|_| printable()).or_else(|_| ia5()).ok()
        });
    names.any(|name| matches_name(&name, host))
}

/// Whether a name in a certificate, perhaps `*.example.com`, means the host.
///
/// The star stands for exactly one leftmost label, as in libpq.
fn matches_name(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(domain) => host
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(domain)),
        None => name.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;

    #[test]
    fn a_star_is_one_label() {
        for (name, host, wanted) in [
            ("db.example.com", "DB.example.com", true),
            ("*.example.com", "db.example.com", true),
            ("*.example.com", "a.db.example.com", false),
            ("*.example.com", "example.com", false),
            ("*.example.com", ".example.com", false),
            ("d*.example.com", "db.example.com", false),
            ("db", "db2", false),
        ] {
            assert_eq!(matches_name(name, host), wanted, "{name} {host}");
        }
    }

    #[test]
    fn the_end_point_is_the_hash_of_the_signature() {
        let der =
            CertificateDer::from_pem_slice(include_bytes!("fixtures/self_signed.crt")).expect("the fixture is PEM");
        // ecdsa-with-SHA256, so what `openssl x509 -outform der | sha256sum` says.
        let hex: Option<String> = end_point(&der).map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect());
        assert_eq!(
            hex.as_deref(),
            Some("d4541482882a1460a0471a88066d9ee57d016c9a59a11f6dbdb8457dfe982c70")
        );
        assert!(common_name_is(&der, "DB.example"));
        assert!(!common_name_is(&der, "db2.example"));
    }

    #[test]
    fn what_is_no_certificate_proves_nothing() {
        let der = CertificateDer::from(vec![1, 2, 3]);
        assert_eq!(end_point(&der), None);
        assert!(!common_name_is(&der, "db"));
    }
}
