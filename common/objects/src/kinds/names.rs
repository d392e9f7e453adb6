//! How what belongs to a relation names it.

use crate::database::{Database, NodeId};
use crate::sql::ident;

/// Names of an object in a schema, as its own entry, its facets and its parts spell them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Name of the schema, not quoted: entries carry it so.
    pub schema: String,
    /// The catalog's name, not quoted: tags are made of it.
    pub raw: String,
    /// The name, quoted when it has to be.
    pub name: String,
    /// `schema.name`, quoted.
    pub qualified: String,
    /// Name of the role that owns it.
    pub owner: String,
}

impl Names {
    /// The names of an object.
    pub fn of(db: &Database, id: NodeId) -> Names {
        let raw = db.object(id).name.clone();
        Names {
            schema: db.schema_name(id).to_owned(),
            name: ident(&raw).into_owned(),
            raw,
            qualified: db.qualified(id),
            owner: db.owner(id).to_owned(),
        }
    }
}
