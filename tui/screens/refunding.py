"""Give money back, from an invoice or a payment: the strip, then the question (RC3)."""

from collections.abc import Callable

from core.errors import DomainError
from core.ledger.invoices import InvoiceRow
from core.payments.choosing import PaidWith
from core.store import Tx
from tui.present import dollars
from tui.strips.refund import BY_PROCESSOR, AskRefund, Refunded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tui.screens.book_screen import BookScreen


def ask_refund(screen: "BookScreen[Any]", one: PaidWith, row: InvoiceRow | None) -> None:
    """The strip for what is given back of a payment: what is on `row`, or all that is left of it."""
    cents = one.amount_cents if row is not None else one.amount_cents + one.left_cents
    called = f"{one.method.replace('_', ' ')} {one.reference}".strip() if one.kind == "payment" else "credit"
    strip = AskRefund(
        f"Refund {called}",
        cents=cents,
        balance="reopen",
        by=BY_PROCESSOR if one.by_processor else one.method or "check",
        of_invoice=one.amount_cents > 0,
        keep_as=f"refund {one.source_id} {row.invoice_id if row is not None else ''}",
    )
    screen.open_strip(strip, lambda answer: _ask(screen, strip, called, one, row, answer))


def _ask(
    screen: "BookScreen[Any]",
    strip: AskRefund,
    called: str,
    one: PaidWith,
    row: InvoiceRow | None,
    answer: Refunded,
) -> None:
    texts = {"reason": answer.reason, "by": strip.by.typed, "balance": answer.balance}

    def put_back() -> None:
        screen.biller.kept_texts[strip.keep_as] = texts

    how = "by the card processor" if answer.channel == "processor" else f"as paid by {strip.by.typed}"
    then = ""
    if row is not None:
        then = (
            f"; {row.number} is owed again" if answer.balance == "reopen" else f"; {row.number} stays closed"
        )
    screen.ask(
        f"Refund {dollars(answer.amount_cents)} of {called} {how}{then}?",
        "refunds",
        lambda: _refund(screen, called, one, row, answer, put_back),
        on_cancel=put_back,
    )


def _refund(
    screen: "BookScreen[Any]",
    called: str,
    one: PaidWith,
    row: InvoiceRow | None,
    answer: Refunded,
    put_back: Callable[[], None],
) -> None:
    from core.payments.refunds import refund

    app, today = screen.biller, screen.biller.today()

    def command(tx: Tx) -> object:
        return refund(
            tx,
            one.source_id,
            amount_cents=answer.amount_cents,
            reason=answer.reason,
            today=today,
            balance=answer.balance,
            invoice_id=None if row is None else row.invoice_id,
            channel=answer.channel,
            method=answer.method,
            reference=answer.reference,
        )

    def refunded(_: object) -> None:
        asked = answer.channel == "processor"
        app.say(
            f"{dollars(answer.amount_cents)} of {called} {'is asked back' if asked else 'refunded'}.", "good"
        )

    def refused(refusal: DomainError) -> None:
        put_back()
        app.refuse(refusal)

    app.change(command, refunded, refused)
