//! What a dump says of itself before anything else.

use pgx_archive::head::{Content, Head, LATIN1_BYTES, Locale, Source};
use pgx_server::source::ServerFacts;

use crate::args::DumpArgs;

/// HEAD of a new archive.
pub fn head(facts: &ServerFacts, args: &DumpArgs) -> Head {
    let producer = concat!("pgx-dump ", env!("CARGO_PKG_VERSION"));
    let mut head = Head::new(
        Content::Database,
        uuid::Uuid::new_v4().to_string(),
        jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        producer,
    );
    head.source = Source {
        version: facts.version_num,
        version_text: facts.version.clone(),
        database: facts.database.clone(),
        encoding: facts.encoding.clone(),
        locale: Locale {
            provider: facts.locale_provider.clone(),
            collate: facts.collate.clone(),
            ctype: facts.ctype.clone(),
            name: facts.locale.clone(),
            rules: facts.icu_rules.clone(),
        },
        system_identifier: facts.system_identifier.clone(),
        standby: facts.in_recovery,
        snapshot: Some(facts.snapshot.clone()),
        lsn: facts.lsn.clone(),
        spelling: facts.spelling.clone(),
    };
    if facts.encoding == "SQL_ASCII" {
        head.requires.push(LATIN1_BYTES.to_owned());
    }
    head.selection = args.selection.words();
    head.lanes = args.reading.lanes();
    head
}
