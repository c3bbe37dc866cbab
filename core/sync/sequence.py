"""Numbers committed rows, so that a reader's cursor is exact.

Triggers only mark a row as not yet numbered (`_q` = 0). This step hands out numbers inside one
transaction, so number order is commit order and `_q > cursor` misses nothing. The hub runs it; an
office's rows carry the numbers the hub acknowledged.
"""

from collections.abc import Sequence
from typing import Protocol

from core.sync.policy import REPLICATED
from core.sync.triggers import Shape


class Writer(Protocol):
    """A transaction that holds the write lock."""

    def execute(self, sql: str, params: dict[str, object] | None = None, /) -> int: ...
    def scalar(self, sql: str, params: dict[str, object] | None = None, /) -> object: ...


def sequence(tx: Writer, shapes: Sequence[Shape]) -> int:
    """Number every row that has none yet; answers how many. Tombs are numbered with the rows."""
    head = tx.scalar("SELECT seq FROM sync_head")
    assert isinstance(head, int)
    start = head
    targets = [shape.name for shape in shapes if shape.travels in REPLICATED]
    for table in (*targets, "sync_tomb"):
        count = tx.scalar(f"SELECT count(*) FROM {table} WHERE _q = 0")
        assert isinstance(count, int)
        if count == 0:
            continue
        tx.execute(
            f"UPDATE {table} SET _q = n.q FROM (SELECT rowid AS r, :head + row_number()"
            f" OVER (ORDER BY rowid) AS q FROM {table} WHERE _q = 0) AS n WHERE {table}.rowid = n.r",
            {"head": head},
        )
        head += count
    if head > start:
        tx.execute("UPDATE sync_head SET seq = :head", {"head": head})
    return head - start
