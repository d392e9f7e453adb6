//! What a dump may say otherwise than the catalogs: changes of the values that were read, so that whoever writes
//! the text of entries knows of no modes.

use crate::database::{Body, Database};

/// Forgets how values of columns are compressed: `--no-toast-compression`.
pub fn without_compression(db: &mut Database) {
    for id in db.nodes() {
        for column in db
            .relation_mut(id)
            .into_iter()
            .flat_map(|relation| &mut relation.columns)
        {
            column.compression = '\0';
        }
    }
}

/// Has the bodies of functions quoted as other strings are: `--disable-dollar-quoting`.
pub fn without_dollar_quotes(db: &mut Database) {
    for id in db.nodes() {
        if let Body::Function(body) = &mut db.object_mut(id).body
            && let Some(definition) = &mut body.definition
        {
            definition.dollar_quotes = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::columns::Column;
    use crate::sample::{column, database, table};

    #[test]
    fn columns_forget_their_compression() {
        let mut db = database(18);
        let compressed = Column {
            compression: 'l',
            ..column(1, "a")
        };
        let id = table(&mut db, "t", &[compressed]);
        without_compression(&mut db);
        let columns = db.relation(id).map(|relation| relation.columns.clone());
        assert_eq!(columns, Some(vec![column(1, "a")]));
    }
}
