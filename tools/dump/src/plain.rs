//! The dump as a script for psql.

use pgx_cli::{Failure, Process};

use crate::args::DumpArgs;
use crate::connect::Source;
use crate::describe;
use crate::error::Error;
use crate::sink::Sink;

/// Writes the script.
pub async fn write(args: &DumpArgs, _process: &Process, source: &Source, mut sink: Sink) -> Result<(), Failure> {
    let (entries, _jobs) = describe::describe(source, args).await.map_err(Error::into_failure)?;
    for entry in &entries {
        let schema = entry.schema.as_deref().unwrap_or("-");
        let owner = if entry.owner.is_empty() { "-" } else { &entry.owner };
        let text = format!(
            "--\n-- Name: {}; Type: {}; Schema: {schema}; Owner: {owner}\n--\n\n{}\n\n",
            entry.name, entry.kind, entry.create
        );
        sink.write(text.into_bytes()).await?;
    }
    sink.close().await
}
