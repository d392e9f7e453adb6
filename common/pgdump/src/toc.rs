//! Header and table of contents, byte for byte: what stands in them, before anything is made of it.

use std::io::BufRead;

use crate::bytes::{LONGEST_CONTENTS, Source, put_int, put_oid, put_text};
use crate::compression::Algorithm;
use crate::error::{Error, Fault};
use crate::version::Version;

const MAGIC: &[u8; 5] = b"PGDMP";
/// Entries for which memory is taken before they have come.
const BELIEVED: u32 = 1024;
/// Numbers have four bytes and offsets eight, as every pg_dump of today writes them.
const INT_SIZE: u8 = 4;
const OFFSET_SIZE: u8 = 8;

/// What entries have at their end, which differs between the formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Custom: where the block of an entry begins.
    Offsets,
    /// Tar and directory: the name of its file.
    Files,
}

impl Layout {
    fn number(self) -> u8 {
        match self {
            Layout::Offsets => 1,
            Layout::Files => 3,
        }
    }
}

/// What an archive says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its version.
    pub version: Version,
    /// How its rows are compressed. In directories the names of files decide.
    pub algorithm: Algorithm,
    /// When the dump began, by the clock of its host.
    pub created: Moment,
    /// Name of the database.
    pub database: Vec<u8>,
    /// Version of the server, as the server writes it.
    pub server: Vec<u8>,
    /// Version of the program that made the archive.
    pub producer: Vec<u8>,
}

/// A time of day without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Year, month from 1, day.
    pub date: (i32, i32, i32),
    /// Hour, minute, second.
    pub time: (i32, i32, i32),
}

/// Where the rows of an entry are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It has none.
    Nowhere,
    /// Somewhere in the archive.
    Somewhere,
    /// In the block that begins here.
    At(u64),
    /// In this file or member.
    File(String),
}

/// An entry as it stands in the archive, its texts in the archive's encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Number, from 1.
    pub id: u32,
    /// Whether it has rows.
    pub has_data: bool,
    /// OID of the catalog that it comes from.
    pub class: u32,
    /// OID of the row of that catalog.
    pub oid: u32,
    /// Name of the object.
    pub tag: Vec<u8>,
    /// Kind.
    pub kind: Vec<u8>,
    /// Section: 1 none, 2 pre-data, 3 data, 4 post-data.
    pub section: u8,
    /// Statements that make it.
    pub create: Vec<u8>,
    /// Statement that drops it.
    pub drop: Vec<u8>,
    /// Statement that takes its rows.
    pub copy: Option<Vec<u8>>,
    /// Schema.
    pub schema: Option<Vec<u8>>,
    /// Tablespace: none where there is no such thing, empty for the default.
    pub tablespace: Option<Vec<u8>>,
    /// Table access method.
    pub access_method: Option<Vec<u8>>,
    /// `pg_class.relkind`, from version 1.16 on.
    pub relkind: Option<char>,
    /// Owner.
    pub owner: Option<Vec<u8>>,
    /// Numbers of entries that come before, in the archive or not.
    pub dependencies: Vec<u32>,
    /// Where its rows are.
    pub place: Place,
}

/// Header and entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toc {
    /// What the archive says of itself.
    pub header: Header,
    /// Its entries, in the order of a restore.
    pub records: Vec<Record>,
}

impl Toc {
    /// Reads header and entries; what follows are blocks, or nothing.
    pub(crate) fn read(source: &mut Source<impl BufRead>, layout: Layout) -> Result<Toc, Error> {
        let header = Header::read(source, layout)?;
        let begin = source.at();
        let count = source.count("a number of entries")?;
        let mut records: Vec<Record> = Vec::with_capacity(count.min(BELIEVED) as usize);
        let mut known = std::collections::HashSet::new();
        for number in 1..=count {
            if source.at() > LONGEST_CONTENTS {
                return Err(Error::damaged("the table of contents does not end").at(begin));
            }
            let begin = source.at();
            let record = Record::read(source, header.version, layout);
            let record = record.map_err(|error| error.about(format!("entry {number} of {count}")))?;
            if !known.insert(record.id) {
                return Err(Error::damaged(format!("two entries have the number {}", record.id)).at(begin));
            }
            records.push(record);
        }
        Ok(Toc { header, records })
    }

    /// Writes header and entries; of the same length whatever the offsets are.
    pub(crate) fn write(&self, layout: Layout, out: &mut Vec<u8>) -> Result<(), Error> {
        self.header.write(layout, out)?;
        let count = i32::try_from(self.records.len())
            .map_err(|_| Error::unsupported(format!("{} entries", self.records.len()), None))?;
        put_int(count, out);
        for record in &self.records {
            record
                .write(self.header.version, layout, out)
                .map_err(|error| error.about(format!("entry {}", record.id)))?;
        }
        Ok(())
    }
}

impl Header {
    fn read(source: &mut Source<impl BufRead>, layout: Layout) -> Result<Header, Error> {
        let mut magic = [0; 5];
        source.exact(&mut magic)?;
        if magic != *MAGIC {
            return Err(Error::new(Fault::NotAnArchive));
        }
        let (major, minor, _revision) = (source.byte()?, source.byte()?, source.byte()?);
        let version = Version::new(major, minor)?;
        let begin = source.at();
        (source.int_size, source.offset_size) = (source.byte()?, source.byte()?);
        if !(1..=32).contains(&source.int_size) || !(1..=32).contains(&source.offset_size) {
            let sizes = format!(
                "numbers of {} and offsets of {} bytes",
                source.int_size, source.offset_size
            );
            return Err(Error::damaged(sizes).at(begin));
        }
        match source.byte()? {
            format if format == layout.number() => {}
            other => return Err(Error::new(Fault::Format(other)).at(begin + 2)),
        }
        let algorithm = match version.has_algorithm() {
            true => Algorithm::numbered(source.byte()?)?,
            false if source.int()? == 0 => Algorithm::None,
            false => Algorithm::Gzip,
        };
        let mut clock = [0; 7];
        for value in &mut clock {
            *value = source.int()?;
        }
        let [second, minute, hour, day, month, year, _summer] = clock;
        Ok(Header {
            version,
            algorithm,
            created: Moment {
                date: (year.saturating_add(1900), month.saturating_add(1), day),
                time: (hour, minute, second),
            },
            database: source.text()?.unwrap_or_default(),
            server: source.text()?.unwrap_or_default(),
            producer: source.text()?.unwrap_or_default(),
        })
    }

    fn write(&self, layout: Layout, out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[1, self.version.minor(), 0, INT_SIZE, OFFSET_SIZE, layout.number()]);
        match (self.version.has_algorithm(), self.algorithm) {
            (true, algorithm) => out.push(algorithm.number()),
            (false, Algorithm::None) => put_int(0, out),
            // The level that zlib takes by itself.
            (false, Algorithm::Gzip) => put_int(-1, out),
            (false, Algorithm::Lz4 | Algorithm::Zstd) => {
                return Err(Error::unsupported(
                    format!(
                        "archives of version {} have no other compression than gzip",
                        self.version
                    ),
                    Some("write with gzip or none, or for pg_restore 16 or later"),
                ));
            }
        }
        let ((year, month, day), (hour, minute, second)) = (self.created.date, self.created.time);
        for value in [second, minute, hour, day, month - 1, year - 1900, 0] {
            put_int(value, out);
        }
        for text in [&self.database, &self.server, &self.producer] {
            put_text(Some(text), out)?;
        }
        Ok(())
    }
}

impl Record {
    /// How messages name it.
    pub(crate) fn describe(&self) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let schema = self
            .schema
            .as_deref()
            .map(|schema| text(schema) + ".")
            .unwrap_or_default();
        format!("{} {schema}{}", text(&self.kind).to_lowercase(), text(&self.tag))
    }

    fn read(source: &mut Source<impl BufRead>, version: Version, layout: Layout) -> Result<Record, Error> {
        let begin = source.at();
        let id = match source.count("the number of an entry")? {
            0 => return Err(Error::damaged("0 is not the number of an entry").at(begin)),
            id => id,
        };
        let has_data = source.int()? != 0;
        let (class, oid) = (decimal(source)?, decimal(source)?);
        let (tag, kind) = (source.text()?.unwrap_or_default(), source.text()?.unwrap_or_default());
        let begin = source.at();
        let section = match source.int()? {
            section @ 1..=4 => section as u8,
            other => return Err(Error::damaged(format!("{other} is not a section")).at(begin)),
        };
        let (create, drop) = (source.text()?.unwrap_or_default(), source.text()?.unwrap_or_default());
        let copy = source.text()?.filter(|copy| !copy.is_empty());
        let (schema, tablespace) = (source.text()?, source.text()?);
        let access_method = match version.has_access_method() {
            true => source.text()?,
            false => None,
        };
        let relkind = match version.has_relkind() {
            true => relkind(source)?,
            false => None,
        };
        let owner = source.text()?;
        // Whether the table has OIDs as a column, which no server since 12 knows.
        source.text()?;
        let mut dependencies = Vec::new();
        loop {
            let begin = source.at();
            let Some(text) = source.text()? else { break };
            dependencies.push(number(&text).ok_or_else(|| {
                let text = String::from_utf8_lossy(&text).into_owned();
                Error::damaged(format!("a dependency on {text:?}, which is not the number of an entry")).at(begin)
            })?);
        }
        let place = match layout {
            Layout::Offsets => offset(source)?,
            Layout::Files => file(source)?,
        };
        Ok(Record {
            id,
            has_data,
            class,
            oid,
            tag,
            kind,
            section,
            create,
            drop,
            copy,
            schema: schema.filter(|schema| !schema.is_empty()),
            tablespace,
            access_method: access_method.filter(|name| !name.is_empty()),
            relkind,
            owner,
            dependencies,
            place,
        })
    }

    fn write(&self, version: Version, layout: Layout, out: &mut Vec<u8>) -> Result<(), Error> {
        put_oid(self.id, out);
        put_int(self.has_data.into(), out);
        put_text(Some(self.class.to_string().as_bytes()), out)?;
        put_text(Some(self.oid.to_string().as_bytes()), out)?;
        put_text(Some(&self.tag), out)?;
        put_text(Some(&self.kind), out)?;
        put_int(self.section.into(), out);
        put_text(Some(&self.create), out)?;
        put_text(Some(&self.drop), out)?;
        put_text(self.copy.as_deref(), out)?;
        put_text(self.schema.as_deref(), out)?;
        put_text(self.tablespace.as_deref(), out)?;
        if version.has_access_method() {
            put_text(self.access_method.as_deref(), out)?;
        }
        if version.has_relkind() {
            put_int(self.relkind.map_or(0, |relkind| relkind as i32), out);
        }
        put_text(self.owner.as_deref(), out)?;
        put_text(Some(b"false"), out)?;
        for dependency in &self.dependencies {
            put_text(Some(dependency.to_string().as_bytes()), out)?;
        }
        put_text(None, out)?;
        let (flag, offset) = match (layout, &self.place) {
            (Layout::Files, Place::File(name)) => return put_text(Some(name.as_bytes()), out),
            (Layout::Files, _) => return put_text(Some(b""), out),
            (Layout::Offsets, Place::At(offset)) => (2, *offset),
            (Layout::Offsets, Place::Nowhere) => (3, 0),
            (Layout::Offsets, Place::Somewhere | Place::File(_)) => (1, 0),
        };
        out.push(flag);
        out.extend_from_slice(&offset.to_le_bytes());
        Ok(())
    }
}

fn number(text: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(text).ok()?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

fn decimal(source: &mut Source<impl BufRead>) -> Result<u32, Error> {
    let begin = source.at();
    let text = source.text()?.unwrap_or_default();
    number(&text).ok_or_else(|| {
        let text = String::from_utf8_lossy(&text).into_owned();
        Error::damaged(format!("{text:?} is not an OID")).at(begin)
    })
}

fn relkind(source: &mut Source<impl BufRead>) -> Result<Option<char>, Error> {
    let begin = source.at();
    match source.int()? {
        0 => Ok(None),
        code @ 0x21..=0x7e => Ok(Some(char::from(code as u8))),
        other => Err(Error::damaged(format!("{other} is not the kind of a relation")).at(begin)),
    }
}

fn offset(source: &mut Source<impl BufRead>) -> Result<Place, Error> {
    let begin = source.at();
    let (flag, offset) = (source.byte()?, source.offset()?);
    match flag {
        1 => Ok(Place::Somewhere),
        2 => Ok(Place::At(offset)),
        3 => Ok(Place::Nowhere),
        other => Err(Error::damaged(format!("{other} does not say where rows are")).at(begin)),
    }
}

/// A name of ours or of pg_dump's: nothing that could lead out of the archive.
fn file(source: &mut Source<impl BufRead>) -> Result<Place, Error> {
    let begin = source.at();
    let name = source.text()?.unwrap_or_default();
    if name.is_empty() {
        return Ok(Place::Nowhere);
    }
    let text = String::from_utf8_lossy(&name).into_owned();
    let plain = name
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    match plain && name[0].is_ascii_alphanumeric() {
        true => Ok(Place::File(text)),
        false => Err(Error::damaged(format!("{text:?} is not the name of a file of an archive")).at(begin)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn toc(version: Version, place: Place) -> Toc {
        let record = Record {
            id: 7,
            has_data: true,
            class: 1259,
            oid: 4_000_000_001,
            tag: b"orders".to_vec(),
            kind: b"TABLE DATA".to_vec(),
            section: 3,
            create: Vec::new(),
            drop: Vec::new(),
            copy: Some(b"COPY public.orders (id) FROM stdin;\n".to_vec()),
            schema: Some(b"public".to_vec()),
            tablespace: Some(Vec::new()),
            access_method: version.has_access_method().then(|| b"heap".to_vec()),
            relkind: version.has_relkind().then_some('r'),
            owner: Some(b"shop".to_vec()),
            dependencies: vec![3, 99],
            place,
        };
        Toc {
            header: Header {
                version,
                algorithm: Algorithm::Gzip,
                created: Moment {
                    date: (2026, 1, 31),
                    time: (12, 5, 9),
                },
                database: b"app".to_vec(),
                server: b"18.4".to_vec(),
                producer: b"18.4".to_vec(),
            },
            records: vec![record],
        }
    }

    #[test]
    fn every_version_comes_back() {
        for minor in 12..=16 {
            let version = Version::new(1, minor).expect("known");
            for (layout, place, owner) in [
                (Layout::Offsets, Place::At(1 << 40), Some(b"shop".to_vec())),
                (Layout::Offsets, Place::Somewhere, Some(Vec::new())),
                (Layout::Files, Place::File("7.dat".to_owned()), None),
            ] {
                let mut toc = toc(version, place);
                toc.records[0].owner = owner;
                let mut bytes = Vec::new();
                toc.write(layout, &mut bytes).expect("short texts");
                let mut source = Source::new(bytes.as_slice());
                assert_eq!(Toc::read(&mut source, layout).expect("ours"), toc);
                assert!(source.is_at_end().expect("memory"));
            }
        }
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_an_error_or_another_text() {
        let mut bytes = Vec::new();
        toc(Version::V1_16, Place::Somewhere)
            .write(Layout::Offsets, &mut bytes)
            .expect("short texts");
        for cut in 0..bytes.len() {
            let error = Toc::read(&mut Source::new(&bytes[..cut]), Layout::Offsets).expect_err("it is cut");
            assert!(error.is_incomplete() || cut < 1, "{error}");
        }
        for at in 0..bytes.len() {
            for flipped in [0, 1, 0x7f, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= flipped;
                // Whatever it says now, it says it in bounded memory and without a panic.
                let _ = Toc::read(&mut Source::new(bytes.as_slice()), Layout::Offsets);
            }
        }
    }

    #[test]
    fn names_that_lead_out_of_the_archive_are_refused() {
        for name in ["../../etc/passwd", "/etc/passwd", "..", "a/b", "\u{e9}.dat", ".hidden"] {
            let mut bytes = Vec::new();
            toc(Version::V1_16, Place::File(name.to_owned()))
                .write(Layout::Files, &mut bytes)
                .expect("short texts");
            let error = Toc::read(&mut Source::new(bytes.as_slice()), Layout::Files).expect_err("a trick");
            assert!(
                error.to_string().contains("is not the name of a file of an archive"),
                "{error}"
            );
        }
    }

    #[test]
    fn other_versions_and_formats_are_refused_by_name() {
        let mut bytes = Vec::new();
        toc(Version::V1_16, Place::Somewhere)
            .write(Layout::Offsets, &mut bytes)
            .expect("short texts");
        let error = |bytes: &[u8], layout| {
            Toc::read(&mut Source::new(bytes), layout)
                .expect_err("it is another")
                .to_string()
        };
        assert_eq!(error(&bytes, Layout::Files), "is in the custom format (byte 10)");
        bytes[6] = 17;
        assert_eq!(
            error(&bytes, Layout::Offsets),
            "the archive has version 1.17, which is not read here"
        );
        assert_eq!(error(b"PGDMX", Layout::Offsets), "is not an archive of pg_dump");
    }
}
