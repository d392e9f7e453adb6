//! The proxy that other tests rely on sees, stops, slows and cuts what passes.

use std::time::{Duration, Instant};

use pgx_tests::{Act, Cluster, Database, Moment, PATIENCE, Proxy, Running, stock};

/// psql that runs two statements through the proxy.
fn psql(proxy: &Proxy, database: &Database) -> Running {
    let url = proxy.url(database);
    Running::start(stock("psql").args(["-X", "-A", "-t", "-c", "SELECT 1", "-c", "SELECT 2", "-d", &url]))
}

fn setting() -> (Proxy, Database<'static>) {
    let cluster = Cluster::shared(18);
    (Proxy::before(cluster), cluster.database("behind"))
}

#[test]
fn it_counts_and_keeps_statements() {
    let (proxy, database) = setting();
    assert_eq!(psql(&proxy, &database).end().expect_success(), b"1\n2\n");
    // It opens a session and asks twice; that it says goodbye does not count.
    assert_eq!((proxy.sessions(), proxy.messages()), (1, 3));
    assert_eq!(proxy.messages_by_type().get(&b'Q'), Some(&2));
    assert_eq!(proxy.statements(), ["SELECT 1", "SELECT 2"]);
    assert!(proxy.answered() > 0);
}

#[test]
fn a_pause_holds_the_message_it_was_planned_for() {
    let (proxy, database) = setting();
    proxy.at(Moment::Message(3), Act::Pause);
    let mut client = psql(&proxy, &database);
    assert!(proxy.paused_within(PATIENCE));
    assert!(client.runs());
    let last = "SELECT query FROM pg_stat_activity WHERE application_name = 'psql' AND datname = current_database() AND pid <> pg_backend_pid()";
    assert_eq!(database.sql(last).trim(), "SELECT 1", "the second statement has passed");
    proxy.resume();
    assert_eq!(client.end().expect_success(), b"1\n2\n");
}

#[test]
fn a_pause_that_never_comes_is_not_waited_for_for_ever() {
    let (proxy, _) = setting();
    proxy.at(Moment::Message(1), Act::Pause);
    assert!(!proxy.paused_within(Duration::from_millis(50)));
}

#[test]
fn a_cut_ends_the_session_on_both_sides() {
    let (proxy, database) = setting();
    proxy.at(Moment::Message(3), Act::Cut);
    let finished = psql(&proxy, &database).end();
    assert_eq!(finished.stdout, b"1\n");
    assert_eq!(finished.codes(), [Some(2)], "{:?}", finished.complaint());
    // New sessions are served.
    assert_eq!(psql(&proxy, &database).end().expect_success(), b"1\n2\n");
}

#[test]
fn answers_can_be_stopped_and_slowed() {
    let (proxy, database) = setting();
    proxy.at(Moment::Answer(1), Act::Pause);
    let client = psql(&proxy, &database);
    assert!(proxy.paused_within(PATIENCE));
    assert_eq!(proxy.messages(), 1);
    proxy.at(Moment::Message(2), Act::Delay(Duration::from_millis(200)));
    let start = Instant::now();
    proxy.resume();
    client.end().expect_success();
    assert!(start.elapsed() >= Duration::from_millis(200));
}
