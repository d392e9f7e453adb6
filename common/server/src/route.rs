//! Ways to a server: where a host listens, and how to get there.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use rustls::pki_types::ServerName;

use crate::conninfo::{Host, Keepalive, Place};
use crate::error::Error;
use crate::socket::{Address, Socket};
use crate::stream::Stream;
use crate::tls::{Negotiated, Tls};

/// A way to a server that worked, to be gone again for a cancel request.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) address: Address,
    pub(crate) keepalive: Keepalive,
    pub(crate) tls: Option<(Tls, ServerName<'static>)>,
}

impl Route {
    /// Opens a socket, on which nothing is agreed yet.
    pub(crate) async fn socket(&self) -> io::Result<Socket> {
        Socket::open(&self.address, &self.keepalive).await
    }

    /// Opens the way once more, encrypted as the session was.
    pub(crate) async fn open(&self) -> io::Result<Stream> {
        let socket = self.socket().await?;
        match &self.tls {
            None => Ok(Stream::Plain(socket)),
            Some((tls, name)) => match tls.negotiate(socket, name.clone()).await? {
                Negotiated::Encrypted(stream) => Ok(stream),
                Negotiated::Declined(_) => Err(io::Error::other(NO_TLS)),
            },
        }
    }
}

/// Why a server that cannot encrypt will not do.
pub(crate) const NO_TLS: &str = "the server does not support TLS, but it was required";

/// Where a host listens.
pub(crate) async fn addresses(host: &Host) -> Result<Vec<Address>, Error> {
    match &host.place {
        Place::Directory(directory) => Ok(vec![Address::Unix(socket_path(directory, host.port))]),
        Place::Address(ip) => Ok(vec![Address::Tcp(SocketAddr::new(*ip, host.port))]),
        Place::Name(name) => match tokio::net::lookup_host((name.as_str(), host.port)).await {
            Ok(found) => Ok(found.map(Address::Tcp).collect()),
            Err(error) => Err(Error::Connect {
                attempts: vec![format!("cannot resolve the host name \"{name}\": {error}")],
                hint: None,
            }),
        },
    }
}

/// The file of a unix socket; a leading `@` becomes the zero byte of Linux's abstract names.
fn socket_path(directory: &Path, port: u16) -> PathBuf {
    let path = directory.join(format!(".s.PGSQL.{port}"));
    match path.to_str().and_then(|text| text.strip_prefix('@')) {
        Some(name) => PathBuf::from(format!("\0{name}")),
        None => path,
    }
}

/// The name that a certificate has to bear; an address where no name was given.
pub(crate) fn server_name(host: &Host, address: &Address) -> ServerName<'static> {
    let named = host.name.clone().and_then(|name| ServerName::try_from(name).ok());
    let ip = match address {
        Address::Tcp(address) => address.ip(),
        Address::Unix(_) => Ipv4Addr::LOCALHOST.into(),
    };
    named.unwrap_or_else(|| ServerName::from(ip))
}

/// The server as messages name it.
pub(crate) fn describe(host: &Host, address: &Address) -> String {
    match (address, &host.name) {
        (Address::Unix(path), _) => format!("the socket {}", path.display()),
        (Address::Tcp(address), Some(name)) if *name != address.ip().to_string() => {
            format!("\"{name}\" ({}), port {}", address.ip(), address.port())
        }
        (Address::Tcp(address), _) => format!("\"{}\", port {}", address.ip(), address.port()),
    }
}
