//! Password files: lines of `host:port:database:user:password`.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Who wants to connect where: what a line has to match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seeker<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) dbname: &'a str,
    pub(super) user: &'a str,
}

/// What a password file says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Contents {
    /// There is none, or it cannot be read: as if it were empty.
    Absent,
    /// The lines.
    Lines(String),
    /// It is not used; the reason is a warning for the user.
    Unsafe(String),
}

/// Reads the file, unless others than its owner may.
pub(super) fn read(path: &Path) -> Contents {
    let Ok(mut file) = File::open(path) else {
        return Contents::Absent;
    };
    let Ok(metadata) = file.metadata() else {
        return Contents::Absent;
    };
    if !metadata.is_file() {
        return Contents::Unsafe(format!("password file {} is not a plain file; ignored", path.display()));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Contents::Unsafe(format!(
            "password file {} may be read by others; ignored until its permissions are 0600 or less",
            path.display()
        ));
    }
    let mut bytes = Vec::new();
    match file.read_to_end(&mut bytes) {
        Ok(_) => Contents::Lines(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) => Contents::Absent,
    }
}

/// The password of the first line that matches.
pub(super) fn find(lines: &str, seeker: Seeker<'_>) -> Option<String> {
    let port = seeker.port.to_string();
    let wanted = [seeker.host, &port, seeker.dbname, seeker.user];
    lines.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = Fields { rest: Some(line) };
        for value in wanted {
            let (field, literal) = fields.take()?;
            if !(field == value || (field == "*" && !literal)) {
                return None;
            }
        }
        fields.take().map(|(password, _)| password)
    })
}

/// Fields between colons; a backslash takes the next character as it is.
struct Fields<'a> {
    rest: Option<&'a str>,
}

impl Fields<'_> {
    /// The next field, and whether anything in it was escaped.
    fn take(&mut self) -> Option<(String, bool)> {
        let text = self.rest.take()?;
        let (mut field, mut literal) = (String::new(), false);
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                ':' => {
                    self.rest = Some(&text[at + 1..]);
                    break;
                }
                '\\' => {
                    literal = true;
                    field.push(chars.next().map_or('\\', |(_, escaped)| escaped));
                }
                c => field.push(c),
            }
        }
        Some((field, literal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions, write};

    const FILE: &str = "# a comment\n\
        db1:5432:shop:ann:one\n\
        *:5433:*:ann:two\\:with\\\\colon\n\
        \\*:*:*:*:star\n\
        short:line\n\
        localhost:*:shop:*:here\n";

    fn look(host: &str, port: u16, dbname: &str, user: &str) -> Option<String> {
        find(
            FILE,
            Seeker {
                host,
                port,
                dbname,
                user,
            },
        )
    }

    #[test]
    fn the_first_match_wins() {
        assert_eq!(look("db1", 5432, "shop", "ann").as_deref(), Some("one"));
        assert_eq!(look("any", 5433, "any", "ann").as_deref(), Some("two:with\\colon"));
        assert_eq!(look("localhost", 1, "shop", "bob").as_deref(), Some("here"));
        assert_eq!(look("db1", 5432, "shop", "bob"), None);
    }

    #[test]
    fn an_escaped_star_is_no_wildcard() {
        assert_eq!(look("db9", 1, "x", "y"), None);
        assert_eq!(look("*", 1, "x", "y").as_deref(), Some("star"));
    }

    #[test]
    fn a_file_that_others_may_read_is_not_used() {
        let path = std::env::temp_dir().join(format!("pgx-passfile-{}", std::process::id()));
        write(&path, "*:*:*:*:x\n").expect("the temporary directory can be written");
        for (mode, used) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            set_permissions(&path, Permissions::from_mode(mode)).expect("the file is ours");
            assert_eq!(matches!(read(&path), Contents::Lines(_)), used, "{mode:o}");
        }
        std::fs::remove_file(&path).expect("the file is ours");
        assert_eq!(read(&path), Contents::Absent);
    }
}
