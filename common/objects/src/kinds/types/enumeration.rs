//! Enum types (`pg_enum`).

use crate::database::Database;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::literal;

use super::super::{Phase, Reader};
use super::{Definition, definition, wanted};

// An enum may have no labels at all.
const LABELS: Select = Select {
    columns: &[column("oid", "w.oid"), column("label", "e.enumlabel")],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = w.oid
ORDER BY w.oid, e.enumsortorder",
};

/// Labels of wanted enum types.
pub const READER: Reader = Reader {
    name: "enum labels",
    phase: Phase::Late,
    query: |db| {
        let oids = wanted(db, 'e');
        (!oids.is_empty()).then(|| LABELS.sql(db.server.major(), &oids))
    },
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let definition = definition(db, &row)?;
        if !matches!(definition, Definition::Enum(_)) {
            *definition = Definition::Enum(Vec::new());
        }
        if let (Definition::Enum(labels), Some(label)) = (definition, row.opt("label")?) {
            labels.push(label.to_owned());
        }
    }
    Ok(())
}

/// `CREATE TYPE … AS ENUM`.
pub fn create(name: &str, labels: &[String]) -> String {
    let labels: Vec<String> = labels.iter().map(|label| format!("\n    {}", literal(label))).collect();
    format!("CREATE TYPE {name} AS ENUM ({}\n);\n", labels.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_in_order() {
        assert_eq!(
            create("public.mood", &["sad".into(), "it's ok".into()]),
            "CREATE TYPE public.mood AS ENUM (\n    'sad',\n    'it''s ok'\n);\n"
        );
        assert_eq!(create("public.none", &[]), "CREATE TYPE public.none AS ENUM (\n);\n");
    }
}
