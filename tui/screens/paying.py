"""Take a payment, from any screen: on an invoice, or with the payer chosen first (RC1)."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from core.errors import DomainError
from core.payments.allocation import Owed
from core.store import Read, Tx
from tui.present import dollars, plural
from tui.strips.payer import AskPayer, Payer
from tui.strips.payment import METHODS, PaymentStrip, PaymentTyped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.payments.card_file import Card
    from tui.screens.book_screen import BookScreen

WRONG_REASON = "Recorded by mistake"
"""Of the reversal that `u` posts."""


class _Asked(NamedTuple):
    """Who pays, what is open there, and the invoice it is about, if there is one."""

    guarantor_id: str
    name: str
    owed: list[Owed]
    invoice_id: str | None
    cards: "list[Card]"


def pay_invoice(screen: "BookScreen[Any]", invoice_id: str, *, by_card: bool = False) -> None:
    """The payment strip for an invoice; its open balance is the amount unless another is typed."""
    _ask(screen, lambda read: _of_invoice(read, invoice_id), by_card=by_card)


def pay_ahead(screen: "BookScreen[Any]", guarantor_id: str, *, by_card: bool = False) -> None:
    """The payment strip for a guarantor, oldest invoice first."""
    _ask(screen, lambda read: _of_guarantor(read, guarantor_id), by_card=by_card)


def choose_payer(screen: "BookScreen[Any]") -> None:
    """`P`: two letters of who pays, or an invoice's number, then the strip."""
    from core.payments.choosing import payers

    app = screen.biller

    def work() -> list[Payer]:
        with app.store.read() as read:
            return [Payer(row.guarantor_id, row.name, row.owed_cents, row.clients) for row in payers(read)]

    def known(found: list[Payer]) -> None:
        if not screen.is_current:
            return
        if found:
            screen.open_strip(AskPayer("Payment from", found, keep_as=""), chosen)
        else:
            app.say("There is nobody yet who could pay; `daysheet import` brings clients in.", "warn")
            screen.swallow_typed()

    def chosen(payer: Payer) -> None:
        if payer.number:
            _ask(screen, lambda read: _of_number(read, payer.number))
        else:
            pay_ahead(screen, payer.guarantor_id)

    app.hold_keys("payers")
    app.in_background(work, known, ended=lambda: app.release_keys("payers"))


def _of_invoice(read: Read, invoice_id: str) -> _Asked:
    from core.payments.queries import invoice_state

    return _of_guarantor(read, invoice_state(read, invoice_id).guarantor_id, invoice_id)


def _of_guarantor(read: Read, guarantor_id: str, invoice_id: str | None = None) -> _Asked:
    from core.clients.queries import address
    from core.payments.card_file import cards_of
    from core.payments.queries import proposal

    owed = [one.owed for one in proposal(read, guarantor_id, 0, invoice_id=invoice_id)[0]]
    cards = cards_of(read, guarantor_id)
    return _Asked(guarantor_id, address(read, guarantor_id).name, owed, invoice_id, cards)


def _of_number(read: Read, typed: str) -> _Asked:
    from core.ledger.invoices import find_invoice

    return _of_invoice(read, find_invoice(read, typed))


def _ask(screen: "BookScreen[Any]", who: Callable[[Read], _Asked], *, by_card: bool = False) -> None:
    """Read what is open and open the strip; keys typed meanwhile are for the strip.

    It is read behind the writes that were begun before, so that a payment typed right after another one
    finds what that one has left.
    """
    app = screen.biller

    def work() -> _Asked:
        with app.store.read() as read:
            return who(read)

    def asked(found: _Asked) -> None:
        if not screen.is_current:
            return
        if by_card and not found.cards:
            app.say(
                f"{found.name} has no card on file. The portal keeps one, with its holder's consent.", "warn"
            )
            screen.swallow_typed()
        else:
            _open(screen, found, by_card=by_card)

    def failed(refusal: DomainError) -> None:
        """An amount was typed behind it, perhaps; it is for no other screen."""
        app.refuse(refusal)
        screen.swallow_typed()

    app.hold_keys("payment")
    app.in_background(work, asked, failed=failed, writes=True, ended=lambda: app.release_keys("payment"))


def _open(screen: "BookScreen[Any]", found: _Asked, *, by_card: bool) -> None:
    app = screen.biller
    about = next((one for one in found.owed if one.invoice_id == found.invoice_id), None)
    strip = PaymentStrip(
        f"Pay {about.number} {found.name}" if about else f"From {found.name}",
        found.owed,
        first=found.invoice_id,
        today=app.today,
        method="card_on_file" if by_card else app.last_method,
        keep_as=f"{'charge' if by_card else 'pay'} {found.invoice_id or found.guarantor_id}",
        cards=found.cards,
    )
    screen.open_strip(strip, lambda typed: _record(screen, found, strip, typed))


def _record(screen: "BookScreen[Any]", found: _Asked, strip: PaymentStrip, typed: PaymentTyped) -> None:
    from core.ledger.closing import closed_through
    from core.payments.commands import record_payment, reverse_payment

    app, today = screen.biller, screen.biller.today()
    texts = strip.texts()
    if typed.card is not None:
        from tui.screens.charging import ask_to_charge

        numbers = {one.invoice_id: one.number for one in found.owed}
        ask_to_charge(screen, typed.card, typed.shares, numbers, kept=(strip.keep_as, texts))
        return
    made: list[str] = []
    closed: list[date | None] = [None]

    def record(tx: Tx) -> None:
        closed[:] = [closed_through(tx)]
        recorded = record_payment(
            tx,
            guarantor_id=found.guarantor_id,
            amount_cents=typed.amount_cents,
            method=typed.method,
            received_on=typed.received_on,
            today=today,
            reference=typed.reference,
            invoice_id=found.invoice_id,
            allocations=typed.shares,
        )
        made[:] = [recorded.payment_id]

    def reverse(tx: Tx) -> None:
        reverse_payment(tx, made[0], reason=WRONG_REASON, today=today, on=typed.received_on)

    def recorded(_: None) -> None:
        app.last_method = typed.method
        through = closed[0]
        late = through is not None and typed.received_on <= through
        into = f", dated {typed.received_on} into the time closed through {through}" if late else ""
        screen.done(_sentence(found, typed) + into, reverse, record)

    def refused(refusal: DomainError) -> None:
        """What was typed comes back with the strip."""
        app.kept_texts[strip.keep_as] = texts
        app.refuse(refusal)

    app.change(record, recorded, refused)


def _sentence(found: _Asked, typed: PaymentTyped) -> str:
    """`Recorded check 1187 $150.00 on 1042`."""
    method = next(one for one in METHODS.values() if one.name == typed.method)
    what = " ".join(part for part in (method.name.replace("_", " "), typed.reference) if part)
    said = f"Recorded {what} {dollars(typed.amount_cents)}"
    numbers = {one.invoice_id: one.number for one in found.owed}
    if typed.shares:
        said += f" on {numbers[typed.shares[0][0]]}"
        if more := len(typed.shares) - 1:
            said += f" and {plural(more, 'other')}"
        if typed.credit_cents:
            said += f", {dollars(typed.credit_cents)} kept as credit"
    else:
        said += " as credit"
    return said
