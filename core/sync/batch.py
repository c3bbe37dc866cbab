"""What an office sends: everything the hub has no number for, frozen before it leaves (`sync.md` M8).

A frozen batch has a number and a digest and is sent unchanged until it is answered, so that any loss,
repetition or crash is one of two cases: the hub has it and answers the same again, or has not.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from core.sync.book import AMONG, Book, Reader, listed
from core.sync.facts import chain_end, named_facts
from core.sync.merge import Edit
from core.sync.policy import REPLICATED, Travels
from core.sync.refill import say_again
from core.sync.register import Register, renumber
from core.sync.sequence import unnumbered
from core.sync.triggers import Shape
from core.sync.wire import BATCH_BYTES, BATCH_ROWS, Unreadable, as_many_as_fit, digest, pack, unpack


class Batch(NamedTuple):
    """What stands in a frozen batch. `tables` are groups [table, whole, names, rows] of rows
    [id, stamp or stamps, seen or seens, *values]; `tombs` [table, id, `_h`, image]; `facts` groups
    [table, names, rows]; `seals` [site, no, head, signature] under the chains of other sites, facts of which
    the hub has lost."""

    tables: list[list[Any]]
    tombs: list[list[Any]]
    facts: list[list[Any]]
    seals: list[list[Any]]

    @property
    def empty(self) -> bool:
        return not (self.tables or self.tombs or self.facts)


class Frozen(NamedTuple):
    number: int
    payload: bytes
    sha256: bytes


LOST = "SELECT site, no, head, signature FROM sync_seal WHERE lost = 1"
FROZEN = "SELECT no, payload, sha256 FROM sync_batch ORDER BY no LIMIT 1"


def frozen(book: Reader) -> Frozen | None:
    """The batch that waits for its answer; there is one at most."""
    rows = book.rows(FROZEN)
    return Frozen(*rows[0]) if rows else None


def freeze(
    book: Book, shapes: Sequence[Shape], number: int, sites: Sequence[int]
) -> tuple[Frozen, Batch] | None:
    """Freeze what is to be sent under the next number, and say what it is; None where there is nothing.
    Facts are those of the sites that this office speaks for."""
    batch = _unsent(book, shapes, sites)
    if batch.empty:
        return None
    payload = pack(list(batch))
    ready = Frozen(number, payload, digest(payload))
    book.many("INSERT INTO sync_batch (no, payload, sha256) VALUES (?, ?, ?)", [ready])
    return ready, batch


def unfreeze(book: Book) -> None:
    """Take the batch back: the hub said that it has not taken it."""
    book.execute("DELETE FROM sync_batch")


ENDLESS = 1 << 60


class _Room:
    """How much more a batch holds."""

    def __init__(self, *, endless: bool = False) -> None:
        self.rows = ENDLESS if endless else BATCH_ROWS
        self.bytes = ENDLESS if endless else BATCH_BYTES

    def take(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """The rows from the first on that still go in; one goes in where nothing did."""
        many, size = as_many_as_fit(rows[: self.rows], self.bytes, one=self.rows >= BATCH_ROWS)
        self.rows -= many
        self.bytes -= size
        return rows[:many]


def _unsent(book: Book, shapes: Sequence[Shape], sites: Sequence[int]) -> Batch:
    room = _Room()
    tables: list[list[Any]] = []
    meant = unnumbered(book, [s.name for s in shapes if s.travels in REPLICATED])
    shapes = [shape for shape in shapes if shape.name in meant]
    for shape in shapes:
        if shape.travels is Travels.REGISTER and room.rows:
            tables += _edits(book, shape, room)
    tombs = "SELECT tbl, id, _h, image FROM sync_tomb WHERE _q = 0 ORDER BY _h LIMIT :most"
    gone = [list(row) for row in room.take(book.rows(tombs, most=room.rows))] if room.rows else []
    seals = _lost_chains(book, shapes)
    # What is passed on goes whole, because the seal stands under its end.
    passed = _facts(book, shapes, [site for site, *_ in seals], _Room(endless=True)) if seals else []
    return Batch(tables, gone, _facts(book, shapes, sites, room) + passed, seals)


def _lost_chains(book: Book, shapes: Sequence[Shape]) -> list[list[Any]]:
    """The seals of other sites of which the hub has lost facts that are here."""
    seals = [list(row) for row in book.rows(LOST)]
    waiting = [seal for seal in seals if any(_waits(book, shape, seal[0]) for shape in shapes)]
    book.many("UPDATE sync_seal SET lost = 0 WHERE site = ?", [(s[0],) for s in seals if s not in waiting])
    return waiting


def _waits(book: Book, shape: Shape, site: int) -> bool:
    sql = f"SELECT 1 FROM {shape.name} WHERE _q = 0 AND site = :site LIMIT 1"
    return shape.travels is Travels.FACT and bool(book.value(sql, site=site))


def _edits(book: Book, shape: Shape, room: _Room) -> list[list[Any]]:
    """Unsent rows of a table: whole where they are new, else the columns that were edited."""
    register = Register(book, shape)
    waiting = register.waiting(room.rows)
    bases = register.bases(waiting)
    groups: dict[tuple[bool, tuple[str, ...]], list[list[Any]]] = {}
    rows: list[tuple[list[Any], tuple[bool, tuple[str, ...]]]] = []
    new = (True, register.columns)
    for row_id, mine in waiting.items():
        seen = bases.get(row_id)
        if seen is None and mine.by_column is None and mine.others is None:  # new, and never changed since
            rows.append(([row_id, mine.newest, 0, *mine.values], new))
            continue
        cells = register.cells(mine)
        names = tuple(cells) if seen is None else tuple(c for c in cells if c in seen)
        row = [
            row_id,
            _one_or_all([cells[c][1] for c in names]),
            _one_or_all([0 if seen is None else seen[c] for c in names]),
            *(cells[c][0] for c in names),
        ]
        rows.append((row, (seen is None, names)))
    many = len(room.take([row for row, _ in rows]))
    for row, kind in rows[:many]:
        groups.setdefault(kind, []).append(row)
    return [[shape.name, whole, list(names), group] for (whole, names), group in groups.items()]


def _one_or_all(numbers: list[int]) -> int | list[int]:
    return numbers[0] if len(set(numbers)) == 1 else numbers


def _facts(book: Book, shapes: Sequence[Shape], sites: Sequence[int], room: _Room) -> list[list[Any]]:
    """Unsent facts in the order of their chains."""
    facts = [shape for shape in shapes if shape.travels is Travels.FACT]
    if not (facts and room.rows):
        return []
    # As they were written they nearly always stand in the order of the chain; to sort them is to look at
    # everything that is unsent for each batch.
    found = _waiting_facts(book, facts, sites, "rowid", room.rows)
    if not _are_next(book, facts, sites, found):
        found = _waiting_facts(book, facts, sites, "site, no", room.rows)
    groups: dict[str, list[Any]] = {}
    for (_, _, shape, _), row in zip(found, room.take([row for *_, row in found]), strict=False):
        groups.setdefault(shape.name, [shape.name, list(shape.columns), []])[2].append(list(row))
    return list(groups.values())


Waiting = tuple[int, int, Shape, tuple[Any, ...]]


def _waiting_facts(
    book: Book, shapes: Sequence[Shape], sites: Sequence[int], order: str, most: int
) -> list[Waiting]:
    """The first `most` unsent facts of each table in some order, all in the order of their chains."""
    found: list[Waiting] = []
    for shape in shapes:
        sql = (
            f"SELECT {listed(shape.columns)} FROM {shape.name}"
            f" WHERE _q = 0 AND no NOTNULL AND site {AMONG} ORDER BY {order} LIMIT :most"
        )
        site, no = shape.columns.index("site"), shape.columns.index("no")
        rows = book.rows(sql, ids=json.dumps(list(sites)), most=most)
        found += [(row[site], row[no], shape, row) for row in rows]
    return sorted(found, key=itemgetter(0, 1))[:most]


def _are_next(book: Book, shapes: Sequence[Shape], sites: Sequence[int], found: Sequence[Waiting]) -> bool:
    """Whether these are the first unsent facts of one site, and none between them is left out: as many are
    unsent as its chain is longer than what the hub has."""
    if not found or len(sites) > 1:
        return False
    unsent = sum(book.value(f"SELECT count(*) FROM {shape.name} WHERE _q = 0") for shape in shapes)
    first = chain_end(book, sites[0])[0] - unsent + 1
    return [no for _, no, _, _ in found] == list(range(first, first + len(found)))


def read_batch(payload: bytes) -> Batch:
    """A batch as it came. Raises: Unreadable, where its shape is another."""
    found = unpack(payload)
    if not isinstance(found, list) or len(found) != len(Batch._fields):
        raise Unreadable("not a batch")
    return Batch(*found)


def edits_of(names: Sequence[str], whole: bool, rows: Iterable[Sequence[Any]]) -> list[Edit]:
    """Rows of a group of a batch."""
    columns = tuple(names)
    return [Edit(row[0], columns, row[3:], row[1], row[2], whole) for row in rows]


def acknowledge(
    book: Book, shapes: Mapping[str, Shape], batch: Batch, numbers: Sequence[int], sites: Sequence[int]
) -> None:
    """The hub has the batch; `numbers` are those of its rows, tombs and facts, in their order (M4).

    What was edited again since it was frozen still waits, and the hub's stamp of it is the one sent.
    A row with number 0 is one that the hub has lost: it goes there whole with the next batch.
    """
    given = iter(numbers)
    for table, _, names, rows in batch.tables:
        lost = _acknowledge_rows(Register(book, shapes[table]), names, rows, given)
        say_again(Register(book, shapes[table]), lost, sites)
    book.many(
        "UPDATE sync_tomb SET _q = ? WHERE tbl = ? AND id = ? AND _h = ?",
        [(next(given), table, row_id, newest) for table, row_id, newest, _ in batch.tombs],
    )
    of_table: dict[str, list[tuple[int, str]]] = {}
    for _, _, table, row_id in sorted(named_facts(batch.facts)):
        of_table.setdefault(table, []).append((next(given), row_id))
    for table, pairs in of_table.items():
        renumber(book, table, pairs)
    newest = max([_latest(row[1]) for _, _, _, rows in batch.tables for row in rows], default=0)
    book.execute("UPDATE sync_clock SET floor = max(floor, :newest)", {"newest": newest})
    book.execute("DELETE FROM sync_batch")


def _latest(stamp: int | Sequence[int]) -> int:
    return stamp if isinstance(stamp, int) else max(stamp)


def _acknowledge_rows(
    register: Register, names: Sequence[str], rows: Sequence[Sequence[Any]], given: Iterable[int]
) -> list[str]:
    """Number the rows of a group; answers those that the hub has lost."""
    ids = [row[0] for row in rows]
    bases, stamps = register.bases(ids), register.stamps(ids)
    numbered, lost, others = [], [], []
    for row, number in zip(rows, given, strict=False):
        here = stamps.get(row[0])
        if number and here and here[:2] == (row[1], None) and row[0] not in bases:  # as it was sent
            numbered.append((max(number, here[2]), row[0]))
        else:
            others.append((row, number))
    kept = register.kept([row[0] for row, _ in others])
    for (row_id, stamp, *_), number in others:
        mine, before = kept.get(row_id), bases.get(row_id, {})
        if mine is None:
            continue
        if number == 0:
            lost.append(row_id)
            continue
        sent = dict.fromkeys(names, stamp) if isinstance(stamp, int) else dict(zip(names, stamp, strict=True))
        now = {column: stamped for column, (_, stamped) in register.cells(mine).items()}
        again = {
            column: max(stamped, before.get(column, 0))
            for column, stamped in sent.items()
            if mine.number == 0 and now[column] > stamped and (column in before or not before)
        }
        still = {column: base for column, base in before.items() if column not in sent} | again
        register.remember_bases(row_id, before, still)
        numbered.append((0 if still else max(number, mine.number), row_id))
    register.renumber(numbered)
    return lost
