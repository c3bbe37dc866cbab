"""The strip that finds who pays: two letters of a name, or an invoice's number."""

from typing import NamedTuple

from core.text import plain
from tui.cells import steady
from tui.present import dollars
from tui.strips.client import AskSomebody
from tui.tones import Piece


class Payer(NamedTuple):
    """A guarantor who can be chosen, found by the clients' names too.

    Where a number was typed instead there is no guarantor yet, and `number` is what was typed.
    """

    guarantor_id: str
    name: str
    owed_cents: int = 0
    clients: str = ""
    number: str = ""


class AskPayer(AskSomebody[Payer]):
    """Answers a guarantor, or what was typed where it has a digit and nobody is called that."""

    WANTED = "two letters of a name or an invoice number"

    def found_by(self, choice: Payer) -> str:
        return f"{choice.name} {choice.clients}"

    def shown(self, choice: Payer) -> str:
        name = steady(choice.name)[:30]
        return f"{name} {dollars(choice.owed_cents)}" if choice.owed_cents else name

    def nobody(self, typed: str) -> list[Piece]:
        if _has_digit(typed):
            return [(f"  Enter pays invoice {plain(typed.strip())[:20]}.", "")]
        return super().nobody(typed)

    def read(self) -> Payer:
        typed = self._field.typed.strip()
        if not self._fits and _has_digit(typed):
            return Payer("", "", number=typed)
        return super().read()


def _has_digit(typed: str) -> bool:
    return any(ch in "0123456789" for ch in typed)
