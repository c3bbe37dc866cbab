"""What guarantors owe by age, on any day: bars, and a table with the unapplied credit beside (RC6)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar

from textual.app import ComposeResult

from core.books.aging_csv import aging_csv
from core.errors import OutsideFailure
from core.ledger.aging import BASES, LAYOUTS, Aging, AgingRow, aging
from core.store import Read
from tui.keys import Direction, key_of, verb
from tui.present import dollars
from tui.screens.book_screen import BookScreen
from tui.screens.reminding import REMIND, ask_reminders
from tui.screens.statement_verbs import MAKE, OPEN, Whose, ask_statements, open_last
from tui.strips.asking import AskDay
from tui.viewer import write_private_file
from tui.widgets.bars import Bars
from tui.widgets.columns import Column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import Row, Rows

BASIS_WORDS = {"due": "by due date", "invoice": "by invoice date"}


class AgingReport(BookScreen[Aging]):
    """One row a guarantor; `[` and `]` go by ends of months. Enter opens the ledger."""

    PLACE = "aging"
    HEADING = "AR aging"
    HAS_PERIODS = True
    QUICK_FILTERS = ("all", "owing", "with credit")
    BINDINGS: ClassVar = [
        verb("e", "edit", "Day, basis", id="aging.edit",
             help="Another day; by due or invoice date; with a column for what is not due", counted=False),
        verb("p", "pay", "Payment", id="aging.pay", help="Record a payment of the guarantor", counted=False),
        MAKE,
        REMIND,
        verb("L", "late_fees", "Late fees", id="aging.late_fees",
             help="What is due, what was charged, what should be let go", counted=False),
        OPEN,
        verb("w", "write", "CSV", id="aging.write", help="To the export folder", counted=False),
        key_of("tab", "bars", "The bars, or more rows", id="aging.bars"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    AgingReport #bars { margin-bottom: 1; }
    AgingReport #table { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._as_of: date | None = None
        self._basis = BASES[0]
        self._layout_name = next(iter(LAYOUTS))
        self._view: Aging | None = None
        self._rows: dict[str, AgingRow] = {}

    def compose_body(self) -> ComposeResult:
        yield Bars(id="bars")
        yield Grid(_columns(LAYOUTS[self._layout_name][0]), id="table")

    @property
    def as_of(self) -> date:
        """Today until another day is chosen."""
        return self._as_of or self.biller.today()

    def shift_period(self, direction: Direction) -> None:
        """Ends of months; today in between."""
        self._as_of = _month_end(self.as_of, direction) if direction else None
        self.renew()

    def ask_book(self, read: Read) -> Aging:
        return aging(read, self.as_of, basis=self._basis, layout=self._layout_name)

    def fill(self, view: Aging) -> None:
        self._view = view
        self._rows = {row.guarantor_id: row for row in view.rows}
        shown = [row for row in view.rows if _fits(row, self.quick_filter)]
        grid = self.grid
        grid.show_columns(_columns(view.buckets))
        grid.empty_text = f"Nobody owes anything as of {view.as_of_on}."
        grid.show_rows(Rows([_row(row) for row in shown]))
        grid.forget_marks(self._rows.keys())
        self.query_one(Bars).show(list(zip(view.buckets, view.totals.cents, strict=True)))
        self.period_shown = f"as of {view.as_of_on}"
        totals = view.totals
        credit = f" · credit {dollars(totals.credit_cents)} · net {dollars(totals.total_cents)}"
        self.show_totals(
            f"{BASIS_WORDS[view.basis]} · open {dollars(sum(totals.cents))}"
            + (credit if totals.credit_cents else "")
        )
        if view.totals.total_cents != view.ledger_cents:
            ledger = dollars(view.ledger_cents)
            self.frame_app.say(f"The ledger says {ledger}, not the same. Run `daysheet doctor`.", "bad")

    def allowed(self, action: str) -> bool:
        if action == "write":
            return bool(self._rows)
        if action in ("statement", "remind"):
            return bool(self._chosen())
        return action not in ("pay", "open_statement") or self.grid.cursor_id in self._rows

    def _chosen(self) -> list[Whose]:
        """Of the marked guarantors, or of the one under the cursor, with all their clients."""
        return [Whose(one, None, self._rows[one].guarantor) for one in self.chosen if one in self._rows]

    def opened(self, record_id: str) -> None:
        from tui.screens.opening import open_account

        open_account(self.biller, record_id)

    def action_pay(self) -> None:
        from tui.screens.paying import pay_ahead

        if (guarantor_id := self.grid.cursor_id) is not None:
            pay_ahead(self, guarantor_id)

    def action_statement(self) -> None:
        found = self._chosen()
        if found:
            keep_as = found[0].guarantor_id if len(found) == 1 else "guarantors"
            cents = sum(self._rows[one.guarantor_id].total_cents for one in found)
            names = [one.name for one in found]
            ask_statements(self, names, lambda _: found, keep_as=keep_as, cents=cents)

    def action_open_statement(self) -> None:
        row = self._rows.get(self.grid.cursor_id or "")
        if row is not None:
            open_last(self, Whose(row.guarantor_id, None, row.guarantor))

    def action_remind(self) -> None:
        """Of what is past due today, whatever day the report is of."""
        wanted = [one.guarantor_id for one in self._chosen()]
        if wanted:
            ask_reminders(self, guarantor_ids=wanted)

    def action_late_fees(self) -> None:
        self.biller.show_late_fees()

    def action_bars(self) -> None:
        """Hide the bars or show them; while a strip is open the key is for its fields."""
        if self.strip is not None:
            self.action_pane(1)
        else:
            bars = self.query_one(Bars)
            bars.display = not bars.display

    def action_edit(self) -> None:
        """What the report is made for."""
        basis, layout = _next(BASES, self._basis), _next(tuple(LAYOUTS), self._layout_name)
        buckets = LAYOUTS[layout][0]
        choices = [("d", "day"), ("b", BASIS_WORDS[basis]), ("l", f"{buckets[0]}, {buckets[1]}, ...")]
        self.choose("Show", choices, self._edit)

    def _edit(self, what: str) -> None:
        if what == "d":
            strip = AskDay("As of", today=self.biller.today, value=self.as_of, keep_as="")
            self.open_strip(strip, self._show_day)
        elif what == "b":
            self._basis = _next(BASES, self._basis)
            self.renew()
        else:
            self._layout_name = _next(tuple(LAYOUTS), self._layout_name)
            self.renew()

    def _show_day(self, day: date) -> None:
        self._as_of = day
        self.renew()

    def action_write(self) -> None:
        app, view = self.biller, self._view
        if view is None:
            return

        def work() -> str:
            try:
                name = f"aging-{view.as_of_on}.csv"
                return str(write_private_file(app.exports, name, aging_csv(view)))
            except OSError as error:
                raise OutsideFailure(f"{app.exports} cannot be written: {error.strerror}.") from None

        app.in_background(work, lambda path: app.say(f"Written: {path}", "good"))


def _columns(buckets: Sequence[str]) -> tuple[Column, ...]:
    return (
        words_column("Who", least=12),
        *(money_column(name) for name in buckets),
        money_column("Credit", drop=1),
        money_column("Net"),
    )


def _fits(row: AgingRow, quick_filter: str) -> bool:
    if quick_filter == "owing":
        return any(row.cents)
    return quick_filter == "all" or bool(row.credit_cents > 0)


def _row(row: AgingRow) -> Row:
    credit = -row.credit_cents
    return Row(row.guarantor_id, (row.guarantor, *row.cents, credit, row.total_cents), row.cents[-1] > 0)


def _next(known: Sequence[str], now: str) -> str:
    return known[(known.index(now) + 1) % len(known)]


def _month_end(day: date, direction: int) -> date:
    """The end of a month before the day, or the next one after it."""
    first = day.replace(day=1)
    if direction < 0:
        return first - timedelta(days=1)
    next_first = (first + timedelta(days=32)).replace(day=1)
    end = next_first - timedelta(days=1)
    return end if end > day else (next_first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
