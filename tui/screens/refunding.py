"""Give money back, from an invoice or a payment: the strip, then the question (RC3)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.errors import DomainError
from core.ledger.invoices import InvoiceRow
from core.payments.choosing import PaidWith
from core.store import Tx
from tui.cells import steady
from tui.present import dollars
from tui.strips.refund import BY_PROCESSOR, AskRefund, Refunded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tui.screens.book_screen import BookScreen


class Paid(NamedTuple):
    """Money that can go back: who paid it, all of it, and the numbers of the invoices it is on."""

    one: PaidWith
    name: str
    whole_cents: int
    numbers: tuple[str, ...]


def ask_refund(screen: "BookScreen[Any]", paid: Paid, row: InvoiceRow | None) -> None:
    """The strip for what is given back of a payment: what is on `row`, or all that is left of it."""
    one = paid.one
    cents = one.amount_cents if row is not None else one.amount_cents + one.left_cents
    called = f"{one.method.replace('_', ' ')} {one.reference}".strip() if one.kind == "payment" else "credit"
    strip = AskRefund(
        f"Refund {called} of {paid.name}",
        cents=cents,
        whole_cents=paid.whole_cents,
        by=BY_PROCESSOR if one.by_processor else one.method or "check",
        of_invoice=one.amount_cents > 0,
        free_cents=one.left_cents if row is None else 0,
        keep_as=f"refund {one.source_id} {row.invoice_id if row is not None else ''}",
    )
    screen.open_strip(strip, lambda answer: _ask(screen, strip, called, paid, row, answer))


def _ask(
    screen: "BookScreen[Any]",
    strip: AskRefund,
    called: str,
    paid: Paid,
    row: InvoiceRow | None,
    answer: Refunded,
) -> None:
    texts = strip.texts()

    def put_back() -> None:
        screen.biller.kept_texts[strip.keep_as] = texts

    how = "by the card processor" if answer.channel == "processor" else f"as paid by {strip.by.typed}"
    then = ""
    if row is not None or answer.amount_cents > paid.one.left_cents:
        on = row.number if row is not None else _listed(paid.numbers)
        then = f"; {on} reopens, owed again" if answer.balance == "reopen" else f"; {on} stays closed"
    screen.ask(
        f"Refund {dollars(answer.amount_cents)} of {called} of {steady(paid.name)[:30]} {how}{then}?",
        "refunds",
        lambda: _refund(screen, called, paid.one, row, answer, put_back),
        on_cancel=put_back,
    )


def _listed(numbers: Sequence[str]) -> str:
    """`N-00001`, or that it is what the money leaves of several, last put on first."""
    return numbers[0] if len(numbers) == 1 else f"what it leaves open on {', '.join(numbers)}"


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
