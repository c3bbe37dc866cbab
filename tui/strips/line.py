"""Strips that ask for what a draft gets: a line written by hand, a discount, a surcharge."""

from typing import NamedTuple

from textual.app import ComposeResult

from core.errors import UsageError
from core.money import parse_cents, parse_percent
from tui.strips.fields import Field, FieldEmpty, MoneyField, TextField, Words
from tui.strips.strip import Strip


class NewLine(NamedTuple):
    """A line written by hand."""

    description: str
    amount_cents: int


class AskLine(Strip[NewLine]):
    """Description and amount of a new line."""

    def __init__(self, lead: str, *, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self._description = TextField("what", name="description", width=32)
        self._amount = MoneyField("amount", name="amount")

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._description
        yield self._amount

    def read(self) -> NewLine:
        return NewLine(self._description.read(), self._amount.read())


class Adjustment(NamedTuple):
    """A discount or surcharge on the whole: an amount, or a percentage in basis points."""

    label: str
    flat_cents: int | None
    percent_bps: int | None


class NotAnAdjustment(UsageError):
    code = "not_an_adjustment"

    def __init__(self, kind: str) -> None:
        super().__init__(f"A {kind} is an amount like 25 or a percentage like 10%, above zero.")


class SizeField(Field[tuple[int | None, int | None]]):
    """`25`, `25.50` or `10%`: cents, or basis points."""

    def __init__(self, label: str, *, name: str, kind: str) -> None:
        super().__init__(label, name=name, width=10, hint="25 or 10%")
        self._kind = kind

    def read(self) -> tuple[int | None, int | None]:
        typed = self.typed.replace(" ", "")
        if not typed:
            raise FieldEmpty(self.label)
        try:
            found = (None, parse_percent(typed)) if typed.endswith("%") else (parse_cents(typed), None)
        except UsageError:
            raise NotAnAdjustment(self._kind) from None
        if (found[0] or found[1] or 0) <= 0:
            raise NotAnAdjustment(self._kind)
        return found


class AskAdjustment(Strip[Adjustment]):
    """How much, and what it is called on the invoice."""

    def __init__(self, kind: str, *, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = kind.capitalize()
        self._how_much = SizeField("amount or percent", name="size", kind=kind)
        self._label = TextField("called", name="label", width=24, optional=True)

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._how_much
        yield self._label

    def read(self) -> Adjustment:
        return Adjustment(self._label.read(), *self._how_much.read())
