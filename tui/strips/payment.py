"""The strip that takes a payment: amount, method, reference, day, and how it falls on the invoices.

What will be paid stands beneath while the amount is typed, oldest first; each invoice's part is a field
of its own. A part that somebody typed stays, and the others share what it leaves.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from textual.app import ComposeResult
from textual.widgets import Input

from core.errors import UsageError
from core.money import show_cents
from core.payments.allocation import Owed, Part, oldest_first
from core.payments.card_file import Card
from core.payments.refusals import NotYet
from core.text import plain
from tui.present import dollars
from tui.strips.fields import DateField, Field, MoneyField, TextField, Words
from tui.strips.strip import Strip, lead_words
from tui.tones import Piece

FIELDS_SHOWN = 24
"""So many invoices have a field of their own; those after them get what is left, in one sum."""


class Method(NamedTuple):
    """A way to be paid: its name in the book, and what its reference is called."""

    name: str
    label: str


METHODS: Mapping[str, Method] = {
    "k": Method("check", "check no."),
    "c": Method("cash", "cash receipt"),
    "a": Method("ach", "ACH no."),
    "d": Method("card_on_file", "card on file"),
    "x": Method("card_external", "card slip"),
    "l": Method("platform", "platform"),
    "o": Method("other", "other"),
}
"""By the letter that chooses it in the amount."""

_LONGEST_LABEL = max(METHODS.values(), key=lambda method: len(method.label)).label


class PaymentTyped(NamedTuple):
    """A payment as it was typed; `shares` are the parts of the invoices that get some."""

    amount_cents: int
    method: str
    reference: str
    received_on: date
    shares: tuple[Part, ...]
    card: Card | None = None
    """The card on file that is to be charged; none, the payment has been received and is recorded."""

    @property
    def credit_cents(self) -> int:
        shared: int = sum(part.amount_cents for part in self.shares)
        return self.amount_cents - shared


class NotAboveZero(UsageError):
    code = "not_above_zero"

    def __init__(self, subject: str) -> None:
        super().__init__("An amount is more than 0.00.", subject=subject)


class MoreThanOwed(UsageError):
    code = "more_than_owed"

    def __init__(self, owed: Owed) -> None:
        owes = f"{owed.number} owes {dollars(owed.balance_cents)}"
        super().__init__(f"{owes}. What is left can go to others or stay as credit.", subject=owed.invoice_id)


class MoreThanPaid(UsageError):
    code = "more_than_paid"

    def __init__(self, shared_cents: int, amount_cents: int, subject: str) -> None:
        super().__init__(
            f"The parts come to {dollars(shared_cents)}, the payment is {dollars(amount_cents)}.",
            subject=subject,
        )


class WouldBeCredit(UsageError):
    """Not refused: asked once, because more than is owed is more often a slip than meant."""

    code = "would_be_credit"

    def __init__(self, owed_cents: int, credit_cents: int, *, over: bool) -> None:
        keeps = f"Enter again keeps {dollars(credit_cents)} as credit."
        if not over:
            says = f"{dollars(credit_cents)} is on no invoice."
            keeps = "Enter again keeps it as credit."
        elif owed_cents:
            says = f"Amount is more than the balance, {dollars(owed_cents)}."
        else:
            says = "No invoice is open."
        super().__init__(f"{says} {keeps}", subject="amount")


class NoSuchCard(UsageError):
    code = "no_such_card"

    def __init__(self, typed: str, cards: Sequence[Card]) -> None:
        endings = ", ".join(card.last4 for card in cards)
        super().__init__(
            f'No card on file ends in "{plain(typed)[:20]}". On file: {plain(endings)}.', subject="reference"
        )


class CardPaysNoCredit(UsageError):
    """A card is charged for what is open and for no more: credit is money that somebody chose to give."""

    code = "card_pays_no_credit"

    def __init__(self, owed_cents: int) -> None:
        super().__init__(
            f"A card is charged for no more than is open, {dollars(owed_cents)}.", subject="amount"
        )


class ShareField(MoneyField):
    """One invoice's part of the payment. `set_by_hand` once somebody has typed it."""

    def __init__(self, owed: Owed) -> None:
        super().__init__(owed.number, name=owed.invoice_id, cents=0, width=9)
        self.owed = owed
        self.set_by_hand = False
        self._given = show_cents(0)

    def give(self, cents: int) -> None:
        """What the amount leaves for it."""
        self._given = show_cents(cents)
        self.put(self._given)

    @property
    def was_typed_into(self) -> bool:
        """Whether what stands there is not what was given to it."""
        return self.typed != self._given

    def read(self) -> int:
        """Empty is nothing."""
        cents = super().read() if self.typed.strip() else 0
        if cents < 0:
            raise NotAboveZero(self.owed.invoice_id)
        return cents


class ReceivedField(DateField):
    """The day money came in, which cannot be still to come."""

    def read(self) -> date:
        day = super().read()
        if day > self._today():
            raise NotYet(day, self._today())
        return day


class PaymentStrip(Strip[PaymentTyped]):
    """`Pay 1043  amount [120.00]  check no. [1187]  date [10-31]`, the split beneath.

    The amount is preset to what is open on the invoice `first`, or on all of `owed`, and selected, so that
    typing replaces it.
    """

    DEFAULT_CSS = """
    PaymentStrip { max-height: 6; overflow-y: auto; scrollbar-size-vertical: 1; }
    """
    FOOTER = (
        ("enter", "Enter", "Record"),
        ("k", "k", "Check"),
        ("c", "c", "Cash"),
        ("a", "a", "ACH"),
        ("d", "d", "Card on file"),
        ("o", "o", "Other"),
        ("tab", "Tab", "Next"),
        ("escape", "Esc", "Close"),
        ("x", "x", "Card slip"),
        ("l", "l", "Platform"),
    )

    def __init__(
        self,
        lead: str,
        owed: Sequence[Owed],
        *,
        first: str | None = None,
        today: Callable[[], date],
        method: str,
        keep_as: str,
        cards: Sequence[Card] = (),
    ) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self._cards = cards
        self.method = next(one for one in METHODS.values() if one.name == method)
        self._first = first
        self._owed_cents = sum(one.balance_cents for one in owed)
        about = next((one.balance_cents for one in owed if one.invoice_id == first), self._owed_cents)
        self._preset = show_cents(about) if about else ""
        self._agreed: PaymentTyped | None = None
        self.amount = MoneyField("amount", name="amount", cents=about or None)
        self.reference = TextField(_LONGEST_LABEL, name="reference", width=8, optional=True)
        self.day = ReceivedField("date", name="day", today=today, value=today())
        self.shares = [ShareField(one) for one in owed[:FIELDS_SHOWN]]
        self._beyond = list(owed[FIELDS_SHOWN:])
        self._beyond_cents = [0 for _ in self._beyond]
        self._rest = Words([])

    def line(self) -> ComposeResult:
        fields: list[Field[object]] = [self.amount, self.reference, self.day]  # type: ignore[list-item]
        yield lead_words(self.lead, fields, self.app.size.width)
        yield from fields

    def beneath(self) -> ComposeResult:
        yield from self.shares
        yield self._rest

    def on_mount(self) -> None:
        self.reference.relabel("card" if self.charges else self.method.label)
        if self.charges:
            self.reference.put(self._cards[0].last4)
        self._split()
        super().on_mount()

    # What is kept while it is closed.

    def texts(self) -> dict[str, str]:
        """Only what somebody typed: a balance may have changed when the strip opens again."""
        kept = {"method": self.method.name, "reference": self.reference.typed, "day": self.day.typed}
        if self.amount.typed != self._preset:
            kept["amount"] = self.amount.typed
        return kept | {share.owed.invoice_id: share.typed for share in self.shares if share.set_by_hand}

    def restore(self, texts: dict[str, str]) -> None:
        for method in METHODS.values():
            if method.name == texts.get("method"):
                self._choose(method)
        super().restore(texts)
        for share in self.shares:
            share.set_by_hand = share.owed.invoice_id in texts
        self._split()

    # Typing.

    def letter(self, field: Field[object], letter: str) -> None:
        """In the amount a letter is the method, and what follows is its reference."""
        method = METHODS.get(letter.lower())
        if field is self.amount and method is not None:
            self._choose(method)
            self.screen.set_focus(self.reference.input)

    def _choose(self, method: Method) -> None:
        """Of a card on file the reference is the end of its number; the newest stands there."""
        was_card, self.method = self.charges, method
        self.reference.relabel("card" if self.charges else method.label)
        if self.charges and not was_card:
            self.reference.put(self._cards[0].last4)
        elif was_card and not self.charges:
            self.reference.put("")

    @property
    def charges(self) -> bool:
        """Whether Enter charges a card on file, and does not record what was received already."""
        return self.method.name == "card_on_file" and bool(self._cards)

    def _card(self) -> Card | None:
        """Raises: NoSuchCard."""
        if not self.charges:
            return None
        typed = self.reference.read()
        for card in self._cards:
            if typed in ("", card.last4):
                return card
        raise NoSuchCard(typed, self._cards)

    def on_input_changed(self, event: Input.Changed) -> None:
        for share in self.shares:
            if event.input is share.input:
                event.stop()
                if not share.was_typed_into:
                    return
                share.set_by_hand = True
        super().on_input_changed(event)

    def typing(self) -> None:
        self._agreed = None
        self._split()

    def _split(self) -> None:
        """Give each part that nobody typed what is left for it, and say what becomes credit."""
        try:
            amount = self.amount.read()
            by_hand = sum(share.read() for share in self.shares if share.set_by_hand)
        except UsageError:
            return
        free = [share for share in self.shares if not share.set_by_hand]
        owed = [*(share.owed for share in free), *self._beyond]
        parts = dict(oldest_first(max(amount - by_hand, 0), owed, first=self._first))
        for share in free:
            share.give(parts.get(share.owed.invoice_id, 0))
        self._beyond_cents = [parts.get(one.invoice_id, 0) for one in self._beyond]
        self._show_rest(amount - by_hand - sum(parts.values()))

    def _show_rest(self, left: int) -> None:
        said: list[Piece] = []
        if beyond := sum(self._beyond_cents):
            said.append((f"  {len(self._beyond):,} more {show_cents(beyond)}", ""))
        if left > 0:
            said.append((f"  credit {show_cents(left)}", "accent"))
        elif left < 0:
            said.append((f"  over by {show_cents(-left)}", "warn"))
        self._rest.show(said)

    # The answer.

    def read(self) -> PaymentTyped:
        amount = self.amount.read()
        if amount <= 0:
            raise NotAboveZero("amount")
        shares = [(share.owed, share.read()) for share in self.shares]
        shares += zip(self._beyond, self._beyond_cents, strict=True)
        for owed, cents in shares:
            if cents > owed.balance_cents:
                raise MoreThanOwed(owed)
        shared = sum(cents for _, cents in shares)
        if shared > amount:
            by_hand = next((s.owed.invoice_id for s in self.shares if s.set_by_hand), "amount")
            raise MoreThanPaid(shared, amount, by_hand)
        typed = PaymentTyped(
            amount,
            self.method.name,
            self.reference.read(),
            self.day.read(),
            tuple(Part(owed.invoice_id, cents) for owed, cents in shares if cents),
            self._card(),
        )
        if typed.card is not None and typed.credit_cents:
            raise CardPaysNoCredit(self._owed_cents)
        if typed.credit_cents and typed != self._agreed:
            self._agreed = typed
            raise WouldBeCredit(self._owed_cents, typed.credit_cents, over=amount > self._owed_cents)
        return typed
