//! pgx-toc: list and check a pgx stream.

use std::process::ExitCode;

mod archive;
mod args;
mod check;
mod contents;
mod diff;
#[cfg(test)]
mod example;
mod json;
mod keep;
mod list;
mod member;
mod members;
mod run;
mod sizes;
mod sql;
mod stream;
mod tree;

fn main() -> ExitCode {
    pgx_cli::start(&args::MANUAL, run::run)
}
