"""Today: what waits, who comes today, what happened last."""

from collections import namedtuple
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.app import ComposeResult

from core.audit import entries
from core.dates import previous_month, zone
from core.ledger.to_do import to_do
from core.practice.queries import practice
from core.sessions.queries import AgendaRow, agenda
from core.store import Read, Tx
from tui.keys import verb
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, count_column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import Row, Rows

TodayView = namedtuple("TodayView", "waiting agenda events")

EVENTS_SHOWN = 50
DEEDS = {
    "invoice.issued": "issued",
    "invoice.shared": "sent",
    "document.kept": "document made",
    "draft.made": "draft made",
    "draft.deleted": "draft deleted",
    "draft.restored": "draft brought back",
    "draft.edited": "draft edited",
    "draft.line_added": "line added",
    "draft.line_changed": "line changed",
    "draft.line_removed": "line taken out",
    "draft.adjusted": "discount or surcharge",
    "sessions.finalised": "sessions finalised",
}


class Today(BookScreen[TodayView]):
    """The first screen. Enter on a line opens the list that answers it."""

    PLACE = "today"
    HEADING = "Today"
    EMPTY = "Nothing to do."
    BINDINGS: ClassVar = [verb("b", "bill", "Bill", id="agenda.bill", help="Bill the session on the row")]

    DEFAULT_CSS = """
    Today #waiting { height: auto; max-height: 8; min-height: 2; }
    Today #agenda { height: 1fr; }
    Today #events { height: 1fr; }
    """

    def compose_body(self) -> ComposeResult:
        next_run = "Nothing to do. Last month is billed; the next run is on the 1st (2 B)."
        yield Grid(
            (words_column("To do", least=24), count_column("Count"), money_column("Amount")),
            empty_text=next_run,
            id="waiting",
        )
        yield Grid(
            (
                Column("Today", width=7),
                words_column("Client", least=12),
                words_column("Provider", least=8, drop=1),
                words_column("Billing", least=10, most=24),
            ),
            empty_text="No appointments today.",
            id="agenda",
        )
        yield Grid(
            (
                Column("Last", width=11),
                words_column("Who", least=8, most=20),
                words_column("Did", least=12),
                words_column("To", least=8),
            ),
            empty_text="Nothing has happened yet.",
            id="events",
        )

    def ask_book(self, read: Read) -> TodayView:
        today = self.biller.today()
        local = zone(practice(read).timezone)
        waiting = [
            Row(item.name, (item.text, item.count, item.amount_cents), item.name == "overdue")
            for item in to_do(read, today)
        ]
        rows = [
            Row(
                row.session_id,
                (_local_time(row.starts_at, local), row.client, row.provider, _billing(row)),
            )
            for row in agenda(read, today.isoformat())
        ]
        events = [
            Row(
                f"{entry.site}/{entry.no}",
                (
                    _local_stamp(entry.at, local),
                    entry.actor,
                    DEEDS.get(entry.verb, entry.verb.replace(".", " ").replace("_", " ")),
                    f"{entry.subject_kind} {entry.subject_id[-8:]}",
                ),
            )
            for entry in entries(read, most=EVENTS_SHOWN)
        ]
        return TodayView(waiting, rows, events)

    def fill(self, view: TodayView) -> None:
        for name, rows in view._asdict().items():
            self.query_one(f"#{name}", Grid).show_rows(Rows(rows))
        self.show_totals(f"{self.biller.today():%A, %B %d, %Y}")

    def opened(self, record_id: str) -> None:
        if self.grid.id == "waiting":
            self._open_list(record_id)
        elif self.grid.id == "agenda":
            self.action_bill()

    def _open_list(self, name: str) -> None:
        """Go to the list that answers a line, filtered to it."""
        from tui.screens.invoices import Invoices
        from tui.screens.unbilled import Unbilled

        app = self.biller
        unbilled = name.startswith("unbilled")
        app.go("unbilled" if unbilled else "invoices")

        def arrived() -> None:
            screen = app.screen
            if isinstance(screen, Unbilled):
                screen.show_period(previous_month(app.today()) if name == "unbilled_month" else None)
            elif isinstance(screen, Invoices):
                screen.show_only(name)

        app.call_after_refresh(arrived)

    def allowed(self, action: str) -> bool:
        return action != "bill" or self.grid.id == "agenda"

    def action_bill(self) -> None:
        """A draft of the session on the row."""
        from core.invoicing.commands import bill_session, delete_draft, restore_draft

        session_id = self.query_one("#agenda", Grid).cursor_id
        if session_id is None:
            return
        today = self.biller.today()

        def command(tx: Tx) -> str:
            return bill_session(tx, session_id, today=today)

        def billed(draft_id: str) -> None:
            self.done(
                "Draft made of the session",
                lambda tx: delete_draft(tx, draft_id),
                lambda tx: restore_draft(tx, draft_id),
            )

        self.change(command, billed)


def _billing(row: AgendaRow) -> str:
    if row.number:
        return str(row.number)
    if not row.final:
        return str(row.status.replace("_", " "))
    if row.unbilled:
        return "unbilled"
    return "draft" if row.charges else "nothing to bill"


def _local_time(instant: str, local: tzinfo) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(local):%H:%M}"


def _local_stamp(instant: str, local: tzinfo) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(local):%m-%d %H:%M}"
