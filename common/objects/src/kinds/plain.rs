//! What most of the smaller kinds have in common: the tag is the object's name, and CREATE, DROP and COMMENT
//! use the same word for the kind.

use pgx_archive::{Entry, Kind};

use crate::database::NodeId;
use crate::emit::Emitter;

use super::names::Names;

/// The entry of such an object, and its comment; gives the names for what else follows.
pub fn emit(id: NodeId, kind: Kind, create: impl FnOnce(&Names) -> String, out: &mut Emitter<'_>) -> Names {
    let names = Names::of(out.db, id);
    let schema = Some(names.schema.as_str()).filter(|schema| !schema.is_empty());
    let word = kind.tag().to_owned();
    let mut entry = Entry::new(kind, schema, names.raw.clone(), names.owner.clone());
    entry.create = create(&names);
    entry.drop = format!("DROP {word} {};\n", names.qualified);
    out.main(entry);
    out.comment(&word, &names.name, schema, &names.owner);
    names
}
