//! Which settings win, what defaults are, what is refused.

use super::*;

/// Resolves a database argument, flags and variables that are made up.
fn resolve(flags: Flags, variables: &[(&str, &str)]) -> Result<Conninfo, String> {
    let lookup = |name: &str| {
        let home = ("HOME", "/nonexistent");
        let mut all = variables.iter().chain([&home]);
        all.find(|(variable, _)| *variable == name)
            .map(|(_, value)| value.to_string())
    };
    Conninfo::resolve(&flags, &lookup).map_err(|error| error.to_string())
}

fn database(text: &str) -> Flags {
    Flags {
        dbname: Some(text.into()),
        ..Flags::default()
    }
}

fn resolved(flags: Flags, variables: &[(&str, &str)]) -> Conninfo {
    resolve(flags, variables).expect("the settings are good")
}

#[test]
fn the_string_beats_flags_which_beat_variables() {
    let flags = Flags {
        host: Some("flag".into()),
        user: Some("flag".into()),
        ..database("host=string dbname=shop")
    };
    let info = resolved(flags, &[("PGHOST", "env"), ("PGUSER", "env"), ("PGPORT", "6000")]);
    assert_eq!(info.hosts[0].name.as_deref(), Some("string"));
    assert_eq!(
        (info.user.as_str(), info.dbname.as_str(), info.hosts[0].port),
        ("flag", "shop", 6000)
    );
}

#[test]
fn the_database_is_named_like_the_user_by_default() {
    let info = resolved(Flags::default(), &[("PGUSER", "ann")]);
    assert_eq!(info.dbname, "ann");
    let info = resolved(Flags::default(), &[("PGUSER", "ann"), ("PGDATABASE", "shop")]);
    assert_eq!(info.dbname, "shop");
}

#[test]
fn without_a_host_the_usual_sockets_are_tried() {
    let info = resolved(database("shop"), &[]);
    let places: Vec<_> = info.hosts.iter().map(|host| host.place.clone()).collect();
    assert_eq!(
        places,
        [
            Place::Directory("/var/run/postgresql".into()),
            Place::Directory("/tmp".into())
        ]
    );
}

#[test]
fn an_empty_host_hides_the_variable() {
    let info = resolved(database("host='' dbname=shop"), &[("PGHOST", "env")]);
    assert_eq!(info.hosts[0].name, None);
}

#[test]
fn several_hosts_with_ports_and_addresses() {
    let info = resolved(database("host=a,b port=1,2 hostaddr=10.0.0.1,10.0.0.2"), &[]);
    let hosts: Vec<_> = info
        .hosts
        .iter()
        .map(|h| (h.name.clone(), h.place.clone(), h.port))
        .collect();
    let address = |text: &str| Place::Address(text.parse().expect("an address"));
    assert_eq!(
        hosts,
        [
            (Some("a".into()), address("10.0.0.1"), 1),
            (Some("b".into()), address("10.0.0.2"), 2)
        ]
    );
    let info = resolved(database("postgresql://a,b:6000/shop"), &[]);
    assert_eq!((info.hosts[0].port, info.hosts[1].port), (5432, 6000));
    let info = resolved(database("host=a,b,c port=7"), &[]);
    assert!(info.hosts.iter().all(|host| host.port == 7));
}

#[test]
fn what_is_wrong_is_named() {
    for (text, wanted) in [
        ("host=a,b hostaddr=10.0.0.1", "2 hosts do not match 1 hostaddr values"),
        ("host=a,b port=1,2,3", "3 ports do not match 2 hosts"),
        ("port=x", "\"x\" is not a port number from 1 to 65535"),
        ("hostaddr=db", "hostaddr \"db\" is not an IP address"),
        ("sslmode=strict", "sslmode=strict is not one of its values"),
        ("connect_timeout=soon", "connect_timeout=soon is not an integer"),
        (
            "sslrootcert=system sslmode=require",
            "sslrootcert=system needs sslmode=verify-full",
        ),
        (
            "sslnegotiation=direct",
            "sslnegotiation=direct needs sslmode=require or stronger",
        ),
        (
            "krbsrvname=x",
            "connection string: the connection setting \"krbsrvname\" is not supported",
        ),
        (
            "postgresql://h?nope=1",
            "connection string: there is no connection setting \"nope\"",
        ),
    ] {
        assert_eq!(resolve(database(text), &[]).map(drop), Err(wanted.into()), "{text}");
    }
    let refused = resolve(database("x"), &[("PGREQUIREPEER", "postgres")]).map(drop);
    assert_eq!(
        refused,
        Err("PGREQUIREPEER: the connection setting \"requirepeer\" is not supported".into())
    );
}

#[test]
fn the_last_of_two_values_counts() {
    assert_eq!(
        resolved(database("host=a host=b"), &[]).hosts[0].name.as_deref(),
        Some("b")
    );
}

#[test]
fn public_roots_ask_for_the_full_check() {
    assert_eq!(
        resolved(database("sslrootcert=system"), &[]).tls.mode,
        SslMode::VerifyFull
    );
    assert_eq!(resolved(database("x"), &[]).tls.mode, SslMode::Prefer);
    assert_eq!(
        resolved(database("x"), &[("PGREQUIRESSL", "1")]).tls.mode,
        SslMode::Require
    );
}

#[test]
fn the_tool_names_itself_only_where_the_user_does_not() {
    let flags = Flags {
        application_name: Some("pgx-dump".into()),
        ..database("x")
    };
    let name = |variables| resolved(flags.clone(), variables).application_name;
    assert_eq!(name(&[]).as_deref(), Some("pgx-dump"));
    assert_eq!(name(&[("PGAPPNAME", "nightly")]).as_deref(), Some("nightly"));
}

#[test]
fn variables_that_become_server_settings() {
    let info = resolved(
        database("options='-c geqo=off'"),
        &[("PGTZ", "Europe/Paris"), ("PGDATESTYLE", "SQL, DMY")],
    );
    assert_eq!(
        info.options.as_deref(),
        Some("-c datestyle=SQL,\\ DMY -c timezone=Europe/Paris -c geqo=off")
    );
}

#[test]
fn a_password_is_never_shown() {
    let info = resolved(database("postgresql://ann:hunter2@db/shop"), &[]);
    assert_eq!(info.password, Some(Secret::new("hunter2")));
    assert!(!format!("{info:?}").contains("hunter2"));
}

#[test]
fn a_timeout_that_is_not_positive_is_none() {
    let timeout = |text: &str| resolved(database(text), &[]).connect_timeout.map(|t| t.as_secs());
    assert_eq!(timeout("connect_timeout=0"), None);
    assert_eq!(timeout("connect_timeout=-5"), None);
    assert_eq!(timeout("connect_timeout=10"), Some(10));
}

#[test]
fn a_service_stands_between_string_and_environment() {
    let path = std::env::temp_dir().join(format!("pgx-service-{}", std::process::id()));
    std::fs::write(&path, "[shop]\nhost=from-service\nport=6001\n").expect("it can be written");
    let file = path.display().to_string();
    let variables = [("PGSERVICEFILE", file.as_str()), ("PGHOST", "env"), ("PGUSER", "env")];
    let info = resolved(database("service=shop port=6002"), &variables);
    assert_eq!(info.hosts[0].name.as_deref(), Some("from-service"));
    assert_eq!((info.hosts[0].port, info.user.as_str()), (6002, "env"));
    let missing = resolve(database("service=none"), &variables).map(drop);
    assert_eq!(missing, Err("there is no service \"none\"".into()));
    std::fs::remove_file(&path).expect("it is ours");
}
