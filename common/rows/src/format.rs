//! The forms that rows travel in.

/// The form of rows in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Lines of COPY's text format, each with its newline.
    Text,
    /// Tuples of COPY's binary format, without signature, header extension and trailer.
    Binary,
    /// Records of large objects; a row is an object.
    LargeObjects,
}
