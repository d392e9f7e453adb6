//! What a session must have set while it restores: the fixed part at its beginning, and the defaults
//! for tables, which change from entry to entry.

use pgx_archive::spelling::{ident, qualified};
use pgx_archive::{Entry, Kind};

use crate::contents::Contents;
use crate::options::Options;

/// What a restore has as its search path: nothing, so that names mean what they say.
pub const EMPTY_SEARCH_PATH: &str = "SELECT pg_catalog.set_config('search_path', '', false);";

/// The statements at the beginning of a session, a line each: no timeouts, the stream's encoding and
/// search path, nothing that checks too early.
///
/// ```
/// use pgx_restore::{Contents, Options, session};
///
/// let options = Options { target: Some(16), ..Options::default() };
/// let sql = session::beginning(&Contents::new(&[], &options), &options);
/// assert!(sql.starts_with("SET statement_timeout = 0;\n"));
/// assert!(!sql.contains("transaction_timeout"), "16 does not know it");
/// ```
pub fn beginning(contents: &Contents<'_>, options: &Options) -> String {
    let mut sql = String::from(
        "SET statement_timeout = 0;\nSET lock_timeout = 0;\nSET idle_in_transaction_session_timeout = 0;\n",
    );
    if options.target.is_none_or(|major| major >= 17) {
        sql += "SET transaction_timeout = 0;\n";
    }
    let text = |kind| contents.first(&kind).map(|entry| entry.create.as_str());
    sql += text(Kind::Encoding).unwrap_or("SET client_encoding = 'UTF8';\n");
    sql += "SET standard_conforming_strings = on;\n";
    sql += text(Kind::SearchPath).unwrap_or_default();
    sql += "SET check_function_bodies = false;\n";
    sql += "SET xmloption = content;\n";
    sql += "SET client_min_messages = warning;\n";
    sql += match options.row_security {
        true => "SET row_security = on;\n",
        false => "SET row_security = off;\n",
    };
    sql
}

/// The defaults for new tables as a session has them; a new session knows none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableDefaults {
    tablespace: Option<String>,
    access_method: Option<String>,
}

impl TableDefaults {
    /// What a new session must be told to have them, too.
    pub fn statements(&self) -> Vec<String> {
        let tablespace = self.tablespace.as_ref().map(|name| match name.as_str() {
            "" => "SET default_tablespace = '';".to_owned(),
            name => format!("SET default_tablespace = {};", ident(name)),
        });
        let method = self.access_method.as_ref();
        let method = method.map(|name| format!("SET default_table_access_method = {};", ident(name)));
        tablespace.into_iter().chain(method).collect()
    }

    /// What must be set before an entry is made: none, one or two statements.
    pub fn before(&mut self, entry: &Entry, options: &Options) -> Vec<String> {
        let mut statements = Vec::new();
        if let Some(wanted) = entry.tablespace.as_ref().filter(|_| !options.no_tablespaces)
            && self.tablespace.as_ref() != Some(wanted)
        {
            let name = if wanted.is_empty() { "''".into() } else { ident(wanted) };
            statements.push(format!("SET default_tablespace = {name};"));
            self.tablespace = Some(wanted.clone());
        }
        if let Some(wanted) = access_method(entry, options).filter(|_| !is_partitioned(entry))
            && self.access_method.as_deref() != Some(wanted)
        {
            let name = ident(wanted);
            statements.push(format!("SET default_table_access_method = {name};"));
            self.access_method = Some(wanted.to_owned());
        }
        statements
    }
}

/// The access method of a partitioned table, which has no storage that the default could decide on: set
/// when the table stands, for the partitions to come.
pub fn access_method_after(entry: &Entry, options: &Options) -> Option<String> {
    let method = access_method(entry, options).filter(|_| is_partitioned(entry))?;
    let table = qualified(entry.schema.as_deref().unwrap_or_default(), &entry.name);
    Some(format!("ALTER TABLE {table} SET ACCESS METHOD {};", ident(method)))
}

fn is_partitioned(entry: &Entry) -> bool {
    entry.relkind == Some('p')
}

fn access_method<'a>(entry: &'a Entry, options: &Options) -> Option<&'a str> {
    entry
        .access_method
        .as_deref()
        .filter(|_| !options.no_table_access_method)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::table;

    #[test]
    fn defaults_are_set_when_they_change() {
        let options = Options::default();
        let mut defaults = TableDefaults::default();
        let mut fast = table("fast");
        fast.tablespace = Some("SSD".to_owned());
        fast.access_method = Some("columnar".to_owned());
        assert_eq!(
            defaults.before(&table("t"), &options),
            [
                "SET default_tablespace = '';",
                "SET default_table_access_method = heap;"
            ]
        );
        assert_eq!(defaults.before(&table("t"), &options), [""; 0]);
        assert_eq!(
            defaults.before(&fast, &options),
            [
                "SET default_tablespace = \"SSD\";",
                "SET default_table_access_method = columnar;"
            ]
        );
        assert_eq!(
            defaults.statements(),
            [
                "SET default_tablespace = \"SSD\";",
                "SET default_table_access_method = columnar;"
            ]
        );
        let mut index = table("i");
        index.access_method = None;
        assert_eq!(defaults.before(&index, &options), ["SET default_tablespace = '';"]);
    }

    #[test]
    fn options_switch_them_off() {
        let options = Options {
            no_tablespaces: true,
            no_table_access_method: true,
            ..Options::default()
        };
        assert_eq!(TableDefaults::default().before(&table("t"), &options), [""; 0]);
    }

    #[test]
    fn a_partitioned_table_gets_its_method_afterwards() {
        let options = Options::default();
        let mut parted = table("parted");
        parted.relkind = Some('p');
        let mut defaults = TableDefaults::default();
        assert_eq!(defaults.before(&parted, &options), ["SET default_tablespace = '';"]);
        assert_eq!(
            access_method_after(&parted, &options).as_deref(),
            Some("ALTER TABLE public.parted SET ACCESS METHOD heap;")
        );
        assert_eq!(access_method_after(&table("t"), &options), None);
    }
}
