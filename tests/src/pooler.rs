//! What looks like a pooler: who connects through it is told another process than the one that answers.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::Database;

/// The file of the socket; the port is the one that test servers have.
const SOCKET: &str = ".s.PGSQL.5432";

/// BackendKeyData of servers before protocol 3.2, up to the process.
const KEY: &[u8] = b"K\0\0\0\x0c";

/// A pooler before a cluster, as long as the value lives.
#[derive(Debug)]
pub struct Pooler {
    directory: PathBuf,
}

impl Pooler {
    /// A pooler before the cluster of `database`.
    pub fn before(database: &Database) -> Pooler {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let directory = PathBuf::from(format!("/tmp/pgx-pooler-{}-{number}", std::process::id()));
        std::fs::create_dir(&directory).expect("/tmp is writable");
        let listener = UnixListener::bind(directory.join(SOCKET)).expect("a socket can be made");
        let server = database.cluster().directory().join(SOCKET);
        // It ends with the process: a test that is over connects to it no more.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if let Ok(server) = UnixStream::connect(&server) {
                    pass(client, server);
                }
            }
        });
        Pooler { directory }
    }

    /// The URL that leads to `database` through it.
    pub fn url(&self, database: &Database) -> String {
        let host = self.directory.display();
        format!("postgresql://postgres@/{}?host={host}", database.name())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // What remains in /tmp if this fails is a socket that nobody listens to.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Passes both ways on, with another process in the first answers.
fn pass(client: UnixStream, server: UnixStream) {
    let (Ok(mut from), Ok(mut to)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    thread::spawn(move || {
        // Who goes away is noticed by the other direction, too.
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
    let (mut server, mut client) = (server, client);
    thread::spawn(move || {
        let mut said = Vec::new();
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = server.read(&mut buffer) {
            let start = said.len();
            said.extend_from_slice(&buffer[..length]);
            if let Some(at) = said.windows(KEY.len()).position(|bytes| bytes == KEY)
                && let Some(process) = said.get_mut(at + KEY.len() + 3)
            {
                *process ^= 1;
                let _ = client.write_all(&said[start..]);
                let _ = std::io::copy(&mut server, &mut client);
                return;
            }
            if client.write_all(&said[start..]).is_err() {
                return;
            }
        }
    });
}
