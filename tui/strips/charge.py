"""The strip for a charge without a session: what for, how much, on which day."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from textual.app import ComposeResult

from tui.strips.fields import DateField, MoneyField, TextField, Words
from tui.strips.strip import Strip, lead_words


class WriteIn(NamedTuple):
    """A charge written by hand."""

    description: str
    amount_cents: int
    service_on: date


class AskWriteIn(Strip[WriteIn]):
    """Description, amount and date of service; the day is the one looked at."""

    def __init__(self, client: str, *, today: Callable[[], date], day: date, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = f"Charge {client}"
        self._description = TextField("for", name="description", width=28)
        self._amount = MoneyField("amount", name="amount")
        self._day = DateField("date", name="day", today=today, value=day)

    def line(self) -> ComposeResult:
        fields = (self._description, self._amount, self._day)
        yield lead_words(self.lead, fields, self.app.size.width)
        yield from fields

    def beneath(self) -> ComposeResult:
        yield Words([("  Enter writes it in; it waits in Unbilled.", "muted")])

    def read(self) -> WriteIn:
        return WriteIn(self._description.read(), self._amount.read(), self._day.read())
