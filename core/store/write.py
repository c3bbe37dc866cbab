"""Writes: all that a command means in one transaction, numbered and chained before it commits."""

from core.errors import NotFound
from core.store.plans import KEPT_BY_STORE, columns_of, stored, stored_columns
from core.store.read import STALE, Read
from core.trouble import NotAllowed, refusal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Any, Self

    from core.actors import Actor, Right
    from core.store.plans import Covered
    from core.store.store import Store
    from core.tables import Row

NUMBERING = "SELECT 1 FROM sync_self"
"""A hub numbers what it writes and takes in; an office's rows get their numbers from it."""


class Tx(Read):
    """One write transaction: all that a command means, or nothing.

    `add`, `add_many`, `change` and `remove` are how rows get in; the database's triggers capture them
    for the other offices.
    """

    def __init__(self, store: "Store", actor: "Actor") -> None:
        self._store = store
        self.actor = actor

    def __enter__(self) -> "Self":
        try:
            self._open()
        except Exception as error:  # noqa: BLE001  told apart by refusal_of
            raise refusal_of(error) from None
        try:
            self._start()
            self._begin()
        except BaseException as error:  # noqa: BLE001  told apart by refusal_of
            # Closing rolls back; without it the write lock would stay until the program ends.
            self._close()
            raise (refusal_of(error) if isinstance(error, Exception) else error) from None
        return self

    def _open(self) -> None:
        """A connection of its own until `_close`."""
        self._connection = self._store.borrow(writes=True)

    def _start(self) -> None:
        """Take the write lock."""
        self._ready()
        self._connection.execute("BEGIN IMMEDIATE")

    def _ready(self) -> None:
        """What the connection needs before its transaction begins; the one before may have been a merge."""
        self._check_references(True)

    def _check_references(self, on: bool) -> None:
        """Set only where it is not so: setting it makes the connection forget every statement it prepared."""
        if self.value("PRAGMA foreign_keys") != on:
            self._connection.execute("PRAGMA foreign_keys = ON" if on else "PRAGMA foreign_keys = OFF")

    def _commit(self) -> None:
        self._connection.execute("COMMIT")

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def _close(self) -> None:
        self._roll_back()
        self._store.give_back(self._connection, writes=True)

    def _begin(self) -> None:
        """Read what numbering and stamping go on from."""
        from core.dates import show_instant
        from core.ids import Ids

        self.now: datetime = self._store.clock()
        self.now_text = show_instant(self.now)
        (self.site, offset_ms, self._floor, fixed_ms, self._no, self._head) = self.rows(
            "SELECT c.site, c.offset_ms, c.floor, c.fixed_ms, coalesce(h.no, 0), h.head"
            " FROM sync_clock AS c LEFT JOIN sync_chain AS h ON h.site = c.site"
        )[0]
        self._now_ms = (fixed_ms if fixed_ms is not None else int(self.now.timestamp() * 1000)) + offset_ms
        self._first_no = self._no
        if self._head is None:
            from core.sync.chain import GENESIS

            self._head = GENESIS
        self._ids = Ids(self._now_ms)
        self._chain_strays()

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        try:
            if error is None:
                self._finish()
                self._commit()
            else:
                self._roll_back()
        except Exception as failure:  # noqa: BLE001  told apart by refusal_of
            self._roll_back()
            raise refusal_of(failure) from None
        finally:
            self._close()
        if error is None:
            self._store.tell()
        if error is not None:
            refusal = refusal_of(error) if isinstance(error, Exception) else error
            if refusal is not error:
                raise refusal from None

    def _finish(self) -> None:
        """What a transaction owes before it commits."""
        self.fresh()
        assert self._store.keep or not self.value(STALE), "this store was opened to keep no summaries"
        self._chain_strays()
        self._save_head()
        self._number()

    def fresh(self) -> None:
        if self._store.keep is not None:
            self._store.keep(self)

    def require(self, right: "Right") -> None:
        """Raises: NotAllowed, when the actor's role does not have the right."""
        if not self.actor.may(right):
            raise NotAllowed(self.actor, right)

    def new_id(self) -> str:
        return self._ids.new()

    def add(self, row: "Row") -> str:
        """Insert one row; answers its id, which is made here where the row has none."""
        from core.tables import table_name

        table = type(row)
        names, values = [], []
        kept = KEPT_BY_STORE if table.travels.value in ("fact", "register") else ()
        for column in columns_of(table_name(table)):
            # Columns that only replication reads begin with a line that an attribute cannot have.
            attribute = column.lstrip("_")
            if attribute in kept:
                continue
            value = getattr(row, attribute, None)
            if value is not None:
                names.append(column)
                values.append(value)
        if "id" not in names and "id" in columns_of(table_name(table)):
            names.insert(0, "id")
            values.insert(0, self.new_id())
        self.add_many(table, names, [values], stamped=False)
        return str(values[0]) if names[0] == "id" else ""

    def add_many(
        self,
        table: "type[Row]",
        columns: "Sequence[str]",
        rows: "Iterable[Sequence[Any]]",
        *,
        stamped: bool = True,
    ) -> int:
        """Insert many rows of one table in one statement; `columns` name what each tuple holds.

        Facts are numbered and chained here, in the order given. New REGISTER rows are stamped here
        unless `stamped` is false: then the trigger does it, which knows of rows deleted before.
        """
        name, sql, travels, covered = self._store.plan(table, tuple(columns))
        values = stored_columns(rows)
        if not values:
            return 0
        count = len(values[0])
        if travels == "fact":
            values += self._chained(name, covered, values, count)
        elif travels == "register":
            from core.sync.stamp import stamp_after

            stamp = stamp_after(self._now_ms, self.site, floor=self._floor) if stamped else 0
            values.append((stamp,) * count)
        self.many(sql, list(zip(*values, strict=True)))
        return count

    def _chained(
        self, table: str, covered: "Covered", values: "Sequence[Sequence[Any]]", count: int
    ) -> "list[Sequence[Any]]":
        """The columns that facts have besides: who wrote them where and when, their numbers and links."""
        from itertools import accumulate

        from core.sync.chain import canonicals, link

        names, pick = covered
        written = [(value,) * count for value in (self.site, self.now_text, self.actor.user_id)]
        numbers = range(self._no + 1, self._no + 1 + count)
        forms = canonicals(table, numbers, names, pick([*values, *written]))
        _, *heads = accumulate(forms, link, initial=self._head)
        self._no, self._head = numbers[-1], heads[-1]
        return [*written, numbers, heads]

    def change(self, table: "type[Row]", row_id: str, /, **values: "Any") -> None:
        """Edit columns of one REGISTER row; the trigger stamps those that differ.

        Raises: NotFound, where there is no such row.
        """
        from core.tables import table_name

        name = table_name(table)
        sets = ", ".join(f'"{column}" = :{column}' for column in values)
        assert set(values) <= set(columns_of(name))
        changed = self.execute(
            f"UPDATE {name} SET {sets} WHERE id = :row_id",  # noqa: S608  names of our own tables
            {**{column: stored(value) for column, value in values.items()}, "row_id": row_id},
        )
        if changed == 0:
            raise NotFound(f"There is no such {name.replace('_', ' ')} any more.", subject=row_id)

    def remove(self, table: "type[Row]", column: str, value: str) -> int:
        """Delete rows of a table that allows it (drafts); answers how many."""
        from core.tables import table_name

        name = table_name(table)
        assert table.deletable
        assert column in columns_of(name)
        return self.execute(f'DELETE FROM {name} WHERE "{column}" = :value', {"value": value})  # noqa: S608

    def execute(self, sql: str, params: "dict[str, Any] | None" = None, /) -> int:
        """Run one statement; answers how many rows it touched."""
        touched: int = self._connection.execute(sql, params or {}).rowcount
        return touched

    def many(self, sql: str, rows: "Sequence[Sequence[Any]]", /) -> None:
        """One statement for each of many rows; parameters are `?` in their order."""
        if rows:
            self._connection.executemany(sql, rows)

    def _chain_strays(self) -> None:
        """Number and chain facts that were inserted around `add_many`."""
        strays = self.rows("SELECT tbl, id FROM sync_unchained ORDER BY rowid")
        if not strays:
            return
        from core.sync.chain import canonical, canonical_order, link

        for table, row_id in strays:
            columns = columns_of(table)
            names, pick = canonical_order(columns)
            listed = ", ".join(f'"{column}"' for column in columns)
            row = self.rows(f"SELECT {listed} FROM {table} WHERE id = :id", id=row_id)[0]  # noqa: S608
            self._no += 1
            self._head = link(self._head, canonical(table, self._no, names, pick(row)))
            self.execute(
                f"UPDATE {table} SET no = :no, chain = :head WHERE id = :id",  # noqa: S608
                {"no": self._no, "head": self._head, "id": row_id},
            )
        # Those and no others: elsewhere than in SQLite somebody may have added one meanwhile.
        self.many("DELETE FROM sync_unchained WHERE tbl = ? AND id = ?", strays)

    def _number(self) -> None:
        """At the hub, what was written gets its number before others can see it."""
        if self.value(NUMBERING):
            from core.sync.sequence import sequence
            from core.tables import shapes

            sequence(self, shapes())

    def _save_head(self) -> None:
        if self._no == self._first_no:
            return
        self.execute(
            "INSERT INTO sync_chain (site, no, head) VALUES (:site, :no, :head)"
            " ON CONFLICT (site) DO UPDATE SET no = excluded.no, head = excluded.head",
            {"site": self.site, "no": self._no, "head": self._head},
        )
