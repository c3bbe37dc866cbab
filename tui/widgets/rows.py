"""Where a list's rows come from.

A list asks for blocks of rows as it is scrolled, so a hundred thousand rows open like ten. A source
can be arranged, which answers another source: filtered and sorted in memory here, or by a query
where the rows stay in the database.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from core.text import search_key
from tui.widgets.columns import Column


class Row(NamedTuple):
    """One record: its id, one raw value for each column, and what else a search should find it by."""

    id: str
    values: tuple[Any, ...]
    attention: bool = False
    find: str = ""


class Arrangement(NamedTuple):
    """What a list shows and in which order. No column means the source's own order."""

    filter_text: str = ""
    sort_column: int | None = None
    reverse: bool = False


NATURAL = Arrangement()


class RowSource(Protocol):
    """The rows of one list, in order."""

    def __len__(self) -> int: ...

    def fetch(self, start: int, stop: int) -> Sequence[Row]:
        """Rows start to stop; quick enough to be called while painting (a few milliseconds)."""
        ...

    def ids(self) -> Sequence[str]:
        """Every id, in order; asked only when marks or the cursor need it."""
        ...

    def index_of(self, record_id: str) -> int | None: ...

    def arranged(self, arrangement: Arrangement, columns: Sequence[Column]) -> "RowSource": ...


class Rows:
    """Rows in memory."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = rows
        self._places: dict[str, int] | None = None
        self._keys: list[str] | None = None
        self._narrowed: tuple[str, list[int]] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    def fetch(self, start: int, stop: int) -> Sequence[Row]:
        return self._rows[start:stop]

    def ids(self) -> Sequence[str]:
        return [row.id for row in self._rows]

    def index_of(self, record_id: str) -> int | None:
        if self._places is None:
            self._places = {row.id: place for place, row in enumerate(self._rows)}
        return self._places.get(record_id)

    def arranged(self, arrangement: Arrangement, columns: Sequence[Column]) -> RowSource:
        if arrangement == NATURAL:
            return self
        rows = self._matching(arrangement.filter_text, columns)
        if arrangement.sort_column is not None:
            at = arrangement.sort_column
            rows = sorted(rows, key=lambda row: _sort_key(row.values[at]), reverse=arrangement.reverse)
        return Rows(rows)

    def _matching(self, filter_text: str, columns: Sequence[Column]) -> Sequence[Row]:
        wanted = search_key(filter_text)
        if not wanted.strip():
            return self._rows
        if self._keys is None:
            self._keys = [_find_key(row, columns) for row in self._rows]
        # Each further letter can only narrow what the letters before it found.
        last, places = self._narrowed or ("", None)
        if places is None or not last or not wanted.startswith(last):
            places = list(range(len(self._rows)))
        words, keys = wanted.split(), self._keys
        places = [i for i in places if all(word in keys[i] for word in words)]
        self._narrowed = (wanted, places)
        return [self._rows[i] for i in places]


class LazyRows:
    """Rows that stay where they are until they are looked at.

    `fetch` reads a block. Where the store can filter and sort, `arrange` answers another source;
    without it all rows are read into memory the first time one asks. `place_of` finds a record again
    after a refresh; without it, or `ids`, the cursor stays where it was on the screen.
    """

    def __init__(
        self,
        length: int,
        fetch: Callable[[int, int], Sequence[Row]],
        *,
        ids: Callable[[], Sequence[str]] | None = None,
        place_of: Callable[[str], int | None] | None = None,
        arrange: "Callable[[Arrangement], RowSource] | None" = None,
    ) -> None:
        self._length = length
        self._fetch = fetch
        self._ids = ids
        self._place_of = place_of
        self._arrange = arrange
        self._places: dict[str, int] | None = None
        self._loaded: Rows | None = None

    def __len__(self) -> int:
        return self._length

    def fetch(self, start: int, stop: int) -> Sequence[Row]:
        return self._fetch(start, stop)

    def ids(self) -> Sequence[str]:
        return self._ids() if self._ids is not None else self._all().ids()

    def index_of(self, record_id: str) -> int | None:
        if self._place_of is not None:
            return self._place_of(record_id)
        if self._ids is None and self._loaded is None:
            return None
        if self._places is None:
            self._places = {known: place for place, known in enumerate(self.ids())}
        return self._places.get(record_id)

    def arranged(self, arrangement: Arrangement, columns: Sequence[Column]) -> RowSource:
        if arrangement == NATURAL:
            return self
        if self._arrange is not None:
            return self._arrange(arrangement)
        return self._all().arranged(arrangement, columns)

    def _all(self) -> Rows:
        if self._loaded is None:
            self._loaded = Rows(self._fetch(0, self._length))
        return self._loaded


def _find_key(row: Row, columns: Sequence[Column]) -> str:
    shown = [column.show(value)[0] for column, value in zip(columns, row.values, strict=False)]
    text = " ".join([*shown, row.find])
    return text.lower() if text.isascii() else search_key(text)


def _sort_key(value: Any) -> tuple[bool, Any]:
    """Missing values last, words without regard to case and accents."""
    if isinstance(value, str):
        return (not value, search_key(value))
    return (value is None, 0 if value is None else value)
