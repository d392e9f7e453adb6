//! pgx-load: a stream into a PostgreSQL database, or into a script for psql.

mod agenda;
mod apply;
mod archive_input;
mod args;
mod check;
mod checked;
mod choice;
mod clean;
mod completion;
mod connect;
mod desk;
mod errors;
#[cfg(test)]
mod example;
mod existing;
mod failure;
mod fill;
mod foreman;
mod globals;
mod hook;
mod intake;
mod job;
mod keeper;
mod ledger;
mod managed;
mod members;
mod objects;
mod opening;
mod publications;
mod pulse;
mod reading;
mod rename;
mod resume;
mod retry;
mod room;
mod router;
mod run;
mod script;
mod search_path;
mod seek_input;
mod settings;
mod silence;
mod singly;
mod skip;
mod stop;
mod swap;
mod tally;
mod target;
mod together;
mod vacuum;
mod verify;
mod worker;

fn main() -> std::process::ExitCode {
    pgx_cli::start(&args::MANUAL, run::run)
}
