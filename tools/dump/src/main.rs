//! pgx-dump: a PostgreSQL database into a stream.

mod archive;
mod args;
mod catalog;
mod choice;
mod condition;
mod connect;
mod describe;
mod error;
mod filters;
mod head;
mod keep;
mod lane;
mod lanes;
mod merge;
mod parts;
mod plain;
mod run;
mod sink;
mod stream;
mod work;

fn main() -> std::process::ExitCode {
    pgx_cli::start(&args::MANUAL, run::run)
}
