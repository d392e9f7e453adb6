//! Progress: counted by the threads that work, drawn by one that does not.
//!
//! Counting is an addition to an atomic number, so it may be done for every frame. Drawing happens a
//! few times a second for a bar, every few seconds for lines and JSON.
//!
//! In a pipeline, the tools share one terminal. With `--progress=auto` only the last of them draws:
//! a tool whose standard output is a pipe keeps quiet.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::message::Messages;
use crate::output::Destination;
use crate::report::{Rate, Report};

/// Between two drawings of a bar: fast enough to look alive.
const BAR: Duration = Duration::from_millis(100);
/// Between two lines or JSON objects: slow enough for a log.
const LINES: Duration = Duration::from_secs(5);

/// How progress is shown (`--progress`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ProgressMode {
    /// A bar on a terminal, unless the output goes on to another program; otherwise nothing.
    #[default]
    Auto,
    /// A bar on a terminal, otherwise lines.
    Bar,
    /// A line every few seconds.
    Lines,
    /// A JSON object every few seconds, one a line.
    Json,
    /// Nothing.
    None,
}

/// What decides about `auto`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings {
    /// Whether standard error is a terminal.
    pub terminal: bool,
    /// Where standard output goes.
    pub output: Destination,
    /// Whether the user wants to hear little (`-q`), or lines that a program reads (`--log-format=json`).
    pub hushed: bool,
}

impl ProgressMode {
    /// What is really drawn: never `Auto`, and never a bar where there is no terminal.
    pub(crate) fn settle(self, around: Surroundings) -> ProgressMode {
        match self {
            ProgressMode::Auto if around.hushed || around.output == Destination::Pipe || !around.terminal => {
                ProgressMode::None
            }
            ProgressMode::Auto => ProgressMode::Bar,
            ProgressMode::Bar if !around.terminal => ProgressMode::Lines,
            settled => settled,
        }
    }
}

/// How far a run has come. Clones count together; the last one to go erases the bar.
///
/// ```
/// use pgx_cli::Progress;
///
/// let progress = Progress::hidden();
/// progress.stage("rows");
/// progress.expect(40, 4_000_000_000);
/// progress.rows(1000, 65_536);
/// progress.entry_done();
/// assert_eq!(progress.report().rows, 1000);
/// ```
#[derive(Clone)]
pub struct Progress {
    counters: Arc<Counters>,
    _drawer: Option<Arc<Drawer>>,
}

struct Counters {
    begun: Instant,
    stage: Mutex<String>,
    entries: AtomicU64,
    total_entries: AtomicU64,
    rows: AtomicU64,
    bytes: AtomicU64,
    total_bytes: AtomicU64,
}

impl Progress {
    /// Progress that is counted and never drawn.
    pub fn hidden() -> Progress {
        Progress {
            counters: Arc::new(Counters::new()),
            _drawer: None,
        }
    }

    /// Progress that is drawn in the given, settled way.
    pub(crate) fn drawn(mode: ProgressMode, messages: &Messages) -> Progress {
        let counters = Arc::new(Counters::new());
        let drawer = match mode {
            ProgressMode::None | ProgressMode::Auto => None,
            mode => Drawer::start(mode, counters.clone(), messages.clone()).map(Arc::new),
        };
        Progress {
            counters,
            _drawer: drawer,
        }
    }

    /// Says what is being done now, in a word or two: `rows`, `indexes`.
    pub fn stage(&self, stage: impl Into<String>) {
        *self.counters.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage.into();
    }

    /// Says how many entries and bytes there will be; 0 for what nobody knows.
    pub fn expect(&self, entries: u64, bytes: u64) {
        self.counters.total_entries.store(entries, Ordering::Relaxed);
        self.counters.total_bytes.store(bytes, Ordering::Relaxed);
    }

    /// Counts rows and their bytes.
    pub fn rows(&self, rows: u64, bytes: u64) {
        self.counters.rows.fetch_add(rows, Ordering::Relaxed);
        self.counters.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts an entry that is finished.
    pub fn entry_done(&self) {
        self.counters.entries.fetch_add(1, Ordering::Relaxed);
    }

    /// What has been counted so far, without a rate.
    pub fn report(&self) -> Report {
        self.counters.report()
    }
}

impl Counters {
    fn new() -> Counters {
        Counters {
            begun: Instant::now(),
            stage: Mutex::default(),
            entries: AtomicU64::new(0),
            total_entries: AtomicU64::new(0),
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            total_bytes: AtomicU64::new(0),
        }
    }

    fn report(&self) -> Report {
        Report {
            stage: self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            entries: self.entries.load(Ordering::Relaxed),
            total_entries: self.total_entries.load(Ordering::Relaxed),
            rows: self.rows.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            total_bytes: self.total_bytes.load(Ordering::Relaxed),
            rate: 0.0,
            elapsed: self.begun.elapsed(),
        }
    }
}

/// The thread that draws, and the way to stop it.
struct Drawer {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Drawer {
    /// None when there is no thread to be had: progress is not worth failing for.
    fn start(mode: ProgressMode, counters: Arc<Counters>, messages: Messages) -> Option<Drawer> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let stopped = stop.clone();
        let thread = std::thread::Builder::new()
            .name("progress".into())
            .spawn(move || draw(mode, &counters, &messages, &stopped))
            .ok()?;
        Some(Drawer {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Drawer {
    fn drop(&mut self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn draw(mode: ProgressMode, counters: &Counters, messages: &Messages, stop: &(Mutex<bool>, Condvar)) {
    let bar = (mode == ProgressMode::Bar).then(|| Bar::new(messages));
    let pause = if bar.is_some() { BAR } else { LINES };
    let mut rate = Rate::default();
    let mut stopped = stop.0.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let begun = Instant::now();
        // A pause may be cut short for no reason.
        while !*stopped && begun.elapsed() < pause {
            let rest = pause.saturating_sub(begun.elapsed());
            stopped = stop
                .1
                .wait_timeout(stopped, rest)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        if *stopped {
            break;
        }
        let mut report = counters.report();
        report.rate = rate.observe(report.elapsed, report.bytes);
        match (&bar, mode) {
            (Some(bar), _) => bar.show(&report),
            (None, ProgressMode::Json) => messages.raw(&report.json(messages.tool())),
            (None, _) => messages.raw(&report.line(messages.tool())),
        }
    }
    if let Some(bar) = bar {
        bar.erase(messages);
    }
}

/// The bar on the terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(messages: &Messages) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        messages.set_bar(Some(bar.clone()));
        Bar(bar)
    }

    fn show(&self, report: &Report) {
        let template = if report.total_bytes == 0 {
            "{spinner} {wide_msg}"
        } else {
            "[{bar:24}] {wide_msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style.progress_chars("=> "));
        }
        self.0.set_length(report.total_bytes);
        self.0.set_position(report.bytes.min(report.total_bytes));
        self.0.set_message(report.facts());
        self.0.tick();
    }

    fn erase(&self, messages: &Messages) {
        messages.set_bar(None);
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALONE: Surroundings = Surroundings {
        terminal: true,
        output: Destination::Terminal,
        hushed: false,
    };

    #[test]
    fn only_the_last_tool_of_a_pipeline_draws() {
        let dump = Surroundings {
            output: Destination::Pipe,
            ..ALONE
        };
        assert_eq!(ProgressMode::Auto.settle(dump), ProgressMode::None);
        assert_eq!(ProgressMode::Auto.settle(ALONE), ProgressMode::Bar);
        assert_eq!(ProgressMode::Bar.settle(dump), ProgressMode::Bar);
    }

    #[test]
    fn a_bar_needs_a_terminal() {
        let log = Surroundings {
            terminal: false,
            ..ALONE
        };
        assert_eq!(ProgressMode::Auto.settle(log), ProgressMode::None);
        assert_eq!(ProgressMode::Bar.settle(log), ProgressMode::Lines);
        assert_eq!(ProgressMode::Json.settle(log), ProgressMode::Json);
    }

    #[test]
    fn quiet_means_no_bar() {
        assert_eq!(
            ProgressMode::Auto.settle(Surroundings { hushed: true, ..ALONE }),
            ProgressMode::None
        );
    }

    #[test]
    fn threads_count_together() {
        let progress = Progress::hidden();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| progress.rows(1, 10)));
            }
        });
        assert_eq!((progress.report().rows, progress.report().bytes), (4000, 40_000));
    }

    #[test]
    fn the_drawer_stops_at_once() {
        let messages = Messages::new("t", crate::LogFormat::Text, crate::Verbosity::Quiet);
        let begun = Instant::now();
        drop(Progress::drawn(ProgressMode::Lines, &messages));
        assert!(begun.elapsed() < LINES);
    }
}
