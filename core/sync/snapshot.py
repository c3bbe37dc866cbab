"""The whole book in pieces that are quick to make, small to send and quick to put into an empty book.

A window holds everything that the hub numbered between two numbers, column by column, which packs several
times better than row by row. Links of chains are left out: whoever puts facts in computes them, and where the
ends are the hub's, every fact in between is the one that its office wrote.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise, repeat
from typing import Any, NamedTuple

import msgpack
import zstandard

from core.sync.book import Book, Reader, listed
from core.sync.chain import GENESIS, canonical, canonical_order, canonicals
from core.sync.policy import REPLICATED, Travels
from core.sync.triggers import Shape
from core.sync.wire import MOST_UNPACKED, Unreadable, unpack

WINDOW_ROWS = 10_000
_STEADY = ("_q", "no")
"""Columns in which a row is a little more than the one before; their steps pack to nothing."""

BESIDE = (
    ("sync_tomb", ("tbl", "id", "_h", "image", "_q")),
    ("sync_later", ("tbl", "id", "site", "no", "_q", "doc")),
)
"""What travels beside the tables: deletions, and facts that this version only keeps."""


class Window(NamedTuple):
    """Groups [table, names, columns] of everything numbered up to `upto`, after the window before."""

    upto: int
    groups: list[list[Any]]

    @property
    def rows(self) -> int:
        return sum(len(columns[0]) for _, _, columns in self.groups)


def names_sent(shape: Shape) -> tuple[str, ...]:
    return tuple(column for column in shape.columns if column != "chain")


def windows(read: Reader, shapes: Sequence[Shape], upto: int) -> Iterator[Window]:
    """Everything numbered up to there, in the order of the numbers."""
    tables = [(s.name, names_sent(s)) for s in shapes if s.travels in REPLICATED]
    start = 0
    while start < upto:
        end = min(start + WINDOW_ROWS, upto)
        groups = []
        for table, names in (*tables, *BESIDE):
            sql = f"SELECT {listed(names)} FROM {table} WHERE _q > :start AND _q <= :end ORDER BY _q"
            rows = read.rows(sql, start=start, end=end)
            if rows:
                groups.append([table, list(names), [list(column) for column in zip(*rows, strict=True)]])
        yield Window(end, groups)
        start = end


def pack_window(window: Window) -> bytes:
    """A window as bytes."""
    groups = [[table, names, _stepped(names, columns)] for table, names, columns in window.groups]
    plain = msgpack.packb([window.upto, groups], use_bin_type=True)
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(plain)


def unpack_window(data: bytes) -> Window:
    """Raises: Unreadable."""
    try:
        size = zstandard.frame_content_size(data)
        if not 0 <= size <= 4 * MOST_UNPACKED:
            raise Unreadable("longer than allowed")
        plain = zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
        upto, groups = msgpack.unpackb(plain, raw=False, strict_map_key=True)
        for group in groups:
            group[2] = _summed(group[1], group[2])
        return Window(upto, groups)
    except (zstandard.ZstdError, msgpack.UnpackException, *NOT_SHAPED):
        raise Unreadable("not a part of a snapshot") from None


NOT_SHAPED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


def _stepped(names: Sequence[str], columns: Sequence[list[Any]]) -> list[list[Any]]:
    return [
        [column[0], *(b - a for a, b in pairwise(column))] if name in _STEADY else column
        for name, column in zip(names, columns, strict=True)
    ]


def _summed(names: Sequence[str], columns: Sequence[list[Any]]) -> list[list[Any]]:
    return [
        list(accumulate(column)) if name in _STEADY else column
        for name, column in zip(names, columns, strict=True)
    ]


# Into an empty book.

PART = "snapshot"
"""Under this name `sync_part` keeps what was put aside while a snapshot is put in."""

PUT_ASIDE = "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql NOTNULL"


class Aside(NamedTuple):
    """Which snapshot is being put in, and the indexes and triggers that are made anew after it."""

    etag: str
    made: list[list[str]]


def put_aside(book: Book, shapes: Sequence[Shape], etag: str) -> None:
    """Take indexes and triggers away until everything is in: so it takes half as long."""
    tables = {s.name for s in shapes if s.travels in REPLICATED}
    found = [list(row) for row in book.rows(PUT_ASIDE) if _belongs(row[2], tables)]
    for kind, name, _ in found:
        book.execute(f"DROP {kind} {name}")
    content = json.dumps([etag, found]).encode()
    book.many("INSERT INTO sync_part (name, content) VALUES (?, ?)", [(PART, content)])


def _belongs(sql: str, tables: set[str]) -> bool:
    return any(f" ON {table} " in f"{sql} " or f' ON "{table}" ' in sql for table in tables)


def aside(read: Reader) -> Aside | None:
    """What was put aside, where a snapshot is being put in."""
    content = read.value("SELECT content FROM sync_part WHERE name = :name", name=PART)
    return None if content is None else Aside(*json.loads(content))


def make_anew(book: Book) -> None:
    """Indexes and triggers are there again."""
    kept = aside(book)
    if kept is not None:
        for _, _, sql in sorted(kept.made):  # indexes first
            book.execute(sql)
        book.execute("DELETE FROM sync_part WHERE name = :name", {"name": PART})


def put_in(book: Book, shapes: Mapping[str, Shape], window: Window) -> int:
    """Put a window into a book that has everything before it; answers how many rows it was.

    Raises: Unreadable, where a fact does not follow the one before it.
    """
    beside = dict(BESIDE)
    ends = {site: (no, head) for site, no, head in book.rows("SELECT site, no, head FROM sync_chain")}
    links = _links(shapes, window, ends)
    for place, (table, names, columns) in enumerate(window.groups):
        wanted = beside[table] if table in beside else names_sent(shapes[table])
        if tuple(names) != wanted:
            raise Unreadable("rows of another version")
        if place in links:
            names, columns = [*names, "chain"], [*columns, links[place]]
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} ({listed(names)}) VALUES ({marks})"
        book.many(sql, list(zip(*columns, strict=True)))
    book.many(
        "INSERT INTO sync_chain (site, no, head) VALUES (?, ?, ?)"
        " ON CONFLICT (site) DO UPDATE SET no = excluded.no, head = excluded.head",
        [(site, no, head) for site, (no, head) in ends.items()],
    )
    return window.rows


def _links(
    shapes: Mapping[str, Shape], window: Window, ends: dict[int, tuple[int, bytes]]
) -> dict[int, list[bytes]]:
    """The links of the facts of each group, in the order of its rows; `ends` move on."""
    forms: list[tuple[int, int, int, int, bytes]] = []
    links: dict[int, list[bytes]] = {}
    for place, (table, names, columns) in enumerate(window.groups):
        if table in shapes and shapes[table].travels is Travels.FACT:
            order, pick = canonical_order(names)
            site, no = columns[names.index("site")], columns[names.index("no")]
            links[place] = [b""] * len(no)
            made = canonicals(table, no, order, pick(columns))
            forms += zip(site, no, repeat(place), range(len(no)), made, strict=False)
        elif table == "sync_later":
            links[place] = [b""] * len(columns[0])
            kept = (columns[names.index(name)] for name in ("tbl", "site", "no", "doc"))
            forms += [
                (s, n, place, i, _kept_form(tbl, n, doc))
                for i, (tbl, s, n, doc) in enumerate(zip(*kept, strict=True))
            ]
    forms.sort()
    at, end, head = -1, 0, GENESIS
    for site, no, place, i, form in forms:
        if site != at:
            at, (end, head) = site, ends.get(site, (0, GENESIS))
        if no != end + 1:
            raise Unreadable("facts are missing")
        end, head = no, hashlib.sha256(head + form).digest()
        links[place][i] = head
        ends[site] = (end, head)
    return links


def _kept_form(table: str, no: int, doc: bytes) -> bytes:
    """The form of a fact of which only what it holds is kept."""
    values = unpack(doc)
    return canonical(table, no, tuple(values), tuple(values.values()))
