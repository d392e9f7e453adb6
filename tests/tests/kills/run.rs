//! A copy that something happens to: `dump | relay | load`.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pgx_tests::{Cluster, Database, Finished, Running};

use crate::fault::Fault;
use crate::gate::Gate;
use crate::moment::Moment;

/// How long a load may take for what it has.
const SETTLED: Duration = Duration::from_millis(500);

/// A copy on its way.
pub struct Run {
    /// pgx-dump.
    pub dump: Running,
    /// What stands for ssh.
    pub relay: Running,
    /// pgx-load.
    pub load: Running,
    gate: Gate,
}

/// How its programs ended.
pub struct Ends {
    /// pgx-dump.
    pub dump: Finished,
    /// pgx-load.
    pub load: Finished,
    /// Bytes that came to what stands for ssh.
    pub passed: u64,
}

impl Run {
    /// Starts a copy of which so many bytes pass.
    fn start(dump: &mut Command, mut load: Command, first: u64) -> Run {
        let mut dump = Running::start(dump);
        let (from, to) = std::io::pipe().expect("there are pipes");
        let mut relay = Command::new("cat");
        relay.stdin(from);
        let mut relaying = Running::start(&mut relay);
        // Who keeps a command keeps its ends of pipes.
        drop(relay);
        load.stdin(Stdio::from(relaying.stdout()));
        let loading = Running::start(&mut load);
        drop(load);
        let gate = Gate::between(dump.stdout(), to, first);
        Run {
            dump,
            relay: relaying,
            load: loading,
            gate,
        }
    }

    fn end(self) -> Ends {
        self.gate.open();
        let load = self.load.end();
        let dump = self.dump.end();
        self.relay.end();
        Ends {
            dump,
            load,
            passed: self.gate.passed(),
        }
    }

    /// A copy that this happens to.
    pub fn broken(
        dump: &mut Command,
        load: Command,
        (fault, moment): (Fault, Moment),
        (source, target): (&Database, &Cluster),
    ) -> Ends {
        let mut run = match moment {
            Moment::At(bytes, settled) => {
                let run = Run::start(dump, load, bytes);
                run.gate.wait_until_shut();
                if settled {
                    settle(target);
                }
                run
            }
            Moment::After(time) => {
                let run = Run::start(dump, load, u64::MAX);
                run.gate.open();
                run.gate.wait_until_over();
                thread::sleep(time);
                run
            }
        };
        fault.strike(&mut run, source, target);
        run.end()
    }

    /// A copy that nothing happens to, and how long the load took after the last byte.
    pub fn whole(dump: &mut Command, load: Command) -> (Ends, Duration) {
        let run = Run::start(dump, load, u64::MAX);
        run.gate.open();
        run.gate.wait_until_over();
        let over = Instant::now();
        let ends = run.end();
        (ends, over.elapsed())
    }
}

/// Waits until a load has done what can be done with what it has; not for long, as it may have nothing yet.
fn settle(target: &Cluster) {
    let waiting = "SELECT count(*) > 0 AND bool_and(wait_event = 'ClientRead') FROM pg_stat_activity
                   WHERE application_name = 'pgx-load'";
    let (begun, mut times) = (Instant::now(), 0);
    while times < 2 && begun.elapsed() < SETTLED {
        times = match target.lasting("postgres").sql(waiting).trim() {
            "t" => times + 1,
            _ => 0,
        };
        thread::sleep(Duration::from_millis(20));
    }
}

impl Ends {
    /// Whether the load says that all is well.
    pub fn is_whole(&self) -> bool {
        self.load.codes() == [Some(0)]
    }

    /// Whether a crash of the target may have come after the load had done its work: it has not noticed any, or says
    /// what it could not notice.
    pub fn may_have_crashed_later(&self, fault: Fault) -> bool {
        let said = &self.load.stages[0].stderr;
        fault == Fault::Crash && (!said.contains("a session was lost") || said.contains("unlogged tables"))
    }

    /// What both said.
    pub fn said(&self) -> String {
        [&self.dump, &self.load]
            .map(|end| format!("{:?} {}", end.codes(), end.stages[0].stderr))
            .concat()
    }
}
