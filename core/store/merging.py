"""Merges: rows from elsewhere become rows here."""

from typing import NamedTuple

from sqlcipher3 import dbapi2 as sqlcipher

from core.store.write import Tx
from core.trouble import refusal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from core.sync.triggers import Shape
    from core.tables import Row


AT_ONCE = (100, 10, 1)
"""Rows in one statement: as many as go into the first, and what is left into the next."""


class Insert(NamedTuple):
    """How rows go into a table; `otherwise` is what becomes of one that is there."""

    table: str
    columns: "Sequence[str]"
    otherwise: str

    def sql(self, rows: int) -> str:
        """The statement for so many rows."""
        names = ", ".join(f'"{column}"' for column in self.columns)
        row = f"({', '.join('?' * len(self.columns))})"
        rows_of_marks = ", ".join([row] * rows)
        return f"INSERT INTO {self.table} ({names}) VALUES {rows_of_marks} {self.otherwise}"  # noqa: S608


class Merging(Tx):
    """A transaction that takes in rows from elsewhere: capture is silent, and a reference may name a row
    of the next page or one that was deleted elsewhere. A crash takes the silence back with the rest."""

    def _ready(self) -> None:
        self._check_references(False)

    def _begin(self) -> None:
        super()._begin()
        self._be_silent(True)

    def _save_head(self) -> None:
        super()._save_head()
        self._be_silent(False)

    def _be_silent(self, silent: bool) -> None:
        """Whether the triggers capture nothing."""
        self.execute("UPDATE sync_clock SET applying = :silent", {"silent": int(silent)})

    def add_many(
        self,
        table: "type[Row]",
        columns: "Sequence[str]",
        rows: "Iterable[Sequence[Any]]",
        *,
        stamped: bool = True,
    ) -> int:
        """The same; what is new here is stamped here, because no trigger does it while rows are merged."""
        return super().add_many(table, columns, rows, stamped=True)

    def become(self, site: int) -> None:
        """From here on in this transaction, what waits for its number gets it as another site's."""
        self._save_head()
        self.execute("UPDATE sync_clock SET site = :site", {"site": site})
        self._be_silent(True)
        self.site = site
        rows = self.rows("SELECT no, head FROM sync_chain WHERE site = :site", site=site)
        self._no, self._head = rows[0] if rows else (0, bytes(32))
        self._first_no = self._no
        self._chain_strays()

    def guard(self, shape: "Shape", *, on: bool) -> None:
        """Let rows of a table be deleted that never are, and no longer."""
        from core.sync.triggers import triggers

        name = f"{shape.name}_no_delete"
        self.execute(dict(triggers(shape))[name] if on else f"DROP TRIGGER {name}")

    @property
    def now_ms(self) -> int:
        """The clock of this computer with its offset to the hub, in milliseconds since 1970."""
        now_ms: int = self._now_ms
        return now_ms

    def try_insert(
        self,
        table: str,
        columns: "Sequence[str]",
        rows: "Sequence[Sequence[Any]]",
        /,
        *,
        otherwise: str = "",
    ) -> "list[tuple[int, str]]":
        """Insert rows; those that the database refuses stay out. `otherwise` is what becomes of a row that is
        there. Answers which are refused, and why."""
        return self._refused(Insert(table, columns, otherwise), rows, 0) if rows else []

    def _refused(
        self, insert: "Insert", rows: "Sequence[Sequence[Any]]", first: int
    ) -> "list[tuple[int, str]]":
        """Half by half, so that one bad row of thousands is found in a dozen tries."""
        why = self._try(insert, rows)
        if not why:
            return []
        if len(rows) == 1:
            return [(first, why)]
        half = len(rows) // 2
        return [*self._refused(insert, rows[:half], first), *self._refused(insert, rows[half:], first + half)]

    def _try(self, insert: "Insert", rows: "Sequence[Sequence[Any]]") -> str:
        """All of them or none; answers why none."""
        self.execute("SAVEPOINT rows")
        try:
            self._put_in(insert, rows)
        except (sqlcipher.Error, OverflowError) as error:
            refusal = refusal_of(error)
            if refusal is not error:
                raise refusal from None
            self.execute("ROLLBACK TO SAVEPOINT rows")
            why = type(error).__name__
        else:
            why = ""
        self.execute("RELEASE SAVEPOINT rows")
        return why

    def _put_in(self, insert: "Insert", rows: "Sequence[Sequence[Any]]") -> None:
        """Many rows in one statement: for each statement that may fire a trigger SQLite keeps a copy of every
        page that it touches, and a row touches a page of every index."""
        from itertools import chain

        done = 0
        for size in AT_ONCE:
            upto = len(rows) - (len(rows) - done) % size
            parts = (rows[start : start + size] for start in range(done, upto, size))
            self.many(insert.sql(size), [tuple(chain.from_iterable(part)) for part in parts])
            done = upto
