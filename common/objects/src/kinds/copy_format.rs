//! Text or binary rows, by the types of the columns.
//!
//! Binary rows are faster, but not every type's binary form means the same in another database or another
//! version. An allow-list decides: types whose send and receive functions have not changed over all
//! supported versions, and what is built from them. Arrays of types that are not built in, and composite types,
//! carry the OIDs of their elements inside, which another database refuses; types of the `reg…` family are
//! nothing but OIDs.

use std::collections::HashMap;

use pgx_archive::Format;

use crate::database::{Database, FIRST_USER_OID};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::columns::{Column, filled};
use super::{Phase, Reader};

mod built_of;

use built_of::built_in;
pub use built_of::spelling;

/// Built-in types whose values are OIDs of objects: regproc, regprocedure, regoper, regoperator, regclass,
/// regtype, regconfig, regdictionary, regnamespace, regrole, regcollation.
static OIDS_INSIDE: &[u32] = &[24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191];

const TYPES: Select = Select {
    columns: &[
        column("oid", "t.oid"),
        column("typtype", "t.typtype"),
        column("base", "t.typbasetype"),
        column(
            "element",
            "(SELECT e.oid FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)",
        ),
        column(
            "subtype",
            "(SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)",
        ),
        column("is_binary", "t.typsend <> 0 AND t.typreceive <> 0"),
    ],
    from: "FROM (
    WITH RECURSIVE used(oid) AS (
        SELECT DISTINCT a.atttypid FROM pg_catalog.unnest($oids) AS w(oid)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
        UNION
        SELECT x.oid FROM used u JOIN pg_catalog.pg_type t ON t.oid = u.oid
        LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid,
        LATERAL (VALUES (t.typbasetype), (t.typelem), (r.rngsubtype)) x(oid) WHERE x.oid <> 0
    ) SELECT oid FROM used) u
JOIN pg_catalog.pg_type t ON t.oid = u.oid",
};

/// The types of the columns whose rows are wanted, and the types these are made of.
pub const READER: Reader = Reader {
    name: "types of columns",
    phase: Phase::Late,
    query: |db| {
        let tables = filled(db);
        (!tables.is_empty()).then(|| TYPES.sql(db.server.major(), &tables))
    },
    read,
};

/// The form of rows that the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Binary where every type is on the allow-list.
    #[default]
    Auto,
    /// Text throughout.
    Text,
    /// Binary wherever the types have a binary form that another database accepts.
    Binary,
}

/// What the form of rows depends on, of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TypeForm {
    /// `typtype`: b, c, d, e, p, r, m.
    pub typtype: char,
    /// For domains: the type below, or 0.
    pub base: u32,
    /// For arrays: the type of the elements, or 0.
    pub element: u32,
    /// For ranges: the type of the bounds, or 0.
    pub subtype: u32,
    /// Whether it has send and receive functions.
    pub is_binary: bool,
}

/// How far a type's binary form can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    /// Another database would refuse it, or take it for something else.
    Never,
    /// There is one; whether other versions agree is the user's risk.
    OnDemand,
    /// The same everywhere.
    Safe,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let form = TypeForm {
            typtype: row.letter("typtype")?,
            base: row.oid("base")?,
            element: row.oid("element")?,
            subtype: row.oid("subtype")?,
            is_binary: row.flag("is_binary")?,
        };
        db.type_forms.insert(row.oid("oid")?, form);
    }
    Ok(())
}

/// The form of a table's rows; an error names the first column for which a wish for binary cannot be met.
pub fn decide<'a>(
    types: &HashMap<u32, TypeForm>,
    columns: impl IntoIterator<Item = &'a Column>,
    choice: Choice,
) -> Result<Format, &'a Column> {
    let enough = match choice {
        Choice::Text => return Ok(Format::Text),
        Choice::Auto => Trust::Safe,
        Choice::Binary => Trust::OnDemand,
    };
    for column in columns {
        if trust(types, column.type_oid) < enough {
            return match choice {
                Choice::Binary => Err(column),
                _ => Ok(Format::Text),
            };
        }
    }
    Ok(Format::Binary)
}

fn trust(types: &HashMap<u32, TypeForm>, oid: u32) -> Trust {
    if built_in(oid).is_some() {
        return Trust::Safe;
    }
    let Some(form) = types.get(&oid).filter(|form| form.is_binary) else {
        return Trust::Never;
    };
    match form.typtype {
        // A label, a value of the type below, two bounds.
        'e' => Trust::Safe,
        'd' => trust(types, form.base),
        'r' => trust(types, form.subtype),
        'c' => Trust::Never,
        _ if OIDS_INSIDE.contains(&oid) => Trust::Never,
        _ if form.element >= FIRST_USER_OID => Trust::Never,
        _ if form.element != 0 => trust(types, form.element),
        _ => Trust::OnDemand,
    }
}

/// Whether the values of a type contain rows: to write those, the server looks at the relation behind their
/// type and locks it.
pub fn contains_rows(types: &HashMap<u32, TypeForm>, oid: u32) -> bool {
    types.get(&oid).is_some_and(|form| {
        let within = [form.base, form.element, form.subtype];
        form.typtype == 'c' || within.iter().any(|&inner| inner != 0 && contains_rows(types, inner))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INT4: u32 = 23;

    fn form(typtype: char) -> TypeForm {
        TypeForm {
            typtype,
            is_binary: true,
            ..TypeForm::default()
        }
    }

    fn types() -> HashMap<u32, TypeForm> {
        HashMap::from([
            (
                1007,
                TypeForm {
                    element: INT4,
                    ..form('b')
                },
            ),
            (
                2210,
                TypeForm {
                    element: 2205,
                    ..form('b')
                },
            ),
            (2205, form('b')),
            (3614, form('b')),
            (
                1033,
                TypeForm {
                    is_binary: false,
                    ..form('b')
                },
            ),
            (20_000, form('e')),
            (
                20_001,
                TypeForm {
                    element: 20_000,
                    ..form('b')
                },
            ),
            (
                20_002,
                TypeForm {
                    base: INT4,
                    ..form('d')
                },
            ),
            (
                20_003,
                TypeForm {
                    subtype: INT4,
                    ..form('r')
                },
            ),
            (20_004, form('c')),
            (20_005, form('b')),
            (
                20_006,
                TypeForm {
                    base: 20_001,
                    ..form('d')
                },
            ),
        ])
    }

    #[test]
    fn trust_by_type() {
        let cases = [
            (INT4, Trust::Safe),
            (1007, Trust::Safe),
            (20_000, Trust::Safe),
            (20_002, Trust::Safe),
            (20_003, Trust::Safe),
            (3614, Trust::OnDemand),
            (20_005, Trust::OnDemand),
            (1033, Trust::Never),
            (2205, Trust::Never),
            (2210, Trust::Never),
            (20_001, Trust::Never),
            (20_004, Trust::Never),
            (20_006, Trust::Never),
            (99_999, Trust::Never),
        ];
        for (oid, expected) in cases {
            assert_eq!(trust(&types(), oid), expected, "type {oid}");
        }
    }

    #[test]
    fn a_wish_for_binary_names_the_column_that_stands_against_it() {
        let column = |name: &str, type_oid: u32| Column {
            name: name.to_owned(),
            type_oid,
            ..Column::default()
        };
        let columns = [column("id", INT4), column("words", 3614), column("moods", 20_001)];
        assert_eq!(decide(&types(), &columns[..1], Choice::Auto), Ok(Format::Binary));
        assert_eq!(decide(&types(), &columns[..2], Choice::Auto), Ok(Format::Text));
        assert_eq!(decide(&types(), &columns[..2], Choice::Binary), Ok(Format::Binary));
        let refused = decide(&types(), &columns, Choice::Binary).map_err(|column| column.name.as_str());
        assert_eq!(refused, Err("moods"));
    }

    #[test]
    fn rows_are_found_however_deep() {
        let domain = |base| TypeForm { base, ..form('d') };
        let array = |element| TypeForm { element, ..form('b') };
        let mut types = types();
        types.extend([(20_010, array(20_004)), (20_011, domain(20_010))]);
        for (oid, expected) in [
            (20_004, true),
            (20_010, true),
            (20_011, true),
            (20_006, false),
            (INT4, false),
        ] {
            assert_eq!(contains_rows(&types, oid), expected, "type {oid}");
        }
    }
}
