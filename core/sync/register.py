"""One REGISTER table while rows from elsewhere are merged into it: what lies here, and how it is written."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from core.sync.book import AMONG, Book, ids_text, listed
from core.sync.stamp import folded, stamps_of
from core.sync.triggers import Shape

Cells = dict[str, tuple[Any, int]]
"""Values with their stamps, by column."""


class Kept(NamedTuple):
    """A row as it lies here. `number` is the hub's, 0 for what it does not have yet."""

    newest: int
    by_column: str | None
    others: str | None
    number: int
    values: tuple[Any, ...]


class Tomb(NamedTuple):
    """A deleted row: when, what it held, and the hub's number of the deletion."""

    newest: int
    image: str
    number: int


class Clash(NamedTuple):
    """Two offices wrote the same thing and neither had seen the other. `column` is empty for the whole row.

    Values are as the rows hold them; a deletion is None.
    """

    table: str
    row_id: str
    column: str
    kept: Any
    lost: Any
    kept_stamp: int
    lost_stamp: int


class Register:
    """The rows, tombs and unsent edits of one table, a page of ids at a time."""

    def __init__(self, book: Book, shape: Shape) -> None:
        self.book = book
        self.name = shape.name
        self.columns = shape.business
        self._defaults = shape.defaults
        self._place = {column: i for i, column in enumerate(self.columns)}

    def kept(self, ids: Collection[str]) -> dict[str, Kept]:
        rows = self.book.rows(
            f"SELECT id, _h, _cv, _x, _q, {listed(self.columns)} FROM {self.name} WHERE id {AMONG}",
            ids=ids_text(ids),
        )
        return {row[0]: Kept(row[1], row[2], row[3], row[4], row[5:]) for row in rows}

    def waiting(self, most: int) -> dict[str, Kept]:
        """The first rows that have no number, in the order in which they were written."""
        rows = self.book.rows(
            f"SELECT id, _h, _cv, _x, _q, {listed(self.columns)} FROM {self.name}"
            " WHERE _q = 0 ORDER BY rowid LIMIT :most",
            most=most,
        )
        return {row[0]: Kept(row[1], row[2], row[3], row[4], row[5:]) for row in rows}

    def stamps(self, ids: Collection[str]) -> dict[str, tuple[int, str | None, int]]:
        """`_h`, `_cv` and the hub's number of each row."""
        rows = self.book.rows(f"SELECT id, _h, _cv, _q FROM {self.name} WHERE id {AMONG}", ids=ids_text(ids))
        return {row_id: (newest, by_column, number) for row_id, newest, by_column, number in rows}

    def tombs(self, ids: Collection[str]) -> dict[str, Tomb]:
        rows = self.book.rows(
            f"SELECT id, _h, image, _q FROM sync_tomb WHERE tbl = :tbl AND id {AMONG}",
            tbl=self.name,
            ids=ids_text(ids),
        )
        return {row[0]: Tomb(*row[1:]) for row in rows}

    def bases(self, ids: Collection[str]) -> dict[str, dict[str, int]]:
        """What the hub had when each unsent column was first edited here."""
        found: dict[str, dict[str, int]] = {}
        for row_id, column, stamp in self.book.rows(
            f"SELECT id, col, stamp FROM sync_base WHERE tbl = :tbl AND id {AMONG}",
            tbl=self.name,
            ids=ids_text(ids),
        ):
            found.setdefault(row_id, {})[column] = stamp
        return found

    def cells(self, row: Kept) -> Cells:
        """A row column by column, with those that this version does not know."""
        stamps = stamps_of(self.columns, row.newest, row.by_column)
        cells = {c: (value, stamps[c]) for c, value in zip(self.columns, row.values, strict=True)}
        return cells | others_of(row.others)

    def image_cells(self, tomb: Tomb) -> Cells:
        """What a deleted row held."""
        image = json.loads(tomb.image)
        known = [column for column in self.columns if column in image]
        stamps = stamps_of(known, image["_h"], image.get("_cv"))
        return {c: (image[c], stamps[c]) for c in known} | others_of(image.get("_x"))

    def row(self, row_id: str, cells: Cells, number: int) -> tuple[Any, ...]:
        """A row to write; a column that nobody has given a value yet takes the table's default."""
        own = {c: stamp for c, (_, stamp) in cells.items() if c in self._place}
        newest, by_column = folded(own)
        others = {c: list(cell) for c, cell in cells.items() if c not in self._place}
        return (
            row_id,
            newest,
            by_column,
            json.dumps(others, separators=(",", ":"), ensure_ascii=False) if others else None,
            number,
            *(cells[c][0] if c in cells else self._defaults.get(c) for c in self.columns),
        )

    def put(self, rows: Sequence[tuple[Any, ...]]) -> list[tuple[str, str]]:
        """Write whole rows over what is here; answers (id, why) of those that the table refuses."""
        own = ("_h", "_cv", "_x", "_q")
        columns = ("id", *own, *self.columns)
        sets = ", ".join(f'"{c}" = excluded."{c}"' for c in columns[1:])
        refused = self.book.try_insert(
            self.name, columns, rows, otherwise=f"ON CONFLICT (id) DO UPDATE SET {sets}"
        )
        return [(rows[i][0], why) for i, why in refused]

    def renumber(self, numbers: Sequence[tuple[int, str]]) -> None:
        """Give rows (number, id) the hub's number."""
        renumber(self.book, self.name, numbers)

    def remember_bases(self, row_id: str, before: dict[str, int], now: dict[str, int]) -> None:
        """Keep what the hub has of the columns that still wait to be sent."""
        if before == now:
            return
        self.book.execute(
            "DELETE FROM sync_base WHERE tbl = :tbl AND id = :id", {"tbl": self.name, "id": row_id}
        )
        if now:
            self.book.many(
                "INSERT INTO sync_base (tbl, id, col, stamp) VALUES (?, ?, ?, ?)",
                [(self.name, row_id, column, stamp) for column, stamp in now.items()],
            )

    def bury(self, row_id: str, tomb: Tomb) -> None:
        """Take a row away and keep what it held."""
        self.book.execute(f"DELETE FROM {self.name} WHERE id = :id", {"id": row_id})
        self.book.execute(
            "DELETE FROM sync_base WHERE tbl = :tbl AND id = :id", {"tbl": self.name, "id": row_id}
        )
        self.book.execute(
            "INSERT INTO sync_tomb (tbl, id, _h, image, _q) VALUES (:tbl, :id, :h, :image, :q)"
            " ON CONFLICT (tbl, id) DO UPDATE SET _h = excluded._h, image = excluded.image, _q = excluded._q",
            {"tbl": self.name, "id": row_id, "h": tomb.newest, "image": tomb.image, "q": tomb.number},
        )

    def remember_image(self, row_id: str, tomb: Tomb, seen: Cells) -> None:
        """Keep in a deletion what the hub has of the row by now."""
        held = self.image_cells(tomb)
        held |= {c: cell for c, cell in seen.items() if c not in held or cell[1] > held[c][1]}
        _, newest, by_column, others, _, *values = self.row(row_id, held, 0)
        image = {"id": row_id, "_h": newest, "_cv": by_column, "_x": others}
        image |= dict(zip(self.columns, values, strict=True))
        self.book.execute(
            "UPDATE sync_tomb SET image = :image WHERE tbl = :tbl AND id = :id",
            {"image": json.dumps(image, ensure_ascii=False), "tbl": self.name, "id": row_id},
        )

    def unbury(self, ids: Iterable[str]) -> None:
        """Forget that rows were deleted: they are back."""
        self.book.many("DELETE FROM sync_tomb WHERE tbl = ? AND id = ?", [(self.name, i) for i in ids])


RENUMBER = "UPDATE {table} SET _q = n.value FROM json_each(:numbers) AS n WHERE {table}.id = n.key"


def renumber(book: Book, table: str, numbers: Sequence[tuple[int, str]]) -> None:
    """Give rows (number, id) of an office's book the hub's numbers, in one statement."""
    if numbers:
        said = json.dumps({row_id: number for number, row_id in numbers})
        book.execute(RENUMBER.format(table=table), {"numbers": said})


def others_of(text: str | None) -> Cells:
    """The columns that this version does not know, from `_x`."""
    return {} if text is None else {c: (value, stamp) for c, (value, stamp) in json.loads(text).items()}


def newest_of(cells: Cells) -> int:
    return max(stamp for _, stamp in cells.values())
