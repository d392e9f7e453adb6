//! What a script says to psql rather than to the server.

use pgx_archive::spelling::ident;

/// Lifts the guard, connects to a database, and puts the guard back.
///
/// The name must be free of line breaks; [`Script`](crate::Script) sees to that.
pub(crate) fn reconnect(database: &str, key: &str) -> String {
    let simple = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.';
    let connect = if database.bytes().all(simple) {
        format!("\\connect {}\n", ident(database))
    } else {
        // As a connection string, since psql splits other names; their encoding is not known.
        let value = database.replace('\\', "\\\\").replace('\'', "\\'");
        let string = format!("dbname='{value}'");
        format!(
            "\\encoding SQL_ASCII\n\\connect -reuse-previous=on {}\n",
            ident(&string)
        )
    };
    format!("\\unrestrict {key}\n{connect}\\restrict {key}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_given_as_psql_reads_them() {
        let connect = |name: &str| reconnect(name, "k").lines().skip(1).collect::<Vec<_>>().join("|");
        assert_eq!(connect("shop"), "\\connect shop|\\restrict k|");
        assert_eq!(connect("Shop.v2"), "\\connect \"Shop.v2\"|\\restrict k|");
        assert_eq!(
            connect("o'shop \"x\""),
            "\\encoding SQL_ASCII|\\connect -reuse-previous=on \"dbname='o\\'shop \"\"x\"\"'\"|\\restrict k|"
        );
    }
}
