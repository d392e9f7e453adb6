//! How the rows of a table are written as INSERT.

use std::collections::HashMap;

use crate::database::{Body, Database};
use crate::kinds::columns::{Column, Identity};
use crate::sql::ident;

use super::{TableData, sent};

/// The statement that takes rows of a table in, without the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insert {
    /// `INSERT INTO public.orders VALUES`; a table without columns has `DEFAULT VALUES`.
    pub into: String,
    /// What stands for each column: the type of its values, below domains, or none for a generated one.
    pub columns: Vec<Option<u32>>,
}

/// The statement for each table whose rows are planned, by its OID; `named` lists its columns.
pub fn inserts(db: &Database, named: bool) -> HashMap<u32, Insert> {
    let mut inserts = HashMap::new();
    for id in db.nodes() {
        if let Body::TableData(body) = &db.object(id).body
            && let Some(insert) = insert(db, body, named)
        {
            inserts.insert(db.object(body.table).catalog.oid, insert);
        }
    }
    inserts
}

fn insert(db: &Database, data: &TableData, named: bool) -> Option<Insert> {
    let relation = db.relation(data.table)?;
    let columns: Vec<&Column> = match named {
        true => sent(relation).collect(),
        false => relation.columns.iter().collect(),
    };
    let mut into = format!("INSERT INTO {} ", db.qualified(data.root.unwrap_or(data.table)));
    if columns.is_empty() {
        into += "DEFAULT VALUES";
    } else {
        if named {
            let names: Vec<_> = columns.iter().map(|column| ident(&column.name)).collect();
            into += &format!("({}) ", names.join(", "));
        }
        // Only so does the server take values for such a column.
        if relation
            .columns
            .iter()
            .any(|column| column.identity == Some(Identity::Always))
        {
            into += "OVERRIDING SYSTEM VALUE ";
        }
        into += "VALUES";
    }
    let value = |column: &&Column| column.generated.is_none().then(|| below_domains(db, column.type_oid));
    Some(Insert {
        into,
        columns: columns.iter().map(value).collect(),
    })
}

/// The type that a domain is made of, whatever the number of domains between.
fn below_domains(db: &Database, mut oid: u32) -> u32 {
    // A domain is made after its base, so this ends; the limit is for catalogs that lie.
    for _ in 0..db.type_forms.len() {
        match db.type_forms.get(&oid) {
            Some(form) if form.typtype == 'd' && form.base != 0 => oid = form.base,
            _ => break,
        }
    }
    oid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choose::Choice;
    use crate::database::NodeId;
    use crate::kinds::columns::Generated;
    use crate::kinds::copy_format::TypeForm;
    use crate::kinds::data::{Plan, plan};
    use crate::sample::{column, database, table};

    const INT4: u32 = 23;

    fn of(db: &Database, table: NodeId, named: bool) -> Insert {
        inserts(db, named)
            .remove(&db.object(table).catalog.oid)
            .expect("its rows are planned")
    }

    fn planned(columns: &[Column]) -> (Database, NodeId) {
        let mut db = database(18);
        let id = table(&mut db, "Order", columns);
        plan(&mut db, &Choice::default(), &Plan::default());
        (db, id)
    }

    #[test]
    fn generated_columns_have_their_default_or_no_name() {
        let generated = Column {
            generated: Some(Generated::Stored),
            ..column(2, "g")
        };
        let number = Column {
            type_oid: INT4,
            ..column(1, "to")
        };
        let (db, id) = planned(&[number, generated]);
        let plain = of(&db, id, false);
        assert_eq!(plain.into, "INSERT INTO public.\"Order\" VALUES");
        assert_eq!(plain.columns, [Some(INT4), None]);
        let named = of(&db, id, true);
        assert_eq!(named.into, "INSERT INTO public.\"Order\" (\"to\") VALUES");
        assert_eq!(named.columns, [Some(INT4)]);
    }

    #[test]
    fn identities_are_overridden_and_domains_looked_through() {
        let identity = Column {
            identity: Some(Identity::Always),
            type_oid: 20001,
            ..column(1, "id")
        };
        let (mut db, id) = planned(&[identity]);
        let domain = |base| TypeForm {
            typtype: 'd',
            base,
            ..TypeForm::default()
        };
        db.type_forms.extend([(20001, domain(20000)), (20000, domain(INT4))]);
        let insert = of(&db, id, false);
        assert_eq!(
            insert.into,
            "INSERT INTO public.\"Order\" OVERRIDING SYSTEM VALUE VALUES"
        );
        assert_eq!(insert.columns, [Some(INT4)]);
    }

    #[test]
    fn a_table_without_columns_has_default_values() {
        let (db, id) = planned(&[]);
        assert_eq!(of(&db, id, true).into, "INSERT INTO public.\"Order\" DEFAULT VALUES");
    }
}
