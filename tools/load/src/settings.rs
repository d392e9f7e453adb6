//! Settings of functions, databases and roles that the target refuses.

use pgx_archive::Entry;
use pgx_cli::{Notice, Process};
use pgx_restore::settings::left_out;

/// Says which are left out of these entries, on a target of `major`.
pub fn mention<'a>(entries: impl Iterator<Item = &'a Entry>, major: u32, process: &Process) {
    for setting in left_out(entries, major) {
        process
            .messages
            .warning(Notice::new(setting.message).detail(setting.of));
    }
}
