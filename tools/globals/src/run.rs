//! The story of pgx-globals.

use std::io::Write;

use pgx_archive::Fail;
use pgx_archive::spelling::quoting_all;
use pgx_cli::{Content, Exit, Failure, Output, Process, Target};
use pgx_objects::globals::{Globals, Heading};
use pgx_server::source::ServerFacts;

use crate::args::GlobalsArgs;
use crate::{cluster, connect, databases, filters, refer, stream};

/// What the tool does between connecting and writing.
const STAGE: &str = "reading catalogs";

/// Runs the tool.
pub fn run(mut args: GlobalsArgs, process: &Process) -> Result<(), Failure> {
    args.check()?;
    filters::read(&mut args.selection, process)?;
    let content = match args.output.sql || args.output.list_databases {
        true => Content::Text,
        false => Content::Archive,
    };
    let mut target = Target::new(args.output.file.as_deref(), content);
    target.private = !args.selection.no_role_passwords && !args.output.list_databases;
    let output = target.open()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    runtime.block_on(story(&args, process, output))
}

async fn story(args: &GlobalsArgs, process: &Process, output: Output) -> Result<(), Failure> {
    let referred = match &args.selection.refers {
        Some(file) => Some(refer::referred(file, process)?),
        None => None,
    };
    let (session, facts) = connect::source(args, process).await?;
    let read = cluster::read(&session, facts.version_num, &args.selection.wish()).await;
    let mut globals = match read {
        Ok(globals) => globals,
        Err(error) => return Err(given_up(&error, args, process, output)),
    };
    databases::exclude(&mut globals.databases, &args.selection.exclude_database)?;
    if let Some(referred) = &referred {
        globals.keep(referred);
    }
    let text = session.text();
    if args.output.list_databases {
        let names = globals.databases.iter().map(|name| format!("{name}\n"));
        return write_text(&text.encode(&names.collect::<String>()), output);
    }
    let quote_all = args.output.quote_all_identifiers;
    if args.output.sql {
        let script = quoting_all(quote_all, || script(&globals, &facts, args));
        return write_text(&text.encode(&script), output);
    }
    let entries = quoting_all(quote_all, || globals.entries()).map_err(|error| Failure::failed(error.to_string()))?;
    stream::write(
        &stream::head(&facts, &args.selection, &globals.databases),
        &entries,
        output,
    )
}

/// Tells whoever reads the stream why it ends, and gives the reason.
fn given_up(error: &cluster::Error, args: &GlobalsArgs, process: &Process, output: Output) -> Failure {
    let interrupted = process.interrupt.exit().is_some();
    if !args.output.sql && !args.output.list_databases && !interrupted {
        let fail = Fail {
            stage: STAGE.to_owned(),
            message: error.to_string(),
            sqlstate: error.sqlstate().map(str::to_owned),
            hint: error.hint(),
            ..Fail::default()
        };
        // Without these words the stream is empty, which readers notice as well.
        let _ = stream::write_failure(&fail, output);
    }
    let message = match error.sqlstate() {
        Some(sqlstate) => format!("{error} (SQLSTATE {sqlstate})"),
        None => error.to_string(),
    };
    match error.hint() {
        Some(hint) => Failure::failed(message).hint(hint),
        None => Failure::failed(message),
    }
}

fn script(globals: &Globals, facts: &ServerFacts, args: &GlobalsArgs) -> String {
    let key = args.output.restrict_key.clone().unwrap_or_else(|| {
        let half = || uuid::Uuid::new_v4().simple().to_string();
        half() + &half()
    });
    let heading = Heading {
        encoding: &facts.client_encoding,
        key: &key,
        major: facts.version_num / 10_000,
    };
    globals.script(heading, args.output.clean.mode(), &args.selection.wish())
}

fn write_text(text: &[u8], mut output: Output) -> Result<(), Failure> {
    output.write_all(text).map_err(|error| output.failure(error))?;
    output.finish()
}
