"""A wrong clock never stops an office: what it has not sent yet is moved to the hub's time (R3).

Only before a batch is frozen, so that a stamp that may have arrived is never changed. A stamp stays later
than what the hub had of its column, and none lies in the future.
"""

import json
from collections.abc import Sequence
from typing import Any

from core.sync.book import Book
from core.sync.policy import Travels
from core.sync.register import Register
from core.sync.stamp import folded, pack, site_of, stamps_of, tick_after
from core.sync.triggers import Shape

TOLERATED_MS = 2_000
"""A smaller difference is the network's."""

AHEAD_MS = 60_000
"""How far a stamp may lie before the hub's clock before the hub refuses its batch (R4)."""

WAITING_AT_ONCE = 1_000


def set_clock(book: Book, shapes: Sequence[Shape], *, error_ms: int, hub_ms: int) -> None:
    """The hub's time is `error_ms` later than this office thought; unsent edits move with it.

    None of them stays in the future, also where the clock was wrong when they were made and is right now.
    """
    book.execute("UPDATE sync_clock SET offset_ms = offset_ms + :by", {"by": error_ms})
    for shape in shapes:
        if shape.travels is Travels.REGISTER:
            _move_rows(book, Register(book, shape), error_ms, hub_ms)
    # What the hub has may lie before its clock, and stays as it is.
    ceiling = max(pack(hub_ms + AHEAD_MS, 0), int(book.value("SELECT floor FROM sync_clock")))
    tombs = book.rows("SELECT tbl, id, _h, image FROM sync_tomb WHERE _q = 0")
    book.many(
        "UPDATE sync_tomb SET _h = ?, image = ? WHERE tbl = ? AND id = ?",
        [
            (*_moved_tomb(newest, image, error_ms, hub_ms, ceiling), table, row_id)
            for table, row_id, newest, image in tombs
        ],
    )


def _moved(stamp: int, by_ms: int, hub_ms: int, *, after: int) -> int:
    site = site_of(stamp)
    return max(min(stamp + (by_ms << 22), pack(hub_ms, site)), tick_after(after, site))


def _move_rows(book: Book, register: Register, by_ms: int, hub_ms: int) -> None:
    waiting = [row_id for (row_id,) in book.rows(f"SELECT id FROM {register.name} WHERE _q = 0")]
    for start in range(0, len(waiting), WAITING_AT_ONCE):
        ids = waiting[start : start + WAITING_AT_ONCE]
        bases, tombs = register.bases(ids), register.tombs(ids)
        moved = []
        for row_id, mine in register.kept(ids).items():
            stamps = stamps_of(register.columns, mine.newest, mine.by_column)
            seen = bases.get(row_id)
            buried = tombs[row_id].newest if row_id in tombs else 0  # and it came back here
            for column, stamp in stamps.items():
                if seen is None or column in seen:
                    after = buried if seen is None else seen[column]
                    stamps[column] = _moved(stamp, by_ms, hub_ms, after=after)
            moved.append((*folded(stamps), row_id))
        book.many(f"UPDATE {register.name} SET _h = ?, _cv = ? WHERE id = ?", moved)


def _moved_tomb(newest: int, image: str, by_ms: int, hub_ms: int, ceiling: int) -> tuple[int, str]:
    """A deletion, and what the row held: nothing it held may be later than its end."""
    held: dict[str, Any] = json.loads(image)
    names = [name for name in held if not name.startswith("_") and name != "id"]
    stamps = {c: min(stamp, ceiling) for c, stamp in stamps_of(names, held["_h"], held.get("_cv")).items()}
    held["_h"], held["_cv"] = folded(stamps)
    return _moved(newest, by_ms, hub_ms, after=held["_h"]), json.dumps(held, ensure_ascii=False)
