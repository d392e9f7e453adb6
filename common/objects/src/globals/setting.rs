//! Settings of roles in every database (`pg_db_role_setting` without a database), also those of all roles at once,
//! which pg_dumpall leaves behind.

use pgx_archive::naming::Naming;

use crate::error::Error;
use crate::kinds::gone::{self, Call};
use crate::kinds::settings;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::{Globals, Reader};

const SETTINGS: Select = Select {
    columns: &[column("role", "r.rolname"), column("setting", "c.setting")],
    from: "FROM pg_catalog.pg_db_role_setting s
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole,
LATERAL pg_catalog.unnest(s.setconfig) WITH ORDINALITY c(setting, place)
WHERE s.setdatabase = 0 AND (s.setrole = 0 OR r.rolname !~ '^pg_')
ORDER BY r.rolname NULLS LAST, c.place",
};

/// All of them.
pub const READER: Reader = Reader {
    name: "settings of roles",
    query: |major, wish| wish.roles.then(|| SETTINGS.sql(major, &[])),
    read,
};

/// A setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// The role; none for all of them.
    pub role: Option<String>,
    /// The parameter.
    pub name: String,
    /// Its value, as the catalog has it.
    pub value: String,
}

fn read(globals: &mut Globals, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let setting = row.text("setting")?;
        let (name, value) = settings::item(setting).ok_or_else(|| row.malformed("setting", setting))?;
        globals.settings.push(Setting {
            role: row.opt("role")?.map(str::to_owned),
            name: name.to_owned(),
            value: value.to_owned(),
        });
    }
    Ok(())
}

impl Setting {
    /// The statement that makes it.
    pub fn alter(&self) -> Naming {
        self.alter_with(&gone::as_it_is)
    }

    /// The same of a setting that is called otherwise, or left out.
    pub fn alter_with(&self, call: &Call<'_>) -> Naming {
        let Some(called) = call(&self.name, &self.value) else {
            return Naming::default();
        };
        let alter = Naming::default().text("ALTER ROLE ");
        let alter = match &self.role {
            None => alter.text("ALL"),
            Some(role) => alter.role(role),
        };
        let value = settings::value(&self.name, &self.value, settings::escaped_literal);
        alter.text(format!(" SET {} TO {value};\n", ident(&called)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_one_role_and_of_all() {
        let setting = |role: Option<&str>, name: &str, value: &str| Setting {
            role: role.map(str::to_owned),
            name: name.to_owned(),
            value: value.to_owned(),
        };
        assert_eq!(
            setting(Some("Ann"), "search_path", "\"$user\", public").alter().sql(),
            "ALTER ROLE \"Ann\" SET search_path TO '$user', 'public';\n"
        );
        assert_eq!(
            setting(None, "work_mem", "8MB").alter().sql(),
            "ALTER ROLE ALL SET work_mem TO '8MB';\n"
        );
        assert_eq!(
            setting(Some("all"), "app.x", "it's").alter().sql(),
            "ALTER ROLE \"all\" SET \"app.x\" TO 'it''s';\n"
        );
    }
}
