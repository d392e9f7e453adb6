//! Whole archives, written and read again; and what is not whole.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use pgx_archive::EntryId;
use proptest::prelude::*;

use crate::samples::{self, Heard};
use crate::{Algorithm, Block, Compression, Error, Format, Plan, Recipe, Version, custom, directory, tar};

type Target = crate::Target<Cursor<Vec<u8>>>;

const ALGORITHMS: [Algorithm; 4] = [Algorithm::None, Algorithm::Gzip, Algorithm::Lz4, Algorithm::Zstd];

fn plan(version: Version, algorithm: Algorithm) -> Plan {
    Plan::new(&samples::head(), &samples::entries(), version, algorithm).expect("sound entries")
}

fn fill<W: std::io::Write>(writer: &mut custom::Writer<W>) {
    for (entry, rows) in samples::rows() {
        let block = writer.plan().block(entry).expect("it has rows");
        writer.begin(block).expect("memory");
        for piece in [&rows[..0], &rows] {
            writer.rows(piece).expect("memory");
        }
        writer.end().expect("memory");
    }
}

fn custom_pipe(version: Version, algorithm: Algorithm) -> Vec<u8> {
    let compression = Compression::of(algorithm);
    let mut writer = custom::Writer::new(Vec::new(), plan(version, algorithm), compression).expect("memory");
    fill(&mut writer);
    writer.finish().expect("memory")
}

fn custom_file(algorithm: Algorithm) -> Vec<u8> {
    let (plan, compression) = (plan(Version::V1_16, algorithm), Compression::of(algorithm));
    let mut writer = custom::Writer::new(Cursor::new(Vec::new()), plan, compression).expect("memory");
    fill(&mut writer);
    writer.finish_file().expect("memory").into_inner()
}

fn tar_pipe(version: Version) -> Vec<u8> {
    let mut writer = tar::Writer::new(Vec::new(), plan(version, Algorithm::None), 1).expect("memory");
    for (entry, rows) in samples::rows() {
        let block = writer.plan().block(entry).expect("it has rows");
        writer.block(block, Cursor::new(rows)).expect("memory");
    }
    writer.finish().expect("memory")
}

/// A directory that goes when the test is over.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Directory {
        let path = std::env::temp_dir().join(format!("pgx-pgdump-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Directory(path)
    }

    fn written(name: &str, version: Version, algorithm: Algorithm) -> Directory {
        let directory = Directory::new(name);
        let compression = Compression::of(algorithm);
        let plan = plan(version, algorithm);
        let mut writer = directory::Writer::new(&directory.0, plan, compression, 2).expect("writable");
        // All at once, in pieces, as a stream has them.
        let rows = samples::rows();
        let block = |writer: &directory::Writer, at: usize| writer.plan().block(rows[at].0).expect("it has rows");
        for at in [0, 2] {
            let block = block(&writer, at);
            writer.rows(block, &rows[at].1).expect("writable");
        }
        for at in [2, 0, 1] {
            let block = block(&writer, at);
            writer.end(block).expect("writable");
        }
        writer.finish().expect("writable");
        directory
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn heard(read: impl FnOnce(&mut Heard) -> Result<(), Error>) -> Result<Heard, Error> {
    let mut heard = Heard::default();
    read(&mut heard).map(|()| heard)
}

fn expect_all(heard: &Heard) {
    let contents = heard.contents.as_ref().expect("it came");
    assert_eq!(contents.head.source.database, "shop");
    let mut ended = heard.ended.clone();
    ended.sort_unstable();
    assert_eq!(ended, [4, 5, 9]);
    for (entry, rows) in &samples::rows()[..2] {
        assert!(heard.rows_of(entry.0) == *rows, "entry {entry}");
    }
    let objects = [
        (7, [b"abc".as_slice(), &[9; 1000]].concat()),
        (4_000_000_001, Vec::new()),
    ];
    assert_eq!(heard.objects_of(9), objects);
}

#[test]
fn custom_archives_come_back_from_pipes_and_files() {
    for algorithm in ALGORITHMS {
        for version in [Version::V1_15, Version::V1_16] {
            let archive = custom_pipe(version, algorithm);
            expect_all(&heard(|heard| custom::read(archive.as_slice(), heard)).expect("sound"));
        }
        let archive = custom_file(algorithm);
        expect_all(&heard(|heard| custom::read(archive.as_slice(), heard)).expect("sound"));
        expect_all(&heard(|heard| custom::read_file(Cursor::new(&archive), heard)).expect("sound"));
    }
    for algorithm in [Algorithm::None, Algorithm::Gzip] {
        let archive = custom_pipe(Version::V1_14, algorithm);
        expect_all(&heard(|heard| custom::read(archive.as_slice(), heard)).expect("sound"));
    }
}

#[test]
fn directories_come_back() {
    for algorithm in ALGORITHMS {
        for version in [Version::V1_15, Version::V1_16] {
            let directory = Directory::written("back", version, algorithm);
            expect_all(&heard(|heard| directory::read(&directory.0, heard)).expect("sound"));
        }
    }
}

#[test]
fn tar_archives_come_back() {
    for version in [Version::V1_14, Version::V1_15, Version::V1_16] {
        let archive = tar_pipe(version);
        expect_all(&heard(|heard| tar::read(archive.as_slice(), heard)).expect("sound"));
    }
}

#[test]
fn rows_that_are_not_wanted_are_passed_by() {
    let archive = custom_file(Algorithm::Gzip);
    let some = |read: &dyn Fn(&mut Heard) -> Result<(), Error>| {
        let mut heard = Heard {
            unwanted: vec![4, 9],
            ..Heard::default()
        };
        read(&mut heard).expect("sound");
        assert_eq!((heard.ended, heard.rows.len()), (vec![5], 0));
    };
    some(&|heard| custom::read(archive.as_slice(), heard));
    some(&|heard| custom::read_file(Cursor::new(&archive), heard));
    let archive = tar_pipe(Version::V1_16);
    some(&|heard| tar::read(archive.as_slice(), heard));
}

#[test]
fn a_cut_archive_is_incomplete_wherever_it_is_cut() {
    let archives = [
        custom_file(Algorithm::Zstd),
        custom_pipe(Version::V1_16, Algorithm::None),
    ];
    for archive in archives {
        let steps = (0..archive.len())
            .rev()
            .take(100)
            .chain((5..archive.len()).step_by(997));
        for cut in steps {
            let error = heard(|heard| custom::read(&archive[..cut], heard)).expect_err("it is cut");
            assert!(error.is_incomplete(), "{cut} of {}: {error}", archive.len());
        }
    }
    let archive = tar_pipe(Version::V1_16);
    // The blocks of zeros at its end say nothing.
    for cut in (512..archive.len() - 1024).step_by(499) {
        let error = heard(|heard| tar::read(&archive[..cut], heard)).expect_err("it is cut");
        assert!(error.is_incomplete(), "{cut} of {}: {error}", archive.len());
    }
}

#[test]
fn a_cut_says_what_was_being_read() {
    let archive = custom_pipe(Version::V1_16, Algorithm::None);
    let error = heard(|heard| custom::read(&archive[..archive.len() / 2], heard)).expect_err("it is cut");
    let message = error.to_string();
    assert!(
        message.starts_with("entry 4 (table data public.a): the archive ends before it is complete (byte "),
        "{message}"
    );
}

/// The bytes of the block of an entry with rows, uncompressed: kind, number, one chunk, the end.
fn block(id: u32, rows: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1];
    crate::bytes::put_oid(id, &mut bytes);
    crate::bytes::put_int(rows.len() as i32, &mut bytes);
    bytes.extend_from_slice(rows);
    crate::bytes::put_int(0, &mut bytes);
    bytes
}

fn refused(archive: &[u8]) -> String {
    heard(|heard| custom::read(archive, heard))
        .expect_err("it is damaged")
        .to_string()
}

#[test]
fn hostile_blocks_are_refused_by_name() {
    let sound = custom_pipe(Version::V1_16, Algorithm::None);
    let mut contents = Vec::new();
    let mut laid_out = plan(Version::V1_16, Algorithm::None);
    laid_out.place(|_, _| crate::toc::Place::Somewhere);
    laid_out
        .toc
        .write(crate::toc::Layout::Offsets, &mut contents)
        .expect("short texts");
    assert!(sound.starts_with(&contents));
    let with = |blocks: &[&[u8]]| [contents.as_slice(), &blocks.concat()].concat();
    let at = contents.len();

    let twice = block(4, b"\\.\n\n\n");
    assert_eq!(
        refused(&with(&[&twice, &twice])),
        format!(
            "entry 4 (table data public.a): its rows come twice (byte {})",
            at + twice.len()
        )
    );
    assert_eq!(
        refused(&with(&[&block(4, b"1\n")])),
        "entry 4 (table data public.a): the rows do not end as pg_dump ends them"
    );
    assert_eq!(
        refused(&with(&[&[9, 0, 4, 0, 0, 0]])),
        format!("entry 4 (table data public.a): 9 is not a kind of block (byte {at})")
    );
    assert_eq!(
        refused(&with(&[&[1, 0, 4, 0, 0, 0, 1, 3, 0, 0, 0]])),
        format!(
            "entry 4 (table data public.a): -3 is not the length of a chunk (byte {})",
            at + 6
        )
    );
    assert_eq!(
        refused(&with(&[&block(9, b"1\n")])),
        format!("entry 9 (blobs 7..4000000001): its block is of another kind than the entry (byte {at})")
    );
    // A block of no entry is passed by, as pg_restore does; those of the entries are still missing.
    let error = refused(&with(&[&block(99, b"x")]));
    assert!(
        error.starts_with("entry 4 (table data public.a): the archive ends"),
        "{error}"
    );
}

#[test]
fn a_table_of_contents_at_the_end_is_passed_by() {
    // pg_dump wants to fill in offsets, and what it writes to was opened for appending.
    let mut archive = custom_pipe(Version::V1_16, Algorithm::Gzip);
    archive.extend_from_within(50..500);
    expect_all(&heard(|heard| custom::read(archive.as_slice(), heard)).expect("sound"));
}

#[test]
fn offsets_beyond_the_file_and_of_other_entries_are_refused() {
    let wrong = |offset: u64| {
        let mut laid_out = plan(Version::V1_16, Algorithm::None);
        laid_out.place(|_, _| crate::toc::Place::At(offset));
        let mut archive = Vec::new();
        laid_out
            .toc
            .write(crate::toc::Layout::Offsets, &mut archive)
            .expect("short texts");
        let at = archive.len() as u64;
        archive.extend(block(5, b"\\.\n\n\n"));
        let mut heard = Heard {
            unwanted: vec![5],
            ..Heard::default()
        };
        let error = custom::read_file(Cursor::new(&archive), &mut heard).expect_err("it is wrong");
        (error, at)
    };
    assert!(
        wrong(u64::MAX).0.to_string().contains("entry 4 (table data public.a)"),
        "{}",
        wrong(u64::MAX).0
    );
    assert!(wrong(1 << 40).0.is_incomplete());
    let (_, at) = wrong(0);
    let message = wrong(at).0.to_string();
    assert!(
        message.starts_with("entry 4 (table data public.a): the block of entry 5 is where"),
        "{message}"
    );
}

#[test]
fn hostile_members_are_refused_by_name() {
    let archive = |name: &[u8], kind: ::tar::EntryType| {
        let mut made = tar_pipe(Version::V1_16);
        // Behind the table of contents comes the first member with rows.
        let at = made
            .windows(5)
            .position(|bytes| bytes == b"4.dat")
            .expect("it is in the contents");
        let at = at
            + 5
            + made[at + 5..]
                .windows(5)
                .position(|bytes| bytes == b"4.dat")
                .expect("and a member");
        let mut header = ::tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_size(0);
        header.set_entry_type(kind);
        header.set_cksum();
        made.truncate(at);
        made.extend_from_slice(header.as_bytes());
        heard(|heard| tar::read(made.as_slice(), heard))
            .expect_err("a trick")
            .to_string()
    };
    let regular = ::tar::EntryType::Regular;
    assert_eq!(
        archive(b"../../4.dat", regular),
        "../../4.dat: is not a member that pg_dump writes"
    );
    assert_eq!(
        archive(b"/4.dat", regular),
        "/4.dat: is not a member that pg_dump writes"
    );
    assert_eq!(
        archive(b"99.dat", regular),
        "99.dat: is of no entry that has rows, or comes twice"
    );
    assert_eq!(archive(b"toc.dat", regular), "toc.dat: comes twice");
    assert!(archive(b"4.dat", ::tar::EntryType::Symlink).starts_with("4.dat: is not a regular file"));
    assert!(archive(b"4.dat", ::tar::EntryType::GNULongName).starts_with("4.dat: is not a regular file"));
}

#[cfg(unix)]
#[test]
fn links_out_of_a_directory_are_refused() {
    let directory = Directory::written("links", Version::V1_16, Algorithm::None);
    let rows: &Path = &directory.0.join("4.dat");
    std::fs::remove_file(rows).expect("it is there");
    std::os::unix::fs::symlink("/etc/passwd", rows).expect("writable");
    let error = heard(|heard| directory::read(&directory.0, heard)).expect_err("a trick");
    assert_eq!(error.to_string(), "4.dat: is not a regular file");
    std::fs::remove_file(rows).expect("it is there");
    let error = heard(|heard| directory::read(&directory.0, heard)).expect_err("a file is missing");
    assert!(
        error.is_incomplete() && error.to_string().starts_with("4.dat is missing"),
        "{error}"
    );
}

#[test]
fn a_directory_that_is_not_empty_is_not_written_to() {
    let directory = Directory::written("twice", Version::V1_16, Algorithm::None);
    let again = directory::Writer::new(
        &directory.0,
        plan(Version::V1_16, Algorithm::None),
        Compression::of(Algorithm::None),
        1,
    );
    assert!(
        again
            .expect_err("refused")
            .to_string()
            .ends_with("the directory is not empty")
    );
}

#[test]
fn an_archive_with_rows_missing_is_not_finished() {
    let none = Algorithm::None;
    let writer = custom::Writer::new(Vec::new(), plan(Version::V1_16, none), Compression::of(none)).expect("memory");
    assert_eq!(
        writer.finish().expect_err("refused").to_string(),
        "table data public.a: its rows are missing"
    );
    let mut writer =
        custom::Writer::new(Vec::new(), plan(Version::V1_16, none), Compression::of(none)).expect("memory");
    writer.begin(Block(4)).expect("memory");
    assert!(writer.begin(Block(5)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damage_anywhere_never_panics(at in 0usize..4000, with in any::<u8>(), cut in any::<bool>()) {
        for mut archive in [custom_pipe(Version::V1_16, Algorithm::Lz4), custom_pipe(Version::V1_16, Algorithm::Zstd)] {
            let at = at.min(archive.len() - 1);
            archive[at] = with;
            if cut {
                archive.truncate(at + 1);
            }
            let _ = heard(|heard| custom::read(archive.as_slice(), heard));
            let _ = heard(|heard| custom::read_file(Cursor::new(&archive), heard));
        }
        let mut archive = tar_pipe(Version::V1_16);
        archive[at] = with;
        let _ = heard(|heard| tar::read(archive.as_slice(), heard));
    }
}

fn recipe(algorithm: Algorithm) -> Recipe {
    Recipe {
        // The target says it.
        format: Format::Custom,
        version: Version::V1_16,
        major: 18,
        compression: Compression::of(algorithm),
    }
}

/// Puts an archive together from rows that come in pieces and in an order of their own.
fn assembled(target: Target) -> Vec<u8> {
    let recipe = recipe(match target {
        Target::Tar(..) => Algorithm::None,
        _ => Algorithm::Zstd,
    });
    let (head, entries) = (samples::head(), samples::entries());
    let mut assembly = crate::Assembly::new(target, &head, &entries, recipe).expect("sound entries");
    let rows = samples::rows();
    let middle = rows[0].1.len() / 2;
    assembly.rows(rows[2].0, 1, &rows[2].1).expect("room");
    assembly.rows(rows[0].0, 1, &rows[0].1[..middle]).expect("room");
    assembly.part_end(rows[2].0, 1).expect("whole");
    assembly.end(rows[2].0).expect("room");
    assembly.rows(rows[0].0, 2, &rows[0].1[middle..]).expect("room");
    assembly.end(rows[1].0).expect("room");
    assembly.end(rows[0].0).expect("room");
    assembly
        .finish()
        .expect("complete")
        .map(Cursor::into_inner)
        .unwrap_or_default()
}

#[test]
fn interleaved_rows_become_any_archive() {
    let archive = assembled(Target::Custom(Cursor::default()));
    let read = heard(|heard| custom::read(archive.as_slice(), heard)).expect("sound");
    expect_all(&read);
    assert_eq!(read.ended, [4, 5, 9], "a pipe is in the order of the table of contents");

    let archive = assembled(Target::Tar(Cursor::default(), 1));
    let read = heard(|heard| tar::read(archive.as_slice(), heard)).expect("sound");
    expect_all(&read);
    assert_eq!(read.ended, [4, 5, 9]);

    let directory = Directory::new("assembled");
    assembled(Target::Directory(directory.0.clone(), 3));
    expect_all(&heard(|heard| directory::read(&directory.0, heard)).expect("sound"));
    let archive = assembled(Target::CustomFile(Cursor::default()));
    let read = heard(|heard| custom::read_file(Cursor::new(&archive), heard)).expect("sound");
    expect_all(&read);
    assert_eq!(read.ended, [9, 4, 5], "in a file nothing waits for its turn");
}

#[test]
fn binary_rows_become_text() {
    let mut entries = samples::entries();
    let data = entries[3].data.as_mut().expect("rows");
    (data.format, data.columns, data.types) = (pgx_archive::Format::Binary, vec!["id".into()], vec!["int4".into()]);
    let target = Target::Custom(Cursor::default());
    let none = recipe(Algorithm::None);
    let mut assembly = crate::Assembly::new(target, &samples::head(), &entries, none).expect("a known type");
    let row = |value: u8| [0, 1, 0, 0, 0, 4, 0, 0, 0, value];
    // Two parts, interleaved; a row of one is cut.
    assembly.rows(EntryId(4), 1, &row(1)[..7]).expect("rows");
    assembly.rows(EntryId(4), 1, &row(1)[7..]).expect("rows");
    assembly.rows(EntryId(4), 2, &row(2)).expect("rows");
    assembly.part_end(EntryId(4), 1).expect("whole");
    assembly.rows(EntryId(4), 2, &row(3)).expect("rows");
    assembly.part_end(EntryId(4), 2).expect("whole");
    for entry in [4, 5, 9] {
        assembly.end(EntryId(entry)).expect("room");
    }
    let archive = assembly
        .finish()
        .expect("complete")
        .expect("it is no directory")
        .into_inner();
    let read = heard(|heard| custom::read(archive.as_slice(), heard)).expect("sound");
    assert_eq!(read.rows_of(4), b"1\n2\n3\n");

    entries[3].data.as_mut().expect("rows").types = vec!["cube".into()];
    let target = Target::Custom(Cursor::default());
    let error = crate::Assembly::new(target, &samples::head(), &entries, none).expect_err("no such type");
    assert!(
        error
            .to_string()
            .starts_with("table data public.a: column id is binary, and of a type"),
        "{error}"
    );
}
