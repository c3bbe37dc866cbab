"""Remind by mail, from the list of who owes and from invoices: one question, then the outbox."""

from collections.abc import Sequence

from core.delivery.reminders import Open, Reminded, overdue_invoices, remind
from core.delivery.requests import recall_requests
from core.store import Tx
from tui.keys import verb
from tui.present import dollars, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.ledger.invoices import InvoiceRow
    from tui.screens.book_screen import BookScreen

REMIND = verb("s", "remind", "Remind", id="aging.remind", help="By mail, of each invoice that is past due")

SENDS = ("draft", "issued")
REMINDS = ("sent", "partly_paid", "overdue")
"""What `s` does with an invoice, by its state: send it, or ask for what is open."""


def ask_reminders(
    screen: "BookScreen[Any]", *, guarantor_ids: Sequence[str] = (), rows: "Sequence[InvoiceRow]" = ()
) -> None:
    """Of these invoices, or of all that is past due on these accounts."""
    app, today = screen.biller, screen.biller.today()

    def work() -> list[Open]:
        with app.store.read() as read:
            return overdue_invoices(read, today, guarantor_ids)

    def known(found: list[Open]) -> None:
        if not screen.is_current:
            return
        if not found:
            app.say("Nothing is past due there; s on an invoice reminds of it before that.", "warn")
            return
        cents = sum(one.balance_cents for one in found)
        what = f"{plural(len(found), 'overdue invoice')}, {dollars(cents)}"
        accounts = len({one.guarantor_id for one in found})
        whom = found[0].guarantor if accounts == 1 else plural(accounts, "account")
        overdue = [one.invoice_id for one in found]
        screen.ask(f"Remind {whom} of {what}, by mail?", "reminds", lambda: _remind(screen, overdue))

    if rows:
        what = rows[0].number if len(rows) == 1 else plural(len(rows), "invoice")
        cents = sum(row.balance_cents for row in rows)
        wanted = [row.invoice_id for row in rows]
        screen.ask(
            f"Remind of {what}, {dollars(cents)}, by mail?", "reminds", lambda: _remind(screen, wanted)
        )
    elif guarantor_ids:
        app.hold_keys("reminders")
        app.in_background(work, known, writes=True, ended=lambda: app.release_keys("reminders"))


def _remind(screen: "BookScreen[Any]", invoice_ids: Sequence[str]) -> None:
    today, made = screen.biller.today(), [""]

    def ask(tx: Tx) -> Reminded:
        told = remind(tx, invoice_ids, today=today)
        made[:] = told.request_ids
        return told

    def asked(told: Reminded) -> None:
        screen.grid.clear_marks()
        left = f"; {len(told.left):,} not: {told.left[0].why}" if told.left else ""
        what = f"{plural(len(told.request_ids), 'reminder')} queued{left.removesuffix('.')}"
        screen.done(what, lambda tx: recall_requests(tx, made), ask)

    screen.change(ask, asked)
