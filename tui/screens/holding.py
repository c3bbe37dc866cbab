"""Keep an invoice from being chased for a while, or chase it again (RC5)."""

from core.errors import DomainError
from core.invoicing.holding import end_hold, hold_invoice
from core.ledger.invoices import HoldRow, InvoiceRow, hold_of
from core.store import Tx
from tui.strips.asking import AskText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tui.screens.book_screen import BookScreen

KINDS = {
    "d": ("disputed", "the client disputes it"),
    "i": ("insurer", "an insurer decides"),
    "h": ("held", "agreed"),
}
"""By the letter that chooses it: its name in the book, and what it means."""


def hold_or_end(screen: "BookScreen[Any]", row: InvoiceRow) -> None:
    """Ask why it is to be held; one that is held already is chased again from today on."""
    app = screen.biller

    def work() -> HoldRow | None:
        with app.store.read() as read:
            return hold_of(read, row.invoice_id)

    def known(hold: HoldRow | None) -> None:
        if not screen.is_current:
            return
        if hold is not None:
            _end(screen, row, hold)
        else:
            choices = [(letter, meaning) for letter, (_, meaning) in KINDS.items()]
            screen.choose(f"Hold {row.number}", choices, lambda letter: _ask(screen, row, KINDS[letter][0]))

    app.hold_keys("hold")
    app.in_background(work, known, writes=True, ended=lambda: app.release_keys("hold"))


def hold_words(hold: HoldRow) -> str:
    """`on hold since 2026-10-31 (insurer): asked them twice`."""
    return f"on hold since {hold.since_on} ({hold.kind}): {hold.reason}"


def _ask(screen: "BookScreen[Any]", row: InvoiceRow, kind: str) -> None:
    strip = AskText(f"Hold {row.number}, {kind}", label="because", keep_as=f"hold {row.invoice_id}")
    screen.open_strip(strip, lambda reason: _hold(screen, row, kind, reason, strip.keep_as))


def _hold(screen: "BookScreen[Any]", row: InvoiceRow, kind: str, reason: str, keep_as: str) -> None:
    app, today = screen.biller, screen.biller.today()

    def hold(tx: Tx) -> None:
        hold_invoice(tx, row.invoice_id, kind=kind, reason=reason, today=today)

    def refused(refusal: DomainError) -> None:
        """What was typed comes back with the strip."""
        app.kept_texts[keep_as] = {"text": reason}
        app.refuse(refusal)

    app.change(
        hold,
        lambda _: screen.done(
            f"{row.number} is on hold, {kind}", lambda tx: end_hold(tx, row.invoice_id, today=today), hold
        ),
        refused,
    )


def _end(screen: "BookScreen[Any]", row: InvoiceRow, hold: HoldRow) -> None:
    """Taken back, it is held again from the same day on, so that no day between counts."""
    today = screen.biller.today()

    def end(tx: Tx) -> None:
        end_hold(tx, row.invoice_id, today=today)

    def again(tx: Tx) -> None:
        hold_invoice(tx, row.invoice_id, kind=hold.kind, reason=hold.reason, today=today)

    screen.change(end, lambda _: screen.done(f"The hold of {row.number} is over", again, end))
