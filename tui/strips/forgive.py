"""The strip that takes something off what an invoice asks for: how much, of what kind, and why (RC4)."""

from collections.abc import Mapping
from typing import NamedTuple

from textual.app import ComposeResult

from tui.strips.fields import Field, MoneyField, TextField
from tui.strips.payment import NotAboveZero
from tui.strips.strip import Strip, lead_words

KINDS: Mapping[str, tuple[str, str]] = {
    "b": ("bad_debt", "bad debt, why"),
    "s": ("small_balance", "small balance, why"),
    "c": ("courtesy", "courtesy, why"),
    "x": ("contractual", "contractual, why"),
    "n": ("credit_note", "credit note, says"),
}
"""By the letter that chooses it in the amount: its name in the book, and what its field is called."""

_LONGEST_LABEL = max((label for _, label in KINDS.values()), key=len)


class Forgiven(NamedTuple):
    """What is taken off, of which kind, and why."""

    amount_cents: int
    kind: str
    reason: str


class AskForgiven(Strip[Forgiven]):
    """`Write off 1043  amount [120.00]  bad debt, why [moved away]`.

    Letters in the amount choose the kind and go to the reason, as a payment's letters do.
    """

    FOOTER = (
        ("enter", "Enter", "Save"),
        ("b", "b", "Bad debt"),
        ("s", "s", "Small"),
        ("c", "c", "Courtesy"),
        ("x", "x", "Contractual"),
        ("n", "n", "Credit note"),
        ("escape", "Esc", "Close"),
    )

    def __init__(self, lead: str, *, kind: str, cents: int | None, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self.kind = kind
        self.amount = MoneyField("amount", name="amount", cents=cents)
        self.reason = TextField(_LONGEST_LABEL, name="reason", width=24)

    def line(self) -> ComposeResult:
        yield lead_words(self.lead, [self.amount, self.reason], self.app.size.width)
        yield self.amount
        yield self.reason

    def on_mount(self) -> None:
        self._choose(self.kind)
        super().on_mount()

    def texts(self) -> dict[str, str]:
        return {"reason": self.reason.typed, "kind": self.kind}

    def restore(self, texts: dict[str, str]) -> None:
        super().restore(texts)
        self._choose(texts.get("kind", self.kind))

    def letter(self, field: Field[int], letter: str) -> None:
        if letter.lower() in KINDS:
            self._choose(KINDS[letter.lower()][0])
            self.screen.set_focus(self.reason.input)

    def _choose(self, kind: str) -> None:
        self.kind = kind
        self.reason.relabel(next(label for name, label in KINDS.values() if name == kind))

    def read(self) -> Forgiven:
        cents = self.amount.read()
        if cents <= 0:
            raise NotAboveZero("amount")
        return Forgiven(cents, self.kind, self.reason.read())


class Goodwill(NamedTuple):
    """A credit that was not received as money, and why it is given."""

    amount_cents: int
    reason: str


class AskGoodwill(Strip[Goodwill]):
    """`Goodwill for Ann Archer  amount [50.00]  why [scholarship]` (RC2)."""

    def __init__(self, lead: str, *, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self.amount = MoneyField("amount", name="amount")
        self.reason = TextField("why", name="reason", width=24)

    def line(self) -> ComposeResult:
        yield lead_words(self.lead, [self.amount, self.reason], self.app.size.width)
        yield self.amount
        yield self.reason

    def read(self) -> Goodwill:
        cents = self.amount.read()
        if cents <= 0:
            raise NotAboveZero("amount")
        return Goodwill(cents, self.reason.read())
