"""Whether two books hold the same, in a few bytes, and where they do not (`sync.md` 5.5, integrity).

A row's print is a hash of everything in it that travels, its stamps and the hub's number included. Prints are
added up, so that order does not matter, in 65,536 leaves by the row's id; 256 leaves are a branch. Two ends
compare 256 sums, then the 256 of a branch that differs, and then speak of the few rows of one leaf. They are
always computed from the rows: a sum that was kept would not notice a row that was altered behind it.

Facts have in their chains a print that is kept (`core.sync.chain`); it is compared in each exchange.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol
from zlib import crc32

import msgpack

from core.sync.book import AMONG, Reader, ids_text, listed
from core.sync.policy import REPLICATED, Travels
from core.sync.register import others_of
from core.sync.stamp import stamps_of
from core.sync.triggers import Shape

BRANCHES = 256
LEAVES = BRANCHES * BRANCHES
PRINT_BYTES = 16
_MASK = (1 << 8 * PRINT_BYTES) - 1

Print = tuple[int, int]
"""How many rows, and the sum of their prints modulo 2^128."""


class Streamed(Protocol):
    """A consistent view whose rows may be more than memory holds."""

    def rows(self, sql: str, /, **params: Any) -> list[tuple[Any, ...]]: ...
    def value(self, sql: str, /, **params: Any) -> Any: ...
    def each(self, sql: str, /, **params: Any) -> Iterable[tuple[Any, ...]]: ...


def names_of(shape: Shape) -> tuple[str, ...]:
    """The columns of a row as two ends compare it; its id comes first."""
    if shape.travels is Travels.REGISTER:
        return ("id", "_q", "_h", "_cv", "_x", *shape.business)
    return ("id", *(column for column in shape.columns if column != "id"))


def leaf_of(row_id: str) -> int:
    """Which leaf a row is counted in."""
    return crc32(row_id.encode("utf-8", "surrogatepass")) & (LEAVES - 1)


class Prints:
    """The sums of all rows that had a number up to some point."""

    def __init__(self) -> None:
        self._counts = [0] * LEAVES
        self._sums = [0] * LEAVES

    def add(self, row_id: str, row_print: int) -> None:
        leaf = leaf_of(row_id)
        self._counts[leaf] += 1
        self._sums[leaf] += row_print

    @property
    def count(self) -> int:
        return sum(self._counts)

    def branches(self) -> list[Print]:
        """256 sums for all."""
        return [self._over(start, start + BRANCHES) for start in range(0, LEAVES, BRANCHES)]

    def leaves(self, branch: int) -> list[Print]:
        """256 sums of one branch."""
        return [self._over(leaf, leaf + 1) for leaf in range(branch * BRANCHES, (branch + 1) * BRANCHES)]

    def _over(self, start: int, end: int) -> Print:
        return sum(self._counts[start:end]), sum(self._sums[start:end]) & _MASK


def measure(read: Streamed, shapes: Iterable[Shape], upto: int) -> Prints:
    """The prints of every row that has one of the hub's numbers up to this one."""
    found = Prints()
    for shape in shapes:
        if shape.travels in REPLICATED:
            sql = f"SELECT {listed(names_of(shape))} FROM {shape.name} WHERE _q > 0 AND _q <= :upto"
            for row_id, row_print in _prints(shape, read.each(sql, upto=upto)):
                found.add(row_id, row_print)
    return found


def _prints(shape: Shape, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, int]]:
    """Of every row its id and print. Stamps that are one, and stamps of each column that are the same, are
    the same row: which of both is written depends on the way it came."""
    packed = msgpack.Packer(use_bin_type=True, unicode_errors="surrogatepass").pack
    start = blake2b(shape.name.encode() + b"|", digest_size=PRINT_BYTES)
    register = shape.travels is Travels.REGISTER
    for row in rows:
        said = _stamped(shape, row) if register and (row[3] is not None or row[4] is not None) else row
        hashed = start.copy()
        hashed.update(packed(said))
        yield row[0], int.from_bytes(hashed.digest(), "big")


def _stamped(shape: Shape, row: Sequence[Any]) -> Sequence[Any]:
    row_id, number, newest, by_column, others, *values = row
    stamps: Any = list(stamps_of(shape.business, newest, by_column).values())
    if len(set(stamps)) == 1:
        newest, stamps = stamps[0], None
    kept = others_of(others)
    unknown = [[name, *kept[name]] for name in sorted(kept)] or None
    return row_id, number, newest, stamps, unknown, *values


def print_of(shape: Shape, row: Sequence[Any]) -> int:
    """The print of one row, given by `names_of`."""
    return next(_prints(shape, [row]))[1]


def differing(mine: Sequence[Print], theirs: Sequence[Sequence[int]]) -> list[int]:
    """The places at which two lists of sums differ."""
    return [i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if list(a) != list(b)]


def packed_prints(prints: Iterable[Print]) -> list[list[Any]]:
    return [[count, total.to_bytes(PRINT_BYTES, "big")] for count, total in prints]


def read_prints(told: Any) -> list[Print]:
    """Sums as they came. Raises: ValueError."""
    found = [(count, total) for count, total in told]
    for count, total in found:
        if type(count) is not int or not isinstance(total, bytes) or len(total) != PRINT_BYTES:
            raise ValueError("not a print")
    if len(found) != BRANCHES:
        raise ValueError("not as many prints as branches")
    return [(count, int.from_bytes(total, "big")) for count, total in found]


Ids = dict[str, list[str]]
"""Ids of rows by table."""


def ids_in(read: Streamed, shapes: Iterable[Shape], leaves: Collection[int]) -> Ids:
    """The rows of these leaves. Looks at the ids of all rows."""
    wanted, found = frozenset(leaves), {}
    for shape in shapes:
        if shape.travels in REPLICATED:
            ids = read.each(f"SELECT id FROM {shape.name}")
            if near := [row_id for (row_id,) in ids if leaf_of(row_id) in wanted]:
                found[shape.name] = near
    return found


def numbered_rows(read: Reader, shapes: Iterable[Shape], ids: Ids) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Those of these rows that have a number, as `names_of` says, by table and id."""
    found = {}
    for shape in shapes:
        if shape.name in ids:
            sql = f"SELECT {listed(names_of(shape))} FROM {shape.name} WHERE _q > 0 AND id {AMONG}"
            for row in read.rows(sql, ids=ids_text(ids[shape.name])):
                found[shape.name, row[0]] = row
    return found


def places(read: Reader, shapes: Iterable[Shape], wanted: Collection[tuple[int, int]]) -> dict[Any, Any]:
    """Facts by (site, number): their table's shape and their row. Looks through all facts."""
    asked: dict[tuple[int, int], tuple[Shape, tuple[Any, ...]]] = {}
    by_site = {
        site: json.dumps([no for _, no in some])
        for site, some in groupby(sorted(set(wanted)), key=itemgetter(0))
    }
    for shape in shapes:
        if shape.travels is Travels.FACT:
            names = names_of(shape)
            at = names.index("site"), names.index("no")
            for site, numbers in by_site.items():
                sql = f"SELECT {listed(names)} FROM {shape.name} WHERE site = :site AND no {AMONG}"
                for row in read.rows(sql, site=site, ids=numbers):
                    asked[row[at[0]], row[at[1]]] = (shape, row)
    return asked
