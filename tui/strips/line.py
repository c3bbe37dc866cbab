"""The strip that asks for a manual line: what it is, and how much."""

from typing import NamedTuple

from textual.app import ComposeResult

from tui.strips.fields import MoneyField, TextField, Words
from tui.strips.strip import Strip


class NewLine(NamedTuple):
    """A line written by hand."""

    description: str
    amount_cents: int


class AskLine(Strip[NewLine]):
    """Description and amount of a new line."""

    def __init__(self, lead: str) -> None:
        super().__init__(keep_as=lead)
        self.lead = lead
        self._description = TextField("what", name="description", width=32)
        self._amount = MoneyField("amount", name="amount")

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._description
        yield self._amount

    def read(self) -> NewLine:
        return NewLine(self._description.read(), self._amount.read())
