//! `--hold`: a dump that survives its pipe.
//!
//! There are two processes. The *front* is the one that the user started: it has the pipe, the terminal and the
//! signals, and only passes on. The *holder* is detached from all of these; it has the sessions, the snapshot and
//! its locks, the entries and the plan. When the front dies, of a broken pipe or of SIGKILL, the holder stops
//! sending and waits, until its lease is over or somebody asks for its end ([`ask`]), for another front to come
//! with a token: that one is sent what is left, from the same snapshot and with the same entries.
//!
//! Front and holder talk over two sockets, so that no message waits for a reader that does not read: *control*
//! carries JSON objects, one a line ([`words`]), *data* the bytes of the stream and nothing else. The first front
//! inherits both to its holder as standard input and output; a later one finds the holder by a socket in a
//! directory that nobody but the user can look into ([`place`]). Passwords go over control alone: neither
//! arguments nor environment of the holder show one.

pub mod ask;
mod begin;
mod desk;
mod door;
mod front;
mod held;
mod holder;
mod legs;
mod line;
mod place;
mod report;
mod spawn;
mod words;

pub use front::{first, is_held, resume};
pub use spawn::{HOLDER, hold};
