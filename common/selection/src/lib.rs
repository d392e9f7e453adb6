//! Which objects: the patterns of psql and pg_dump, and the switches that use them.
//!
//! ```
//! use pgx_selection::Pattern;
//!
//! let pattern = Pattern::parse("Sales.order_*").unwrap();
//! assert_eq!(pattern.schema.as_deref(), Some("^(sales)$"));
//! assert_eq!(pattern.name, "^(order_.*)$");
//! ```

pub mod filter_file;
mod pattern;

pub use pattern::{Pattern, PatternError};
