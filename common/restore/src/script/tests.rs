use pgx_archive::{Entry, EntryId, Format, Grant, Kind};

use super::{Heading, Piece, Script, ScriptError};
use crate::contents::Contents;
use crate::options::Options;
use crate::samples::{data, made, numbered, plain, rows, table};

fn heading(key: &str) -> Heading {
    Heading {
        server_version: "18.1".to_owned(),
        producer: "pg_dump version 18.1".to_owned(),
        restrict_key: key.to_owned(),
    }
}

fn written(entries: &[Entry], options: &Options) -> String {
    let contents = Contents::new(entries, options);
    let script = Script::new(&contents, options, heading("k")).expect("the key and the names are good");
    script
        .map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Rows(id) => format!("<rows of {id}>\n"),
        })
        .collect()
}

/// What a script has between its head and its tail.
fn body(entries: &[Entry], options: &Options) -> String {
    let script = written(entries, options);
    let (_, rest) = script.split_once("SET row_security = off;\n\n").expect("the head");
    let (body, _) = rest
        .rsplit_once("--\n-- PostgreSQL database dump complete")
        .expect("the tail");
    body.to_owned()
}

#[test]
fn head_and_tail() {
    let mut entries = numbered(vec![
        plain(Kind::Encoding, "ENCODING"),
        plain(Kind::SearchPath, "SEARCHPATH"),
    ]);
    entries[0].create = "SET client_encoding = 'LATIN1';\n".to_owned();
    entries[1].create = "SELECT pg_catalog.set_config('search_path', '', false);\n".to_owned();
    assert_eq!(
        written(&entries, &Options::default()),
        "\
--
-- PostgreSQL database dump
--

\\restrict k

-- Dumped from database version 18.1
-- Dumped by pg_dump version 18.1

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'LATIN1';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- PostgreSQL database dump complete
--

\\unrestrict k

"
    );
}

#[test]
fn a_table_with_its_rows() {
    let mut comment = made(Kind::Comment, "TABLE a", "COMMENT ON TABLE public.a IS 'x';\n");
    comment.parent = Some(EntryId(1));
    let entries = numbered(vec![table("a"), comment, rows("a")]);
    assert_eq!(
        body(&entries, &Options::default()),
        "\
SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: a; Type: TABLE; Schema: public; Owner: shop
--

CREATE TABLE public.a (id integer);


ALTER TABLE public.a OWNER TO shop;

--
-- Name: TABLE a; Type: COMMENT; Schema: public; Owner: shop
--

COMMENT ON TABLE public.a IS 'x';


--
-- Data for Name: a; Type: TABLE DATA; Schema: public; Owner: shop
--

COPY public.a (id) FROM stdin;
<rows of 3>
\\.


"
    );
}

#[test]
fn without_owners_and_tablespaces() {
    let mut elsewhere = table("a");
    elsewhere.tablespace = Some("ssd".to_owned());
    let entries = numbered(vec![elsewhere]);
    let head = "--\n-- Name: a; Type: TABLE; Schema: public; Owner";
    assert!(body(&entries, &Options::default()).contains(&format!("{head}: shop; Tablespace: ssd\n--\n")));
    let options = Options {
        no_owner: true,
        no_tablespaces: true,
        no_table_access_method: true,
        ..Options::default()
    };
    assert_eq!(
        body(&entries, &options),
        format!("{head}: -\n--\n\nCREATE TABLE public.a (id integer);\n\n\n")
    );
}

#[test]
fn facets_of_what_has_no_owner_show_an_empty_one() {
    let mut comment = plain(Kind::Comment, "EXTENSION hstore");
    comment.create = "COMMENT ON EXTENSION hstore IS 'pairs';\n".to_owned();
    let mut extension = plain(Kind::Extension, "hstore");
    extension.create = "CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;\n".to_owned();
    let body = body(&numbered(vec![extension, comment]), &Options::default());
    assert!(body.contains("-- Name: hstore; Type: EXTENSION; Schema: -; Owner: -\n--\n"));
    assert!(body.contains("-- Name: EXTENSION hstore; Type: COMMENT; Schema: -; Owner: \n--\n"));
}

#[test]
fn a_name_cannot_leave_its_comment() {
    let mut entry = made(Kind::View, "v\nDROP TABLE t;\r--", "CREATE VIEW …;\n");
    entry.schema = Some("a\nb".to_owned());
    entry.owner = "o\nw".to_owned();
    let body = body(&numbered(vec![entry]), &Options::default());
    assert!(body.starts_with("--\n-- Name: v DROP TABLE t; --; Type: VIEW; Schema: a b; Owner: o w\n--\n\n"));
}

#[test]
fn a_database_is_connected_to_and_everything_set_again() {
    let options = Options {
        create: true,
        ..Options::default()
    };
    let mut database = plain(Kind::Database, "shop");
    database.owner = "boss".to_owned();
    database.create = "CREATE DATABASE shop WITH TEMPLATE = template0;\n".to_owned();
    database.drop = "DROP DATABASE shop;\n".to_owned();
    let mut properties = plain(Kind::DatabaseProperties, "shop");
    properties.owner = "boss".to_owned();
    properties.create = "ALTER DATABASE shop SET \"TimeZone\" TO 'UTC';\n".to_owned();
    properties.drop = "\n".to_owned();
    let entries = numbered(vec![database, properties, table("a")]);
    let body = body(&entries, &options);
    let settings = "SET client_min_messages = warning;\n";
    let connect = "\\unrestrict k\n\\connect shop\n\\restrict k\n\nSET statement_timeout = 0;\n";
    assert!(body.contains(&format!("ALTER DATABASE shop OWNER TO boss;\n\n{connect}")));
    assert!(body.contains(&format!(
        "-- Name: shop; Type: DATABASE PROPERTIES; Schema: -; Owner: boss\n--\n\n\
         ALTER DATABASE shop SET \"TimeZone\" TO 'UTC';\n\n\n{connect}"
    )));
    assert_eq!(written(&entries, &options).matches(settings).count(), 3);
    assert!(!written(&entries, &Options::default()).contains("DATABASE shop"));
}

/// A group of two large objects, their privileges, their contents.
fn large_objects() -> Vec<Entry> {
    let mut group = plain(Kind::BlobMetadata, "7..8");
    group.create = "7\n8\n".to_owned();
    group.drop = "-- dummy".to_owned();
    group.owner = "shop".to_owned();
    let mut acl = plain(Kind::Acl, "LARGE OBJECTS 7..8");
    acl.create = "GRANT SELECT ON LARGE OBJECT 7 TO a;\n".to_owned();
    acl.parent = Some(EntryId(1));
    acl.owner = "shop".to_owned();
    acl.grants = vec![Grant {
        revoke: false,
        privileges: "SELECT".to_owned(),
        grantee: "a".to_owned(),
        grantor: String::new(),
        grant_option: false,
    }];
    let mut contents = plain(Kind::Blobs, "7..8");
    contents.owner = "shop".to_owned();
    contents.data = Some(Box::new(data(Format::LargeObjects)));
    contents.dependencies = vec![EntryId(1)];
    numbered(vec![group, acl, contents])
}

#[test]
fn large_objects_in_groups() {
    assert_eq!(
        body(&large_objects(), &Options::default()),
        "\
--
-- Name: 7..8; Type: BLOB METADATA; Schema: -; Owner: shop
--

SELECT pg_catalog.lo_create('7');
SELECT pg_catalog.lo_create('8');

ALTER LARGE OBJECT 7 OWNER TO shop;
ALTER LARGE OBJECT 8 OWNER TO shop;

--
-- Data for Name: 7..8; Type: BLOBS; Schema: -; Owner: shop
--

BEGIN;

<rows of 3>
COMMIT;

--
-- Name: LARGE OBJECTS 7..8; Type: ACL; Schema: -; Owner: shop
--

GRANT SELECT ON LARGE OBJECT 7 TO a;
GRANT SELECT ON LARGE OBJECT 8 TO a;

"
    );
}

#[test]
fn rows_may_come_in_another_order() {
    let mut entries = vec![table("a"), rows("a"), table("b"), rows("b")];
    entries.extend(large_objects());
    let mut entries = numbered(entries);
    entries[5].parent = Some(EntryId(5));
    entries[6].dependencies = vec![EntryId(5)];
    let options = Options::default();
    let contents = Contents::new(&entries, &options);
    let mut script = Script::new(&contents, &options, heading("k")).unwrap();
    while script.text().is_some() {}
    assert_eq!(script.waits_for(), Some(EntryId(2)));
    // The contents of the large objects come first: the objects are made just before.
    let open = script.open(EntryId(7)).unwrap();
    assert!(
        open.contains("lo_create('8')") && open.ends_with("BEGIN;\n\n"),
        "{open}"
    );
    assert_eq!(script.close(EntryId(7)), "COMMIT;\n\n");
    assert!(
        script
            .open(EntryId(2))
            .unwrap()
            .ends_with("COPY public.a (id) FROM stdin;\n")
    );
    let rest: Vec<String> = std::iter::from_fn(|| script.text()).collect();
    assert!(rest.concat().contains("CREATE TABLE public.b"));
    assert_eq!(script.waits_for(), Some(EntryId(4)));
    assert_eq!(script.open(EntryId(1)), None, "a table is not rows");
    script.open(EntryId(4)).unwrap();
    let rest = std::iter::from_fn(|| script.text()).collect::<Vec<_>>().concat();
    assert!(!rest.contains("lo_create") && rest.contains("GRANT SELECT") && rest.contains("dump complete"));
}

#[test]
fn a_script_is_refused_when_psql_could_be_fooled() {
    let options = Options {
        create: true,
        ..Options::default()
    };
    let entries = numbered(vec![plain(Kind::Database, "a\n\\! rm")]);
    let contents = Contents::new(&entries, &options);
    for key in ["", "a b", "k\n"] {
        let refused = Script::new(&contents, &options, heading(key)).err();
        assert_eq!(refused, Some(ScriptError::RestrictKey));
    }
    let refused = Script::new(&contents, &options, heading("k")).err();
    assert_eq!(refused, Some(ScriptError::DatabaseName("a\n\\! rm".to_owned())));
}
