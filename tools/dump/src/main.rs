//! pgx-dump: a PostgreSQL database into a stream.

mod anew;
mod archive;
mod args;
mod catalog;
mod check;
mod choice;
mod condition;
mod connect;
mod describe;
mod error;
mod filters;
mod head;
mod hold;
mod keep;
mod lane;
mod lanes;
mod leg;
mod merge;
mod moment;
mod parts;
mod plain;
mod reading;
mod run;
mod sink;
mod stream;
mod work;

fn main() -> std::process::ExitCode {
    match std::env::args_os().nth(1) {
        Some(word) if word == hold::HOLDER => hold::hold(),
        _ => pgx_cli::start(&args::MANUAL, run::run),
    }
}
