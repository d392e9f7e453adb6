//! Rows as they come from the server: every value as text.

use std::cell::Cell;
use std::iter;
use std::str::FromStr;

use crate::error::Error;
use crate::sql;

/// The result of one query.
///
/// All values stand in one piece of text: the catalogs of a big database have millions of them.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    query: String,
    columns: Vec<String>,
    text: String,
    /// Where each value ends in the text, row after row; the next one begins there.
    ends: Vec<usize>,
    /// Whether each value is null.
    nulls: Vec<bool>,
    /// The column after the one that was asked for last: readers ask for columns in about their order.
    next: Cell<usize>,
}

impl Rows {
    /// No rows yet of what a reader asked.
    pub fn new(query: &str, columns: impl IntoIterator<Item = impl Into<String>>) -> Rows {
        Rows {
            query: query.to_owned(),
            columns: columns.into_iter().map(Into::into).collect(),
            ..Rows::default()
        }
    }

    /// Names the columns, if that has not been done.
    pub fn name_columns(&mut self, names: &[&str]) {
        if self.columns.is_empty() {
            self.columns = names.iter().map(|name| (*name).to_owned()).collect();
        }
    }

    /// Adds a row: a value for each column, `None` for null.
    pub fn push<'v>(&mut self, values: impl Iterator<Item = Option<&'v str>>) {
        for value in values.chain(iter::repeat(None)).take(self.columns.len()) {
            self.text.push_str(value.unwrap_or_default());
            self.ends.push(self.text.len());
            self.nulls.push(value.is_none());
        }
    }

    /// The rows, one after another.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        let starts = (0..self.ends.len()).step_by(self.columns.len().max(1));
        starts.map(|first| Row { rows: self, first })
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    rows: &'a Rows,
    /// Number of its first value.
    first: usize,
}

impl<'a> Row<'a> {
    /// The value of a column, `None` for null.
    pub fn opt(&self, column: &str) -> Result<Option<&'a str>, Error> {
        match self.find(column) {
            Some(value) => Ok(value),
            None => Err(Error::MissingColumn {
                query: self.rows.query.clone(),
                column: column.into(),
            }),
        }
    }

    /// The value of a column if the query has it: the outer `None` is "no such column".
    pub fn find(&self, column: &str) -> Option<Option<&'a str>> {
        let rows = self.rows;
        let next = rows.next.get();
        let mut places = (next..rows.columns.len()).chain(0..next);
        let place = places.find(|&place| rows.columns[place] == column)?;
        rows.next.set(place + 1);
        let at = self.first + place;
        let start = at.checked_sub(1).map_or(0, |before| rows.ends[before]);
        Some((!rows.nulls[at]).then(|| &rows.text[start..rows.ends[at]]))
    }

    /// The value of a column that is never null.
    pub fn text(&self, column: &str) -> Result<&'a str, Error> {
        self.opt(column)?.ok_or_else(|| Error::Null {
            query: self.rows.query.clone(),
            column: column.into(),
        })
    }

    /// An OID; 0 for null.
    pub fn oid(&self, column: &str) -> Result<u32, Error> {
        self.opt(column)?.map_or(Ok(0), |value| self.parse(column, value))
    }

    /// A number; an error for null.
    pub fn number<T: FromStr>(&self, column: &str) -> Result<T, Error> {
        self.parse(column, self.text(column)?)
    }

    /// A boolean; false for null.
    pub fn flag(&self, column: &str) -> Result<bool, Error> {
        match self.opt(column)? {
            None | Some("f" | "false") => Ok(false),
            Some("t" | "true") => Ok(true),
            Some(other) => Err(self.malformed(column, other)),
        }
    }

    /// A `"char"` column such as `relkind`; NUL for null or empty.
    pub fn letter(&self, column: &str) -> Result<char, Error> {
        Ok(self.opt(column)?.and_then(|value| value.chars().next()).unwrap_or('\0'))
    }

    /// The elements of an array of text, in its external form; none for null.
    pub fn list(&self, column: &str) -> Result<Vec<String>, Error> {
        match self.opt(column)? {
            None => Ok(Vec::new()),
            Some(value) => sql::parse_array(value)
                .map(|list| list.into_iter().map(Option::unwrap_or_default).collect())
                .ok_or_else(|| self.malformed(column, value)),
        }
    }

    /// The elements of an `oidvector`, `int2vector`, `oid[]` or `int2[]`; none for null.
    pub fn numbers<T: FromStr>(&self, column: &str) -> Result<Vec<T>, Error> {
        let Some(value) = self.opt(column)? else {
            return Ok(Vec::new());
        };
        value
            .trim_matches(|c| c == '{' || c == '}')
            .split([' ', ','])
            .filter(|piece| !piece.is_empty())
            .map(|piece| self.parse(column, piece))
            .collect()
    }

    /// An error that names this query.
    pub fn dangling(&self, what: impl Into<String>) -> Error {
        Error::Dangling {
            query: self.rows.query.clone(),
            what: what.into(),
        }
    }

    /// An error that names this query, a column and its value.
    pub fn malformed(&self, column: &str, value: &str) -> Error {
        Error::Malformed {
            query: self.rows.query.clone(),
            column: column.into(),
            value: value.into(),
        }
    }

    fn parse<T: FromStr>(&self, column: &str, value: &str) -> Result<T, Error> {
        value.parse().map_err(|_| self.malformed(column, value))
    }
}
