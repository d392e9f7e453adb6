//! What a check found, told one after another: as messages, or as JSON on standard output.
//!
//! ```text
//! pgx-load: error: role shop: it does not exist, and owns table public.orders
//! pgx-load: hint: create it, or say --no-owner
//! ```

use std::io::Write;

use serde::Serialize;

use crate::exit::Exit;
use crate::failure::{Failure, Notice};
use crate::message::json_line;
use crate::output::{Content, Output};
use crate::process::Process;

/// One thing that a check found.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    /// Whether it stands against the work; otherwise it is a note.
    pub is_problem: bool,
    /// What kind of thing it is: a word that never changes.
    pub code: &'a str,
    /// What it is about.
    pub object: &'a str,
    /// What is to be said of it.
    pub message: &'a str,
    /// What can be done about it, or nothing.
    pub hint: &'a str,
}

/// Tells findings, and how many there were.
pub struct Findings<'a> {
    process: &'a Process,
    /// Standard output, for JSON.
    json: Option<Output>,
    problems: u64,
    notes: u64,
}

impl<'a> Findings<'a> {
    /// Nothing has been found yet; `json` to tell it on standard output, an object a line.
    pub fn new(process: &'a Process, json: bool) -> Result<Findings<'a>, Failure> {
        Ok(Findings {
            process,
            json: json.then(|| process.output(None, Content::Text)).transpose()?,
            problems: 0,
            notes: 0,
        })
    }

    /// Tells one.
    pub fn tell(&mut self, finding: Finding<'_>) -> Result<(), Failure> {
        match finding.is_problem {
            true => self.problems += 1,
            false => self.notes += 1,
        }
        if let Some(output) = &mut self.json {
            return write(output, &finding_line(&finding));
        }
        let mut notice = Notice::new(finding.message).within(finding.object);
        if !finding.hint.is_empty() {
            notice = notice.hint(finding.hint);
        }
        match finding.is_problem {
            true => self.process.messages.error(notice),
            false => self.process.messages.note(notice),
        }
        Ok(())
    }

    /// Tells how many there were; a failure, of status 5, when any is a problem.
    pub fn end(self, checked: &str) -> Result<(), Failure> {
        let Findings {
            process,
            json,
            problems,
            notes,
        } = self;
        if let Some(mut output) = json {
            write(&mut output, &end_line(checked, problems, notes))?;
            output.finish()?;
            return match problems {
                0 => Ok(()),
                _ => Err(Failure::silent(Exit::Preflight)),
            };
        }
        match problems {
            0 => {
                process.messages.note(format!("nothing stands against {checked}"));
                Ok(())
            }
            1 => Err(Failure::new(
                Exit::Preflight,
                format!("1 problem stands against {checked}"),
            )),
            many => Err(Failure::new(
                Exit::Preflight,
                format!("{many} problems stand against {checked}"),
            )),
        }
    }
}

fn write(output: &mut Output, line: &str) -> Result<(), Failure> {
    output
        .write_all(line.as_bytes())
        .and_then(|()| output.flush())
        .map_err(|error| output.failure(error))
}

/// The fields of a finding; some may be added, none renamed.
fn finding_line(finding: &Finding<'_>) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        r#type: &'static str,
        severity: &'static str,
        code: &'a str,
        object: &'a str,
        message: &'a str,
        hint: &'a str,
    }
    json_line(&Line {
        r#type: "finding",
        severity: if finding.is_problem { "problem" } else { "note" },
        code: finding.code,
        object: finding.object,
        message: finding.message,
        hint: finding.hint,
    })
}

fn end_line(checked: &str, problems: u64, notes: u64) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        r#type: &'static str,
        checked: &'a str,
        problems: u64,
        notes: u64,
        exit_status: u8,
    }
    let exit = if problems == 0 { Exit::Done } else { Exit::Preflight };
    json_line(&Line {
        r#type: "check",
        checked,
        problems,
        notes,
        exit_status: exit.code(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_a_contract() {
        let finding = Finding {
            is_problem: true,
            code: "role",
            object: "role \u{1b}x",
            message: "it does not exist",
            hint: "",
        };
        assert_eq!(
            finding_line(&finding),
            "{\"type\":\"finding\",\"severity\":\"problem\",\"code\":\"role\",\"object\":\"role \\u001bx\",\
             \"message\":\"it does not exist\",\"hint\":\"\"}\n"
        );
        assert_eq!(
            end_line("loading app.pgx", 2, 1),
            "{\"type\":\"check\",\"checked\":\"loading app.pgx\",\"problems\":2,\"notes\":1,\"exit_status\":5}\n"
        );
    }
}
