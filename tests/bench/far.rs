//! A server that is far away: a proxy that passes everything on later.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use pgx_tests::{Cluster, Database};

/// How long every byte is on its way, in either direction.
pub const ONE_WAY: Duration = Duration::from_millis(20);

/// Pieces that may be on their way at once in a direction; with [`PIECE`] far more than passes in
/// [`ONE_WAY`], so that only the distance slows, not the width of the way.
const UNDERWAY: usize = 512;
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// The way to a far server: a TCP port of this machine.
#[derive(Debug)]
pub struct Far {
    port: u16,
}

impl Far {
    /// A long way to `cluster`; it lasts as long as the process.
    pub fn way_to(cluster: &Cluster) -> io::Result<Far> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let socket = cluster.directory().join(".s.PGSQL.5432");
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // Who cannot be passed on sees the connection close.
                let _ = session(&client, &socket);
            }
        });
        Ok(Far { port })
    }

    /// The URL of a database over this way.
    pub fn url(&self, database: &Database) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{}", self.port, database.name())
    }
}

fn session(client: &TcpStream, socket: &Path) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = UnixStream::connect(socket)?;
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let (from_server, to_client) = (server, client.try_clone()?);
    direction(from_client, to_server, |server| server.shutdown(Shutdown::Write));
    direction(from_server, to_client, |client| client.shutdown(Shutdown::Both));
    Ok(())
}

/// Passes on what comes from one side, each piece [`ONE_WAY`] after it came.
fn direction<R, W>(mut from: R, mut to: W, end: fn(&W) -> io::Result<()>)
where
    R: Read + Send + 'static,
    W: Write + Send + 'static,
{
    let (sender, receiver): (SyncSender<(Instant, Vec<u8>)>, Receiver<_>) = sync_channel(UNDERWAY);
    thread::spawn(move || {
        let mut buffer = vec![0; PIECE];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            if sender
                .send((Instant::now() + ONE_WAY, buffer[..length].to_vec()))
                .is_err()
            {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, piece) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&piece).is_err() {
                break;
            }
        }
        // The other side may be gone already.
        let _ = end(&to);
    });
}
