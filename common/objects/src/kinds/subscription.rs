//! Subscriptions (`pg_subscription`).
//!
//! Only a superuser may read the connection string, so nobody else dumps subscriptions: what is left out is
//! remembered by name. They are made without connecting: whoever restores enables them when the publisher
//! knows of the move.

use std::fmt::Write;

use pgx_archive::{Entry, Kind};
use serde_json::json;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::{Row, Rows};
use crate::sql::{ident, literal};

use super::names::Names;
use super::{Phase, Reader};

// Before 16 a subscription applied everything as its owner; streaming was a yes or no.
const SUBSCRIPTIONS: Select = Select {
    columns: &[
        column("oid", "s.oid"),
        column("name", "s.subname"),
        column("owner", "s.subowner"),
        column("connection", "s.subconninfo"),
        column("publications", "s.subpublications"),
        column("slot", "s.subslotname"),
        column("synchronous_commit", "s.subsynccommit"),
        since(14, "is_binary", "s.subbinary", "false"),
        since(14, "streaming", "s.substream", "'f'"),
        since(15, "two_phase", "s.subtwophasestate", "'d'"),
        since(15, "disables_on_error", "s.subdisableonerr", "false"),
        since(16, "requires_password", "s.subpasswordrequired", "true"),
        since(16, "runs_as_owner", "s.subrunasowner", "true"),
        since(16, "origin", "s.suborigin", "'any'"),
        since(17, "fails_over", "s.subfailover", "false"),
    ],
    from: "FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
WHERE d.datname = pg_catalog.current_database()
ORDER BY s.oid",
};

const NAMES: Select = Select {
    columns: &[column("name", "s.subname")],
    from: "FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
WHERE d.datname = pg_catalog.current_database()
ORDER BY s.subname",
};

/// The subscriptions of the database for superusers, for others their names only.
pub const READER: Reader = Reader {
    name: "subscriptions",
    phase: Phase::Early,
    query: |db| {
        let select = if db.server.superuser { SUBSCRIPTIONS } else { NAMES };
        Some(select.sql(db.server.major(), &[]))
    },
    read: |db: &mut Database, rows: &Rows| {
        if !db.server.superuser {
            for row in rows.iter() {
                db.left_out.push(format!(
                    "subscription {} is left out: only a superuser can read it",
                    row.text("name")?
                ));
            }
            return Ok(());
        }
        for row in rows.iter() {
            let body = Subscription::read(&row)?;
            db.add(class::SUBSCRIPTION, &row, Body::Subscription(Box::new(body)))?;
        }
        Ok(())
    },
};

/// A subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// How to connect to the publisher.
    pub connection: String,
    /// Publications it takes from.
    pub publications: Vec<String>,
    /// Its slot at the publisher, if it has one.
    pub slot: Option<String>,
    /// `synchronous_commit` while it applies.
    pub synchronous_commit: String,
    /// Whether values are sent in binary form.
    pub is_binary: bool,
    /// `substream`: f or t for off or on, p parallel.
    pub streaming: char,
    /// `subtwophasestate`: d disabled.
    pub two_phase: char,
    /// Whether an error disables it.
    pub disables_on_error: bool,
    /// Whether the connection has to ask for a password.
    pub requires_password: bool,
    /// Whether it applies everything as its owner.
    pub runs_as_owner: bool,
    /// Changes of which origin it asks for: `any` or `none`.
    pub origin: String,
    /// Whether its slot follows a failover.
    pub fails_over: bool,
}

impl Subscription {
    fn read(row: &Row<'_>) -> Result<Subscription, Error> {
        Ok(Subscription {
            connection: row.text("connection")?.to_owned(),
            publications: row.list("publications")?,
            slot: row.opt("slot")?.map(str::to_owned),
            synchronous_commit: row.text("synchronous_commit")?.to_owned(),
            is_binary: row.flag("is_binary")?,
            streaming: row.letter("streaming")?,
            two_phase: row.letter("two_phase")?,
            disables_on_error: row.flag("disables_on_error")?,
            requires_password: row.flag("requires_password")?,
            runs_as_owner: row.flag("runs_as_owner")?,
            origin: row.text("origin")?.to_owned(),
            fails_over: row.flag("fails_over")?,
        })
    }

    /// The subscription with its facets.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, id);
        let mut entry = Entry::new(Kind::Subscription, None, names.raw, names.owner.clone());
        let options = self.options();
        entry.create = self.create(&names.name, &options);
        entry.drop = format!("DROP SUBSCRIPTION {};\n", names.name);
        entry.fields = [
            ("connection", json!(self.connection)),
            ("publications", json!(self.publications)),
            ("options", options.into_iter().collect()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        out.main(entry);
        out.comment("SUBSCRIPTION", &names.name, None, &names.owner);
        out.label("SUBSCRIPTION", &names.name, None, &names.owner);
    }

    fn create(&self, name: &str, options: &[(&str, String)]) -> String {
        let publications: Vec<_> = self.publications.iter().map(|name| ident(name)).collect();
        let mut sql = format!(
            "CREATE SUBSCRIPTION {name} CONNECTION {} PUBLICATION {} WITH (connect = false",
            literal(&self.connection),
            publications.join(", ")
        );
        for (name, value) in options {
            let _ = write!(sql, ", {name} = {value}");
        }
        sql + ");\n"
    }

    /// What differs from the defaults, and what is always said.
    fn options(&self) -> Vec<(&'static str, String)> {
        let streaming = match self.streaming {
            't' => "on",
            'p' => "parallel",
            _ => "off",
        };
        let slot = self.slot.as_deref().map_or("NONE".to_owned(), literal);
        let own_commit = self.synchronous_commit != "off";
        let own_origin = !self.origin.eq_ignore_ascii_case("any");
        let word = str::to_owned;
        let all = [
            (true, "slot_name", slot),
            (self.is_binary, "binary", word("true")),
            (true, "streaming", word(streaming)),
            (self.two_phase != 'd', "two_phase", word("on")),
            (self.disables_on_error, "disable_on_error", word("true")),
            (!self.requires_password, "password_required", word("false")),
            (self.runs_as_owner, "run_as_owner", word("true")),
            (self.fails_over, "failover", word("true")),
            (
                own_commit,
                "synchronous_commit",
                ident(&self.synchronous_commit).into_owned(),
            ),
            (own_origin, "origin", self.origin.clone()),
        ];
        let said = all.into_iter().filter(|(said, _, _)| *said);
        said.map(|(_, name, value)| (name, value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Subscription {
        Subscription {
            connection: "host=h dbname='x'".into(),
            publications: vec!["a".into(), "B".into()],
            synchronous_commit: "off".into(),
            streaming: 'f',
            two_phase: 'd',
            requires_password: true,
            origin: "any".into(),
            ..Subscription::default()
        }
    }

    #[test]
    fn slot_and_streaming_are_always_said() {
        let subscription = plain();
        assert_eq!(
            subscription.create("s", &subscription.options()),
            "CREATE SUBSCRIPTION s CONNECTION 'host=h dbname=''x''' PUBLICATION a, \"B\" \
             WITH (connect = false, slot_name = NONE, streaming = off);\n"
        );
    }

    #[test]
    fn other_options_come_in_pg_dumps_order() {
        let subscription = Subscription {
            slot: Some("it's".into()),
            synchronous_commit: "local".into(),
            is_binary: true,
            streaming: 'p',
            two_phase: 'p',
            disables_on_error: true,
            requires_password: false,
            runs_as_owner: true,
            origin: "none".into(),
            fails_over: true,
            ..plain()
        };
        assert!(subscription.create("s", &subscription.options()).ends_with(
            "(connect = false, slot_name = 'it''s', binary = true, streaming = parallel, two_phase = on, \
             disable_on_error = true, password_required = false, run_as_owner = true, failover = true, \
             synchronous_commit = local, origin = none);\n"
        ));
    }
}
