//! What to type next, after a load that was broken off.

use std::ffi::OsString;

use crate::args::LoadArgs;

/// The lines that go on with this load.
pub fn lines(args: &LoadArgs) -> String {
    let typed = std::env::args_os().skip(1).filter(|word| word != "--resume");
    let resume = format!("pgx-load --resume {}", shell(typed));
    match &args.input {
        Some(file) if file.as_os_str() != "-" => resume,
        _ => format!(
            "pgx-dump --resume \"$(pgx-load --print-token {})\" ... | {resume}\n\
             (if the dump was made with --hold; without, --inconsistent takes the rest as it stands now; the same stream \
             from a file needs neither)",
            target(args)
        ),
    }
}

/// The target, as flags.
pub fn target(args: &LoadArgs) -> String {
    let connection = &args.connection;
    let flags = [
        ("-d", &connection.dbname),
        ("-h", &connection.host),
        ("-p", &connection.port),
        ("-U", &connection.username),
    ];
    let words = flags
        .into_iter()
        .filter_map(|(flag, value)| Some([flag.into(), OsString::from(value.as_ref()?)]));
    shell(words.flatten())
}

/// Words as a shell takes them; passwords are not among them.
fn shell(words: impl Iterator<Item = OsString>) -> String {
    let words: Vec<String> = words.map(|word| quoted(&word.to_string_lossy())).collect();
    words.join(" ")
}

fn quoted(word: &str) -> String {
    if has_password(word) {
        return "...".to_owned();
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// Whether a connection string tells a password.
fn has_password(word: &str) -> bool {
    let in_uri = word.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    in_uri || word.contains("password")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_passwords_left_out() {
        let words = ["-d", "my db", "it's", "", "postgresql://me@host/x"].map(OsString::from);
        assert_eq!(
            shell(words.into_iter()),
            "-d 'my db' 'it'\\''s' '' postgresql://me@host/x"
        );
        for secret in [
            "postgresql://me:secret@host/x",
            "host=a password=b",
            "--dbname=postgres://a:b@/c",
        ] {
            assert_eq!(quoted(secret), "...");
        }
    }
}
