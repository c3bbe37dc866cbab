"""Numbers committed rows, so that a reader's cursor is exact.

Triggers only mark a row as not yet numbered (`_q` = 0). This step hands out numbers inside one
transaction, so number order is commit order and `_q > cursor` misses nothing. The hub runs it; an
office's rows carry the numbers the hub acknowledged. Facts of a site get theirs in the order of its
chain, so that a page cut anywhere continues it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from core.sync.book import Reader
from core.sync.policy import Travels
from core.sync.triggers import Shape


class Writer(Protocol):
    """A transaction that holds the write lock."""

    def execute(self, sql: str, params: dict[str, Any] | None = None, /) -> int: ...
    def value(self, sql: str, /, **params: Any) -> Any: ...
    def rows(self, sql: str, /, **params: Any) -> list[tuple[Any, ...]]: ...
    def many(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None: ...


class Counter:
    """Hands out the next numbers of a transaction; `save` keeps how far it got."""

    def __init__(self, tx: Writer) -> None:
        self._tx = tx
        self._first = self.last = int(tx.value("SELECT seq FROM sync_head"))

    def __call__(self) -> int:
        self.last += 1
        return self.last

    def save(self) -> int:
        """Answers how many numbers were given."""
        if self.last > self._first:
            self._tx.execute("UPDATE sync_head SET seq = :seq", {"seq": self.last})
        return self.last - self._first


def unnumbered(tx: Reader, tables: Iterable[str]) -> set[str]:
    """Which of these tables have rows without a number, in one question: mostly few of many, and over a
    network each question costs."""
    names = list(tables)
    asked = " UNION ALL ".join(
        f"SELECT {i} WHERE EXISTS (SELECT 1 FROM {name} WHERE _q = 0)" for i, name in enumerate(names)
    )
    return {names[i] for (i,) in tx.rows(asked)}


def sequence(tx: Writer, shapes: Sequence[Shape]) -> int:
    """Number every row that has none yet; answers how many. Tombs are numbered with the rows."""
    registers = [*(s.name for s in shapes if s.travels is Travels.REGISTER), "sync_tomb"]
    facts = [*(s.name for s in shapes if s.travels is Travels.FACT), "sync_later"]
    meant = unnumbered(tx, [*registers, *facts])
    if not meant:
        return 0
    number = Counter(tx)
    for table in (each for each in registers if each in meant):
        waiting = tx.rows(f"SELECT rowid FROM {table} WHERE _q = 0 ORDER BY rowid")
        tx.many(f"UPDATE {table} SET _q = ? WHERE rowid = ?", [(number(), row) for (row,) in waiting])
    chained: list[tuple[int, int, str, str]] = []
    for table in (each for each in facts if each in meant):
        chained += tx.rows(f"SELECT site, no, '{table}', id FROM {table} WHERE _q = 0 AND no NOTNULL")
    numbers: dict[str, list[tuple[int, str]]] = {}
    for _, _, table, row_id in sorted(chained):
        numbers.setdefault(table, []).append((number(), row_id))
    for table, pairs in numbers.items():
        tx.many(f"UPDATE {table} SET _q = ? WHERE id = ?", pairs)
    return number.save()
