//! Help, man page and completions, all from one definition.

use std::io::{self, Write};

use clap::{Arg, ArgAction, Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::common::CommonArgs;
use crate::exit::{self, Exit};

/// What people read about a tool beside its flags.
///
/// The flags come from the tool's `Args`; a flag's doc comment is its help line, and the paragraphs
/// after it stand in the man page.
///
/// ```
/// static MANUAL: pgx_cli::Manual = pgx_cli::Manual {
///     name: "pgx-toc",
///     version: "0.1.0 (stream format 1.0)",
///     summary: "list and check a pgx stream",
///     usage: &["pgx-toc [OPTION]... [FILE]"],
///     description: &["Reads a stream from FILE or standard input and lists what is in it."],
///     exits: &[pgx_cli::Exit::Done, pgx_cli::Exit::Failed],
///     environment: &[],
///     examples: &[("pgx-dump app | pgx-toc", "list what a dump would hold")],
///     see_also: &["pgx-dump(1)"],
/// };
/// ```
#[derive(Debug)]
pub struct Manual {
    /// The command: `pgx-toc`.
    pub name: &'static str,
    /// Version and what it speaks: `0.1.0 (stream format 1.0)`.
    pub version: &'static str,
    /// What it does, in a few words without a full stop.
    pub summary: &'static str,
    /// The ways to call it, one a line.
    pub usage: &'static [&'static str],
    /// What it does, paragraph by paragraph.
    pub description: &'static [&'static str],
    /// The exit statuses it uses.
    pub exits: &'static [Exit],
    /// Variables it obeys, and what they do.
    pub environment: &'static [(&'static str, &'static str)],
    /// Whole pipelines, and what they are good for. The first ones stand in the help, too.
    pub examples: &'static [(&'static str, &'static str)],
    /// Other pages: `pgx-load(1)`.
    pub see_also: &'static [&'static str],
}

/// Variables that every tool with a database connection obeys.
pub static CONNECTION_ENVIRONMENT: &[(&str, &str)] = &[
    ("PGDATABASE, PGHOST, PGPORT, PGUSER", "default connection parameters"),
    (
        "PGPASSWORD, PGPASSFILE",
        "the password, or the file it is looked up in (default ~/.pgpass)",
    ),
    ("PGSERVICE, PGSERVICEFILE", "a named set of connection parameters"),
    (
        "PGSSLMODE, PGSSLROOTCERT, PGSSLCERT, PGSSLKEY",
        "encryption, as for every PostgreSQL client",
    ),
    ("PGAPPNAME, PGOPTIONS, PGCONNECT_TIMEOUT", "likewise"),
];

/// Examples that stand in `--help`; the man page has all.
const EXAMPLES_IN_HELP: usize = 3;

/// What a tool can be asked to write about itself (`--generate`, hidden).
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Generate {
    /// The man page.
    Man,
    /// Completions for bash.
    Bash,
    /// Completions for zsh.
    Zsh,
    /// Completions for fish.
    Fish,
}

/// The whole command line of a tool: its own flags, the common ones, help and version.
pub(crate) fn command<A: Args>(manual: &Manual) -> Command {
    let own = A::augment_args(Command::new(manual.name));
    // Flattened groups leave their own words on the command; the manual's come after and win.
    CommonArgs::augment_args(own)
        .bin_name(manual.name)
        .version(manual.version)
        .about(sentence(manual.summary))
        .long_about(manual.description.join("\n\n"))
        .override_usage(manual.usage.join("\n       "))
        .after_help(after_help(manual))
        .disable_help_flag(true)
        .disable_version_flag(true)
        // As in PostgreSQL's own programs, what is said twice is no mistake, and the last value counts.
        .args_override_self(true)
        .term_width(width())
        .next_help_heading("Common options")
        .args([
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help("Print the version"),
            // The short help for both: the long texts are in the man page.
            Arg::new("help")
                .short('?')
                .long("help")
                .action(ArgAction::HelpShort)
                .help("Print this help"),
            Arg::new("generate")
                .long("generate")
                .value_name("WHAT")
                .value_parser(clap::value_parser!(Generate))
                .exclusive(true)
                .hide(true),
        ])
}

/// Columns of the help: those of the terminal, within what reads well.
fn width() -> usize {
    let columns = rustix::termios::tcgetwinsize(std::io::stdout()).map_or(0, |size| usize::from(size.ws_col));
    if columns == 0 { 100 } else { columns.clamp(60, 120) }
}

/// The summary as the first line of the help: a capital letter, no full stop.
fn sentence(summary: &str) -> String {
    let mut letters = summary.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn after_help(manual: &Manual) -> String {
    let mut text = String::new();
    if !manual.examples.is_empty() {
        text += "Examples:\n";
        for (pipeline, _) in manual.examples.iter().take(EXAMPLES_IN_HELP) {
            text += &format!("  {pipeline}\n");
        }
        text += "\n";
    }
    let statuses: Vec<String> = manual.exits.iter().map(|exit| exit.code().to_string()).collect();
    text += &format!(
        "Exit statuses {} are explained in {}(1).",
        statuses.join(", "),
        manual.name
    );
    text
}

/// Writes what `--generate` asks for. The same definition gives the same bytes: there are no dates.
pub(crate) fn generate(what: Generate, manual: &Manual, command: Command, out: &mut impl Write) -> io::Result<()> {
    let shell = match what {
        Generate::Man => return man(manual, command, out),
        Generate::Bash => Shell::Bash,
        Generate::Zsh => Shell::Zsh,
        Generate::Fish => Shell::Fish,
    };
    // The generator panics when it cannot write; memory it can.
    let mut script = Vec::new();
    let mut command = command;
    clap_complete::generate(shell, &mut command, manual.name, &mut script);
    out.write_all(&script)
}

fn man(manual: &Manual, command: Command, out: &mut impl Write) -> io::Result<()> {
    let source = format!("pgx {}", manual.version.split(' ').next().unwrap_or_default());
    let command = command.about(manual.summary).after_help("");
    let man = Man::new(command)
        .title(manual.name.to_uppercase())
        .section("1")
        .source(source)
        .manual("pgx manual");
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    let mut page = Roff::default();
    exit_status(manual, &mut page);
    environment(manual, &mut page);
    examples(manual, &mut page);
    see_also(manual, &mut page);
    page.to_writer(out)
}

fn exit_status(manual: &Manual, page: &mut Roff) {
    page.control("SH", ["EXIT STATUS"]);
    for row in exit::TABLE.iter().filter(|row| manual.exits.contains(&row.exit)) {
        page.control("TP", ["6"]);
        page.text([bold(row.exit.code().to_string())]);
        page.text([roman(row.meaning)]);
    }
}

fn environment(manual: &Manual, page: &mut Roff) {
    if manual.environment.is_empty() {
        return;
    }
    page.control("SH", ["ENVIRONMENT"]);
    for (variables, meaning) in manual.environment {
        page.control("TP", []);
        page.text([bold(*variables)]);
        page.text([roman(*meaning)]);
    }
}

fn examples(manual: &Manual, page: &mut Roff) {
    if manual.examples.is_empty() {
        return;
    }
    page.control("SH", ["EXAMPLES"]);
    for (pipeline, meaning) in manual.examples {
        page.control("PP", []);
        page.text([roman(format!("{}:", sentence(meaning)))]);
        page.control("PP", []);
        page.control("RS", ["4"]);
        page.control("nf", []);
        page.text([roman(*pipeline)]);
        page.control("fi", []);
        page.control("RE", []);
    }
}

fn see_also(manual: &Manual, page: &mut Roff) {
    if manual.see_also.is_empty() {
        return;
    }
    page.control("SH", ["SEE ALSO"]);
    let mut line = Vec::new();
    for (i, other) in manual.see_also.iter().enumerate() {
        if i > 0 {
            line.push(roman(", "));
        }
        match other.split_once('(') {
            Some((name, section)) => line.extend([bold(name), roman(format!("({section}"))]),
            None => line.push(italic(*other)),
        }
    }
    page.text(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Args)]
    struct ToolArgs {
        /// Where it comes from
        #[arg(value_name = "FILE")]
        _file: Option<String>,
    }

    #[derive(Args)]
    struct TwiceArgs {
        /// No grants
        #[arg(short = 'x', long = "no-privileges", visible_alias = "no-acl")]
        _no_privileges: bool,
        /// Where it goes
        #[arg(short)]
        _file: Option<String>,
        /// What is wanted
        #[arg(short = 'n')]
        _schema: Vec<String>,
    }

    static MANUAL: Manual = Manual {
        name: "pgx-test",
        version: "0.1.0 (stream format 1.0)",
        summary: "test what is written about a tool",
        usage: &["pgx-test [OPTION]... [FILE]", "pgx-test --again"],
        description: &["First.", "Second."],
        exits: &[Exit::Done, Exit::Incomplete],
        environment: CONNECTION_ENVIRONMENT,
        examples: &[("pgx-dump a | pgx-test", "see")],
        see_also: &["pgx-dump(1)", "pgx-stream(5)"],
    };

    fn generated(what: Generate) -> String {
        let mut out = Vec::new();
        generate(what, &MANUAL, command::<ToolArgs>(&MANUAL), &mut out).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_definition_holds_together() {
        command::<ToolArgs>(&MANUAL).debug_assert();
    }

    #[test]
    fn what_is_said_twice_is_no_mistake_and_the_last_value_counts() {
        let matches = command::<TwiceArgs>(&MANUAL)
            .try_get_matches_from([
                "pgx-test", "-x", "-f", "a", "-n", "a", "--no-acl", "-f", "b", "-n", "b", "-vv",
            ])
            .expect("as pg_dump takes it");
        assert!(matches.get_flag("_no_privileges"));
        assert_eq!(matches.get_one::<String>("_file").map(String::as_str), Some("b"));
        assert_eq!(matches.get_many::<String>("_schema").expect("two").count(), 2);
        assert_eq!(matches.get_count("verbose"), 2);
    }

    #[test]
    fn a_man_page_has_its_sections_in_order() {
        let page = generated(Generate::Man);
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        assert_eq!(
            sections,
            [
                "NAME",
                "SYNOPSIS",
                "DESCRIPTION",
                "OPTIONS",
                "\"COMMON OPTIONS\"",
                "\"EXIT STATUS\"",
                "ENVIRONMENT",
                "EXAMPLES",
                "\"SEE ALSO\""
            ]
        );
        assert!(!page.contains("generate"), "{page}");
        assert_eq!(page, generated(Generate::Man));
    }

    #[test]
    fn every_shell_completes_the_common_flags() {
        for what in [Generate::Bash, Generate::Zsh, Generate::Fish] {
            let script = generated(what);
            assert!(script.contains("log-format") && script.contains("pgx-test"), "{what:?}");
        }
    }

    #[test]
    fn help_names_host_free_letters_and_a_pipeline() {
        let help = command::<ToolArgs>(&MANUAL).render_help().to_string();
        assert!(
            help.starts_with("Test what is written about a tool\n\nUsage: pgx-test [OPTION]... [FILE]\n"),
            "{help}"
        );
        assert!(
            help.contains("-?, --help") && help.contains("pgx-dump a | pgx-test"),
            "{help}"
        );
    }
}
