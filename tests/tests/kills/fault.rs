//! What goes wrong.

use pgx_tests::{Cluster, Database, Running};

use crate::run::Run;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The dump is killed.
    Dump,
    /// The load is killed.
    Load,
    /// What stands for ssh between them is killed.
    Relay,
    /// A session of the load is ended.
    TargetSession,
    /// A session of the dump is ended.
    SourceSession,
    /// The target is restarted.
    Restart,
    /// The target crashes, and starts again.
    Crash,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 7] = [
        Fault::Dump,
        Fault::Load,
        Fault::Relay,
        Fault::TargetSession,
        Fault::SourceSession,
        Fault::Restart,
        Fault::Crash,
    ];

    /// Lets it happen. What has ended already is not ended again.
    pub fn strike(self, run: &mut Run, source: &Database, target: &Cluster) {
        match self {
            Fault::Dump => kill(&mut run.dump),
            Fault::Load => kill(&mut run.load),
            Fault::Relay => kill(&mut run.relay),
            Fault::TargetSession => end_one(&target.lasting("postgres"), "true", "pgx-load"),
            Fault::SourceSession => end_one(source, "datname = current_database()", "pgx-dump"),
            Fault::Restart => target.restart("fast"),
            Fault::Crash => target.restart("immediate"),
        }
    }
}

fn kill(program: &mut Running) {
    if program.runs() {
        program.signal("KILL");
    }
}

/// Ends any one of the sessions of a program.
fn end_one(database: &Database, of: &str, program: &str) {
    database.sql(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{program}' AND {of}
         ORDER BY random() LIMIT 1"
    ));
}
