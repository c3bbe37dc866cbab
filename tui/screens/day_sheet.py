"""The sheet of one day, from opening to closing, with every entry it is made of (RC8)."""

from collections import namedtuple
from datetime import date, timedelta
from typing import ClassVar

from textual.app import ComposeResult

from core.ledger.closing import closed_through, late_entries
from core.ledger.day_sheet import DaySheet, day_sheet
from core.ledger.entries import METHODS, Entry
from core.practice.queries import offices
from core.store import Read
from tui.keys import Direction, verb
from tui.present import dollars, plural
from tui.screens.book_screen import BookScreen
from tui.screens.frame import Blank
from tui.strips.asking import AskDay
from tui.strips.choices import letters_for
from tui.widgets.columns import Column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows

SheetView = namedtuple("SheetView", "sheet offices closed_through late_days")
"""`late_days` are the days of what was recorded into a closed time, one for each entry."""


class DaySheetScreen(BookScreen[SheetView]):
    """The sums above, the entries below. `[` and `]` go by days; Enter opens what an entry is of."""

    PLACE = "daysheet"
    HEADING = "Day sheet"
    HAS_PERIODS = True
    BINDINGS: ClassVar = [
        verb("e", "edit", "Day, office", id="daysheet.edit",
             help="Another day, one office, or close the book through the day shown", counted=False),
        verb("L", "late", "Late entries", id="daysheet.late",
             help="What was recorded into a closed time", counted=False),
    ]  # fmt: skip
    DEFAULT_CSS = """
    DaySheetScreen #panes { height: 1fr; }
    DaySheetScreen #sums { height: auto; max-height: 12; min-height: 6; }
    DaySheetScreen #entries { height: 1fr; min-height: 3; }
    DaySheetScreen.-wide #panes { layout: horizontal; }
    DaySheetScreen.-wide #sums { height: 1fr; max-height: 100%; width: 2fr; }
    DaySheetScreen.-wide #entries { height: 1fr; width: 3fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._day: date | None = None
        self._office: tuple[str, str] | None = None
        self._offices: list[tuple[str, str]] = []
        self._closed_through: date | None = None
        self._entries: dict[str, Entry] = {}

    def compose_body(self) -> ComposeResult:
        yield Line(id="late")
        with Blank(id="panes"):
            yield Grid((words_column("Sheet", least=20), money_column("Amount")), id="sums")
            yield Grid(
                (
                    Column("What", width=11, drop=1),
                    words_column("Entry", least=24, most=100),
                    money_column("Amount"),
                ),
                empty_text="Nothing happened on this day.",
                id="entries",
            )

    @property
    def day(self) -> date:
        """Today until another day is chosen."""
        return self._day or self.biller.today()

    def shift_period(self, direction: Direction) -> None:
        self._day = self.day + timedelta(days=direction) if direction else None
        self.renew()

    def ask_book(self, read: Read) -> SheetView:
        office_id = self._office[0] if self._office else None
        return SheetView(
            day_sheet(read, self.day, office_id=office_id),
            [(row.office_id, row.name) for row in offices(read)],
            closed_through(read),
            [entry.on for entry in late_entries(read)],
        )

    def fill(self, view: SheetView) -> None:
        sheet: DaySheet = view.sheet
        self._offices, self._closed_through = view.offices, view.closed_through
        self.period_shown = f"{sheet.on:%A, %B %-d, %Y}"
        where = f" · {self._office[1]}" if self._office else ""
        closed = " · closed" if self._closed_through is not None and sheet.on <= self._closed_through else ""
        self.show_totals(f"{sheet.on}{where}{closed} · deposit {dollars(sheet.deposit_cents)}")
        self._show_late(view.late_days, sheet.on.isoformat())
        self.query_one("#sums", Grid).show_rows(Rows(_sums(sheet)))
        in_order = sorted(sheet.entries, key=lambda entry: str(entry.order))
        self._entries = {f"{at}": entry for at, entry in enumerate(in_order)}
        self.query_one("#entries", Grid).show_rows(
            Rows(
                [Row(i, (e.kind.replace("_", " "), e.text, e.amount_cents)) for i, e in self._entries.items()]
            )
        )
        if sheet.closing_cents != sheet.ledger_cents:
            says = f"The ledger says {dollars(sheet.ledger_cents)} at the end of the day, not the same."
            self.frame_app.say(f"{says} Run `daysheet doctor`.", "bad")

    def _show_late(self, late_days: list[str], shown: str) -> None:
        """A line above the sums, where anything came after a close."""
        line, here = self.query_one("#late", Line), late_days.count(shown)
        count = plural(len(late_days), "late entry", "late entries")
        line.show([(f" {count} into closed days, {here:,} dated this day. L lists them.", "warn")])
        line.display = bool(late_days)

    def action_late(self) -> None:
        self.biller.show_late_entries()

    def opened(self, record_id: str) -> None:
        entry = self._entries.get(record_id)
        if entry is None or self.grid.id != "entries":
            return
        if entry.invoice_id:
            from tui.screens.invoice import Invoice

            self.app.push_screen(Invoice(entry.invoice_id))
        elif entry.source_id:
            from tui.screens.payment import Payment

            self.app.push_screen(Payment(entry.source_id))

    def action_edit(self) -> None:
        """What the sheet is made for, and closing the book."""
        choices = [("d", "day"), ("c", f"close the book through {self.day}")]
        if len(self._offices) > 1:
            choices.insert(1, ("o", "office"))
        self.choose("Show", choices, self._edit)

    def _edit(self, what: str) -> None:
        if what == "d":
            self.open_strip(
                AskDay("Day", today=self.biller.today, value=self.day, keep_as=""), self._show_day
            )
        elif what == "o":
            self._choose_office()
        else:
            self._ask_close()

    def _show_day(self, day: date) -> None:
        self._day = day
        self.renew()

    def _choose_office(self) -> None:
        names = ["all", *(name for _, name in self._offices)]
        letters = letters_for(names)

        def show(letter: str) -> None:
            at = letters.index(letter)
            self._office = self._offices[at - 1] if at else None
            self.renew()

        self.choose("Office", list(zip(letters, names, strict=True)), show)

    def _ask_close(self) -> None:
        """It cannot be taken back; nothing is refused afterwards, only flagged."""
        from core.payments.closing import close_through

        app, day, today = self.biller, self.day, self.biller.today()

        def close() -> None:
            self.change(
                lambda tx: close_through(tx, day, today=today),
                lambda _: app.say(f"Closed through {day}.", "good"),
            )

        self.ask(f"Close the book through {day}? Later entries into it are flagged.", "closes", close)


def _sums(sheet: DaySheet) -> list[Row]:
    """Each line with its sign, so that they add up to the closing."""
    rows = [("Opening", sheet.opening_cents), ("Charges", sheet.charges_cents)]
    rows += [(f"Payments, {METHODS.get(method, method)}", -cents) for method, cents in sheet.payments.items()]
    rows += [
        ("Adjustments", -sheet.adjustments_cents),
        ("Refunds", sheet.refunds_cents),
        ("Closing", sheet.closing_cents),
    ]
    return [Row(what, (what, cents)) for what, cents in rows]
