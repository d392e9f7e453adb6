//! Rows of large objects into statements that write them.

use pgx_cli::Failure;
use pgx_restore::put::{PUT, PUT_TYPES, parameters};
use pgx_rows::large_object::records;
use pgx_server::Burst;

use crate::failure;

/// Adds a statement that writes all pieces of some rows, where they have any bytes.
pub fn put(rows: &[u8], burst: &mut Burst) -> Result<(), Failure> {
    let mut pieces = Vec::new();
    for record in records(rows) {
        let record = record.map_err(|error| Failure::failed(error.to_string()))?;
        pieces.push((record.oid, record.offset, record.bytes));
    }
    let Some(parameters) = parameters(&pieces) else {
        return Ok(());
    };
    let parameters: Vec<(u32, Vec<u8>)> = PUT_TYPES.into_iter().zip(parameters).collect();
    burst
        .statement_with(PUT, &parameters)
        .map_err(|error| failure::server(&error))
}
