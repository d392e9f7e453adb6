//! Results as a Markdown table, and in a few lines.

use std::fmt::Write;

use crate::clients::SETTINGS;
use crate::figures::Figures;
use crate::race::{Course, Race, Run};
use crate::way::Way;
use crate::workload::Task;

/// The whole report.
pub fn markdown(course: &Course, races: &[Race]) -> String {
    let mut text = format!("# Benchmark\n\n{}\n", conditions(course));
    for race in races {
        text.push('\n');
        text.push_str(&section(race));
    }
    text
}

/// A line for each workload.
pub fn summary(races: &[Race]) -> String {
    races
        .iter()
        .map(|race| format!("{:<17} {}\n", race.workload.name, headline(race)))
        .collect()
}

/// Under what conditions it ran.
fn conditions(course: &Course) -> String {
    let version = course.source.directory().join("data/PG_VERSION");
    let version = std::fs::read_to_string(version).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "Two servers of PostgreSQL {version} and all clients on one machine of {cores} cores ({processor}); medians of \
         {runs} runs in turn, least and greatest in parentheses; scale {scale}. Servers: {settings}, autovacuum off. \
         Each copy goes into an empty database after a CHECKPOINT, is timed until every process has ended, and is \
         judged: definitions by pg_dump, rows, sequences and large objects by number and hash. Everybody has default \
         flags, but for those that are shown.\n\n\
         *Bare* is the copy without statistics: ours with `--no-analyze`, stock's as it is. *Analyzed* is with them: \
         ours as it is, stock's with the time of `vacuumdb -Z -j2` added. The factor after a time is how many times \
         as long it is as ours. Memory is the most that one process had, of dump + load. Processor seconds are \
         those of the clients and of both servers, ours with ANALYZE, stock's without.\n",
        version = version.trim(),
        processor = processor(),
        runs = course.runs,
        scale = course.scale,
        settings = SETTINGS[..7].join(", "),
    )
}

fn processor() -> String {
    let facts = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = facts.lines().find_map(|line| line.strip_prefix("model name"));
    model
        .map_or("unknown", |model| model.trim_start_matches([' ', '\t', ':']))
        .to_owned()
}

fn section(race: &Race) -> String {
    let workload = race.workload;
    let mut text = format!(
        "## {}\n\n{}; {} MB.{} {}\n\n",
        workload.name,
        sentence(workload.about),
        race.size >> 20,
        workload
            .aim
            .map(|aim| format!(" Aim: {aim} times as fast as the best stock way."))
            .unwrap_or_default(),
        sentence(&headline(race)),
    );
    text.push_str(&match workload.task {
        Task::Copy | Task::CopyFar => copies(race),
        Task::Definitions => definitions(race),
    });
    for (way, failure) in &race.failures {
        let first = failure.lines().next().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n`{}` failed: {first}", way.name());
    }
    text
}

fn copies(race: &Race) -> String {
    let mut text = String::from(
        "| way | bare, s | | analyzed, s | | memory, MB | client CPU, s | server CPU, s |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let ours = (bare(race, Way::Pgx), analyzed(race, Way::Pgx));
    for way in [Way::Pgx, Way::Script, Way::Archive, Way::Directory] {
        let (bare, analyzed) = (bare(race, way), analyzed(race, way));
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} |",
            way.name().replace('|', "\\|"),
            time(&bare),
            factor(&bare, &ours.0),
            time(&analyzed),
            factor(&analyzed, &ours.1),
            memory(race, way),
            number(&race.figures(way, |run| Some(run.cpu()))),
            number(&race.figures(way, Run::server_cpu)),
        );
    }
    text
}

fn definitions(race: &Race) -> String {
    let mut text = String::from(
        "| way | time, s | | memory, MB | client CPU, s | server CPU, s |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    let ours = bare(race, Way::PgxDefinitions);
    for &way in Way::to(Task::Definitions) {
        let bare = bare(race, way);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} |",
            way.name(),
            time(&bare),
            factor(&bare, &ours),
            memory(race, way),
            number(&race.figures(way, |run| Some(run.cpu()))),
            number(&race.figures(way, Run::server_cpu)),
        );
    }
    text
}

/// How we compare with the best of the others.
fn headline(race: &Race) -> String {
    let words = match race.workload.task {
        Task::Copy | Task::CopyFar => [("bare", advantage(race, bare)), ("analyzed", advantage(race, analyzed))]
            .iter()
            .filter_map(|(what, advantage)| advantage.map(|times| format!("{what} {times:.2}")))
            .collect::<Vec<_>>()
            .join(", "),
        Task::Definitions => advantage(race, bare).map_or(String::new(), |times| format!("{times:.2}")),
    };
    match words.is_empty() {
        true => "no comparison".to_owned(),
        false => format!("{words} times as fast as the best stock way"),
    }
}

/// How many times as fast as the best stock way ours is, in the median.
pub fn advantage(race: &Race, seconds: impl Fn(&Race, Way) -> Figures) -> Option<f64> {
    let median = |way: &&Way| seconds(race, **way).median();
    let ways = || Way::to(race.workload.task).iter();
    let ours = ways().find(|way| way.is_ours()).as_ref().and_then(median)?;
    let stock = ways().filter(|way| !way.is_ours());
    let best = stock.filter_map(|way| median(&way)).min_by(f64::total_cmp)?;
    Some(best / ours)
}

/// Times of copies without statistics, by the name of the way that has them.
pub fn bare(race: &Race, way: Way) -> Figures {
    let way = if way == Way::Pgx { Way::PgxWithoutAnalyze } else { way };
    race.figures(way, |run| Some(run.seconds()))
}

/// Times of copies with statistics.
pub fn analyzed(race: &Race, way: Way) -> Figures {
    race.figures(way, |run| Some(run.seconds_with_analyze()))
}

fn time(figures: &Figures) -> String {
    match (figures.median(), figures.range()) {
        (Some(median), Some((least, greatest))) if figures.len() > 1 => {
            format!("{median:.2} ({least:.2}–{greatest:.2})")
        }
        (Some(median), _) => format!("{median:.2}"),
        (None, _) => "—".to_owned(),
    }
}

fn number(figures: &Figures) -> String {
    figures.median().map_or("—".to_owned(), |median| format!("{median:.2}"))
}

fn factor(figures: &Figures, ours: &Figures) -> String {
    match (figures.median(), ours.median()) {
        (Some(median), Some(ours)) => format!("×{:.2}", median / ours),
        _ => "—".to_owned(),
    }
}

/// The most that each program had, in any run.
fn memory(race: &Race, way: Way) -> String {
    let runs = race
        .results
        .iter()
        .filter(|(of, _)| *of == way)
        .flat_map(|(_, runs)| runs);
    let mut most: Vec<u64> = Vec::new();
    for run in runs {
        most.resize(run.costs.len().max(most.len()), 0);
        for (most, cost) in most.iter_mut().zip(&run.costs) {
            *most = cost.memory.max(*most);
        }
    }
    let most: Vec<String> = most.iter().map(|bytes| (bytes >> 20).to_string()).collect();
    match most.is_empty() {
        true => "—".to_owned(),
        false => most.join(" + "),
    }
}

fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
