#!/usr/bin/env python3
"""Reads a pgx stream from standard input and says what is in it, or why it is not complete; or several files.

It is written from the manual page pgx-stream(5) alone, with the standard library alone, to prove that this
can be done. Exit status for standard input: 0 complete, 1 refused, 3 incomplete.
"""

import json
import re
import struct
import sys
import zlib
from collections import namedtuple

from xxh3 import xxh3_128

try:
    from compression import zstd  # in the standard library from 3.14 on
except ImportError:
    zstd = None

MAGIC = b"\x89PGX\r\n\x1a\n"
MIB = 1 << 20
KINDS = {1: "HEAD", 2: "ENTRIES", 3: "TOC_END", 4: "DATA", 5: "PART_END", 6: "ENTRY_END", 7: "FAIL", 8: "INDEX",
         9: "END", 10: "TICK"}
ROW_OPEN, MORE, SAFE, ANCILLARY = 1, 2, 64, 128
Frame = namedtuple("Frame", "kind flags codec reserved entry part seq rows raw_len len payload_crc header_crc at")


class Refused(Exception):
    """The stream is not what a producer wrote."""


class Incomplete(Exception):
    """The stream ends too early."""


def need(condition, why):
    if not condition:
        raise Refused(why)


def decompress(frame, stored):
    if frame.codec == 0:
        return stored
    need(frame.codec == 2 or zstd, "zstd, which this Python cannot decompress")
    inflate = zlib.decompressobj() if frame.codec == 2 else zstd.ZstdDecompressor()
    try:
        raw = inflate.decompress(stored, frame.raw_len + 1)
    except (zlib.error, zstd.ZstdError if zstd else zlib.error) as error:
        raise Refused(str(error)) from None
    need(inflate.eof and not inflate.unused_data and len(raw) == frame.raw_len, "a payload of another length")
    return raw


def fields(payload, *names):
    """The JSON object of a payload, which must have these fields."""

    def once(pairs):
        need(len(dict(pairs)) == len(pairs), "a field comes twice")
        return dict(pairs)

    try:
        value = json.loads(payload.decode("utf-8"), object_pairs_hook=once)
    except ValueError as error:
        raise Refused(str(error)) from None
    for some in value if isinstance(value, list) else [value]:
        need(isinstance(some, dict) and all(name in some for name in names), "a field is missing")
    return value


def digest(value):
    need(re.fullmatch("[0-9a-f]{32}", value), "no digest")
    return int(value, 16)


def row_end(form, rows, at, count):
    """Where the row that begins here ends; None when it does not end in these bytes."""
    if form == "text":
        return rows.find(b"\n", at) + 1 or None
    if form == "binary":
        if at + 2 > len(rows):
            return None
        (number,) = struct.unpack_from(">h", rows, at)
        need(number >= 0 and count in (None, number), "number of fields")
        at += 2
        for _ in range(number):
            if at + 4 > len(rows):
                return None
            (length,) = struct.unpack_from(">i", rows, at)
            need(length >= -1, "length of a field")
            at += 4 + max(length, 0)
        return at if at <= len(rows) else None
    first = expected = 0
    while at + 17 <= len(rows):
        oid, offset, last, length = struct.unpack_from("<IQBI", rows, at)
        need(last <= 1 and length <= MIB, "record of a large object")
        need(offset == expected and (offset == 0 or oid == first), "records that do not follow")
        first, expected, at = oid, offset + length, at + 17 + length
        if last:
            return at if at <= len(rows) else None
    return None


def row_digest(form, row):
    if form == "text":
        return xxh3_128(row[:-1])
    if form == "binary":
        return xxh3_128(row)
    content, at = b"", 0
    while at < len(row):
        oid, _, _, length = struct.unpack_from("<IQBI", row, at)
        content, at = content + row[at + 17 : at + 17 + length], at + 17 + length
    return xxh3_128(content + struct.pack("<IQ", oid, len(content)))


class Part:
    def __init__(self, at):
        self.start, self.seq, self.rows, self.bytes, self.digest, self.rest, self.count = at, 0, 0, 0, 0, b"", None

    def add(self, form, frame, raw):
        self.rest += raw
        at = ended = 0
        while (end := row_end(form, self.rest, at, self.count)) is not None:
            if form == "binary":
                (self.count,) = struct.unpack_from(">h", self.rest, at)
            self.digest = self.digest + row_digest(form, self.rest[at:end]) & (1 << 128) - 1
            ended, at = ended + 1, end
        self.rest = self.rest[at:]
        need(ended == frame.rows and bool(self.rest) == bool(frame.flags & ROW_OPEN), "rows that do not end here")
        self.rows, self.bytes = self.rows + ended, self.bytes + len(raw)


class Reader:
    def __init__(self, source):
        self.source, self.at, self.frame_at, self.members, self.missing = source, 0, 0, 0, []

    def take(self, count):
        """So many bytes; fewer at the end of the input."""
        found = self.source.read(count)
        self.at += len(found)
        return found

    def frame(self):
        self.frame_at = self.at
        header = self.take(36)
        if len(header) < 36:
            raise Incomplete("the input ends")
        frame = Frame(*struct.unpack("<BBBBIIIIIIII", header), self.frame_at)
        need(zlib.crc32(header[:32]) == frame.header_crc, "checksum of a header")
        ancillary, kind = bool(frame.flags & ANCILLARY), KINDS.get(frame.kind)
        need(not frame.flags & 0x3C, "unknown flags")
        need(frame.codec <= 2 and frame.reserved == 0, "unknown codec or reserved byte")
        need(ancillary == (kind in (None, "TICK")), "ancillary or not")
        allowed = ANCILLARY | SAFE if ancillary else ROW_OPEN if kind == "DATA" else MORE
        need(not frame.flags & ~allowed, "flags of another kind")
        need(max(frame.len, frame.raw_len) <= 16 * MIB, "length")
        need(frame.codec or frame.len == frame.raw_len, "two lengths")
        if not ancillary:
            place = (True, True) if kind in ("DATA", "PART_END") else (kind == "ENTRY_END", False)
            need((frame.entry != 0, frame.part != 0) == place, "place")
            need(frame.rows <= (frame.raw_len if kind == "DATA" else 0), "rows")
        self.expect(kind, frame, ancillary)
        payload = self.take(frame.len)
        if len(payload) < frame.len:
            raise Incomplete("the input ends")
        need(zlib.crc32(payload) == frame.payload_crc, "checksum of a payload")
        return frame, kind, decompress(frame, payload)

    def expect(self, kind, frame, ancillary):
        if self.more and not ancillary and kind != "FAIL":
            need(self.more[:3] == [kind, frame.entry, frame.part], "metadata is interrupted")
        stages = {"HEAD": [0], "ENTRIES": [1], "TOC_END": [1], "DATA": [2], "PART_END": [2], "ENTRY_END": [2],
                  "INDEX": [2, 3], "END": [2, 3], "FAIL": [0, 1, 2, 3]}
        need(self.stage in stages.get(kind, [1, 2, 3]), "a frame that cannot come now")

    def stream(self):
        while True:
            self.frame_at = self.at
            magic = self.take(8)
            if not magic and self.members:
                break
            need(MAGIC.startswith(magic), "no pgx stream")
            if len(magic) < 8:
                raise Incomplete("the input ends")
            self.member()
        if self.missing:
            raise Incomplete("no member with the database " + ", ".join(self.missing))

    def member(self):
        self.members += 1
        self.begin, self.stage, self.more, self.seq, self.frames = self.frame_at, 0, None, 0, 0
        self.toc, self.entries, self.parts, self.done, self.ended, self.index = b"", {}, {}, {}, {}, []
        self.open_row = self.index_at = self.end_at = None
        while self.stage < 4:
            frame, kind, raw = self.frame()
            if frame.flags & ANCILLARY:
                continue
            if kind == "FAIL":
                self.more = None if self.more and self.more[0] != "FAIL" else self.more
            self.number(kind, frame)
            self.frames += 1
            if kind == "DATA":
                self.data(frame, raw)
                continue
            so_far = self.more or [kind, frame.entry, frame.part, b"", 0]
            so_far[3], so_far[4] = so_far[3] + raw, so_far[4] + 1
            need(len(so_far[3]) <= 256 * MIB, "metadata over 256 MiB")
            self.more = so_far if frame.flags & MORE else None
            if not self.more:
                try:
                    getattr(self, "read_" + kind.lower())(frame, so_far[3])
                except (AttributeError, KeyError, TypeError) as error:
                    raise Refused(f"a field of another type: {error}") from None
        self.frame_at = self.at
        trailer = self.take(28)
        if len(trailer) < 28:
            raise Incomplete("the input ends")
        length, end, crc, closing = struct.unpack("<QQI8s", trailer)
        need(closing == b"PGXEND\r\n" and crc == zlib.crc32(trailer[:16]), "trailer")
        need((length, end) == (self.at - self.begin, self.end_at), "numbers of the trailer")
        if self.head["content"] == "database":
            self.missing = [name for name in self.missing if name != self.head["source"].get("database")]

    def number(self, kind, frame):
        """Checks that the frame is the next of its row, and belongs to something that is open."""
        key = (frame.entry, frame.part)
        if kind in ("DATA", "PART_END", "ENTRY_END"):
            need(self.open_row in (None, key) or kind != "DATA", "an open row is interrupted")
            need(kind != "PART_END" or self.open_row != key, "an open row does not end")
            need(frame.entry in self.entries and self.entries[frame.entry], "an entry without rows")
            need(frame.entry not in self.ended, "rows after ENTRY_END")
        if kind == "ENTRY_END":
            need(not any(entry == frame.entry for entry, _ in self.parts), "an open part")
            have = {part for entry, part in self.done if entry == frame.entry} | self.skipped(frame.entry)
            need(all(part in have for part in range(1, self.entries[frame.entry]["parts"] + 1)), "missing parts")
            need(frame.seq == (self.more[4] if self.more else 0), "number of a frame")
        elif kind in ("DATA", "PART_END"):
            need(frame.part <= self.entries[frame.entry]["parts"], "an undeclared part")
            need(key not in self.done and frame.part not in self.skipped(frame.entry), "rows after PART_END")
            need(key in self.parts or len(self.parts) < self.head["lanes"], "more parts than lanes")
            need(frame.seq == (self.parts[key].seq if key in self.parts else 0), "number of a frame")
            self.parts.setdefault(key, Part(frame.at - self.begin)).seq += 1
        else:
            if kind in ("INDEX", "END"):
                need(all(entry in self.ended for entry, data in self.entries.items() if data), "rows not ended")
                self.stage = 3
            need(frame.seq == self.seq, "number of a frame")
            self.seq += 1
            if kind == "INDEX" and self.index_at is None:
                self.index_at = frame.at - self.begin
            if kind == "END" and self.end_at is None:
                self.end_at = frame.at - self.begin

    def skipped(self, entry):
        some = (self.head.get("resumes") or {}).get("skipped", [])
        return {part for skipped in some if skipped["entry"] == entry for part in skipped["parts"]}

    def read_head(self, frame, payload):
        head = fields(payload, "format", "content", "archive", "created", "producer", "source", "lanes")
        need(re.fullmatch(r"1\.[0-9]+", head["format"]), "another version")
        need(set(head.get("requires", [])) <= {"latin1-bytes", "renames", "inconsistent"}, "an unknown feature")
        need(head["lanes"] > 0, "no lanes")
        resumed = (head.get("resumes") or {}).get("plan")
        need(None in (resumed, head.get("plan")) or resumed == head["plan"], "two plans")
        self.head, self.plan, self.stage = head, head.get("plan") or resumed, 1
        self.missing += head.get("databases", [])
        name = " " + head["source"].get("database", "") if head["content"] == "database" else ""
        print(f"member {self.members}: {head['content']}{name}")

    def read_entries(self, frame, payload):
        self.toc += payload
        for entry in fields(payload, "id", "kind", "section", "name"):
            need(entry["id"] and entry["id"] not in self.entries, "id of an entry")
            data = self.entries[entry["id"]] = entry.get("data")
            need(data is None or data["parts"] > 0, "no parts")
            schema = entry["schema"] + "." if "schema" in entry else ""
            print(f"entry {entry['id']}: {entry['kind']} {schema}{entry['name']}")

    def read_toc_end(self, frame, payload):
        end = fields(payload, "entries", "digest")
        need(end["entries"] == len(self.entries) and digest(end["digest"]) == xxh3_128(self.toc), "TOC_END")
        need(None in (self.plan, end.get("plan")) or self.plan == end["plan"], "another plan")
        self.stage = 2

    def data(self, frame, raw):
        key = (frame.entry, frame.part)
        self.open_row = key if frame.flags & ROW_OPEN else None
        self.parts[key].add(self.entries[frame.entry]["format"], frame, raw)

    def read_part_end(self, frame, payload):
        end, key = fields(payload, "rows", "bytes", "digest"), (frame.entry, frame.part)
        part = self.parts.pop(key)
        need((end["rows"], end["bytes"]) == (part.rows, part.bytes), "PART_END")
        need(digest(end["digest"]) == part.digest, "digest of a part")
        part.end = self.at - self.begin
        self.done[key] = part
        print(f"part {frame.part} of entry {frame.entry}: {part.rows} rows, {part.bytes} bytes, digest {part.digest:032x}")

    def read_entry_end(self, frame, payload):
        end = fields(payload, "parts", "rows", "bytes", "digest")
        parts = [part for (entry, _), part in self.done.items() if entry == frame.entry]
        sums = [sum(getattr(part, name) for part in parts) for name in ("rows", "bytes", "digest")]
        sums[2] &= (1 << 128) - 1
        need([len(parts), *sums] == [end["parts"], end["rows"], end["bytes"], digest(end["digest"])], "ENTRY_END")
        self.ended[frame.entry] = sums[2]
        print(f"all of entry {frame.entry}: {len(parts)} parts, {sums[0]} rows, {sums[1]} bytes, digest {sums[2]:032x}")

    def read_fail(self, frame, payload):
        message = fields(payload, "stage", "message")["message"]
        self.frame_at = self.at
        need(not self.take(1), "bytes after FAIL")
        raise Incomplete("the producer gave up: " + message)

    def read_index(self, frame, payload):
        known = sorted(self.done)
        for said in fields(payload, "entry", "part", "start", "end"):
            need(len(self.index) < len(known), "more parts in the index than came")
            key = known[len(self.index)]
            need((said["entry"], said["part"]) == key, "another part in the index")
            need((said["start"], said["end"]) == (self.done[key].start, self.done[key].end), "offsets of the index")
            self.index.append(key)

    def read_end(self, frame, payload):
        end = fields(payload, "frames", "entries", "rows", "bytes", "digest")
        sums = [sum(getattr(part, name) for part in self.done.values()) for name in ("rows", "bytes")]
        ended = b"".join(struct.pack("<I", id) + self.ended[id].to_bytes(16, "little") for id in sorted(self.ended))
        counted = [self.frames, len(self.ended), *sums, xxh3_128(ended), self.index_at]
        said = [end["frames"], end["entries"], end["rows"], end["bytes"], digest(end["digest"]), end.get("index")]
        need(said == counted, "END")
        need(self.index_at is None or len(self.index) == len(self.done), "the index is short")
        self.stage = 4
        print(f"end: {said[0]} frames, {said[1]} entries with rows, {said[2]} rows, {said[3]} bytes, digest {said[4]:032x}")


def verdict(source):
    """Prints what is found and, if that is not all, why."""
    reader = Reader(source)
    try:
        reader.stream()
    except Refused as error:
        print(f"refused: {error} (at byte {reader.frame_at})")
        return 1
    except Incomplete as error:
        print(f"incomplete: {error}")
        return 3
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    if len(sys.argv) == 1:
        sys.exit(verdict(sys.stdin.buffer))
    for name in sys.argv[1:]:
        print(f"== {name}")
        with open(name, "rb") as file:
            verdict(file)
