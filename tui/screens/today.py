"""Today: what waits, who comes today, what happened last."""

from collections import namedtuple
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult

from core.conflicts.queries import count_conflicts
from core.dates import Period, previous_month, zone
from core.ledger.happened import Happening, happened
from core.ledger.to_do import ToDo, to_do
from core.payments.card_list import cards_to_do
from core.practice.timezone import timezone
from core.sessions.agenda import AgendaRow, agenda
from core.store import Read
from tui.billed import billed, billed_words
from tui.deeds import deed, deed_of_many
from tui.keys import verb
from tui.present import local_stamp, local_time, plural
from tui.screens.book_screen import BookScreen
from tui.screens.frame import Blank
from tui.widgets.columns import Column, count_column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import Row, Rows

TodayView = namedtuple("TodayView", "waiting agenda events timezone begun")

NOTHING_TO_DO = "Nothing to do. Last month is billed; next run on the 1st (2 B)."
NO_CLIENTS = "No clients yet. Next: `daysheet import` or `daysheet client add` in the shell."

EVENTS_SHOWN = 50

PRESSING = ("overdue", "conflicts", "failed_cards", "disputes", "differences")
"""Lines that are marked: somebody else waits, or money is elsewhere than the book says."""


class Today(BookScreen[TodayView]):
    """The first screen, in three panes. Enter on a line opens what answers it."""

    PLACE = "today"
    HEADING = "Today"
    ENTER = "Open"
    BINDINGS: ClassVar = [
        verb("b", "bill", "Bill", id="agenda.bill", help="Bill the session on the row", counted=False),
        verb("tab", "pane(1)", "Next list", id="today.pane", counted=False),
    ]
    DEFAULT_CSS = """
    Today #panes { height: 1fr; }
    Today #now { height: 2fr; }
    Today #waiting { height: auto; max-height: 8; min-height: 3; }
    Today #agenda { height: 1fr; }
    Today #events { height: 1fr; }
    Today.-wide #panes { layout: horizontal; }
    Today.-wide #now { height: 1fr; width: 1fr; }
    Today.-wide #events { height: 1fr; width: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._agenda: dict[str, AgendaRow] = {}
        self._events: dict[str, Happening] = {}

    def compose_body(self) -> ComposeResult:
        with Blank(id="panes"):
            with Blank(id="now"):
                yield Grid(
                    (words_column("To do", least=24), count_column("Count"), money_column("Amount")),
                    empty_text=NOTHING_TO_DO,
                    id="waiting",
                )
                yield Grid(
                    (
                        Column("Agenda", width=6),
                        words_column("Client", least=12),
                        words_column("Provider", least=8, drop=1),
                        Column("Billing", billed, least=10, most=24),
                    ),
                    empty_text="No appointments today.",
                    id="agenda",
                )
            yield Grid(
                (
                    Column("Last", width=16),
                    words_column("Who", least=8, most=20, drop=1),
                    words_column("What", least=30, most=60),
                    words_column("To", least=20, most=60),
                ),
                empty_text="Nothing has happened yet.",
                id="events",
            )

    def ask_book(self, read: Read) -> TodayView:
        today = self.biller.today()
        conflicts = count_conflicts(read)
        decide = [ToDo("conflicts", "Conflicts between offices", conflicts, None)] if conflicts else []
        waiting = decide + [ToDo(*one) for one in cards_to_do(read)] + to_do(read, today)
        return TodayView(
            waiting,
            [row for row in agenda(read, Period(today, today), today=today) if row.status != "cancelled"],
            happened(read, most=EVENTS_SHOWN),
            timezone(read),
            bool(waiting) or _has_begun(read),
        )

    def fill(self, view: TodayView) -> None:
        local = zone(view.timezone)
        self._agenda = {row.session_id: row for row in view.agenda}
        self._events = {_event_id(one): one for one in view.events}
        self.query_one("#waiting", Grid).empty_text = NOTHING_TO_DO if view.begun else NO_CLIENTS
        self._show("waiting", [_waiting_row(item) for item in view.waiting])
        self._show("agenda", [_agenda_row(row, local) for row in view.agenda])
        self._show("events", [_event_row(one, local) for one in view.events])
        self.show_totals(f"{self.biller.today():%A, %B %-d, %Y}")

    def _show(self, pane_id: str, rows: list[Row]) -> None:
        pane = self.query_one(f"#{pane_id}", Grid)
        pane.show_rows(Rows(rows))
        if not pane.in_front:
            pane.action_top()

    def opened(self, record_id: str) -> None:
        app, pane = self.biller, self.grid.id
        if pane == "waiting":
            self._open_list(record_id)
        elif pane == "agenda":
            row = self._agenda[record_id]
            if row.invoice_id is not None:
                app.show_invoice(row.invoice_id)
            else:
                app.show_charges(row.client_id)
        else:
            one = self._events[record_id]
            if one.entry.subject_kind == "invoice" and one.count == 1:
                app.show_invoice(one.entry.subject_id)
            elif one.entry.subject_kind == "client" and one.count == 1:
                app.show_client(one.entry.subject_id)
            elif one.entry.subject_kind in ("payment", "credit") and one.count == 1:
                app.show_payment(one.entry.subject_id)

    def _open_list(self, name: str) -> None:
        """Go to the list that answers a line, filtered to it."""
        from tui.screens.invoices import Invoices
        from tui.screens.payments import Payments
        from tui.screens.unbilled import Unbilled

        app = self.biller
        if name == "conflicts":
            app.go("sync")
            return
        if name in ("failed_cards", "disputes", "differences"):
            app.show_cards(name.replace("_", " "))
            return
        place = "unbilled" if name.startswith("unbilled") else "payments" if name == "credit" else "invoices"
        app.go(place)
        app.to_bottom()

        def arrived() -> None:
            screen = app.screen
            if isinstance(screen, Unbilled):
                screen.show_period(previous_month(app.today()) if name == "unbilled_month" else None)
            elif isinstance(screen, Invoices):
                screen.show_only(name)
            elif isinstance(screen, Payments):
                screen.show_credits()

        app.call_after_refresh(arrived)

    def allowed(self, action: str) -> bool:
        return action != "bill" or (self.grid.id == "agenda" and self.grid.cursor_id is not None)

    def action_bill(self) -> None:
        """A draft of the session on the row."""
        from tui.screens.agenda import bill_sessions

        row = self._agenda.get(self.grid.cursor_id or "")
        if row is not None:
            bill_sessions(self, [row])


def _has_begun(read: Read) -> bool:
    from core.clients.queries import has_clients

    return has_clients(read)


def _waiting_row(item: ToDo) -> Row:
    return Row(item.name, (item.text, item.count, item.amount_cents), item.name in PRESSING)


def _agenda_row(row: AgendaRow, local: tzinfo) -> Row:
    return Row(
        row.session_id, (local_time(row.starts_at, local), row.client, row.provider, billed_words(row))
    )


def _event_id(one: Happening) -> str:
    return f"{one.entry.site}/{one.entry.no}"


def _event_row(one: Happening, local: tzinfo) -> Row:
    alone = one.count == 1
    return Row(
        _event_id(one),
        (
            local_stamp(one.entry.at, local),
            one.entry.actor,
            deed(one.entry) if alone else deed_of_many(one.entry.verb),
            one.subject if alone else plural(one.count, one.subject.replace("_", " ")),
        ),
    )
