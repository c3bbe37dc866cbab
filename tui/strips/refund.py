"""The strip for money that goes back: how much, what becomes of the balance, how it was paid, and why."""

from collections.abc import Mapping
from typing import NamedTuple

from textual.app import ComposeResult

from core.errors import UsageError
from tui.strips.fields import Field, MoneyField, TextField
from tui.strips.payment import METHODS, NotAboveZero
from tui.strips.strip import Strip, lead_words

BY_PROCESSOR = "card processor"
"""The way back of a payment that came through it: asked for here, carried out and answered by the hub."""

BALANCES: Mapping[str, tuple[str, str]] = {
    "r": ("reopen", "reopens, why"),
    "c": ("close", "closes, why"),
}
"""By the letter that chooses it in the amount: the balance is owed again, or is forgiven with it."""

_LONGEST_LABEL = max((label for _, label in BALANCES.values()), key=len)


class Refunded(NamedTuple):
    """A refund as it was typed. `channel` is outside, where it was paid back already, or processor."""

    amount_cents: int
    balance: str
    reason: str
    channel: str
    method: str
    reference: str


class NotAWayBack(UsageError):
    code = "not_a_method"

    def __init__(self) -> None:
        names = ", ".join(name.replace("_", " ") for name, _ in METHODS.values())
        super().__init__(f"Say how it was paid back: {names}, and a number.", subject="by")


class AskRefund(Strip[Refunded]):
    """`Refund check 1187 of Ann Archer  amount [150.00]  closes, why [waived]  by [check 2001]`.

    In the amount `r` opens the balance again and `c` closes it; until then all of a payment closes it and a
    part opens it again. Money that is on no invoice has no
    balance to open: there the reason is only a reason. `by` is how it was paid back.
    """

    FOOTER = (
        ("enter", "Enter", "Refund"),
        ("r", "r", "Reopens the balance"),
        ("c", "c", "Closes it"),
        ("tab", "Tab", "Next"),
        ("escape", "Esc", "Close"),
    )

    def __init__(
        self,
        lead: str,
        *,
        cents: int,
        whole_cents: int,
        by: str,
        of_invoice: bool,
        keep_as: str,
        free_cents: int = 0,
    ) -> None:
        """`free_cents` of it are on no invoice and go back first, without opening any balance."""
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self._whole_cents = whole_cents
        self._free_cents = free_cents
        self._chosen = ""
        self._of_invoice = of_invoice
        self.amount = MoneyField("amount", name="amount", cents=cents)
        self.reason = TextField(_LONGEST_LABEL if of_invoice else "why", name="reason", width=16)
        self.by = TextField("by", name="by", value=by.replace("_", " "), width=14)

    def line(self) -> ComposeResult:
        yield lead_words(self.lead, [self.amount, self.reason, self.by], self.app.size.width)
        yield self.amount
        yield self.reason
        yield self.by

    def on_mount(self) -> None:
        self._label()
        super().on_mount()

    @property
    def balance(self) -> str:
        """As chosen; else all of the payment closes what it paid, and a part is owed again."""
        if self._chosen:
            return self._chosen
        try:
            return "close" if self.amount.read() == self._whole_cents else "reopen"
        except UsageError:
            return "reopen"

    @property
    def _only_free(self) -> bool:
        try:
            return self.amount.read() <= self._free_cents
        except UsageError:
            return False

    def texts(self) -> dict[str, str]:
        return {"reason": self.reason.typed, "by": self.by.typed, "balance": self._chosen}

    def restore(self, texts: dict[str, str]) -> None:
        super().restore(texts)
        self._chosen = texts.get("balance", "")
        self._label()

    def typing(self) -> None:
        self._label()

    def letter(self, field: Field[int], letter: str) -> None:
        if self._of_invoice and letter.lower() in BALANCES:
            self._chosen = BALANCES[letter.lower()][0]
            self._label()
            self.screen.set_focus(self.reason.input)

    def _label(self) -> None:
        if self._of_invoice:
            label = next(label for name, label in BALANCES.values() if name == self.balance)
            self.reason.relabel("why" if self._only_free else label)

    def read(self) -> Refunded:
        cents = self.amount.read()
        if cents <= 0:
            raise NotAboveZero("amount")
        return Refunded(cents, self.balance, self.reason.read(), *_way_back(self.by.read()))


def _way_back(typed: str) -> tuple[str, str, str]:
    """`check 2001` as channel, method and reference. Raises: NotAWayBack."""
    if typed.lower() == BY_PROCESSOR:
        return "processor", "", ""
    for name, _ in METHODS.values():
        words = name.replace("_", " ")
        if typed.lower() == words or typed.lower().startswith(words + " "):
            return "outside", name, typed[len(words) :].strip()
    raise NotAWayBack
