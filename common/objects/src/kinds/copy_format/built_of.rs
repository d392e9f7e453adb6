//! How the values of a type are built, as streams spell it: `int4`, `array(text)`, `range(date)`.
//!
//! Whoever turns binary rows into text has no catalog: an enum is a label to him, a domain the type below it.

use std::collections::HashMap;

use super::TypeForm;

/// Built-in types whose binary form is the same everywhere, by OID.
static BUILT_IN: &[(u32, &str)] = &[
    (16, "bool"),
    (17, "bytea"),
    (20, "int8"),
    (21, "int2"),
    (23, "int4"),
    (25, "text"),
    (114, "json"),
    (600, "point"),
    (601, "lseg"),
    (602, "path"),
    (603, "box"),
    (604, "polygon"),
    (628, "line"),
    (650, "cidr"),
    (700, "float4"),
    (701, "float8"),
    (718, "circle"),
    (774, "macaddr8"),
    (829, "macaddr"),
    (869, "inet"),
    (1042, "bpchar"),
    (1043, "varchar"),
    (1082, "date"),
    (1083, "time"),
    (1114, "timestamp"),
    (1184, "timestamptz"),
    (1186, "interval"),
    (1266, "timetz"),
    (1560, "bit"),
    (1562, "varbit"),
    (1700, "numeric"),
    (2950, "uuid"),
    (3802, "jsonb"),
    (3904, "range(int4)"),
    (3906, "range(numeric)"),
    (3908, "range(timestamp)"),
    (3910, "range(timestamptz)"),
    (3912, "range(date)"),
    (3926, "range(int8)"),
    (4451, "multirange(int4)"),
    (4532, "multirange(numeric)"),
    (4533, "multirange(timestamp)"),
    (4534, "multirange(timestamptz)"),
    (4535, "multirange(date)"),
    (4536, "multirange(int8)"),
];

/// The spelling of a built-in type whose binary form is the same everywhere.
pub fn built_in(oid: u32) -> Option<&'static str> {
    let known = BUILT_IN.iter().find(|(known, _)| *known == oid)?;
    Some(known.1)
}

/// The spelling of a type that is built of such types.
pub fn spelling(types: &HashMap<u32, TypeForm>, oid: u32) -> Option<String> {
    if let Some(name) = built_in(oid) {
        return Some(name.to_owned());
    }
    let form = types.get(&oid)?;
    match form.typtype {
        'e' => Some("enum".to_owned()),
        'd' => spelling(types, form.base),
        'r' => Some(format!("range({})", spelling(types, form.subtype)?)),
        _ if form.element != 0 => Some(format!("array({})", spelling(types, form.element)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spelling_says_how_values_are_built() {
        let form = |typtype| TypeForm {
            typtype,
            is_binary: true,
            ..TypeForm::default()
        };
        let array = |element| TypeForm { element, ..form('b') };
        let types = HashMap::from([
            (1007, array(23)),
            (3905, array(3904)),
            (20_000, form('e')),
            (
                20_001,
                TypeForm {
                    base: 1007,
                    ..form('d')
                },
            ),
            (
                20_002,
                TypeForm {
                    subtype: 20_000,
                    ..form('r')
                },
            ),
            (3614, form('b')),
            (3643, array(3614)),
        ]);
        let spelled = |oid| spelling(&types, oid);
        for (oid, expected) in [
            (1700, "numeric"),
            (1007, "array(int4)"),
            (3905, "array(range(int4))"),
            (20_000, "enum"),
            (20_001, "array(int4)"),
            (20_002, "range(enum)"),
        ] {
            assert_eq!(spelled(oid).as_deref(), Some(expected), "type {oid}");
        }
        for oid in [3614, 3643, 99_999] {
            assert_eq!(spelled(oid), None, "type {oid}");
        }
    }
}
