"""The agenda by day and by week: who comes, what became of it, and what billing has made of it (RB1)."""

from collections import namedtuple
from datetime import date, timedelta, tzinfo
from typing import Any, ClassVar

from core.dates import Period, zone
from core.practice.timezone import timezone
from core.sessions.agenda import WAITS, AgendaRow, agenda
from core.store import Read, Tx
from tui.billed import billed, billed_words
from tui.keys import Direction, verb
from tui.present import dollars, local_time, plural
from tui.screens.book_screen import BookScreen
from tui.strips.charge import AskWriteIn, WriteIn
from tui.widgets.columns import Column, money_column, words_column
from tui.widgets.rows import Row, Rows

AgendaView = namedtuple("AgendaView", "rows timezone")

_TIME = Column("Time", width=5)
_REST = (
    words_column("Client", least=14),
    words_column("Services", least=8, most=20, drop=1),
    words_column("Provider", least=8, most=24, drop=3),
    words_column("Office", least=6, most=12, drop=4),
    money_column("Amount", drop=2),
    Column("Billing", billed, least=19, most=30),
)
DAY_COLUMNS = (_TIME, *_REST)
WEEK_COLUMNS = (Column("Day", width=9), *DAY_COLUMNS)

MARKS = {"k": "kept", "n": "no_show", "l": "late_cancel", "c": "cancelled", "s": "scheduled"}
"""What an appointment can be marked, by the key that does it."""

WRONG = "written in by mistake"


class Agenda(BookScreen[AgendaView]):
    """One row an appointment, in order of time. `[` and `]` go by days, or by weeks."""

    PLACE = "agenda"
    HEADING = "Agenda"
    HAS_PERIODS = True
    QUICK_FILTERS = ("all", "unbilled")
    COLUMNS = DAY_COLUMNS
    BINDINGS: ClassVar = [
        verb("b", "bill", "Bill", id="agenda.bill",
             help="A draft of the session, with all its services; finalised first where it was not"),
        verb("e", "edit", "Mark", id="agenda.mark", help="Kept, no-show, late cancel, cancelled, scheduled"),
        verb("n", "new", "Charge", id="agenda.charge",
             help="A charge of this client without a session", counted=False),
        verb("d", "span", "Day/week", id="agenda.span", help="A day at a time, or a week", counted=False),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._day: date | None = None
        self._weekly = False
        self._rows: dict[str, AgendaRow] = {}

    # What it shows.

    @property
    def period(self) -> Period:
        """The day in front, or its week from Monday to Sunday; today until another is chosen."""
        day = self._day or self.biller.today()
        if not self._weekly:
            return Period(day, day)
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))

    def show_day(self, day: date | None) -> None:
        """Show one day, today where none is named."""
        self._day, self._weekly = day, False
        self.renew()

    def shift_period(self, direction: Direction) -> None:
        step = timedelta(days=7 if self._weekly else 1)
        self._day = (self._day or self.biller.today()) + direction * step if direction else None
        self.renew()

    def action_span(self) -> None:
        self._weekly = not self._weekly
        self.renew()

    def ask_book(self, read: Read) -> AgendaView:
        return AgendaView(agenda(read, self.period, today=self.biller.today()), timezone(read))

    def fill(self, view: AgendaView) -> None:
        local, period, grid = zone(view.timezone), self.period, self.grid
        self._rows = {row.session_id: row for row in view.rows}
        self.period_shown = _period_words(period)
        only = self.quick_filter == "unbilled"
        shown = [row for row in view.rows if not only or row.state in WAITS]
        grid.show_columns(WEEK_COLUMNS if self._weekly else DAY_COLUMNS)
        span = "in this week" if self._weekly else "on this day"
        what = "Nothing waits to be billed" if only and view.rows else "No appointments"
        grid.empty_text = f"{what} {span}."
        today = self.biller.today().isoformat()
        grid.show_rows(Rows([_row(row, local, today, weekly=self._weekly) for row in shown]))
        grid.forget_marks(self._rows.keys())
        coming = [row for row in view.rows if row.status != "cancelled"]
        waiting = [row for row in view.rows if row.state in WAITS]
        cents = sum(row.amount_cents or 0 for row in waiting)
        self.show_totals(
            f"{plural(len(coming), 'appointment')} · unbilled {len(waiting):,} · {dollars(cents)}"
        )

    @property
    def appointment(self) -> AgendaRow | None:
        return self._rows.get(self.grid.cursor_id or "")

    @property
    def subject(self) -> str:
        row = self.appointment
        return "" if row is None else row.invoice_id or row.client_id

    def allowed(self, action: str) -> bool:
        return action not in ("bill", "edit", "new") or self.appointment is not None

    def opened(self, record_id: str) -> None:
        row = self._rows[record_id]
        if row.invoice_id is not None:
            self.biller.show_invoice(row.invoice_id)
        else:
            self.biller.show_client(row.client_id)

    # What it does.

    def action_bill(self) -> None:
        """Drafts of the marked sessions, or of the one on the row: all of them, or none."""
        bill_sessions(self, [row for row in map(self._rows.get, self.chosen) if row is not None])

    def action_edit(self) -> None:
        choices = [(key, status.replace("_", "-")) for key, status in MARKS.items()]
        wanted = [record_id for record_id in self.chosen if record_id in self._rows]
        self.choose("Mark", choices, lambda key: self._mark(wanted, MARKS[key]))

    def _mark(self, session_ids: list[str], status: str) -> None:
        from core.sessions.commands import mark_session

        today = self.biller.today()
        before: dict[str, str] = {}

        def mark(tx: Tx) -> None:
            for session_id in session_ids:
                before[session_id] = mark_session(tx, session_id, status, today=today)

        def back(tx: Tx) -> None:
            for session_id, was in before.items():
                mark_session(tx, session_id, was, today=today)

        one = self._rows[session_ids[0]].client if len(session_ids) == 1 else ""
        who = one or plural(len(session_ids), "appointment")
        words = status.replace("_", "-")
        self.change(mark, lambda _: self.done(f"{who}: {words}", back, mark))

    def action_new(self) -> None:
        from core.practice.queries import own_office
        from core.sessions.commands import void_charge, write_in_charge

        row = self.appointment
        if row is None:
            return
        client_id, made = row.client_id, [""]

        def written(answer: WriteIn) -> None:
            def write(tx: Tx) -> None:
                made[0] = write_in_charge(
                    tx,
                    client_id=client_id,
                    service_on=answer.service_on,
                    description=answer.description,
                    amount_cents=answer.amount_cents,
                    office_id=own_office(tx),
                )

            def take_back(tx: Tx) -> None:
                void_charge(tx, made[0], reason=WRONG)

            what = f"Charge of {dollars(answer.amount_cents)} written in for {row.client}"
            self.change(write, lambda _: self.done(what, take_back, write))

        strip = AskWriteIn(
            row.client,
            today=self.biller.today,
            day=date.fromisoformat(row.service_on),
            keep_as=f"charge {client_id}",
        )
        self.open_strip(strip, written)


def bill_sessions(screen: "BookScreen[Any]", rows: list[AgendaRow]) -> None:
    """Draft appointments in one step, and say how `u` takes the drafts back."""
    from core.invoicing.commands import bill_session, delete_drafts, restore_drafts

    today = screen.biller.today()
    if not rows:
        return

    def command(tx: Tx) -> list[str]:
        return [draft for row in rows for draft in bill_session(tx, row.session_id, today=today)]

    def billed_as(draft_ids: list[str]) -> None:
        one = len(draft_ids) == 1
        of = "the session" if len(rows) == 1 else f"{len(rows):,} sessions"
        screen.done(
            f"{'Draft' if one else plural(len(draft_ids), 'draft')} made of {of}"
            f" (3 shows {'it' if one else 'them'})",
            lambda tx: delete_drafts(tx, draft_ids),
            lambda tx: restore_drafts(tx, draft_ids),
        )
        screen.grid.clear_marks()

    screen.change(command, billed_as)


def _period_words(period: Period) -> str:
    first, last = period.from_on, period.to_on
    assert first is not None
    assert last is not None
    if first == last:
        return f"{first:%A, %B %-d, %Y}"
    return f"{first:%b %-d} to {last:%b %-d, %Y}"


def _row(row: AgendaRow, local: tzinfo, today: str, *, weekly: bool) -> Row:
    values: tuple[Any, ...] = (
        local_time(row.starts_at, local), row.client, row.services, row.provider, row.office,
        row.amount_cents, billed_words(row),
    )  # fmt: skip
    if weekly:
        values = (f"{date.fromisoformat(row.service_on):%a %m-%d}", *values)
    return Row(row.session_id, values, row.state == "scheduled" and row.service_on < today)
