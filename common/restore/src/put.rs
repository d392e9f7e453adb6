//! Contents of large objects as parameters: one statement writes pieces of any number of objects.
//!
//! The parameters are arrays in PostgreSQL's binary form (`array_send`): dimensions, whether there are nulls,
//! the type of the elements, length and lower bound, then each element with its length. So the bytes of
//! objects go as they are, and no server has to parse them.

/// A piece of an object's contents: OID, where it begins, its bytes.
pub type Piece<'a> = (u32, u64, &'a [u8]);

/// The statement, whose parameters are OIDs, offsets and bytes, as arrays.
pub const PUT: &str = "SELECT pg_catalog.lo_put(pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3))";

/// The OIDs of the parameters' types: `oid[]`, `int8[]`, `bytea[]` (`pg_type.dat`).
pub const PUT_TYPES: [u32; 3] = [1028, 1016, 1001];

/// The OIDs of the elements' types.
const ELEMENTS: [u32; 3] = [26, 20, 17];

/// The parameters of [`PUT`] for some pieces; none when there is nothing to write.
///
/// ```
/// let [oids, offsets, bytes] = pgx_restore::put::parameters(&[(7, 0, b"abc"), (8, 0, b"")]).expect("a piece has bytes");
/// assert_eq!(oids[20..], [0, 0, 0, 4, 0, 0, 0, 7]);
/// assert_eq!(offsets[20..], [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
/// assert_eq!(bytes[20..], *b"\0\0\0\x03abc");
/// ```
pub fn parameters(pieces: &[Piece<'_>]) -> Option<[Vec<u8>; 3]> {
    let pieces: Vec<&Piece<'_>> = pieces.iter().filter(|(_, _, bytes)| !bytes.is_empty()).collect();
    if pieces.is_empty() {
        return None;
    }
    let [mut oids, mut offsets, mut contents] = ELEMENTS.map(|element| array(element, pieces.len()));
    contents.reserve(pieces.iter().map(|(_, _, bytes)| bytes.len() + 4).sum());
    for (oid, offset, bytes) in pieces {
        add(&mut oids, &oid.to_be_bytes());
        add(&mut offsets, &offset.to_be_bytes());
        add(&mut contents, bytes);
    }
    Some([oids, offsets, contents])
}

/// What an array of one dimension begins with.
fn array(element: u32, length: usize) -> Vec<u8> {
    let header = [1, 0, element, length as u32, 1];
    header.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn add(array: &mut Vec<u8>, element: &[u8]) {
    array.extend((element.len() as u32).to_be_bytes());
    array.extend_from_slice(element);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrays_are_as_long_as_there_are_pieces_with_bytes() {
        let parameters = parameters(&[(7, 0, b"\x00\xff"), (8, 0, b""), (9, 1024, b"a")]);
        for (array, element) in parameters.expect("there are bytes").iter().zip(ELEMENTS) {
            let numbers: Vec<u32> = array[..20]
                .chunks(4)
                .map(|four| u32::from_be_bytes(four.try_into().expect("a chunk has four bytes")))
                .collect();
            assert_eq!(numbers, [1, 0, element, 2, 1]);
        }
        assert_eq!(super::parameters(&[(8, 0, b"")]), None);
    }
}
