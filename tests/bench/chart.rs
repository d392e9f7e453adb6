//! Results as a picture: bars of each workload, as long as the copy took.

use std::fmt::Write;

use crate::race::Race;
use crate::report::{analyzed, bare};
use crate::way::Way;
use crate::workload::Task;

/// Width of the picture, and where its bars begin and end, in pixels.
const WIDTH: f64 = 860.0;
const BARS: (f64, f64) = (290.0, 740.0);
/// Height of a bar with its gap, and of a heading.
const ROW: f64 = 22.0;
const HEADING: f64 = 44.0;

/// Ours, then everybody else.
const OURS: (&str, &str) = ("#1f6f8b", "#8fbccb");
const STOCK: (&str, &str) = ("#8a8f98", "#c9ccd1");
/// Words.
const DARK: &str = "#33363b";

/// The chart, as SVG. Each workload has its own scale: its longest bar fills the width.
pub fn svg(races: &[Race]) -> String {
    let mut body = String::new();
    let mut y = 34.0;
    for race in races {
        y = group(&mut body, race, y);
    }
    let height = y + 16.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"16\" y=\"24\" fill=\"#55595f\">seconds, less is better; the pale end is ANALYZE</text>\n\
         {body}</svg>\n"
    )
}

/// Draws the bars of one workload from `y` on, and gives where they end.
fn group(body: &mut String, race: &Race, y: f64) -> f64 {
    let bars: Vec<Bar> = bars(race);
    let longest = bars.iter().map(|bar| bar.whole).fold(f64::MIN_POSITIVE, f64::max);
    let scale = (BARS.1 - BARS.0) / longest;
    let _ = writeln!(
        body,
        "<text x=\"16\" y=\"{:.1}\" fill=\"{DARK}\"><tspan font-weight=\"600\">{}</tspan> — {}</text>",
        y + 28.0,
        race.workload.name,
        race.workload.about,
    );
    let mut y = y + HEADING;
    for bar in &bars {
        let (dark, pale) = if bar.way.is_ours() { OURS } else { STOCK };
        label(body, BARS.0 - 8.0, y + 14.0, "end", bar.way.name());
        rectangle(body, (BARS.0, y), bar.whole * scale, pale);
        rectangle(body, (BARS.0, y), bar.bare.min(bar.whole) * scale, dark);
        let seconds = format!("{:.2}", bar.whole);
        label(body, BARS.0 + bar.whole * scale + 8.0, y + 14.0, "start", &seconds);
        y += ROW;
    }
    y
}

/// A way with its medians: the copy, and the copy with statistics.
struct Bar {
    way: Way,
    bare: f64,
    whole: f64,
}

fn bars(race: &Race) -> Vec<Bar> {
    let ways = Way::to(race.workload.task).iter().copied();
    ways.filter(|way| *way != Way::PgxWithoutAnalyze)
        .filter_map(|way| {
            let whole = match race.workload.task {
                Task::Definitions => bare(race, way),
                Task::Copy | Task::CopyFar => analyzed(race, way),
            };
            let whole = whole.median()?;
            Some(Bar {
                way,
                bare: bare(race, way).median().unwrap_or(whole),
                whole,
            })
        })
        .collect()
}

// Writing to a string cannot fail.

fn label(body: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        body,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{DARK}\">{words}</text>"
    );
}

fn rectangle(body: &mut String, (x, y): (f64, f64), width: f64, fill: &str) {
    let height = ROW - 5.0;
    let _ = writeln!(
        body,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\" fill=\"{fill}\"/>"
    );
}
