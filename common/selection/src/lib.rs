//! Which entries: the patterns of psql and pg_dump, and the switches of pg_restore, as one engine.
//!
//! A [`Selection`] is what the user said, [`SelectionArgs`] the flags that say it, and [`select`] the answer
//! which entries of an archive stay. It looks at entries alone, so pgx-load, pgx-filter and pgx-toc agree about
//! every one. Before a dump there are no entries yet: there, a server matches the expressions of a [`Pattern`].
//!
//! ```
//! use pgx_archive::{Entry, EntryId, Kind};
//! use pgx_selection::{Selection, TablePattern, select};
//!
//! let mut orders = Entry::new(Kind::Table, Some("sales"), "orders", "alice");
//! orders.id = EntryId(1);
//! let mut placed = Entry::new(Kind::Index, Some("sales"), "orders_placed", "alice");
//! (placed.id, placed.parent) = (EntryId(2), Some(EntryId(1)));
//! let mut items = Entry::new(Kind::Table, Some("sales"), "items", "alice");
//! items.id = EntryId(3);
//!
//! let tables = vec![TablePattern { pattern: "sales.order*".into(), and_children: false }];
//! let selection = Selection { tables, ..Selection::default() };
//! let kept = select(&[orders, placed, items], &selection, "shop")?;
//! assert_eq!(kept.order, [EntryId(1), EntryId(2)]);
//! # Ok::<(), pgx_selection::SelectionError>(())
//! ```

mod args;
mod dialect;
pub mod filter_file;
mod list;
mod names;
mod pattern;
mod report;
mod select;
mod selection;
mod signature;
mod tree;

pub use args::{SectionArg, SelectionArgs};
pub use list::List;
pub use pattern::{Matcher, Pattern, PatternError};
pub use report::{Remark, Report, Unmatched, Wanting};
pub use select::{Kept, select};
pub use selection::{Contents, Selection, SelectionError, TablePattern};
