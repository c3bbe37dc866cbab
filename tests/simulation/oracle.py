"""What must hold when the faults have stopped (`sync.md` 6). Each raises Broken with its name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from core import audit
from core.conflicts.queries import open_conflicts
from core.ledger.effective import ISSUE_COUNTS
from core.ledger.kept import differences
from core.replication.repair import ALTERED
from core.store import Read, Store
from core.sync.policy import Travels
from core.sync.register import others_of
from core.sync.stamp import stamps_of
from core.tables import shapes
from tests.simulation.world import FIELDS, World


class Broken(AssertionError):
    def __init__(self, invariant: str, found: object) -> None:
        super().__init__(f"{invariant}: {found!s:.600}")
        self.invariant = invariant


def require(holds: object, invariant: str, found: object) -> None:
    if not holds:
        raise Broken(invariant, found)


def contents(read: Read) -> dict[str, dict[str, Any]]:
    """Every replicated row with the stamp of each column, and every fact with its place, by id."""
    found: dict[str, dict[str, Any]] = {}
    for shape in shapes():
        if shape.travels is Travels.REGISTER:
            names = ", ".join(f'"{c}"' for c in ("id", "_h", "_cv", "_x", "_q", *shape.business))
            found[shape.name] = {
                row[0]: (stamps_of(shape.business, row[1], row[2]), others_of(row[3]), row[4:])
                for row in read.rows(f"SELECT {names} FROM {shape.name}")
            }
        elif shape.travels is Travels.FACT:
            names = ", ".join(f'"{c}"' for c in shape.columns)
            found[shape.name] = {row[0]: row for row in read.rows(f"SELECT {names} FROM {shape.name}")}
    found["sync_chain"] = {str(s): (no, head) for s, no, head in read.rows("SELECT * FROM sync_chain")}
    return found


SUMS = (
    "SELECT * FROM invoice_balance ORDER BY invoice_id",
    "SELECT * FROM money_left ORDER BY source_id",
    "SELECT * FROM unbilled ORDER BY charge_id, share_id",
)


def facts_of(book: Store) -> dict[str, tuple[int, int]]:
    """Every fact of a book: its site and number by id."""
    with book.read() as read:
        return {
            row_id: (site, no)
            for shape in shapes()
            if shape.travels is Travels.FACT
            for row_id, site, no in read.rows(f"SELECT id, site, no FROM {shape.name}")
        } | {i: (s, n) for i, s, n in read.rows("SELECT id, site, no FROM sync_later")}


HELD = "SELECT tbl, id, site, why FROM sync_aside WHERE why <> :altered"


def check(world: World, durable: dict[str, tuple[int, int]]) -> None:
    with world.hub.read() as read:
        at_hub = contents(read)
        sums = [read.rows(sql) for sql in SUMS]
        held = read.rows(HELD, altered=ALTERED)
    require(not held, "nothing is held aside", held)
    for one in world.offices:
        with one.book.read() as read:
            here = contents(read)
            for difference in _differences(at_hub, here):
                raise Broken("all books are equal", (one.slot, difference))
            mine = [read.rows(sql) for sql in SUMS]
            require(mine == sums, "all balances are equal", (one.slot, _first(sums, mine)))
            require(not differences(read), "balances are the sum of the facts", differences(read))
            verdict = audit.verify(read)
            require(verdict.ok, "every chain verifies", (one.slot, verdict))
            aside = read.rows(HELD, altered=ALTERED)
            require(not aside, "nothing is held aside", (one.slot, aside))
    known = facts_of(world.hub)
    missing = {i: place for i, place in durable.items() if i not in known}
    require(not missing, "every committed fact is at the hub", missing)
    require(len(set(known.values())) == len(known), "a place in a chain is one fact", "doubled")
    numbers_are_unique(world)
    nothing_is_overwritten_silently(world)


def _differences(hub: dict[str, dict[str, Any]], here: dict[str, dict[str, Any]]) -> Iterator[object]:
    for table, rows in hub.items():
        if rows != here[table]:
            for row_id in sorted(rows.keys() | here[table].keys()):
                if rows.get(row_id) != here[table].get(row_id):
                    yield table, row_id, rows.get(row_id), here[table].get(row_id)


def _first(sums: list[Any], mine: list[Any]) -> object:
    for a, b in zip(sums, mine, strict=True):
        if a != b:
            return sorted(set(a) ^ set(b))[:4]
    return None


NUMBERS = f"""
SELECT i.number, count(DISTINCT i.invoice_id) FROM invoice_issue AS i WHERE {ISSUE_COUNTS}
GROUP BY i.number HAVING count(*) > 1
"""


def numbers_are_unique(world: World) -> None:
    """A book whose whole disk was put back cannot know by itself which numbers it has given since; that is
    said on all books alike."""
    said: list[set[str]] = []
    for book in (world.hub, *(one.book for one in world.offices)):
        with book.read() as read:
            twice = {number for number, _ in read.rows(NUMBERS)}
            said.append({c.subject_id for c in open_conflicts(read, quiet=True) if c.kind == "number_twice"})
    require(not twice or world.disks_put_back, "an invoice number is used once", twice)
    require(len(said[0]) >= len(twice), "a number that is used twice is said", (twice, said))
    require(all(one == said[0] for one in said), "all say which number is used twice", said)


def nothing_is_overwritten_silently(world: World) -> None:
    """Every edit is there, was overwritten by one that had seen it, or stands in a clash."""
    with world.hub.read() as read:
        said = {
            f"{row_id}.{col}={json.loads(value)}"
            for row_id, col, kept, lost in read.rows("SELECT row_id, col, kept, lost FROM edit_clash")
            for value in (kept, lost)
        }
        alive = {
            f"{row[0]}.{field}={value}"
            for table, fields in FIELDS.items()
            for row in read.rows(f"SELECT id, {', '.join(fields)} FROM {table}")
            for field, value in zip(fields, row[1:], strict=True)
        }
    seen: set[str] = set()
    for edit in [*alive, *said, *world.parents]:
        at = world.parents.get(edit)
        while at is not None and at not in seen:
            seen.add(at)
            at = world.parents.get(at)
    silent = [e for e in world.parents if e not in seen | alive | said | world.lost]
    require(not silent, "nothing is overwritten silently", silent)
