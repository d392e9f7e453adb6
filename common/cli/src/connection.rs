//! The flags that say where a database is, spelled as in pg_dump.

use clap::Args;

/// Which database, on which server, as whom.
///
/// Plain values as the user typed them: what they mean together with `PG*` variables, service and
/// password files is for the room that connects.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Connection options")]
pub struct ConnectionArgs {
    /// Database, connection URI or key=value string
    ///
    /// A string with an equals sign, or one that begins with postgresql:// or postgres://, is a
    /// connection string; what it says wins over the other options.
    #[arg(short = 'd', long, value_name = "DBNAME")]
    pub dbname: Option<String>,

    /// Server host or socket directory
    ///
    /// Several hosts, separated by commas, are tried in order. The default is PGHOST, then a socket.
    #[arg(short = 'h', long, value_name = "HOST")]
    pub host: Option<String>,

    /// Server port
    ///
    /// Several ports, separated by commas, go with several hosts. The default is PGPORT, then 5432.
    #[arg(short = 'p', long, value_name = "PORT")]
    pub port: Option<String>,

    /// User to connect as
    #[arg(short = 'U', long, value_name = "NAME")]
    pub username: Option<String>,

    /// Never ask for a password
    #[arg(short = 'w', long, overrides_with = "password")]
    pub no_password: bool,

    /// Ask for a password before connecting
    ///
    /// It is asked on the terminal, never on standard input. Without this option it is asked when the
    /// server wants one.
    #[arg(short = 'W', long)]
    pub password: bool,

    /// Role to work as after connecting (SET ROLE)
    #[arg(long, value_name = "ROLENAME")]
    pub role: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    #[command(disable_help_flag = true)]
    struct Tool {
        #[command(flatten)]
        connection: ConnectionArgs,
    }

    #[test]
    fn the_letters_of_pg_dump() {
        let tool = Tool::parse_from(["tool", "-h", "db1,db2", "-p", "5432,5433", "-U", "alice", "-dapp", "-w"]);
        let expected = ConnectionArgs {
            dbname: Some("app".into()),
            host: Some("db1,db2".into()),
            port: Some("5432,5433".into()),
            username: Some("alice".into()),
            no_password: true,
            ..ConnectionArgs::default()
        };
        assert_eq!(tool.connection, expected);
    }

    #[test]
    fn the_last_of_two_opposites_wins() {
        let last = |argv: [&str; 3]| Tool::parse_from(argv).connection;
        assert!(last(["tool", "-w", "-W"]).password && !last(["tool", "-w", "-W"]).no_password);
        assert!(last(["tool", "-W", "-w"]).no_password && !last(["tool", "-W", "-w"]).password);
    }

    #[test]
    fn the_definition_holds_together() {
        Tool::command().debug_assert();
    }
}
