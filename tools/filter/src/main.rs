//! pgx-filter: select, recompress and slow down a pgx stream on its way.

use std::process::ExitCode;

mod ahead;
mod args;
mod convert;
mod member;
mod press;
mod run;
mod stream;

fn main() -> ExitCode {
    pgx_cli::start(&args::MANUAL, run::run)
}
