"""The audit log: who did what to which thing, newest first, however long it is (RJ2)."""

from collections import namedtuple
from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult

from core.dates import zone
from core.ledger.log import KINDS, OTHER, Batch, LogEntry, LogFilter, LogPages, log_entry
from core.practice.timezone import timezone
from core.store import Read
from tui.deeds import any_deed, deed_of_many
from tui.keys import verb
from tui.present import local_stamp
from tui.screens.book_screen import BookScreen
from tui.widgets.canvas import BLOCK_ROWS
from tui.widgets.columns import Column, words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import Arrangement, LazyRows, Row, RowSource

LogView = namedtuple("LogView", "pages first timezone")

MOST_FOUND = 20_000
"""A search that finds more stops there: somebody who looks for so much means something narrower."""

_SEARCH = "log search"


class LogGrid(Grid):
    """Nothing is done to entries, so none is marked: marking all of a long log would read all of it."""

    looking = False
    """While nothing is found yet, that is not to say that nothing will be."""

    def _empty_words(self) -> str:
        return "   Looking…" if self.looking else super()._empty_words()

    def action_mark(self) -> None:
        pass

    def action_mark_range(self) -> None:
        pass

    def action_mark_all(self) -> None:
        pass

    def action_invert_marks(self) -> None:
        pass


class LogRows(LazyRows):
    """Rows of the log; which ones, the screen decides each time the list asks."""

    def __init__(
        self,
        decide: Callable[[Arrangement], RowSource],
        length: int = 0,
        fetch: Callable[[int, int], Sequence[Row]] = lambda start, stop: (),
        *,
        ids: Callable[[], Sequence[str]] | None = None,
        place_of: Callable[[str], int | None] | None = None,
    ) -> None:
        super().__init__(length, fetch, ids=ids, place_of=place_of)
        self._decide = decide

    def arranged(self, arrangement: Arrangement, columns: Sequence[Column]) -> RowSource:
        return self._decide(arrangement)


class Search:
    """What is looked for, and the entries found so far."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind, self.text = kind, text
        self.found: list[str] = []
        self.older_than = ""
        self.ended = False
        self.wanted: LogFilter | None = None

    def note(self, batch: Batch) -> None:
        self.found += batch.entry_ids
        self.older_than = batch.older_than
        self.ended = not batch.older_than or len(self.found) >= MOST_FOUND

    @property
    def count_words(self) -> str:
        if self.ended and self.older_than:
            return f"the newest {len(self.found):,} that fit"
        return f"{len(self.found):,} found" + ("" if self.ended else ", looking on")


class AuditLog(BookScreen[LogView]):
    """One row an entry; Enter shows it whole. Nobody can change what is here."""

    PLACE = "log"
    HEADING = "Audit log"
    EMPTY = "No such act is in the log. f shows others."
    QUICK_FILTERS = ("all", *KINDS, OTHER)
    COLUMNS = (
        Column("When", width=16),
        words_column("Who", least=8, most=24, drop=1),
        words_column("Office", least=6, most=12, drop=2),
        words_column("What", least=28, most=80),
        words_column("To", least=14, most=50),
    )
    BINDINGS: ClassVar = [
        verb("w", "write", "CSV", id="log.write", help="Write what is shown as CSV", counted=False),
        verb("r", "verify", "Verify", id="log.verify",
             help="Replay the chain over every fact, in the background", counted=False),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._pages: LogPages | None = None
        self._first: Sequence[LogEntry] = ()
        self._local: tzinfo | None = None
        self._search: Search | None = None

    def compose_body(self) -> ComposeResult:
        yield LogGrid(self.COLUMNS, empty_text=self.EMPTY)

    # The whole log.

    def ask_book(self, read: Read) -> LogView:
        pages = LogPages(read)
        return LogView(pages, pages.fetch(read, 0, BLOCK_ROWS), timezone(read))

    def fill(self, view: LogView) -> None:
        self._pages, self._first, self._local = view.pages, view.first, zone(view.timezone)
        self._search = None
        self._show()

    def _show(self) -> None:
        """Everything, or what is found so far where a kind or words are wanted."""
        self.grid.show_rows(LogRows(self._arranged))

    def _show_count(self) -> None:
        assert self._pages is not None
        search, whole = self._search, f"{self._pages.count:,} entries"
        self.query_one(LogGrid).looking = search is not None and not search.ended
        self.show_totals(f"{search.count_words} · {whole}" if search is not None else whole)

    def _fetch(self, start: int, stop: int) -> list[Row]:
        assert self._pages is not None
        if stop <= len(self._first):
            return [self._row(entry) for entry in self._first[start:stop]]
        with self.biller.store.read() as read:
            return [self._row(entry) for entry in self._pages.fetch(read, start, stop)]

    def _place_of(self, entry_id: str) -> int | None:
        """Where the cursor's entry is after a refresh, if it is among the newest."""
        return next((at for at, entry in enumerate(self._first) if entry.entry_id == entry_id), None)

    def _row(self, entry: LogEntry) -> Row:
        assert self._local is not None
        about = entry.subject or entry.subject_kind.replace("_", " ")
        return Row(
            entry.entry_id,
            (local_stamp(entry.at, self._local), entry.actor, entry.office, any_deed(entry), about),
        )

    # Looking for some of it.

    def _arranged(self, arrangement: Arrangement) -> RowSource:
        """What `f` and `/` want; entries keep their order, which is what a log is for."""
        kind = "" if self.quick_filter == "all" else self.quick_filter
        text = arrangement.filter_text.strip()
        if text or kind:
            return self._found(kind, text)
        assert self._pages is not None
        self._search = None
        self._show_count()
        return LogRows(self._arranged, self._pages.count, self._fetch, place_of=self._place_of)

    def _found(self, kind: str, text: str) -> RowSource:
        """The entries found so far; looking for them begins here."""
        search = self._search
        if search is None or (search.kind, search.text) != (kind, text):
            search = self._search = Search(kind, text)
            self.biller.hold_keys(_SEARCH)
            self._look(search)
        ids = tuple(search.found)
        self._show_count()
        return LogRows(self._arranged, len(ids), partial(self._fetch_found, ids), ids=lambda: ids)

    def _fetch_found(self, ids: Sequence[str], start: int, stop: int) -> list[Row]:
        with self.biller.store.read() as read:
            return [self._row(log_entry(read, entry_id)) for entry_id in ids[start:stop]]

    def _look(self, search: Search) -> None:
        """Read one batch in a thread, show what it found, go on; words typed meanwhile end it."""
        local = self._local
        assert local is not None

        def work() -> Batch:
            with self.biller.store.read() as read:
                if search.wanted is None:
                    search.wanted = LogFilter(
                        read, local=local, kind=search.kind, text=search.text, says=deed_of_many
                    )
                return search.wanted.batch(read, search.older_than)

        def done(batch: Batch) -> None:
            if search is not self._search or not self.biller.is_open(self):
                return
            search.note(batch)
            if batch.entry_ids or search.ended:
                self._show()
            if not search.ended:
                self._look(search)

        self.biller.in_background(work, done, ended=lambda: self.biller.release_keys(_SEARCH))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return False if action == "sort" else super().check_action(action, parameters)

    # What it does.

    def opened(self, record_id: str) -> None:
        from tui.screens.log_entry import LogEntryPage

        self.app.push_screen(LogEntryPage(record_id, self._neighbour))

    def _neighbour(self, by: int) -> str | None:
        """The entry beside the one on the row, newer or older; None at either end."""
        before = self.grid.cursor_id
        self.grid.action_move(by)
        return None if self.grid.cursor_id == before else self.grid.cursor_id

    def action_verify(self) -> None:
        self.biller.verify_log()

    def action_write(self) -> None:
        """What is shown: all of it, or what fits."""
        from core.books.log_csv import log_csv
        from core.security.files import write_where_said

        app, local = self.biller, self._local
        assert local is not None
        kind = "" if self.quick_filter == "all" else self.quick_filter
        text = self.grid.arrangement.filter_text
        path = app.exports / f"audit-{app.today()}.csv"

        def work() -> None:
            app.exports.mkdir(mode=0o700, parents=True, exist_ok=True)
            with app.store.read() as read:
                wanted = LogFilter(read, local=local, kind=kind, text=text, says=deed_of_many)
                lines = log_csv(log_entry(read, entry_id) for entry_id in wanted.every(read))
                write_where_said(str(path), lines, home=app.home_folder(), exports=str(app.exports))

        app.in_background(work, lambda _: app.say(f"Written: {path}", "good"), busy="writing")
