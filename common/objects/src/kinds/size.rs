//! Sizes of tables as they are now (`pg_relation_size`, `pg_table_size`), and the parts that follow from them.
//!
//! A big table is sent in parts, each the rows of a range of blocks, so that several lanes can read it and a
//! broken dump can go on in the middle. What counts is the size with TOAST: a table of few pages can have
//! nearly all of its bytes there.

use crate::database::{Body, Database};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader};

/// Bytes that a part should have on the source's disk, TOAST included.
pub const PART: u64 = 128 << 20;

/// Only from 14 on does the server read a range of blocks without reading the whole table.
const RANGES_SINCE: u32 = 14;

const SIZES: Select = Select {
    columns: &[
        column("oid", "w.oid"),
        column(
            "blocks",
            "pg_catalog.pg_relation_size(w.oid) / pg_catalog.current_setting('block_size')::pg_catalog.int8",
        ),
        column("bytes", "pg_catalog.pg_table_size(w.oid)"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)",
};

/// Sizes of the tables whose rows are wanted.
pub const READER: Reader = Reader {
    name: "sizes of tables",
    phase: Phase::Late,
    query,
    read,
};

/// Size of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Blocks of its main file.
    pub blocks: u64,
    /// Bytes with TOAST.
    pub bytes: u64,
}

/// How a table is cut: `parts` ranges of `blocks` blocks each, the last one open-ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Number of parts, at least 1.
    pub parts: u32,
    /// Blocks of each part but the last; 0 for one part.
    pub blocks: u64,
}

impl Cut {
    /// One part with all rows.
    pub const WHOLE: Cut = Cut { parts: 1, blocks: 0 };
}

impl Size {
    /// How a table of this size is cut into parts of about [`PART`] bytes.
    pub fn cut(self) -> Cut {
        if self.bytes <= PART || self.blocks <= 1 {
            return Cut::WHOLE;
        }
        let blocks = ((u128::from(PART) * u128::from(self.blocks) / u128::from(self.bytes)) as u64).max(1);
        match u32::try_from(self.blocks.div_ceil(blocks)) {
            Ok(parts) if parts > 1 => Cut { parts, blocks },
            _ => Cut::WHOLE,
        }
    }
}

impl Database {
    /// How the rows of a table are cut: only heap tables can be, on servers that read ranges of blocks.
    pub fn cut(&self, table: crate::database::NodeId) -> Cut {
        let heap = self
            .relation(table)
            .is_some_and(|body| body.relkind == 'r' && body.access_method.as_deref() == Some("heap"));
        if !heap || self.server.major() < RANGES_SINCE {
            return Cut::WHOLE;
        }
        self.sizes
            .get(&self.object(table).catalog.oid)
            .map_or(Cut::WHOLE, |size| size.cut())
    }
}

fn query(db: &Database) -> Option<String> {
    let oids: Vec<u32> = db
        .objects
        .iter()
        .filter_map(|object| match &object.body {
            Body::TableData(body) if db.relation(body.table)?.relkind == 'r' => Some(db.object(body.table).catalog.oid),
            _ => None,
        })
        .collect();
    (!oids.is_empty()).then(|| SIZES.sql(db.server.major(), &oids))
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        // Null for a table that is gone; its COPY will say so.
        if row.opt("bytes")?.is_some() {
            let size = Size {
                blocks: row.number("blocks")?,
                bytes: row.number("bytes")?,
            };
            db.sizes.insert(row.oid("oid")?, size);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tables_are_one_part() {
        assert_eq!(Size { blocks: 0, bytes: 0 }.cut(), Cut { parts: 1, blocks: 0 });
        assert_eq!(
            Size {
                blocks: 16384,
                bytes: PART
            }
            .cut(),
            Cut { parts: 1, blocks: 0 }
        );
    }

    #[test]
    fn parts_are_counted_with_toast() {
        // 500 MB of heap: four parts of 128 MiB.
        let heap = Size {
            blocks: 64_000,
            bytes: 64_000 * 8192,
        };
        assert_eq!(
            heap.cut(),
            Cut {
                parts: 4,
                blocks: 16_384
            }
        );
        // 100 blocks of heap with 1 GiB of TOAST: eight parts and a rest.
        let toast = Size {
            blocks: 100,
            bytes: 1 << 30,
        };
        assert_eq!(toast.cut(), Cut { parts: 9, blocks: 12 });
        // One row for each of two blocks, 1 GiB each.
        assert_eq!(
            Size {
                blocks: 2,
                bytes: 2 << 30
            }
            .cut(),
            Cut { parts: 2, blocks: 1 }
        );
    }
}
