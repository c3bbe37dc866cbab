"""invoice remind: ask by mail for what is open, once an invoice and day."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable
    from typing import Any

    from core.delivery.reminders import Reminded
    from core.store import Tx
    from tui.door import Door


def remind_arguments(verb: "Callable[..., ArgumentParser]") -> None:
    remind = verb(
        "remind", "remind by mail of what is open, once an invoice and day", invoice_remind, number=False
    )
    remind.add_argument("number", nargs="*", metavar="N", help="invoices that were sent")
    remind.add_argument("--overdue", action="store_true", help="all that is past due and not on hold")
    remind.add_argument("--guarantor", metavar="G", help="with --overdue: of this account alone")
    remind.add_argument("--dry-run", action="store_true", help="say what would be asked for, and do nothing")


def invoice_remind(door: "Door") -> int:
    """7 where some could not be reminded of; they are in `left`, with the reason."""
    from core.clients.queries import find_guarantor
    from core.delivery.reminders import overdue_invoices, remind
    from core.errors import UsageError
    from core.payments.queries import invoice_state
    from tui.verbs.invoice_page import issued_invoice
    from tui.verbs.payment_page import carry_out

    options = door.options
    if bool(options.number) == options.overdue or (options.guarantor and not options.overdue):
        raise UsageError("Name invoices, or say --overdue, with --guarantor for one account.")

    def act(tx: "Tx") -> "tuple[Reminded | None, dict[str, str]]":
        today = door.today(tx)
        if options.overdue:
            whose = find_guarantor(tx, options.guarantor) if options.guarantor else ""
            wanted = {row.invoice_id: row.number for row in overdue_invoices(tx, today, (whose,))}
        else:
            ids = [issued_invoice(tx, number, "pay", today) for number in options.number]
            wanted = {invoice_id: invoice_state(tx, invoice_id).number for invoice_id in ids}
        return (remind(tx, list(wanted), today=today) if wanted else None), wanted

    told, wanted = carry_out(door, act, dry_run=options.dry_run)
    if told is None:
        door.answer({"queued": [], "left": [], "dry_run": options.dry_run}, ["Nothing is past due."])
        return 0
    would = "would be reminded of" if options.dry_run else "is reminded of; the mail leaves in half a minute"
    text = [f"{wanted[one]} {would}." for one in told.invoice_ids] + [one.why for one in told.left]
    data: dict[str, Any] = {
        "queued": [{"invoice_id": one, "number": wanted[one]} for one in told.invoice_ids],
        "left": [one._asdict() for one in told.left],
        "dry_run": options.dry_run,
    }
    door.answer(data, text)
    return 7 if told.left else 0
