//! `--timeout`: nobody waits for ever, whoever it is that says nothing, and whatever it is in the middle of.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use pgx_tests::{
    Act, Cluster, Database, Finished, Fixture, Moment, PATIENCE, Pipe, Proxy, Running, Scratch, campaign, judge, stock,
    tool, wait_until,
};

fn shop(size: u32) -> Database<'static> {
    Cluster::shared(18).filled(&Fixture::shop_of(size))
}

fn target() -> Database<'static> {
    let target = Cluster::shared(18).database("waiting");
    Fixture::shop().make_roles(&target);
    target
}

/// Something that says nothing and does not end.
fn mute() -> Running {
    Running::start(Command::new("sleep").arg("600"))
}

/// The first half of a file, and then nothing more.
fn half(file: &Path) -> Running {
    let length = std::fs::metadata(file).expect("it is there").len();
    let script = "head -c \"$0\" \"$1\"; exec sleep 600";
    Running::start(
        Command::new("sh")
            .args(["-c", script, &(length / 2).to_string()])
            .arg(file),
    )
}

/// Does something for each, beside one another: they mostly wait.
fn each<T: Sync>(all: &[T], test: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        for one in all {
            scope.spawn(|| test(one));
        }
    });
}

#[test]
fn an_input_that_never_begins_is_given_up() {
    let target = target();
    for flags in [&[][..], &["--verify-only"], &["--check"], &["-f", "/dev/null"]] {
        let mut mute = mute();
        let mut load = tool("pgx-load");
        load.args(["--timeout", "1s", "-d", &target.url()]).args(flags);
        if flags.first() == Some(&"-f") {
            load = tool("pgx-load");
            load.args(["--timeout", "1s"]).args(flags);
        }
        let finished = Running::start(load.stdin(mute.stdout())).end();
        let said = finished.said(3);
        assert!(
            said.contains("standard input: nothing has come for 1s") && said.contains("not a byte has come"),
            "{flags:?}: {said}"
        );
    }
}

#[test]
fn an_archive_of_pg_dump_that_stops_is_given_up() {
    let source = shop(10);
    let scratch = Scratch::new();
    for format in ["custom", "tar"] {
        let file = scratch.path().join(format);
        let dumped = stock("pg_dump")
            .args(["-F", format, "-d", &source.url(), "-f"])
            .arg(&file)
            .status();
        assert!(dumped.is_ok_and(|status| status.success()));
        let mut half = half(&file);
        let target = target();
        let mut load = tool("pgx-load");
        load.args(["--timeout", "2s", "-d", &target.url()]).stdin(half.stdout());
        let finished = Running::start(&mut load).end();
        let said = finished.said(3);
        assert!(said.contains("nothing has come for 2s"), "{format}: {said}");
    }
}

/// A load of a file whose server falls silent at a moment; none when it ended before that.
fn silenced(target: &Database, file: &Path, flags: &[&str], moment: Moment) -> Option<Finished> {
    let proxy = Proxy::before(target.cluster());
    proxy.at(moment, Act::Pause);
    let mut load = tool("pgx-load");
    load.args(["--timeout", "2s", "-d", &proxy.url(target)])
        .args(flags)
        .arg(file);
    let mut load = Running::start(&mut load);
    wait_until("it comes to the moment, or to its end", || {
        proxy.paused_within(Duration::ZERO) || !load.runs()
    });
    let finished = load.end();
    proxy.paused_within(Duration::ZERO).then_some(finished)
}

/// A shop in a file.
fn stream_of(source: &Database, scratch: &Scratch) -> PathBuf {
    let file = scratch.path().join("shop");
    Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&file))
        .run()
        .expect_success();
    file
}

/// Messages of an undisturbed load.
fn messages_of(file: &Path, flags: &[&str]) -> u64 {
    let target = target();
    let proxy = Proxy::before(target.cluster());
    let mut load = tool("pgx-load");
    load.args(["-d", &proxy.url(&target)]).args(flags).arg(file);
    Running::start(&mut load).end().expect_success();
    proxy.messages()
}

#[test]
fn a_target_that_falls_silent_is_given_up_whatever_it_was_told() {
    let source = shop(2);
    let scratch = Scratch::new();
    let file = stream_of(&source, &scratch);
    let ways: &[&[&str]] = &[&["-j2"], &["-1"], &["-j1", "--verify"], &["-j2", "--keep-going"]];
    each(&ways[..campaign(3, 4)], |flags| {
        let messages = messages_of(&file, flags);
        // What comes last, committing or proving; amid definitions, amid rows, and before anything.
        let moments = [messages - 1, messages / 2, messages / 4, messages - 3, 2];
        let mut silences = 0;
        for moment in &moments[..campaign(2, 5)] {
            let target = target();
            let Some(finished) = silenced(&target, &file, flags, Moment::Message(*moment)) else {
                continue;
            };
            silences += 1;
            assert!(!finished.hung, "{flags:?} at {moment} of {messages} hangs");
            let said = &finished.stages[0].stderr;
            // Until it is connected nobody has said anything.
            let named = said.contains("the target has said nothing for ") || said.contains("cannot connect to ");
            assert!(named, "{flags:?} at {moment} of {messages}: {said}");
            assert!(finished.codes() != [Some(0)], "{said}");
        }
        assert!(silences > 0, "{flags:?}");
    });
}

#[test]
fn a_load_whose_target_fell_silent_goes_on_later() {
    let source = shop(5);
    let scratch = Scratch::new();
    let file = stream_of(&source, &scratch);
    let moment = messages_of(&file, &["-j2"]) * 3 / 4;
    let target = target();
    let finished = silenced(&target, &file, &["-j2"], Moment::Message(moment)).expect("there are as many messages");
    let said = finished.said(3);
    assert!(
        said.contains("the target has said nothing for 2s") && said.contains("then go on with: pgx-load --resume "),
        "{said}"
    );
    let mut resume = tool("pgx-load");
    resume.args(["-j2", "--resume", "-d", &target.url()]).arg(&file);
    Running::start(&mut resume).end().said(0);
    judge(&source, &target).expect_equal();
}

/// Formats, and flags that make each of them as long as its rows.
const FORMATS: [&[&str]; 5] = [
    &["-F", "pgx", "-Z", "none"],
    &["-F", "plain"],
    &["-F", "plain", "-Z", "gzip:1"],
    &["-F", "custom", "-Z", "none"],
    &["-F", "tar"],
];

#[test]
fn a_source_that_falls_silent_is_given_up_in_every_format() {
    let source = shop(5);
    let scratch = Scratch::new();
    let directory = scratch.path().join("directory").display().to_string();
    let formats: Vec<Vec<&str>> = FORMATS
        .iter()
        .map(|flags| flags.to_vec())
        .chain([vec!["-F", "directory", "-f", &directory]])
        .collect();
    each(&formats, |flags| {
        let answered = {
            let proxy = Proxy::before(source.cluster());
            let mut dump = tool("pgx-dump");
            dump.args(["-j1", "-d", &proxy.url(&source)]).args(flags);
            Running::start(&mut dump).end().expect_success();
            proxy.answered()
        };
        // Amid catalogs, amid rows, and before it is connected.
        for moment in &[answered / 5, answered * 3 / 4, 1][..campaign(2, 3)] {
            if flags[1] == "directory" {
                std::fs::remove_dir_all(&directory).expect("it was made");
            }
            let proxy = Proxy::before(source.cluster());
            proxy.at(Moment::Answer(*moment), Act::Pause);
            let mut dump = tool("pgx-dump");
            dump.args(["-j1", "--timeout", "5s", "-d", &proxy.url(&source)])
                .args(flags);
            let finished = Running::start(&mut dump).end();
            let said = finished.said(1);
            assert!(
                said.contains("the server has said nothing for 5s") || said.contains("cannot connect to "),
                "{flags:?} at {moment} of {answered}: {said}"
            );
        }
    });
}

#[test]
fn a_reader_that_stops_is_given_up_in_every_format() {
    let source = shop(40);
    each(&FORMATS, |flags| {
        let mut dump = tool("pgx-dump");
        dump.args(["--timeout", "5s", "-d", &source.url()]).args(*flags);
        let mut dump = Running::start(&mut dump);
        dump.read(100);
        wait_until("it has given up", || !dump.runs());
        let finished = dump.end();
        let said = finished.said(1);
        assert!(
            said.contains("the reader of the output has taken nothing for 5s"),
            "{flags:?}: {said}"
        );
    });
}

/// Kinds of the frames of a stream as they come, until one of this kind does.
fn read_up_to(dump: &mut Running, wanted: u8) -> Vec<u8> {
    let mut stream = dump.read(8);
    loop {
        let header = dump.read(36);
        let length = header.get(24..28).expect("the stream goes on");
        let length = u32::from_le_bytes(length.try_into().expect("it is four bytes"));
        let kind = header[0];
        stream.extend(header);
        stream.extend(dump.read(length as usize));
        if kind == wanted {
            return stream;
        }
    }
}

/// The kind of a sign of life.
const TICK: u8 = 10;

#[test]
fn a_dump_that_waits_shows_that_it_lives() {
    let source = shop(5);
    let whole = |stream: Vec<u8>| {
        let scratch = Scratch::new();
        let file = scratch.file("stream", &stream);
        Pipe::of(tool("pgx-toc").arg("--check").arg(file))
            .run()
            .expect_success();
    };
    // For a lock.
    let lock = "BEGIN; LOCK TABLE shop.customers IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)";
    let _locker =
        Running::start(
            stock("psql")
                .env("PGAPPNAME", "locker")
                .args(["-X", "-q", "-c", lock, "-d", &source.url()]),
        );
    let locked = "SELECT count(*) FROM pg_locks WHERE relation = 'shop.customers'::regclass AND granted \
                  AND mode = 'AccessExclusiveLock'";
    wait_until("it is locked", || source.sql(locked).trim() == "1");
    let mut dump = Running::start(tool("pgx-dump").args(["-d", &source.url()]));
    let mut stream = read_up_to(&mut dump, TICK);
    source.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'locker'");
    stream.extend(dump.end().expect_success());
    whole(stream);

    // For a server that is slow: with catalogs, with the sessions of lanes, with rows.
    let proxy = Proxy::before(source.cluster());
    let counted = Running::start(tool("pgx-dump").args(["-j2", "-d", &proxy.url(&source)])).end();
    counted.expect_success();
    let messages = proxy.messages();
    let moments = [messages * 2 / 3, messages / 3, messages - 4];
    for moment in &moments[..campaign(1, 3)] {
        let proxy = Proxy::before(source.cluster());
        proxy.at(Moment::Message(*moment), Act::Pause);
        let mut dump = Running::start(tool("pgx-dump").args(["-j2", "-d", &proxy.url(&source)]));
        assert!(proxy.paused_within(PATIENCE), "at {moment} of {messages}");
        let mut stream = read_up_to(&mut dump, TICK);
        proxy.resume();
        stream.extend(dump.end().expect_success());
        whole(stream);
    }
}

#[test]
fn a_reader_that_stops_for_a_while_makes_no_memory_grow() {
    let source = Cluster::shared(18).database("memory");
    source.sql(
        "CREATE TABLE large (id integer, x text); ALTER TABLE large ALTER x SET STORAGE EXTERNAL;
         INSERT INTO large SELECT i, repeat(md5(i::text), 1000) FROM generate_series(1, 2500) i",
    );
    for flags in &FORMATS[..campaign(2, 5)] {
        let mut dump = tool("pgx-dump");
        dump.args(["-d", &source.url()]).args(*flags);
        let finished = Pipe::of(&mut dump)
            .to(Command::new("sh").args(["-c", "head -c 100000 >/dev/null; sleep 2; cat >/dev/null"]))
            .run();
        assert_eq!(finished.complaint(), None);
        let memory = finished.stages[0].memory >> 20;
        assert!(memory < 64, "{flags:?}: {memory} MB for 80 MB of rows");
    }
}
