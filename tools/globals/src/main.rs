//! pgx-globals: what belongs to a PostgreSQL cluster and to no database, as a stream or a script.

mod args;
mod cluster;
mod connect;
mod databases;
mod filters;
mod refer;
mod run;
mod stream;

fn main() -> std::process::ExitCode {
    pgx_cli::start(&args::MANUAL, run::run)
}
