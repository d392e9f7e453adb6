//! A proxy before a server: sees what clients send, and stops, cuts or slows the talk where a test says.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::{Cluster, Database};

/// Requests that come in the place of the first message, and are answered before it.
const ENCRYPTION_REQUESTS: [[u8; 4]; 2] = [80_877_103_u32.to_be_bytes(), 80_877_104_u32.to_be_bytes()];

/// A request to cancel, which has a connection of its own.
const CANCEL_REQUEST: [u8; 4] = 80_877_102_u32.to_be_bytes();

/// The letter of the message that ends a session.
const TERMINATE: u8 = b'X';

/// A place in the talk of all sessions together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the n-th message of clients, from 1, is passed on.
    Message(u64),
    /// Before the n-th byte of the server's answers, from 1, is passed on.
    Answer(u64),
}

/// What happens at a [`Moment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing is passed on in either direction until [`Proxy::resume`].
    Pause,
    /// Every connection is closed, without a word; new ones may be opened.
    Cut,
    /// Whoever got there waits so long, the others go on.
    Delay(Duration),
}

/// A unix socket that passes everything on to a server.
///
/// Each session has two threads, one for each direction. Both ask [`Shared::pass`] before they pass
/// anything on, and that is where a pause holds them. Requests to cancel are neither counted nor held:
/// who tests cancelling wants them to arrive. Nor are goodbyes, which may come or not when a program ends.
#[derive(Debug)]
pub struct Proxy {
    directory: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    sessions: Vec<[UnixStream; 2]>,
    opened: u64,
    messages: BTreeMap<u8, u64>,
    statements: Vec<String>,
    answered: u64,
    plan: Option<(Moment, Act)>,
    paused: bool,
    closed: bool,
}

impl Proxy {
    /// A proxy before `cluster`.
    pub fn before(cluster: &Cluster) -> Proxy {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // A socket's path has at most 107 bytes, so not in a temporary directory of any length.
        let directory = PathBuf::from(format!("/tmp/pgx-proxy-{}-{number}", std::process::id()));
        std::fs::create_dir(&directory).expect("/tmp is writable");
        let listener = UnixListener::bind(directory.join(SOCKET)).expect("a socket can be made");
        let shared = Arc::<Shared>::default();
        let server = cluster.directory().join(SOCKET);
        let accepting = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepting.lock().closed {
                    return;
                }
                if let Ok(server) = UnixStream::connect(&server) {
                    // Who cannot be passed on sees the connection close.
                    let _ = session(&accepting, client, server);
                }
            }
        });
        Proxy { directory, shared }
    }

    /// The URL that leads to `database` through this proxy.
    pub fn url(&self, database: &Database) -> String {
        let host = self.directory.display();
        format!("postgresql://postgres@/{}?host={host}", database.name())
    }

    /// Plans what happens at a moment; the last plan counts.
    pub fn at(&self, moment: Moment, act: Act) {
        self.shared.lock().plan = Some((moment, act));
    }

    /// Waits until a planned pause has begun; false if it has not within `limit`.
    pub fn paused_within(&self, limit: Duration) -> bool {
        let wait = self
            .shared
            .changed
            .wait_timeout_while(self.shared.lock(), limit, |state| !state.paused);
        wait.unwrap_or_else(PoisonError::into_inner).0.paused
    }

    /// Ends a pause. What has been planned meanwhile is still to come.
    pub fn resume(&self) {
        self.shared.lock().paused = false;
        self.shared.changed.notify_all();
    }

    /// Sessions that have been opened so far.
    pub fn sessions(&self) -> u64 {
        self.shared.lock().opened
    }

    /// Messages that clients have sent so far, those that open a session included.
    pub fn messages(&self) -> u64 {
        self.shared.lock().messages.values().sum()
    }

    /// Messages by the letter of their type; those that open a session are under 0.
    pub fn messages_by_type(&self) -> BTreeMap<u8, u64> {
        self.shared.lock().messages.clone()
    }

    /// Bytes that servers have answered so far.
    pub fn answered(&self) -> u64 {
        self.shared.lock().answered
    }

    /// The text of every statement, simple or prepared, in the order in which they came.
    pub fn statements(&self) -> Vec<String> {
        self.shared.lock().statements.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.closed = true;
        state.plan = None;
        state.cut();
        drop(state);
        self.resume();
        // The listening thread wakes up, sees that all is over and ends.
        let _ = UnixStream::connect(self.directory.join(SOCKET));
        // What remains in /tmp if this fails is an empty directory.
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// The file of the socket; the port is the one that test servers have.
const SOCKET: &str = ".s.PGSQL.5432";

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what is about to be passed on, and carries out what is planned for it.
    fn pass(&self, count: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        count(&mut state);
        let delay = state.due();
        self.changed.notify_all();
        let waited = self.changed.wait_while(state, |state| state.paused);
        drop(waited);
        if let Some(delay) = delay {
            thread::sleep(delay);
        }
    }
}

impl State {
    /// Starts the planned act if its moment has come; gives how long to wait if that is the act.
    fn due(&mut self) -> Option<Duration> {
        let (moment, act) = self.plan?;
        let come = match moment {
            Moment::Message(number) => self.messages.values().sum::<u64>() >= number,
            Moment::Answer(bytes) => self.answered >= bytes,
        };
        if !come {
            return None;
        }
        self.plan = None;
        match act {
            Act::Pause => self.paused = true,
            Act::Cut => self.cut(),
            Act::Delay(delay) => return Some(delay),
        }
        None
    }

    fn cut(&mut self) {
        for stream in self.sessions.drain(..).flatten() {
            // One that is closed already is what we want.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Starts the two threads of a session.
fn session(shared: &Arc<Shared>, client: UnixStream, server: UnixStream) -> io::Result<()> {
    let (front, back) = (client.try_clone()?, server.try_clone()?);
    let (up, down) = (shared.clone(), shared.clone());
    let both = [client.try_clone()?, server.try_clone()?];
    shared.lock().sessions.push(both);
    thread::spawn(move || {
        // However the client ends, the server learns it from the end of its input.
        let _ = requests(&up, &client, &server);
        let _ = server.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let _ = answers(&down, &back, &front);
        let _ = front.shutdown(Shutdown::Both);
    });
    Ok(())
}

/// Passes on what the client sends, one message at a time.
fn requests(shared: &Shared, mut client: &UnixStream, mut server: &UnixStream) -> io::Result<()> {
    loop {
        let first = message(client, None)?;
        let code = first.get(4..8).unwrap_or_default();
        if code == CANCEL_REQUEST {
            return server.write_all(&first);
        }
        if ENCRYPTION_REQUESTS.iter().any(|request| request == code) {
            server.write_all(&first)?;
            continue;
        }
        shared.pass(|state| {
            state.opened += 1;
            *state.messages.entry(0).or_default() += 1;
        });
        server.write_all(&first)?;
        break;
    }
    loop {
        let mut letter = [0];
        client.read_exact(&mut letter)?;
        let message = message(client, Some(letter[0]))?;
        if letter == [TERMINATE] {
            return server.write_all(&message);
        }
        let statement = statement(&message);
        shared.pass(|state| {
            *state.messages.entry(letter[0]).or_default() += 1;
            state.statements.extend(statement);
        });
        server.write_all(&message)?;
    }
}

/// One whole message, its letter included.
fn message(mut client: &UnixStream, letter: Option<u8>) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    client.read_exact(&mut length)?;
    let mut message: Vec<u8> = letter.into_iter().chain(length).collect();
    let rest = u64::from(u32::from_be_bytes(length)).saturating_sub(4);
    if client.take(rest).read_to_end(&mut message)? as u64 != rest {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(message)
}

/// The SQL of a Query or Parse message.
fn statement(message: &[u8]) -> Option<String> {
    let mut strings = message.get(5..)?.split(|&byte| byte == 0);
    let text = match message.first()? {
        b'Q' => strings.next()?,
        // The name of the prepared statement comes before it.
        b'P' => strings.nth(1)?,
        _ => return None,
    };
    Some(String::from_utf8_lossy(text).into_owned())
}

/// Passes on what the server answers, as it comes.
fn answers(shared: &Shared, mut server: &UnixStream, mut client: &UnixStream) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = server.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        shared.pass(|state| state.answered += read as u64);
        client.write_all(&buffer[..read])?;
    }
}
