//! Owners: `ALTER … OWNER TO`, for the kinds that have one of their own.

use pgx_archive::spelling::{ident, literal};
use pgx_archive::{Entry, Kind};

use crate::large_objects;
use crate::options::Options;
use crate::statements::is_only_comment;

/// The statement that gives an object to its owner as the options want it: none where nobody owns anything, or where
/// owners make things themselves, but for the schema that is there already.
pub fn give_away(entry: &Entry, options: &Options) -> Option<String> {
    let is_there = entry.kind == Kind::Schema && is_only_comment(&entry.create);
    match options.no_owner || options.session_authorization && !is_there {
        true => None,
        false => alter_owner(entry),
    }
}

/// The statement that makes a session act as a role, and with an empty name as itself again.
pub fn act_as(role: &str) -> String {
    match role {
        "" => "SET SESSION AUTHORIZATION DEFAULT;".to_owned(),
        role => format!("SET SESSION AUTHORIZATION {};", literal(role)),
    }
}

/// The statement that gives an object to its owner, without a newline at its end; none for what has no
/// owner of its own. For a group of large objects it is one statement a line.
///
/// pg_dump counts as ownable only what it can drop, and so do we.
pub fn alter_owner(entry: &Entry) -> Option<String> {
    if entry.owner.is_empty() || entry.drop.is_empty() {
        return None;
    }
    let owner = ident(&entry.owner);
    match entry.kind {
        Kind::BlobMetadata => {
            let oids = large_objects::oids(entry);
            let lines: Vec<String> = oids
                .map(|oid| format!("ALTER LARGE OBJECT {oid} OWNER TO {owner};"))
                .collect();
            Some(lines.join("\n"))
        }
        // Their names go with argument types or an access method, which the drop statement spells out.
        Kind::Aggregate
        | Kind::Function
        | Kind::Procedure
        | Kind::Operator
        | Kind::OperatorClass
        | Kind::OperatorFamily => {
            let target = entry.drop.strip_prefix("DROP ")?.trim_end_matches([';', '\n']);
            Some(format!("ALTER {target} OWNER TO {owner};"))
        }
        Kind::Collation
        | Kind::Conversion
        | Kind::Database
        | Kind::Domain
        | Kind::EventTrigger
        | Kind::ForeignDataWrapper
        | Kind::ForeignTable
        | Kind::MaterializedView
        | Kind::ProceduralLanguage
        | Kind::Publication
        | Kind::Schema
        | Kind::Sequence
        | Kind::Server
        | Kind::Statistics
        | Kind::Subscription
        | Kind::Table
        | Kind::TextSearchConfiguration
        | Kind::TextSearchDictionary
        | Kind::Type
        | Kind::View => {
            let schema = entry.schema.as_deref().filter(|schema| !schema.is_empty());
            let schema = schema.map(|schema| format!("{}.", ident(schema))).unwrap_or_default();
            let (kind, name) = (&entry.kind, ident(&entry.name));
            Some(format!("ALTER {kind} {schema}{name} OWNER TO {owner};"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, table};

    fn owner_of(kind: Kind, schema: Option<&str>, name: &str, drop: &str) -> Option<String> {
        let mut entry = Entry::new(kind, schema, name, "Shop Keeper");
        entry.drop = drop.to_owned();
        alter_owner(&entry)
    }

    #[test]
    fn kinds_in_schemas_are_qualified() {
        let owner = "OWNER TO \"Shop Keeper\";";
        for kind in [
            Kind::Collation,
            Kind::Conversion,
            Kind::Domain,
            Kind::ForeignTable,
            Kind::MaterializedView,
            Kind::Sequence,
            Kind::Statistics,
            Kind::Table,
            Kind::TextSearchConfiguration,
            Kind::TextSearchDictionary,
            Kind::Type,
            Kind::View,
        ] {
            let expected = format!("ALTER {} public.\"Order\" {owner}", kind.tag());
            let word = kind.tag().to_owned();
            assert_eq!(
                owner_of(
                    kind,
                    Some("public"),
                    "Order",
                    &format!("DROP {word} public.\"Order\";\n")
                ),
                Some(expected)
            );
        }
    }

    #[test]
    fn kinds_outside_schemas_are_not() {
        for kind in [
            Kind::Database,
            Kind::EventTrigger,
            Kind::ForeignDataWrapper,
            Kind::ProceduralLanguage,
            Kind::Publication,
            Kind::Schema,
            Kind::Server,
            Kind::Subscription,
        ] {
            let expected = format!("ALTER {} app OWNER TO \"Shop Keeper\";", kind.tag());
            assert_eq!(owner_of(kind, None, "app", "DROP x;\n"), Some(expected));
        }
    }

    #[test]
    fn kinds_with_arguments_are_named_as_in_their_drop() {
        for (kind, target) in [
            (Kind::Function, "FUNCTION public.f(a integer)"),
            (Kind::Procedure, "PROCEDURE public.p()"),
            (Kind::Aggregate, "AGGREGATE public.total(numeric)"),
            (Kind::Operator, "OPERATOR public.+ (integer, NONE)"),
            (Kind::OperatorClass, "OPERATOR CLASS public.c USING btree"),
            (Kind::OperatorFamily, "OPERATOR FAMILY public.c USING btree"),
        ] {
            let drop = format!("DROP {target};\n");
            let expected = format!("ALTER {target} OWNER TO \"Shop Keeper\";");
            assert_eq!(owner_of(kind, Some("public"), "ignored", &drop), Some(expected));
        }
    }

    #[test]
    fn what_has_no_owner_of_its_own_is_left_alone() {
        for kind in [
            Kind::Cast,
            Kind::CheckConstraint,
            Kind::Constraint,
            Kind::Default,
            Kind::FkConstraint,
            Kind::Index,
            Kind::Policy,
            Kind::RowSecurity,
            Kind::Rule,
            Kind::Trigger,
            Kind::UserMapping,
            Kind::Extension,
            Kind::Other("NEW".into()),
        ] {
            assert_eq!(owner_of(kind, Some("public"), "x", "DROP x;\n"), None);
        }
        let mut attached = made(Kind::TableAttach, "t", "ALTER TABLE …;\n");
        assert_eq!(alter_owner(&attached), None);
        attached = table("t");
        attached.drop.clear();
        assert_eq!(alter_owner(&attached), None, "what cannot be dropped");
    }

    #[test]
    fn large_objects_have_one_owner_a_group() {
        let mut group = Entry::new(Kind::BlobMetadata, None, "16400..16401", "shop");
        group.create = "16400\n16401\n".to_owned();
        group.drop = "-- dummy".to_owned();
        assert_eq!(
            alter_owner(&group).as_deref(),
            Some("ALTER LARGE OBJECT 16400 OWNER TO shop;\nALTER LARGE OBJECT 16401 OWNER TO shop;")
        );
    }
}
