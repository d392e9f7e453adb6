//! How much of the server's table of locks one transaction may use.

use pgx_archive::{Entry, Kind};
use pgx_restore::large_objects::oids;

/// Locks that one transaction takes for objects of groups: a tenth of what a server has room for by default, as several
/// sessions work beside one another, and others have theirs.
const LOCKS: usize = 640;

/// What is left for the transaction that is being put together.
pub struct Room(Option<usize>);

impl Room {
    /// All of it.
    pub fn all() -> Room {
        Room(None)
    }

    /// Whether an entry fits in, which has its room then. The first one always does.
    ///
    /// A group of large objects is one entry, and each of them is locked when it is given to its owner.
    pub fn takes(&mut self, entry: &Entry) -> bool {
        let locks = match entry.kind {
            Kind::BlobMetadata => oids(entry).count(),
            _ => 1,
        };
        let left = match self.0 {
            None => Some(LOCKS.saturating_sub(locks)),
            Some(left) => left.checked_sub(locks),
        };
        self.0 = left.or(self.0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_groups_are_not_made_together() {
        let group = |objects: u32| {
            let mut group = Entry::new(Kind::BlobMetadata, None, "group", "shop");
            group.create = (0..objects).map(|oid| format!("{}\n", 16400 + oid)).collect();
            group
        };
        let table = Entry::new(Kind::Table, Some("public"), "t", "shop");
        let mut room = Room::all();
        assert!(room.takes(&group(1000)), "the first is made, however large it is");
        assert!(!room.takes(&table) && !room.takes(&group(1)));
        let mut room = Room::all();
        assert!(room.takes(&table) && room.takes(&group(600)) && !room.takes(&group(40)) && room.takes(&group(39)));
    }
}
