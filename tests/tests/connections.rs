//! Every way of saying where a database is, who one is, and how far the connection must be trusted.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pgx_tests::{Cluster, Database, Finished, Pipe, Scratch, stock, tool, wait_until};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};

/// The only name that its certificate bears; its address is no part of it.
const NAME: &str = "db.example";

/// Who may connect over TCP: `secure` only with TLS, `open` only without it, `known` with a password, `hashed` with
/// a hash of one, `plain` with one as it is, `shown` with a certificate.
const RULES: &str = "
local   all all                trust
hostssl all secure 0.0.0.0/0   trust
hostnossl all open 0.0.0.0/0   trust
host    all known  0.0.0.0/0   scram-sha-256
host    all hashed 0.0.0.0/0   md5
host    all plain  0.0.0.0/0   password
hostssl all shown  0.0.0.0/0   cert
";

const PASSWORD: &str = "sömething: \\ with 'quotes' #%";

/// The server's address: in the network of this machine, and of no other run of these tests.
fn address() -> String {
    address_from(64)
}

/// Another one, for a second server.
fn another_address() -> String {
    address_from(192)
}

fn address_from(first: u8) -> String {
    let [.., high, middle, low] = std::process::id().to_be_bytes();
    format!("127.{}.{middle}.{}", first + high % 60, low.max(1))
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
        let (shown, shown_key) = signed_for("shown", &key);
        file(&files, "shown.crt", &shown);
        let shown_key = file(&files, "shown.key", &shown_key);
        private(&shown_key, "600");
        install(&cluster, &certificate, &key);
        let postgres = cluster.database("prepare");
        let quoted = PASSWORD.replace('\'', "''");
        postgres.sql(&format!(
            "CREATE ROLE secure LOGIN; CREATE ROLE open LOGIN; CREATE ROLE known LOGIN PASSWORD '{quoted}';
             CREATE ROLE shown LOGIN; CREATE ROLE plain LOGIN PASSWORD '{quoted}'; SET password_encryption = md5;
             CREATE ROLE hashed LOGIN PASSWORD '{quoted}'"
        ));
        postgres.sql("ALTER SYSTEM SET ssl_ca_file = 'server.crt'");
        speak_tls(&postgres);
        drop(postgres);
        Fortress { cluster, files }
    })
}

/// Gives a server a certificate with its key, and the rules of who may connect.
fn install(cluster: &Cluster, certificate: &str, key: &str) {
    let data = cluster.directory().join("data");
    for (name, content) in [("server.crt", certificate), ("server.key", key), ("pg_hba.conf", RULES)] {
        let path = file(&data, name, content);
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
}

/// Has a server use its certificate.
fn speak_tls(database: &Database) {
    database.sql("ALTER SYSTEM SET ssl = on");
    database.sql("SELECT pg_reload_conf()");
    wait_until("the server speaks TLS", || database.sql("SHOW ssl").trim() == "on");
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
    let certificate = authority().self_signed(&key).expect("the key can sign");
    (certificate.pem(), key.serialize_pem())
}

/// What the server's certificate says.
fn authority() -> CertificateParams {
    let mut parameters = CertificateParams::new([NAME.to_owned()]).expect("it is a name");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters
}

/// A certificate for a role, from the authority that the server trusts, and its key.
fn signed_for(role: &str, authority_key: &str) -> (String, String) {
    let key = KeyPair::generate().expect("a key can be made");
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, role);
    let signer = KeyPair::from_pem(authority_key).expect("it is a key");
    let issuer = Issuer::new(authority(), signer);
    let certificate = parameters.signed_by(&key, &issuer).expect("the authority can sign");
    (certificate.pem(), key.serialize_pem())
}

/// Sets the permissions of a file.
fn private(file: &Path, mode: &str) {
    let done = Command::new("chmod").arg(mode).arg(file).status();
    assert!(done.is_ok_and(|status| status.success()), "{}", file.display());
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
    // The machine's own roots do not vouch for it, unless they are said to be others.
    let info = format!("{right} user=secure dbname=postgres sslrootcert=system");
    assert!(refusal(&["-d", &info], &[]).is_some());
    assert_eq!(refusal(&["-d", &info], &[("SSL_CERT_FILE", &own)]), None);
    let info = format!("{wrong} user=secure dbname=postgres sslrootcert=system");
    assert!(refusal(&["-d", &info], &[("SSL_CERT_FILE", &own)]).is_some());
}

#[test]
fn a_certificate_that_was_revoked_proves_nothing() {
    let authority_key = KeyPair::generate().expect("a key can be made");
    let mut parameters = authority();
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let root = parameters.self_signed(&authority_key).expect("the key can sign").pem();
    let issuer = Issuer::new(parameters, authority_key);
    let key = KeyPair::generate().expect("a key can be made");
    let mut server = CertificateParams::new([NAME.to_owned()]).expect("it is a name");
    server.serial_number = Some(SerialNumber::from(4711_u64));
    server.use_authority_key_identifier_extension = true;
    let certificate = server.signed_by(&key, &issuer).expect("the authority can sign").pem();
    let list = |serials: &[u64]| {
        let revoked = serials.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(2100, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let signed = list.signed_by(&issuer).expect("the authority can sign");
        signed.pem().expect("it is a list")
    };
    let cluster = Cluster::private(18, &[&format!("listen_addresses={}", another_address())]);
    install(&cluster, &certificate, &key.serialize_pem());
    let postgres = cluster.database("prepare");
    postgres.sql("CREATE ROLE secure LOGIN");
    speak_tls(&postgres);
    let scratch = Scratch::new();
    let root = scratch.file("root.crt", root.as_bytes());
    let (none, some) = (list(&[8]), list(&[8, 4711]));
    let info = |setting: &str, path: &Path| {
        format!(
            "host={NAME} hostaddr={} user=secure dbname=postgres sslmode=verify-full sslrootcert={} {setting}={}",
            another_address(),
            root.display(),
            path.display()
        )
    };
    for (directory, content, is_revoked) in [("sound", &none, false), ("revoked", &some, true)] {
        let directory = scratch.path().join(directory);
        std::fs::create_dir(&directory).expect("it is writable");
        let path = file(&directory, "0123abcd.r0", content);
        for info in [info("sslcrl", &path), info("sslcrldir", &directory)] {
            let said = refusal(&["-d", &info], &[]);
            match is_revoked {
                false => assert_eq!(said, None, "{info}"),
                true => assert!(
                    said.clone().unwrap_or_default().to_lowercase().contains("revoked"),
                    "{info}: {said:?}"
                ),
            }
        }
    }
    // A list that is not there is no list of nothing.
    let said = refusal(&["-d", &info("sslcrl", Path::new("/nonexistent"))], &[]).unwrap_or_default();
    assert!(said.contains("/nonexistent"), "{said}");
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

#[test]
fn a_certificate_of_our_own_is_shown() {
    let files = fortress().files.display().to_string();
    let info = format!("host={} user=shown dbname=postgres sslmode=require", address());
    let mine = format!("{info} sslcert={files}/shown.crt sslkey={files}/shown.key");
    assert_eq!(refusal(&["-d", &mine], &[]), None);
    assert_eq!(refusal(&["-d", &format!("{mine} sslcertmode=require")], &[]), None);
    let hidden = refusal(&["-d", &format!("{mine} sslcertmode=disable")], &[]).unwrap_or_default();
    assert!(hidden.contains("SQLSTATE 28000"), "{hidden}");
    let none = refusal(&["-d", &format!("{info} sslcertmode=require")], &[]).unwrap_or_default();
    assert!(none.contains("sslcertmode=require"), "{none}");

    // A key that others may read, and one that is locked, are refused by name.
    let key = std::fs::read_to_string(format!("{files}/shown.key")).expect("the key is there");
    let open = file(&fortress().files, "open.key", &key);
    private(&open, "644");
    let said = refusal(
        &[
            "-d",
            &format!("{info} sslcert={files}/shown.crt sslkey={files}/open.key"),
        ],
        &[],
    );
    assert!(said.is_some_and(|said| said.contains("open.key") && said.contains("0600")));
    let locked = file(
        &fortress().files,
        "locked.key",
        &key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
    );
    private(&locked, "600");
    let said = refusal(
        &[
            "-d",
            &format!("{info} sslcert={files}/shown.crt sslkey={files}/locked.key"),
        ],
        &[],
    );
    assert!(said.is_some_and(|said| said.contains("locked.key is encrypted") && said.contains("openssl")));
}

#[test]
fn tls_may_begin_at_once() {
    let info = format!("host={} user=secure dbname=postgres sslnegotiation=direct", address());
    assert_eq!(refusal(&["-d", &format!("{info} sslmode=require")], &[]), None);
    let weak = refusal(&["-d", &format!("{info} sslmode=prefer")], &[]).unwrap_or_default();
    assert!(weak.contains("sslnegotiation=direct needs"), "{weak}");
}

#[test]
fn a_server_proves_itself_as_required() {
    let password = [("PGPASSWORD", PASSWORD)];
    // Who, how a server has them prove it, and whether that will do.
    let cases = [
        ("known", "scram-sha-256", true),
        ("known", "!password,!md5", true),
        ("known", "password,md5", false),
        ("hashed", "md5", true),
        ("hashed", "scram-sha-256", false),
        ("plain", "password", true),
        ("plain", "!password", false),
        ("secure", "none", true),
        ("secure", "scram-sha-256", false),
        ("secure", "!none", false),
    ];
    for (user, methods, expected) in cases {
        let info = format!("host={} user={user} dbname=postgres require_auth={methods}", address());
        let refusal = refusal(&["-d", &info], &password);
        assert_eq!(refusal.is_none(), expected, "{info}: {refusal:?}");
        if let Some(said) = refusal {
            assert!(said.contains("require_auth"), "{said}");
        }
    }
    let info = format!("host={} user=plain dbname=postgres channel_binding=require", address());
    assert!(refusal(&["-d", &info], &password).is_some());
    let unknown = refusal(&["-d", "require_auth=kerberos"], &[]).unwrap_or_default();
    assert!(unknown.contains("scram-sha-256"), "{unknown}");
}

#[test]
fn the_kind_of_session_is_what_is_asked_for() {
    let primary = Cluster::private(18, &[]);
    // What stays behind on a standby tells which of them was reached.
    primary
        .existing("postgres")
        .sql("CREATE UNLOGGED TABLE of_the_primary (id integer)");
    let standby = primary.standby();
    let [first, second] = [&primary, &standby].map(|cluster| cluster.directory().display().to_string());
    // Which of the two, tried in this order, each kind leads to.
    let kinds = [
        ("any", Some(true)),
        ("read-write", Some(true)),
        ("read-only", Some(false)),
        ("primary", Some(true)),
        ("standby", Some(false)),
        ("prefer-standby", Some(false)),
    ];
    let reached = |hosts: &str, more: &str| -> Option<bool> {
        let info = format!("host={hosts} user=postgres dbname=postgres {more}");
        let finished = Pipe::of(tool("pgx-dump").args(["--check", "--json", "-w", "-d", &info])).run();
        let said = String::from_utf8_lossy(&finished.stdout).into_owned();
        finished
            .complaint()
            .is_none()
            .then(|| !said.contains("\"code\":\"unlogged\""))
    };
    for (kind, expected) in kinds {
        let wanted = format!("target_session_attrs={kind}");
        assert_eq!(reached(&format!("{first},{second}"), &wanted), expected, "{kind}");
    }
    assert_eq!(reached(&second, "target_session_attrs=primary"), None);
    assert_eq!(reached(&first, "target_session_attrs=standby"), None);
    assert_eq!(reached(&first, "target_session_attrs=prefer-standby"), Some(true));
    // In random order, both are reached sooner or later; one that is down is passed by.
    let random = || reached(&format!("/nonexistent,{first},{second}"), "load_balance_hosts=random");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        seen.insert(random());
        if seen.len() == 2 {
            break;
        }
    }
    assert_eq!(Vec::from_iter(seen), [Some(false), Some(true)]);
}

#[test]
fn services_are_looked_for_where_libpq_does() {
    let directory = fortress().cluster.directory().display().to_string();
    let service = |name: &str| format!("[{name}]\nhost={directory}\nuser=postgres\ndbname=postgres\n");
    // The home of these tests is where their files are.
    file(&fortress().files, ".pg_service.conf", &service("home"));
    let system = fortress().files.join("etc");
    std::fs::create_dir_all(&system).expect("the directory is writable");
    file(&system, "pg_service.conf", &service("system"));
    let system = [("PGSYSCONFDIR", system.to_str().expect("it is text"))];
    assert_eq!(refusal(&["-d", "service=home"], &[]), None);
    assert_eq!(refusal(&["-d", "service=system"], &system), None);
    let said = refusal(&["-d", "service=nowhere"], &system).unwrap_or_default();
    assert!(said.contains("there is no service \"nowhere\""), "{said}");
}

#[test]
fn every_other_setting_of_libpq_is_refused_by_name() {
    let refused = [
        ("sslpassword", "x"),
        ("requirepeer", "postgres"),
        ("krbsrvname", "postgres"),
        ("gsslib", "gssapi"),
        ("gssencmode", "require"),
        ("gssdelegation", "1"),
        ("replication", "database"),
        ("scram_client_key", "x"),
        ("scram_server_key", "x"),
        ("oauth_issuer", "x"),
        ("oauth_client_id", "x"),
        ("oauth_client_secret", "x"),
        ("oauth_scope", "x"),
        ("sslkeylogfile", "x"),
        ("sslcompression", "1"),
        ("min_protocol_version", "3.2"),
        ("ssl_max_protocol_version", "TLSv1"),
    ];
    for (keyword, value) in refused {
        let said = refusal(&["-d", &format!("{keyword}={value}")], &[]).unwrap_or_default();
        assert!(said.contains(keyword) && said.contains("hint: "), "{keyword}: {said}");
    }
    for variable in ["PGREQUIREPEER", "PGKRBSRVNAME", "PGGSSLIB"] {
        let said = refusal(&["-d", "postgres"], &[(variable, "x")]).unwrap_or_default();
        assert!(said.contains(variable), "{variable}: {said}");
    }
    let info = format!(
        "host={} user=postgres dbname=postgres",
        fortress().cluster.directory().display()
    );
    assert_eq!(
        refusal(
            &["-d", &format!("{info} gssencmode=prefer")],
            &[("PGGSSENCMODE", "disable")]
        ),
        None
    );
}

#[test]
fn a_password_is_nowhere_to_be_seen() {
    let source = fortress().cluster.database("discreet");
    source.sql("CREATE TABLE t AS SELECT 1 AS id; GRANT SELECT ON t TO known");
    let escaped = PASSWORD.replace('\\', "\\\\").replace(':', "\\:");
    let passwords = file(&fortress().files, "discreet.pass", &format!("*:*:*:known:{escaped}\n"));
    private(&passwords, "600");
    let stream = fortress().files.join("discreet.pgx");
    let info = format!("host={} user=known dbname={} sslmode=require", address(), source.name());
    // Somebody who holds the table keeps the dump waiting.
    let mut holder = stock("psql")
        .args([
            "-X",
            "-q",
            "-d",
            &source.url(),
            "-c",
            "BEGIN; LOCK TABLE t; SELECT pg_sleep(300)",
        ])
        .spawn()
        .expect("psql runs");
    let held =
        "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 't'::regclass";
    wait_until("the table is held", || source.sql(held).trim() == "1");
    let dump = tool("pgx-dump")
        .env("HOME", &fortress().files)
        .env("PGPASSFILE", &passwords)
        .args(["-vv", "-w", "-Z", "none", "-d", &info, "-f"])
        .arg(&stream)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("pgx-dump runs");
    wait_until("the dump waits", || source.sessions_of("pgx-dump") > 0);
    let process = format!("/proc/{}", dump.id());
    let read = |name: &str| std::fs::read(format!("{process}/{name}")).unwrap_or_default();
    let mut seen = vec![("arguments", read("cmdline")), ("environment", read("environ"))];
    assert!(seen.iter().all(|(_, bytes)| !bytes.is_empty()));
    assert_eq!(
        read(&format!("task/{}/children", dump.id())),
        b"",
        "it starts no other program"
    );
    source.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql' AND datname = current_database() AND pid <> pg_backend_pid()");
    holder.wait().expect("psql ends");
    let ended = dump.wait_with_output().expect("pgx-dump ends");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    seen.push(("messages", ended.stderr));
    seen.push(("stream", std::fs::read(&stream).expect("the stream is there")));
    let titles = source.sql("SELECT string_agg(application_name || query, '') FROM pg_stat_activity");
    seen.push(("what other users of the server see", titles.into_bytes()));
    for (place, bytes) in seen {
        let secret = PASSWORD.as_bytes();
        assert!(!bytes.windows(secret.len()).any(|some| some == secret), "{place}");
    }
}

#[test]
fn names_cannot_move_the_cursor() {
    let source = fortress().cluster.database("odd");
    source.sql("CREATE TABLE \"a\u{1b}[2Jb\u{202e}c\" (id integer); INSERT INTO \"a\u{1b}[2Jb\u{202e}c\" VALUES (1)");
    let target = fortress().cluster.database("oddly");
    // The second load meets what the first has made, and says so.
    for status in [0, 1] {
        let finished = Pipe::of(tool("pgx-dump").args(["-vv", "-d", &source.url()]))
            .to(tool("pgx-load").args(["-vv", "--into-existing", "-d", &target.url()]))
            .run();
        assert_eq!(
            finished.stages[1].status.code(),
            Some(status),
            "{:?}",
            finished.complaint()
        );
        for stage in &finished.stages {
            assert!(!stage.stderr.contains(['\u{1b}', '\u{202e}']), "{}", stage.stderr);
        }
        assert!(
            finished.stages[1].stderr.contains("\\u{1b}"),
            "{}",
            finished.stages[1].stderr
        );
    }
}
