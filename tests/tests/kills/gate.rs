//! A gate in a pipe: it lets so many bytes pass, and the rest when it is told to.

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use pgx_tests::PATIENCE;

/// Bytes that pass at once.
const PIECE: usize = 64 << 10;

/// The gate.
#[derive(Clone)]
pub struct Gate(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    open: bool,
    shut: bool,
    passed: u64,
    over: bool,
}

impl Gate {
    /// Lets the first bytes pass, and shuts; where the stream ends earlier, it shuts before that is known behind it.
    pub fn between(mut from: impl Read + Send + 'static, mut to: impl Write + Send + 'static, first: u64) -> Gate {
        let gate = Gate(Arc::default());
        let own = gate.clone();
        thread::spawn(move || {
            let mut piece = vec![0; PIECE];
            loop {
                let room = own.room(first);
                // Whoever is killed writes, or reads, no more.
                let read = from.read(&mut piece[..room]).unwrap_or(0);
                if read == 0 {
                    own.shut();
                    break;
                }
                if to.write_all(&piece[..read]).is_err() {
                    break;
                }
                own.change(|state| state.passed += read as u64);
            }
            drop((from, to));
            own.change(|state| state.over = true);
        });
        gate
    }

    /// Bytes that may pass now: all that come where the gate is open; waits until it is where none may.
    fn room(&self, first: u64) -> usize {
        let passed = self.state().passed;
        if passed >= first {
            self.shut();
        }
        match self.state().open {
            true => PIECE,
            false => PIECE.min((first - passed) as usize),
        }
    }

    /// Waits until it is opened.
    fn shut(&self) {
        self.change(|state| state.shut = true);
        let open = self.0.1.wait_while(self.state(), |state| !state.open);
        drop(open.unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits until it is shut, or of no use any more.
    pub fn wait_until_shut(&self) {
        self.wait("the gate was shut", |state| state.shut || state.over);
    }

    /// Waits until everything has passed.
    pub fn wait_until_over(&self) {
        self.wait("the stream had passed", |state| state.over);
    }

    /// Lets everything pass.
    pub fn open(&self) {
        self.change(|state| state.open = true);
    }

    /// Bytes that have passed.
    pub fn passed(&self) -> u64 {
        self.state().passed
    }

    fn wait(&self, what: &str, done: impl Fn(&State) -> bool) {
        let waited = self
            .0
            .1
            .wait_timeout_while(self.state(), PATIENCE, |state| !done(state))
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.1.timed_out(), "waited in vain until {what}");
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.0.1.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
