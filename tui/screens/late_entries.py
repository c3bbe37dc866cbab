"""What was recorded into a closed time, each with the first close it missed (RC8)."""

from collections import namedtuple
from datetime import tzinfo

from core.dates import zone
from core.ledger.closing import OF_INVOICES, LateEntry, closed_through, late_entries
from core.practice.queries import practice
from core.store import Read
from tui.present import local_stamp, plural
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.rows import Row, Rows

LateView = namedtuple("LateView", "entries closed_through timezone")


class LateEntries(BookScreen[LateView]):
    """One row an entry, by the day it is dated; Enter opens the invoice or payment it is of."""

    PLACE = "daysheet"
    HEADING = "Late entries"
    EMPTY = "Nothing was recorded into a closed time."
    COLUMNS = (
        day_column("Dated"),
        Column("What", width=10),
        Column("Number", width=9, drop=1),
        money_column("Amount"),
        day_column("Closed through"),
        Column("Recorded", width=16),
        words_column("By", least=8, drop=2),
    )

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, LateEntry] = {}

    def ask_book(self, read: Read) -> LateView:
        return LateView(late_entries(read), closed_through(read), practice(read).timezone)

    def fill(self, view: LateView) -> None:
        self._entries = {entry.fact_id: entry for entry in view.entries}
        local = zone(view.timezone)
        self.grid.show_rows(Rows([_row(entry, local) for entry in view.entries]))
        closed = f" · closed through {view.closed_through}" if view.closed_through else " · nothing is closed"
        self.show_totals(plural(len(view.entries), "entry", "entries") + closed)

    def opened(self, record_id: str) -> None:
        entry = self._entries[record_id]
        if entry.kind in OF_INVOICES:
            from tui.screens.invoice import Invoice

            self.app.push_screen(Invoice(entry.subject_id))
        else:
            from tui.screens.payment import Payment

            self.app.push_screen(Payment(entry.subject_id))


def _row(entry: LateEntry, local: tzinfo) -> Row:
    return Row(
        entry.fact_id,
        (
            entry.on,
            entry.kind.replace("_", " "),
            entry.number,
            entry.amount_cents,
            entry.closed_through_on,
            local_stamp(entry.recorded_at, local),
            entry.actor,
        ),
    )
