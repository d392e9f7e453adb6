//! The files of a directory and the members of a tar archive: how they are called.

use crate::version::Version;

/// The table of contents.
pub(crate) const CONTENTS: &str = "toc.dat";
/// The script that pg_dump puts at the end of a tar archive, for people without pg_restore.
pub(crate) const SCRIPT: &str = "restore.sql";

/// What a name says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// The table of contents.
    Contents,
    /// The rows of an entry.
    Rows(u32),
    /// A large object.
    Object(u32),
    /// A list of large objects.
    Objects,
    /// The script.
    Script,
}

impl Member {
    /// What a name says; none for what pg_dump does not write.
    pub(crate) fn named(name: &[u8]) -> Option<Member> {
        let name = std::str::from_utf8(name).ok()?;
        let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => text.parse().ok().filter(|number| *number != 0),
            false => None,
        };
        if name == CONTENTS {
            return Some(Member::Contents);
        }
        if name == SCRIPT {
            return Some(Member::Script);
        }
        if let Some(stem) = name.strip_suffix(".dat") {
            return match stem.strip_prefix("blob_") {
                Some(oid) => number(oid).map(Member::Object),
                None => number(stem).map(Member::Rows),
            };
        }
        let stem = name.strip_suffix(".toc")?.strip_prefix("blobs")?;
        let numbered = stem.strip_prefix('_').and_then(number);
        (stem.is_empty() || numbered.is_some()).then_some(Member::Objects)
    }
}

/// The name of the rows of an entry.
pub(crate) fn rows(id: u32) -> String {
    format!("{id}.dat")
}

/// The name of a large object.
pub(crate) fn object(oid: u32) -> String {
    format!("blob_{oid}.dat")
}

/// The name of the list of an entry's large objects.
pub(crate) fn objects(id: u32, version: Version) -> String {
    match version.has_groups() {
        true => format!("blobs_{id}.toc"),
        false => "blobs.toc".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_in_them_and_nothing_else_has_a_name() {
        assert_eq!(Member::named(b"toc.dat"), Some(Member::Contents));
        assert_eq!(Member::named(rows(7).as_bytes()), Some(Member::Rows(7)));
        assert_eq!(
            Member::named(object(4_000_000_001).as_bytes()),
            Some(Member::Object(4_000_000_001))
        );
        for version in [Version::V1_14, Version::V1_16] {
            assert_eq!(Member::named(objects(7, version).as_bytes()), Some(Member::Objects));
        }
        for name in [
            "../7.dat",
            "/7.dat",
            "7.dat.gz",
            "blob_.dat",
            "blob_-1.dat",
            "blobs_x.toc",
            "0.dat",
            "+7.dat",
            "",
            "\u{e9}",
        ] {
            assert_eq!(Member::named(name.as_bytes()), None, "{name}");
        }
    }
}
