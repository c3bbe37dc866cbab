"""A list that grows with the book: what is looked at is read, the rest stays in the book.

Pages in the list's own order, the cursor's place, marks and sums are asked of the book. Words to filter by
and another order need something of every row, so then every row is read, in a thread, and kept until
somebody commits.
"""

from collections.abc import Collection, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from core.store import Read
from tui.screens.book_screen import BookScreen
from tui.widgets.canvas import BLOCK_ROWS
from tui.widgets.columns import Column
from tui.widgets.grid import Grid
from tui.widgets.rows import NATURAL, Arrangement, LazyRows, Row, Rows, RowSource

R = TypeVar("R", bound=tuple[Any, ...])

AT_ONCE = 500
"""Marked records that are read in between; more are read in a thread."""


class ListPages(Protocol):
    """What the book answers about a list."""

    @property
    def count(self) -> int: ...

    def fetch(self, read: Read, start: int, stop: int) -> list[Any]: ...

    def ids(self, read: Read) -> Sequence[str]: ...

    def place_of(self, read: Read, row_id: str) -> int | None: ...

    def having(self, read: Read, ids: Collection[str]) -> Sequence[str]: ...


class Wanted(NamedTuple):
    """What of the list somebody works with, as it was when the book was asked."""

    ids: frozenset[str] = frozenset()
    place: int = 0
    arrangement: Arrangement = NATURAL


class LongView(NamedTuple):
    """The book's answer: pages, the rows at the cursor, the marked ones, and every row where needed."""

    wanted: Wanted
    pages: ListPages
    first_place: int
    first: Sequence[Any]
    marked: Sequence[Any]
    every: Sequence[Any]
    arranged: Rows | None
    totals: str


class LongRows(LazyRows):
    """The rows of one answer; arranged once every row of it was read."""

    def __init__(self, screen: "LongList[Any]", view: LongView) -> None:
        super().__init__(
            view.pages.count,
            self._block,
            ids=self._every_id,
            place_of=self._asked_place,
            having=self._asked_having,
        )
        self._screen = screen
        self._view = view
        self.every = view.arranged
        self.reading = False

    def arranged(self, arrangement: Arrangement, columns: Sequence[Column]) -> RowSource | None:
        if arrangement == NATURAL:
            return self
        if self.every is None:
            self._screen.read_every(self, self._view.pages, arrangement)
            return None
        return self.every.arranged(arrangement, columns)

    def _block(self, start: int, stop: int) -> list[Row]:
        view = self._view
        at = start - view.first_place
        if at >= 0 and stop - view.first_place <= len(view.first):
            records = view.first[at : stop - view.first_place]
        else:
            with self._screen.biller.store.read() as read:
                records = view.pages.fetch(read, start, stop)
            self._screen.remember(records)
        rows = [self._screen.row_of(record) for record in records]
        # Until the news of a commit is here, what is gone leaves an empty line.
        gone = Row("", (None,) * len(self._screen.COLUMNS))
        return rows + [gone] * (stop - start - len(rows))

    def _every_id(self) -> Sequence[str]:
        with self._screen.biller.store.read() as read:
            return self._view.pages.ids(read)

    def _asked_place(self, record_id: str) -> int | None:
        with self._screen.biller.store.read() as read:
            return self._view.pages.place_of(read, record_id)

    def _asked_having(self, record_ids: Collection[str]) -> Sequence[str]:
        with self._screen.biller.store.read() as read:
            return self._view.pages.having(read, record_ids)


class LongList(BookScreen[LongView], Generic[R]):
    """Subclasses answer `pages`, `some`, `totals_of` and `row_of`; a record's first field is its id."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted = Wanted()
        self._records: dict[str, R | None] = {}
        self._source: LongRows | None = None

    # What a list answers.

    def pages(self, read: Read) -> ListPages:
        """The list that the quick filter leaves."""
        raise NotImplementedError

    def some(self, read: Read, record_ids: Collection[str]) -> list[R]:
        """Those records, whether the quick filter leaves them or not; what is gone is left out."""
        raise NotImplementedError

    def totals_of(self, read: Read) -> str:
        """The figures beside the list's name, of all of it."""
        raise NotImplementedError

    def row_of(self, record: R) -> Row:
        """One record as a row."""
        raise NotImplementedError

    # What its verbs ask.

    def record(self, record_id: str | None) -> R | None:
        """A record of the list."""
        return next(iter(self.records([record_id])), None) if record_id else None

    def records(self, record_ids: Sequence[str]) -> list[R]:
        """Records in this order; one that is gone is left out."""
        unknown = [one for one in record_ids if one not in self._records]
        if unknown:
            self._records.update(dict.fromkeys(unknown))
            with self.biller.store.read() as read:
                self.remember(self.some(read, unknown))
        return [record for one in record_ids if (record := self._records[one]) is not None]

    def remember(self, records: Sequence[R]) -> None:
        self._records.update((record[0], record) for record in records)

    # Asking the book.

    def wanted_ids(self) -> frozenset[str]:
        """The records to be read whether they are in view or not."""
        return self.grid.marks.ids()

    def reload(self) -> None:
        if self.query(Grid):
            grid = self.grid
            self._wanted = Wanted(self.wanted_ids(), grid.place, grid.arrangement)
        super().reload()

    def ask_book(self, read: Read) -> LongView:
        wanted, pages = self._wanted, self.pages(read)
        every: list[R] = []
        arranged, first = None, []
        start = max(0, min(wanted.place, pages.count - 1)) // BLOCK_ROWS * BLOCK_ROWS
        if wanted.arrangement != NATURAL:
            every, arranged = self._every(read, pages, wanted.arrangement)
        else:
            first = pages.fetch(read, start, start + BLOCK_ROWS)
        marked = self.some(read, wanted.ids)
        return LongView(wanted, pages, start, first, marked, every, arranged, self.totals_of(read))

    def fill(self, view: LongView) -> None:
        self._records = {}
        self.remember([*view.every, *view.first, *view.marked])
        self._source = LongRows(self, view)
        self.grid.show_rows(self._source)
        self.grid.unmark(view.wanted.ids - {record[0] for record in view.marked})
        self.show_totals(view.totals)

    def _every(self, read: Read, pages: ListPages, arrangement: Arrangement) -> tuple[list[R], Rows]:
        """All records, arranged once here, so that the screen's own thread need not do the long part."""
        records = pages.fetch(read, 0, pages.count)
        rows = Rows([self.row_of(record) for record in records])
        rows.arranged(arrangement, self.COLUMNS)
        return records, rows

    def read_every(self, source: LongRows, pages: ListPages, arrangement: Arrangement) -> None:
        """Read all rows, then show them arranged; keys typed meanwhile are for what is then shown."""
        if source.reading:
            return
        source.reading = True
        app = self.biller

        def work() -> tuple[list[R], Rows]:
            with app.store.read() as read:
                return self._every(read, pages, arrangement)

        def done(answer: tuple[list[R], Rows]) -> None:
            records, source.every = answer
            if source is self._source and app.is_open(self):
                self.remember(records)
                self.grid.show_rows(source)

        app.hold_keys(source)
        app.in_background(work, done, ended=lambda: app.release_keys(source))

    def on_grid_changed(self, event: Grid.Changed) -> None:
        """Which verbs apply is asked of the marked records; where they are many, they are read before."""
        app = self.biller
        unknown = frozenset(self.grid.marks.ids() - self._records.keys())
        if len(unknown) <= AT_ONCE:
            return
        event.stop()
        # Else the frame's own handler would ask at once.
        event.prevent_default()

        def work() -> list[R]:
            with app.store.read() as read:
                return self.some(read, unknown)

        def done(records: list[R]) -> None:
            self._records.update(dict.fromkeys(unknown))
            self.remember(records)
            if app.is_open(self):
                self.show_frame()

        app.hold_keys(unknown)
        app.in_background(work, done, ended=lambda: app.release_keys(unknown))
