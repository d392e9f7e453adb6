//! `pgx-dump --hold`: what breaks the pipe breaks nothing else, and nothing stays behind that nobody wants.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use pgx_tests::{Cluster, Database, Finished, Fixture, Pipe, Running, Scratch, stock, tool, wait_until};

/// A place of one's own for holders, which are given up with it.
struct Place(Scratch);

impl Place {
    fn new() -> Place {
        let place = Place(Scratch::new());
        fs::create_dir(place.directory()).expect("it is writable");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(place.directory(), private).expect("it is ours");
        place
    }

    fn directory(&self) -> std::path::PathBuf {
        self.0.path().join("hold")
    }

    fn dump(&self, arguments: &[&str]) -> Command {
        let mut dump = tool("pgx-dump");
        dump.args(arguments).env("PGX_HOLD_DIR", self.directory());
        dump
    }

    /// The sockets of holders.
    fn sockets(&self) -> Vec<String> {
        let files = fs::read_dir(self.directory()).expect("it is there");
        files
            .map(|file| file.expect("it can be read").file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// The archive that is held.
    fn archive(&self) -> String {
        let sockets = self.sockets();
        assert_eq!(sockets.len(), 1, "{sockets:?}");
        sockets[0].trim_end_matches(".hold").to_owned()
    }

    fn holders(&self) -> String {
        let listed = Pipe::of(&mut self.dump(&["--holders"])).run();
        String::from_utf8(listed.expect_success()).expect("a list is text")
    }

    fn release(&self) -> Finished {
        Pipe::of(&mut self.dump(&["--release"])).run()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for socket in self.sockets() {
            let archive = socket.trim_end_matches(".hold");
            let _ = self.dump(&["--release", archive]).stderr(Stdio::null()).status();
        }
    }
}

fn shop(size: u32) -> Database<'static> {
    Cluster::shared(18).filled(&Fixture::shop_of(size))
}

/// What `pgx-toc --sizes` says of a stream.
fn sizes(scratch: &Scratch, stream: &[u8]) -> String {
    let file = scratch.file("stream", stream);
    let checked = Pipe::of(tool("pgx-toc").arg("--check").arg(&file)).run();
    checked.expect_success();
    let sizes = Pipe::of(tool("pgx-toc").arg("--sizes").arg(&file)).run();
    String::from_utf8_lossy(&sizes.expect_success()).into_owned()
}

/// A dump that is held, of whose stream so much has been read.
fn begun(place: &Place, source: &Database, arguments: &[&str], read: usize) -> (Running, Vec<u8>) {
    let url = source.url();
    let arguments = [arguments, &["-d", &url]].concat();
    let mut dump = Running::start(&mut place.dump(&arguments));
    let stream = dump.read(read);
    wait_until("it is held", || !place.sockets().is_empty());
    (dump, stream)
}

/// The plan and archive of a stream, as a token of a target that has these parts.
fn token(place: &Place, scratch: &Scratch, stream: &[u8], done: &str) -> String {
    let plan = {
        let text = String::from_utf8_lossy(stream);
        let at = text.find("\"plan\":\"").expect("TOC_END has the plan") + 8;
        text[at..at + 32].to_owned()
    };
    let _ = scratch;
    let begin = format!("pgx1.{}.{plan}.{done}", place.archive());
    format!("{begin}.{:08x}", crc32(begin.as_bytes()))
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

fn processes_with(place: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").expect("proc is there").flatten() {
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        let command = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).into_owned();
        if command.contains("--be-the-holder")
            && String::from_utf8_lossy(&environment).contains(&place.display().to_string())
        {
            found.push(process.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
fn a_dump_that_is_read_to_its_end_leaves_nothing_behind() {
    let (place, scratch, source) = (Place::new(), Scratch::new(), shop(2));
    let plain = Pipe::of(tool("pgx-dump").args(["-j2", "-d", &source.url()])).run();
    let held = Pipe::of(&mut place.dump(&["-j2", "--hold", "-d", &source.url()])).run();
    let whole = sizes(&scratch, &plain.expect_success());
    assert_eq!(sizes(&scratch, &held.expect_success()), whole);
    wait_until("no holder is left", || processes_with(&place.directory()).is_empty());
    assert!(place.sockets().is_empty());
    wait_until("no session is left", || source.sessions_of("pgx-dump") == 0);

    let file = scratch.path().join("file");
    let mut to_file = place.dump(&["--hold", "-Z", "none", "-d", &source.url(), "-f"]);
    Pipe::of(to_file.arg(&file)).run().expect_success();
    assert_eq!(sizes(&scratch, &fs::read(&file).expect("it is there")), whole);
}

#[test]
fn what_fails_is_told_as_if_there_were_one_process() {
    let (place, source) = (Place::new(), shop(1));
    let unknown = Pipe::of(&mut place.dump(&["--hold", "-t", "nothing", "-d", &source.url()])).run();
    assert!(
        unknown.said(1).contains("no matching tables"),
        "{}",
        unknown.stages[0].stderr
    );
    let nowhere = Pipe::of(&mut place.dump(&["--hold", "-h", "/nowhere", "app"])).run();
    assert!(nowhere.said(1).contains("/nowhere"), "{}", nowhere.stages[0].stderr);
    let wrong = Pipe::of(&mut place.dump(&["--hold", "-F", "plain", "app"])).run();
    assert!(wrong.said(2).contains("--hold"), "{}", wrong.stages[0].stderr);
    assert!(place.release().said(1).contains("no dump is held here"));
    assert_eq!(place.holders(), "");
}

#[test]
fn a_holder_has_nothing_of_its_parent() {
    let (place, source) = (Place::new(), shop(20));
    let url = source.url();
    let mut dump = place.dump(&["--hold", "-d", &url]);
    dump.env("PGPASSWORD", "a secret that nobody sees");
    let mut dump = Running::start(&mut dump);
    dump.read(300_000);
    wait_until("it is held", || !place.sockets().is_empty());
    let holders = processes_with(&place.directory());
    assert_eq!(holders.len(), 1);
    let proc = Path::new("/proc").join(&holders[0]);
    for descriptor in fs::read_dir(proc.join("fd")).expect("it lives").flatten() {
        let to = fs::read_link(descriptor.path())
            .unwrap_or_default()
            .display()
            .to_string();
        assert!(!to.starts_with("pipe:"), "{descriptor:?} is {to}");
    }
    let environment = String::from_utf8_lossy(&fs::read(proc.join("environ")).expect("it lives")).into_owned();
    let command = String::from_utf8_lossy(&fs::read(proc.join("cmdline")).expect("it lives")).into_owned();
    assert!(!environment.contains("a secret") && !command.contains("a secret"));
    assert!(!command.contains(&url), "{command}");
    // Field 6 of stat is the session: it is its own.
    let stat = fs::read_to_string(proc.join("stat")).expect("it lives");
    let session = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(3));
    assert_eq!(session, Some(holders[0].as_str()));
    dump.signal("KILL");
    wait_until("the lanes are gone", || source.sessions_of("pgx-dump") == 2);
    let listed = place.holders();
    assert!(
        listed.contains(source.name()) && listed.contains("xmin age"),
        "{listed}"
    );
    place.release().expect_success();
    wait_until("no session is left", || source.sessions_of("pgx-dump") == 0);
    wait_until("no holder is left", || processes_with(&place.directory()).is_empty());
    assert!(place.sockets().is_empty());
}

#[test]
fn the_second_leg_is_of_the_first_ones_moment() {
    let (place, scratch, source) = (Place::new(), Scratch::new(), shop(20));
    source.sql("CREATE FUNCTION gone() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE grows AS SELECT 1 AS x");
    let whole = Pipe::of(tool("pgx-dump").args(["-j2", "-d", &source.url()])).run();
    let whole = sizes(&scratch, &whole.expect_success());
    let (dump, stream) = begun(&place, &source, &["-j2", "--hold"], 1 << 20);
    dump.signal("KILL");
    drop(dump);
    // Whatever is done now, with what the locks allow, happened after the dump.
    source.sql(
        "DELETE FROM shop.order_lines; CREATE TABLE later AS SELECT 1 AS x; DROP FUNCTION gone();
         INSERT INTO grows SELECT generate_series(1, 100000); VACUUM shop.order_lines",
    );
    let nothing = token(&place, &scratch, &stream, "");
    let mut rest = Running::start(&mut place.dump(&["--resume", &nothing]));
    let first = rest.read(500_000);
    assert!(String::from_utf8_lossy(&first).contains("\"resumes\":{"));
    // A reader that hangs up breaks the second leg as well, and the third brings all of it.
    rest.hang_up();
    let said = rest.end();
    assert!(
        said.said(141).contains("is held for 6h as archive"),
        "{}",
        said.stages[0].stderr
    );
    let rest = Pipe::of(&mut place.dump(&["--resume", &nothing]))
        .run()
        .expect_success();
    assert_eq!(sizes(&scratch, &rest), whole);
    assert!(String::from_utf8_lossy(&rest).contains("CREATE FUNCTION public.gone()"));
    wait_until("no session is left", || source.sessions_of("pgx-dump") == 0);
    assert!(place.sockets().is_empty());
}

#[test]
fn a_token_that_does_not_fit_is_refused_and_breaks_nothing() {
    let (place, scratch, source) = (Place::new(), Scratch::new(), shop(20));
    let (dump, stream) = begun(&place, &source, &["--hold"], 1 << 20);
    let nothing = token(&place, &scratch, &stream, "");
    let archive = place.archive();
    let refused = |token: &str, arguments: &[&str], status: i32| {
        let arguments = [&["--resume", token], arguments].concat();
        let finished = Pipe::of(&mut place.dump(&arguments)).run();
        assert!(finished.stdout.is_empty());
        finished.said(status).to_owned()
    };
    assert!(refused(&nothing.replace("pgx1", "pgx2"), &[], 2).contains("version"));
    assert!(refused(&nothing.replace(&archive[..8], "00000000"), &[], 2).contains("cut or edited"));
    let signed = |begin: String| format!("{begin}.{:08x}", crc32(begin.as_bytes()));
    let plan = nothing.split('.').nth(2).expect("a token has a plan").to_owned();
    let other_plan = signed(format!("pgx1.{archive}.{}.", plan.chars().rev().collect::<String>()));
    assert!(refused(&other_plan, &[], 2).contains("another plan"));
    let other_archive = signed(format!("pgx1.00000000-0000-4000-8000-000000000000.{plan}."));
    assert!(refused(&other_archive, &[], 1).contains("nobody holds"));
    let unknown_part = signed(format!("pgx1.{archive}.{plan}.1:99"));
    assert!(refused(&unknown_part, &[], 2).contains("does not have"));
    assert!(refused(&nothing, &["-d", "elsewhere"], 2).contains("not of \"elsewhere\""));
    assert!(refused(&nothing, &["-n", "public"], 2).contains("selected"));
    // Nobody has disturbed the first leg.
    let finished = dump.end();
    let rest = finished.expect_success();
    sizes(&scratch, &[stream, rest].concat());
}

#[test]
fn a_lease_ends() {
    let (place, source) = (Place::new(), shop(20));
    let (dump, _) = begun(&place, &source, &["--hold=2s"], 1 << 20);
    dump.signal("KILL");
    drop(dump);
    wait_until("the lease is over", || place.sockets().is_empty());
    wait_until("no session is left", || source.sessions_of("pgx-dump") == 0);
}

#[test]
fn any_session_of_a_held_dump_can_be_lost() {
    let (place, scratch, source) = (Place::new(), Scratch::new(), shop(60));
    let whole = Pipe::of(tool("pgx-dump").args(["-j2", "-d", &source.url()])).run();
    let whole = sizes(&scratch, &whole.expect_success());
    let (mut dump, mut stream) = begun(&place, &source, &["-j2", "--hold"], 1 << 20);
    for _ in 0..3 {
        // Two lanes, one of which holds the locks, and the one that holds them as well.
        let locked = "SELECT count(*) FROM (SELECT pid FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
             WHERE application_name = 'pgx-dump' AND l.relation = 'shop.customers'::regclass GROUP BY pid) p";
        wait_until("two sessions hold the locks", || {
            source.sessions_of("pgx-dump") == 3 && source.sql(locked).trim().parse::<u32>().unwrap_or(0) >= 2
        });
        source.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgx-dump'
             AND datname = current_database() ORDER BY backend_start LIMIT 1",
        );
        stream.extend(dump.read(4 << 20));
    }
    let finished = dump.end();
    stream.extend(finished.expect_success());
    assert_eq!(sizes(&scratch, &stream), whole);
    wait_until("no session is left", || source.sessions_of("pgx-dump") == 0);
}

#[test]
fn who_waits_for_the_locks_is_named_and_given_way() {
    let (place, source) = (Place::new(), shop(20));
    let (dump, _) = begun(&place, &source, &["--hold", "--yield-after", "4s"], 1 << 20);
    wait_until("two sessions hold the snapshot", || source.sessions_of("pgx-dump") >= 2);
    let alter = "ALTER TABLE shop.customers ADD COLUMN later integer";
    let altered = Running::start(stock("psql").args(["-X", "-q", "-c", alter, "-d", &source.url()]));
    wait_until("it is listed", || {
        place
            .holders()
            .contains("to lock shop.customers: ALTER TABLE shop.customers")
    });
    // Nobody reads the dump, and still it ends.
    altered.end().said(0);
    let finished = dump.end();
    let said = finished.said(1);
    assert!(
        said.contains("warning: session") && said.contains("the dump gives way"),
        "{said}"
    );
    assert!(place.sockets().is_empty());
}

#[test]
fn a_dump_may_linger_after_it_was_read() {
    let (place, scratch, source) = (Place::new(), Scratch::new(), shop(2));
    let held = Pipe::of(&mut place.dump(&["--hold", "--linger", "10m", "-d", &source.url()])).run();
    let stream = held.expect_success();
    let nothing = token(&place, &scratch, &stream, "");
    let again = Pipe::of(&mut place.dump(&["--resume", &nothing]))
        .run()
        .expect_success();
    assert_eq!(sizes(&scratch, &again), sizes(&scratch, &stream));
    place.release().expect_success();
    wait_until("no session is left", || source.sessions_of("pgx-dump") == 0);
}

#[test]
fn a_reader_that_stops_is_waited_for_in_time_and_then_given_up() {
    let (place, scratch, source) = (Place::new(), Scratch::new(), shop(20));
    // It reads on before the time is over.
    let (dump, mut stream) = begun(&place, &source, &["--hold", "--timeout", "20s"], 1 << 20);
    std::thread::sleep(Duration::from_secs(1));
    stream.extend(dump.end().expect_success());
    sizes(&scratch, &stream);
    // It does not.
    let (mut dump, _) = begun(&place, &source, &["--hold", "--timeout", "2s"], 1 << 20);
    wait_until("it has given up", || !dump.runs());
    let finished = dump.end();
    let said = finished.said(3);
    assert!(
        said.contains("has taken nothing for 2s") && said.contains("is held for 6h"),
        "{said}"
    );
    place.release().expect_success();
    let mut dump = Running::start(tool("pgx-dump").args(["--timeout", "1s", "-d", &source.url()]));
    dump.read(1 << 20);
    wait_until("it has given up", || !dump.runs());
    assert!(dump.end().said(1).contains("has taken nothing for 1s"));
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let source = shop(1);
    let lock = "BEGIN; LOCK TABLE shop.customers IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)";
    let locker = Running::start(stock("psql").args(["-X", "-q", "-c", lock, "-d", &source.url()]));
    let locked =
        "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND locktype = 'relation'";
    wait_until("it is locked", || source.sql(locked).trim() != "0");
    let dump = Running::start(tool("pgx-dump").args(["--timeout", "1s", "-d", &source.url()]));
    let finished = dump.end();
    assert!(finished.said(1).contains("the server has said nothing for 1s"));
    let last_words = String::from_utf8_lossy(&finished.stdout).into_owned();
    assert!(last_words.contains("said nothing"), "{last_words}");
    locker.signal("KILL");
    source.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql' \
         AND pid <> pg_backend_pid() AND datname = current_database()",
    );
}

#[test]
fn a_server_that_falls_silent_amid_rows_can_be_asked_again() {
    let (place, scratch, source) = (Place::new(), Scratch::new(), shop(60));
    let whole = Pipe::of(tool("pgx-dump").args(["-j1", "-d", &source.url()])).run();
    let whole = sizes(&scratch, &whole.expect_success());
    // A file takes everything at once, whatever else we do: only the server can be silent.
    let url = source.url();
    let held = place.dump(&[
        "-j1",
        "--hold",
        "--timeout",
        "2s",
        "-Z",
        "none",
        "--rate-limit",
        "1MB",
        "-d",
        &url,
    ]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "exec \"$0\" \"$@\" > stream"])
        .arg(held.get_program())
        .args(held.get_args())
        .env("PGX_HOLD_DIR", place.directory())
        .current_dir(scratch.path());
    let dump = Running::start(&mut shell);
    let reading = "SELECT pid FROM pg_stat_activity WHERE application_name = 'pgx-dump' AND state = 'active'
                   AND datname = current_database() AND query LIKE 'COPY%'";
    let mut process = String::new();
    wait_until("a session sends rows", || {
        process = source.sql(reading).trim().to_owned();
        !process.is_empty()
    });
    let signal = |signal: &str| {
        let sent = Command::new("kill").args(["-s", signal, &process]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "the session has ended");
    };
    signal("STOP");
    let finished = dump.end();
    signal("CONT");
    let said = finished.said(3);
    assert!(
        said.contains("said nothing for 2s") && said.contains("is held for 6h"),
        "{said}"
    );
    let stream = fs::read(scratch.path().join("stream")).expect("it was written");
    assert!(String::from_utf8_lossy(&stream).contains("\"resumable\":true"));
    // A filter between them says the same.
    let file = scratch.file("cut", &stream);
    let filtered = Pipe::of(tool("pgx-filter").arg(&file)).run();
    filtered.said(3);
    assert!(String::from_utf8_lossy(&filtered.stdout).contains("\"resumable\":true"));
    let nothing = token(&place, &scratch, &stream, "");
    let rest = Pipe::of(&mut place.dump(&["--resume", &nothing])).run();
    assert_eq!(sizes(&scratch, &rest.expect_success()), whole);
    wait_until("no session is left", || source.sessions_of("pgx-dump") == 0);
}
