//! Whether our own certificate was shown to a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, SignatureScheme};

/// Shows the certificate of a configuration, and remembers that it did.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    own: Arc<dyn ResolvesClientCert>,
    shown: Arc<AtomicBool>,
}

impl Shown {
    /// For one handshake with this configuration.
    pub(super) fn of(config: &ClientConfig) -> Shown {
        Shown {
            own: config.client_auth_cert_resolver.clone(),
            shown: Arc::default(),
        }
    }

    /// The configuration for that handshake.
    pub(super) fn watched(&self, config: &ClientConfig) -> ClientConfig {
        let mut config = config.clone();
        config.client_auth_cert_resolver = Arc::new(self.clone());
        // A session that is resumed shows nothing.
        config.resumption = rustls::client::Resumption::disabled();
        config
    }

    /// Whether the server asked for it and got it.
    pub(super) fn is_shown(&self) -> bool {
        self.shown.load(Ordering::Acquire)
    }
}

impl ResolvesClientCert for Shown {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let key = self.own.resolve(hints, schemes);
        self.shown.store(key.is_some(), Ordering::Release);
        key
    }

    fn has_certs(&self) -> bool {
        self.own.has_certs()
    }
}
