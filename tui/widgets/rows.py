"""Where a list's rows come from.

A list asks for blocks of rows as it is scrolled, so a hundred thousand rows open like ten. A source
can be arranged, which answers another source: filtered and sorted in memory here, or by a query
where the rows stay in the database.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol, overload

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

    def having(self, record_ids: Collection[str]) -> Sequence[str]:
        """Which of these ids it has, in its order."""
        ...

    def arranged(self, arrangement: Arrangement, columns: Sequence[Column]) -> "RowSource | None":
        """Itself as wanted; None where that takes a while, and the screen shows the rows when it is known."""
        ...


class Order(Sequence[str]):
    """The ids of a list as it was when one of its records was opened; each is asked for when it is wanted."""

    def __init__(self, source: RowSource) -> None:
        self._source = source

    def __len__(self) -> int:
        return len(self._source)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        place = at % len(self)
        return self._source.fetch(place, place + 1)[0].id

    def __contains__(self, record_id: object) -> bool:
        return isinstance(record_id, str) and self._source.index_of(record_id) is not None

    def index(self, record_id: str, start: int = 0, stop: int | None = None) -> int:
        """Where a record stands. Raises: ValueError."""
        place = self._source.index_of(record_id)
        if place is None or place not in range(len(self))[start:stop]:
            raise ValueError(record_id)
        return place


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

    def having(self, record_ids: Collection[str]) -> Sequence[str]:
        return [row.id for row in self._rows if row.id in record_ids]

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

    `fetch` reads a block. `ids`, `place_of` and `having` answer for all rows without reading them; without
    them the cursor stays where it was on the screen. A subclass says how the rows are arranged; else all
    of them are read into memory the first time one asks.
    """

    def __init__(
        self,
        length: int,
        fetch: Callable[[int, int], Sequence[Row]],
        *,
        ids: Callable[[], Sequence[str]] | None = None,
        place_of: Callable[[str], int | None] | None = None,
        having: Callable[[Collection[str]], Sequence[str]] | None = None,
    ) -> None:
        self._length = length
        self._fetch = fetch
        self._ids = ids
        self._place_of = place_of
        self._having = having
        self._places: dict[str, int | None] = {}
        self._loaded: Rows | None = None

    def __len__(self) -> int:
        return self._length

    def fetch(self, start: int, stop: int) -> Sequence[Row]:
        return self._fetch(start, stop)

    def ids(self) -> Sequence[str]:
        return self._ids() if self._ids is not None else self._all().ids()

    def index_of(self, record_id: str) -> int | None:
        if record_id not in self._places:
            if self._place_of is not None:
                self._places[record_id] = self._place_of(record_id)
            elif self._ids is not None or self._loaded is not None:
                self._places.update((known, place) for place, known in enumerate(self.ids()))
        return self._places.get(record_id)

    def having(self, record_ids: Collection[str]) -> Sequence[str]:
        if self._having is not None:
            return self._having(record_ids)
        return [record_id for record_id in self.ids() if record_id in record_ids]

    def arranged(self, arrangement: Arrangement, columns: Sequence[Column]) -> RowSource | None:
        return self if arrangement == NATURAL else self._all().arranged(arrangement, columns)

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
