"""The frame with invented rows: for tests, and to be looked at with `python -m tests.tui.gallery`."""

import random
import time
from datetime import date
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult

from core.errors import DomainError
from tui.app import FrameApp, Place
from tui.jobs import Job, each
from tui.keys import verb
from tui.palette import Command, Found
from tui.present import dollars, plural
from tui.screens.frame import FrameScreen
from tui.strips.fields import DateField, Field, MoneyField, TextField, Words
from tui.strips.strip import Strip
from tui.widgets.columns import count_column, day_column, money_column, status_column, words_column
from tui.widgets.rows import Row, Rows

TODAY = date(2026, 10, 31)
NAMES = ["José Álvarez", "Łukasz Nowak", "Anne-Marie O’Neill", "王小明", "Fatima al-Sayed", "Zoë Brontë",
         "Ngọc Trần", "Σοφία Παπά", "Олена Шевченко", "Mia Lee"]  # fmt: skip
STATES = ["draft", "sent", "overdue", "paid", "void"]


def invoices(number: int = 143) -> list[Row]:
    rng = random.Random(7)
    rows = []
    for at in range(number):
        total = rng.randrange(3, 60) * 2500
        state = rng.choices(STATES, [1, 4, 3, 3, 0.3])[0]
        paid = {"paid": total, "void": total}.get(state, rng.choice([0, 0, total // 2]))
        client = f"{rng.choice(NAMES)} {at % 40 + 1:03}"
        due = date(2026, rng.randrange(7, 12), rng.randrange(1, 29))
        rows.append(
            Row(
                f"i{at}",
                (f"{1000 + at}", client, due, state, total, total - paid),
                state == "overdue" and at % 7 == 0,
            )
        )
    return rows


class PayStrip(Strip[tuple[int, str, str]]):
    """The check on the row."""

    def __init__(self, number: str, client: str, balance: int) -> None:
        super().__init__(keep_as=f"pay {number}")
        self.lead = f" Pay {number} {client}"
        self.method = "check no."
        self.amount = MoneyField("amount", name="amount", cents=balance)
        self.reference = TextField("check no.", name="reference", width=8, optional=True)
        self.day = DateField("date", name="day", today=lambda: TODAY, value=TODAY)

    def line(self) -> ComposeResult:
        yield Words([(self.lead, "strong")])
        yield self.amount
        yield self.reference
        yield self.day
        yield Words([("  Enter saves", "muted")])

    def letter(self, field: Field[object], letter: str) -> None:
        if letter == "k":
            self.screen.set_focus(self.reference.input)

    def read(self) -> tuple[int, str, str]:
        return self.amount.read(), self.reference.read(), str(self.day.read())


class Invoices(FrameScreen[list[Row]]):
    PLACE = "invoices"
    HEADING = "Invoices"
    EMPTY = "No invoices yet. 2 bills sessions, n writes one by hand."
    COLUMNS = (
        words_column("Number", least=6, most=8),
        words_column("Client", least=12),
        day_column("Due", drop=2),
        status_column(),
        money_column("Total", drop=1),
        money_column("Balance"),
    )
    QUICK_FILTERS = ("all", "draft", "sent", "overdue", "paid", "void")
    BINDINGS: ClassVar = [
        verb("p", "pay", "Pay", id="invoice.pay", counted=False),
        verb("s", "send", "Send", id="invoice.send"),
        verb("o", "pdf", "PDF", id="invoice.pdf", counted=False),
        verb("V", "void", "Void", id="invoice.void"),
        verb("r", "crash", "Crash", id="invoice.crash", counted=False),
    ]

    def load(self) -> list[Row]:
        wanted = self.quick_filter
        return [row for row in invoices() if wanted in ("all", row.values[3])]

    def fill(self, view: list[Row]) -> None:
        self.grid.show_rows(Rows(view))
        owed = sum(row.values[5] for row in view)
        self.show_totals(f"open {len(view)} · {dollars(owed)}")

    def opened(self, record_id: str) -> None:
        self.say(f"Opened {record_id}.")

    def action_pay(self) -> None:
        row = self.grid.cursor_row
        assert row is not None
        number, client, balance = row.values[0], row.values[1], row.values[5]

        def paid(answer: tuple[int, str, str]) -> None:
            cents, reference, _ = answer
            self.frame_app.say(f"Recorded check {reference} {dollars(cents)} on {number}.  u undoes", "good")

        self.open_strip(PayStrip(number, client, balance), paid)

    def action_send(self) -> None:
        chosen = self.chosen
        total = sum(row.values[4] for row in invoices() if row.id in set(chosen))
        question = f"Send {plural(len(chosen), 'invoice')}, {dollars(total)}, by email?"
        self.ask(question, "sends", lambda: self._send(chosen))

    def _send(self, chosen: list[str]) -> None:
        def send(record_id: str) -> None:
            time.sleep(0.15)
            if record_id.endswith("3"):
                raise DomainError("No address.")

        self.frame_app.start_job(
            Job(
                "Sending",
                len(chosen),
                each(chosen, send),
                lambda report: self.grid.mark_ids(report.failed_ids),
            )
        )

    def action_crash(self) -> None:
        raise KeyError("Jane Roe")


class Unbilled(FrameScreen[list[Row]]):
    PLACE = "unbilled"
    HEADING = "Unbilled"
    EMPTY = "All charges are billed."
    COLUMNS = (
        words_column("Client", least=12),
        count_column("Charges"),
        money_column("Amount"),
        words_column("Needs"),
    )

    def load(self) -> list[Row]:
        return []

    def fill(self, view: list[Row]) -> None:
        self.grid.show_rows(Rows(view))


def _empty(place: str, heading: str) -> type[Unbilled]:
    return type(heading, (Unbilled,), {"PLACE": place, "HEADING": heading})


class Gallery(FrameApp):
    PLACES = (
        Place("today", "Today", "1", "t", _empty("today", "Today")),
        Place("unbilled", "Unbilled", "2", "u", Unbilled),
        Place("invoices", "Invoices", "3", "i", Invoices),
        Place("clients", "Clients", "4", "c", _empty("clients", "Clients")),
        Place("agenda", "Agenda", "5", "a", _empty("agenda", "Agenda")),
        Place("payments", "Payments", "6", "p", _empty("payments", "Payments")),
        Place("docs", "Docs", "7", "s", _empty("docs", "Docs")),
        Place("ar", "AR", "8", "r", _empty("ar", "AR")),
        Place("sync", "Sync", "9", "y", _empty("sync", "Sync")),
        Place("settings", "Settings", "0", ",", _empty("settings", "Settings")),
        Place("log", "Audit log", "", "l", _empty("log", "Audit log")),
    )

    def on_mount(self) -> None:
        self.show_summary("outbox 3 · sync 09:12")

    def commands(self) -> list[Command]:
        return [Command("run", "bill a month", lambda month: self.say(f"Run {month}."), takes="[month]")]

    def find(self, text: str) -> list[Found]:
        return [
            Found(row.values[1], f"invoice {row.values[0]}", partial(self.say, f"Open {row.values[0]}."))
            for row in invoices()
            if text.lower() in f"{row.values[0]} {row.values[1].lower()}"
        ][:20]
