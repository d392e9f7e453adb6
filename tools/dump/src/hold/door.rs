//! The socket on which a holder is found, and who comes.

use std::path::PathBuf;
use std::time::Duration;

use pgx_cli::{Exit, Failure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::place;
use super::words::{self, Order, Word};

/// How long a visitor may take to say what it wants.
const MANNERS: Duration = Duration::from_secs(5);

/// How long a longest order is: a token, and a command line.
const LONGEST: u64 = 4 << 20;

/// Somebody who wants something.
pub struct Visit {
    /// What.
    pub order: Order,
    /// The way back.
    pub stream: UnixStream,
}

/// The socket of a holder; it goes with the value.
pub struct Door {
    path: PathBuf,
    visits: mpsc::Receiver<Visit>,
    doorman: JoinHandle<()>,
}

impl Door {
    /// From now on the holder of this archive can be found.
    pub fn open(archive: &str) -> Result<Door, Failure> {
        let path = place::socket(&place::directory()?, archive);
        let listener = UnixListener::bind(&path)
            .map_err(|error| Failure::caused_by(Exit::Failed, &error).within(path.display().to_string()))?;
        let (sender, visits) = mpsc::channel(8);
        Ok(Door {
            path,
            visits,
            doorman: tokio::spawn(receive(listener, sender)),
        })
    }

    /// The next visit.
    pub async fn next(&mut self) -> Visit {
        match self.visits.recv().await {
            Some(visit) => visit,
            // Nobody can come any more.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.doorman.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Visit {
    /// Answers; a visitor that has gone meanwhile does without.
    pub async fn answer(&mut self, word: &Word) {
        let mut line = Vec::new();
        if words::write(&mut line, word).is_ok() {
            let _ = tokio::time::timeout(MANNERS, self.stream.write_all(&line)).await;
        }
    }
}

async fn receive(listener: UnixListener, visits: mpsc::Sender<Visit>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(admit(stream, visits.clone()))),
            // No descriptor is left, say.
            Err(_) => tokio::time::sleep(MANNERS).await,
        }
    }
}

/// Reads what a visitor wants.
async fn admit(stream: UnixStream, visits: mpsc::Sender<Visit>) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    let reading = async {
        let mut limited = tokio::io::AsyncReadExt::take(&mut reader, LONGEST);
        limited.read_line(&mut line).await
    };
    if !matches!(tokio::time::timeout(MANNERS, reading).await, Ok(Ok(_))) {
        return;
    }
    if let Ok(order) = words::read(line.trim_end()) {
        // Nothing more comes before the answer, so nothing is lost with the buffer.
        let stream = reader.into_inner();
        let _ = visits.send(Visit { order, stream }).await;
    }
}
