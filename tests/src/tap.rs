//! A tap on the line: what clients send to a server, counted.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::{Cluster, Database};

/// A socket that passes everything on to a server and counts the messages that clients send.
#[derive(Debug)]
pub struct Tap {
    directory: PathBuf,
    messages: Arc<AtomicU64>,
    sessions: Arc<AtomicU64>,
}

impl Tap {
    /// A tap before `cluster`.
    pub fn on(cluster: &Cluster) -> Tap {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Beside temporary directories of any length, as a socket's path has at most 107 bytes.
        let directory = PathBuf::from(format!("/tmp/pgx-tap-{}-{number}", std::process::id()));
        std::fs::create_dir(&directory).expect("/tmp is writable");
        let listener = UnixListener::bind(directory.join(".s.PGSQL.5432")).expect("a socket can be made");
        let tap = Tap {
            directory,
            messages: Arc::default(),
            sessions: Arc::default(),
        };
        let (messages, sessions) = (tap.messages.clone(), tap.sessions.clone());
        let server = cluster.directory().join(".s.PGSQL.5432");
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = UnixStream::connect(&server) else {
                    return;
                };
                sessions.fetch_add(1, Ordering::Relaxed);
                let (back, front) = (server.try_clone(), client.try_clone());
                let counted = messages.clone();
                thread::spawn(move || forward(client, server, &counted));
                if let (Ok(mut back), Ok(mut front)) = (back, front) {
                    thread::spawn(move || {
                        // Either end may go first; then there is nothing left to pass on.
                        let _ = io::copy(&mut back, &mut front);
                        let _ = front.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        tap
    }

    /// The URL that leads to `database` through this tap.
    pub fn url(&self, database: &Database) -> String {
        format!(
            "postgresql://postgres@/{}?host={}",
            database.name(),
            self.directory.display()
        )
    }

    /// Messages that clients have sent so far, those that open a session included.
    pub fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    /// Sessions that have been opened so far.
    pub fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::Relaxed)
    }
}

/// Passes on whole messages: a length first, and before it a letter in all but the first.
fn forward(mut client: UnixStream, mut server: UnixStream, messages: &AtomicU64) {
    let mut letter = 0;
    loop {
        let mut head = [0; 5];
        let head = &mut head[1 - letter..];
        if client.read_exact(head).is_err() {
            break;
        }
        let mut length = [0; 4];
        length.copy_from_slice(&head[letter..]);
        let length = u64::from(u32::from_be_bytes(length)).saturating_sub(4);
        messages.fetch_add(1, Ordering::Relaxed);
        let rest = server
            .write_all(head)
            .and_then(|()| io::copy(&mut (&client).take(length), &mut server));
        if !rest.is_ok_and(|copied| copied == length) {
            break;
        }
        letter = 1;
    }
    // The server ends the session when its client is gone.
    let _ = server.shutdown(Shutdown::Write);
}

impl Drop for Tap {
    fn drop(&mut self) {
        // What remains in /tmp if this fails is an empty directory.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}
