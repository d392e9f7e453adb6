//! Every way of saying where a database is, who one is, and how far the connection must be trusted.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pgx_tests::{Cluster, Finished, Pipe, tool, wait_until};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

/// The only name that its certificate bears; its address is no part of it.
const NAME: &str = "db.example";

/// Who may connect over TCP: `secure` only with TLS, `open` only without it, `known` with a password.
const RULES: &str = "
local   all all                trust
hostssl all secure 0.0.0.0/0   trust
hostnossl all open 0.0.0.0/0   trust
host    all known  0.0.0.0/0   scram-sha-256
";

const PASSWORD: &str = "sömething: \\ with 'quotes' #%";

/// The server's address: in the network of this machine, and of no other run of these tests.
fn address() -> String {
    let [.., high, middle, low] = std::process::id().to_be_bytes();
    format!("127.{}.{middle}.{}", 64 + high % 128, low.max(1))
}

/// A server with TLS, a self-signed certificate and passwords, and the files that belong to it.
struct Fortress {
    cluster: Cluster,
    /// What clients need; beside the server's own files, so that they go with them.
    files: PathBuf,
}

/// Arguments and variables that say where a database is.
type Way<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

/// The one server of these tests.
fn fortress() -> &'static Fortress {
    static FORTRESS: OnceLock<Fortress> = OnceLock::new();
    FORTRESS.get_or_init(|| {
        let cluster = Cluster::private(18, &[&format!("listen_addresses={}", address())]);
        let files = cluster.directory().join("client");
        std::fs::create_dir(&files).expect("the server's directory is writable");
        let (certificate, key) = self_signed();
        file(&files, "server.crt", &certificate);
        file(&files, "another.crt", &self_signed().0);
        let data = cluster.directory().join("data");
        for (name, content) in [
            ("server.crt", certificate),
            ("server.key", key),
            ("pg_hba.conf", RULES.into()),
        ] {
            let path = file(&data, name, &content);
            let own = |program: &str, how: String| {
                let done = Command::new(program).arg(how).arg(&path).status();
                assert!(
                    done.is_ok_and(|status| status.success()),
                    "{program} {}",
                    path.display()
                );
            };
            own("chown", format!("--reference={}", data.display()));
            own("chmod", "600".into());
        }
        let postgres = cluster.database("prepare");
        let quoted = PASSWORD.replace('\'', "''");
        postgres.sql(&format!(
            "CREATE ROLE secure LOGIN; CREATE ROLE open LOGIN; CREATE ROLE known LOGIN PASSWORD '{quoted}';
             ALTER SYSTEM SET ssl = on"
        ));
        postgres.sql("SELECT pg_reload_conf()");
        wait_until("the server speaks TLS", || postgres.sql("SHOW ssl").trim() == "on");
        drop(postgres);
        Fortress { cluster, files }
    })
}

/// A file with this content.
fn file(directory: &Path, name: &str, content: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, content).expect("the directory is writable");
    path
}

/// A certificate as PostgreSQL's documentation makes it, an authority that vouches for itself, and its key.
fn self_signed() -> (String, String) {
    let key = KeyPair::generate().expect("a key can be made");
    let mut parameters = CertificateParams::new([NAME.to_owned()]).expect("it is a name");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = parameters.self_signed(&key).expect("the key can sign");
    (certificate.pem(), key.serialize_pem())
}

/// A dump of definitions from the maintenance database, alone with the arguments and variables given.
fn dump(arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
    let mut dump = tool("pgx-dump");
    // Nobody's own files decide: neither ~/.pgpass nor ~/.postgresql.
    dump.env("HOME", &fortress().files);
    dump.args(["-s", "-F", "plain", "-w"])
        .args(arguments)
        .envs(variables.iter().copied());
    Pipe::of(&mut dump).run()
}

/// Connects, or says what was wrong.
fn refusal(arguments: &[&str], variables: &[(&str, &str)]) -> Option<String> {
    let finished = dump(arguments, variables);
    if finished.complaint().is_none() {
        assert!(String::from_utf8_lossy(&finished.stdout).contains("PostgreSQL database dump"));
        return None;
    }
    let stage = &finished.stages[0];
    assert_eq!(stage.status.code(), Some(1), "{}", stage.stderr);
    assert!(
        !stage.stderr.contains(PASSWORD),
        "a message shows the password: {}",
        stage.stderr
    );
    Some(stage.stderr.clone())
}

#[test]
fn a_database_is_named_in_every_way_that_libpq_knows() {
    let directory = fortress().cluster.directory().display().to_string();
    let uri = format!("postgresql://postgres@/postgres?host={directory}");
    let encoded = format!("postgres://postgres@{}:5432/postgres", directory.replace('/', "%2F"));
    let pairs = format!("host={directory} port=5432 dbname = 'postgres' user=postgres");
    let service = file(
        &fortress().files,
        "services",
        &format!("[here]\nhost={directory}\nuser=postgres\ndbname=postgres\n"),
    );
    let service = service.display().to_string();
    let ways: [Way; 8] = [
        (&["-d", &uri], &[]),
        (&[&uri], &[]),
        (&["-d", &encoded], &[]),
        (&["-d", &pairs], &[]),
        (&["-h", &directory, "-p", "5432", "-U", "postgres", "postgres"], &[]),
        (
            &[],
            &[
                ("PGHOST", &directory),
                ("PGUSER", "postgres"),
                ("PGDATABASE", "postgres"),
            ],
        ),
        (&["-d", "service=here"], &[("PGSERVICEFILE", &service)]),
        (&[], &[("PGSERVICE", "here"), ("PGSERVICEFILE", &service)]),
    ];
    for (arguments, variables) in ways {
        assert_eq!(refusal(arguments, variables), None, "{arguments:?} {variables:?}");
    }
}

#[test]
fn what_is_said_nearer_wins() {
    let directory = fortress().cluster.directory().display().to_string();
    let uri = format!("postgresql://postgres@/postgres?host={directory}");
    // A variable is a default, a flag of its own a wish; both lose to what the URI says.
    assert_eq!(
        refusal(&["-d", &uri], &[("PGHOST", "/nonexistent"), ("PGUSER", "nobody")]),
        None
    );
    let said = refusal(&["-h", "/nonexistent", "-d", "postgres"], &[("PGHOST", &directory)]).unwrap_or_default();
    assert!(said.contains("/nonexistent"), "{said}");
    let said = refusal(&["-d", &uri], &[("PGPORT", "6543")]).unwrap_or_default();
    assert!(said.contains(".s.PGSQL.6543") && said.contains("hint: "), "{said}");
}

#[test]
fn a_setting_that_nobody_knows_is_refused_by_name() {
    let said = refusal(&["-d", "host=/nonexistent colour=blue"], &[]).unwrap_or_default();
    assert!(said.contains("colour"), "{said}");
}

#[test]
fn a_password_is_proved_over_tcp() {
    let address = address();
    let info = format!("host={address} user=known dbname=postgres");
    assert_eq!(refusal(&["-d", &info], &[("PGPASSWORD", PASSWORD)]), None);
    // Bound to the channel, and without any.
    for more in ["sslmode=require channel_binding=require", "sslmode=disable"] {
        assert_eq!(
            refusal(&["-d", &format!("{info} {more}")], &[("PGPASSWORD", PASSWORD)]),
            None,
            "{more}"
        );
    }
    let wrong = refusal(&["-d", &info], &[("PGPASSWORD", "guess")]).unwrap_or_default();
    assert!(wrong.contains("SQLSTATE 28P01") && wrong.contains("known"), "{wrong}");
    let none = refusal(&["-d", &info], &[]).unwrap_or_default();
    assert!(none.contains("password") && none.contains("hint: "), "{none}");
}

#[test]
fn a_password_file_is_used_unless_others_may_read_it() {
    let address = address();
    let info = format!("host={address} user=known dbname=postgres");
    let escaped = PASSWORD.replace('\\', "\\\\").replace(':', "\\:");
    let lines = format!("# not this\nelsewhere:*:*:known:wrong\n{address}:5432:*:known:{escaped}\n*:*:*:*:later\n");
    let file = file(&fortress().files, "passwords", &lines);
    let name = file.display().to_string();
    let mode = |mode: &str| {
        let done = Command::new("chmod").arg(mode).arg(&file).status();
        assert!(done.is_ok_and(|status| status.success()));
    };
    mode("600");
    assert_eq!(refusal(&["-d", &info], &[("PGPASSFILE", &name)]), None);
    assert_eq!(refusal(&["-d", &format!("{info} passfile={name}")], &[]), None);
    mode("640");
    let said = refusal(&["-d", &info], &[("PGPASSFILE", &name)]).unwrap_or_default();
    assert!(
        said.contains(&name) && said.contains("warning: ") && said.contains("0600"),
        "{said}"
    );
}

#[test]
fn encryption_is_what_sslmode_says() {
    let address = address();
    // Whether `secure`, who must come with TLS, and `open`, who must come without, get in.
    let modes = [
        ("disable", false, true),
        ("allow", true, true),
        ("prefer", true, true),
        ("require", true, false),
    ];
    for (mode, secure, open) in modes {
        for (user, expected) in [("secure", secure), ("open", open)] {
            let info = format!("host={address} user={user} dbname=postgres sslmode={mode}");
            let refusal = refusal(&["-d", &info], &[]);
            assert_eq!(refusal.is_none(), expected, "{mode} as {user}: {refusal:?}");
        }
    }
    // In a socket of this machine there is nothing to encrypt.
    let socket = fortress().cluster.directory().display();
    for mode in ["disable", "allow", "prefer", "require"] {
        let info = format!("host={socket} user=postgres dbname=postgres sslmode={mode}");
        assert_eq!(refusal(&["-d", &info], &[]), None, "{mode}");
    }
}

#[test]
fn a_certificate_proves_what_sslmode_asks_for() {
    let address = address();
    let files = fortress().files.display().to_string();
    let (own, another) = (format!("{files}/server.crt"), format!("{files}/another.crt"));
    let by_name = |name: &str| format!("host={name} hostaddr={address}");
    let (right, wrong, bare) = (by_name(NAME), by_name("x.example"), format!("host={address}"));
    let cases = [
        (&right, "verify-full", Some(&own), true),
        (&wrong, "verify-full", Some(&own), false),
        (&bare, "verify-full", Some(&own), false),
        (&right, "verify-full", Some(&another), false),
        (&right, "verify-full", None, false),
        (&wrong, "verify-ca", Some(&own), true),
        (&right, "verify-ca", Some(&another), false),
        (&right, "verify-ca", None, false),
        // A root that is there is used, whatever the mode.
        (&wrong, "require", Some(&own), true),
        (&right, "require", Some(&another), false),
        (&right, "require", None, true),
    ];
    for (host, mode, root, expected) in cases {
        let root = root.map_or(String::new(), |root| format!("sslrootcert={root}"));
        let info = format!("{host} user=secure dbname=postgres sslmode={mode} {root}");
        let refusal = refusal(&["-d", &info], &[]);
        assert_eq!(refusal.is_none(), expected, "{info}: {refusal:?}");
        if let Some(said) = refusal {
            assert!(said.contains("certificate"), "{info}: {said}");
        }
    }
    // The machine's own roots do not vouch for it.
    let info = format!("{right} user=secure dbname=postgres sslrootcert=system");
    assert!(refusal(&["-d", &info], &[]).is_some());
}

#[test]
fn several_hosts_are_tried_in_their_order() {
    let directory = fortress().cluster.directory().display().to_string();
    let info = format!("host=/nonexistent,{directory} user=postgres dbname=postgres");
    assert_eq!(refusal(&["-d", &info], &[]), None);
    let said = refusal(&["-d", &format!("{info} target_session_attrs=standby")], &[]).unwrap_or_default();
    assert!(said.contains("standby"), "{said}");
}

#[test]
fn a_load_connects_the_same_way() {
    let target = fortress().cluster.database("copy");
    target.sql("GRANT CREATE ON DATABASE :\"DBNAME\" TO known; GRANT CREATE ON SCHEMA public TO known");
    let source = fortress().cluster.database("source");
    source.sql("CREATE TABLE t AS SELECT 1 AS id; ALTER TABLE t OWNER TO known");
    let certificate = fortress().files.join("server.crt");
    let mut load = tool("pgx-load");
    load.env("HOME", &fortress().files)
        .envs([
            ("PGHOST", NAME),
            ("PGHOSTADDR", &address()),
            ("PGUSER", "known"),
            ("PGPASSWORD", PASSWORD),
        ])
        .env("PGSSLMODE", "verify-full")
        .env("PGSSLROOTCERT", certificate)
        .args(["-d", target.name()]);
    Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(&mut load)
        .run()
        .expect_success();
    assert_eq!(target.sql("SELECT id FROM t").trim(), "1");
}
