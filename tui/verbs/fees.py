"""latefee: list, run, waive."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterable, Sequence
    from datetime import date
    from typing import Any

    from core.invoicing.late_fees import FeeCharged, FeeDue, WaiverProposed
    from core.ledger.fees import ChargedFee
    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of

    verb = deeds_of(parser, common)

    listing = verb("list", "what is due, what was charged, what should be let go", fee_list)
    listing.add_argument("--as-of", metavar="DAY", help="as a run on that day would find it (today)")
    run = verb("run", "charge what is due; safe to run any number of times", fee_run)
    run.add_argument("--dry-run", action="store_true", help="only say what would be charged")
    waive = verb("waive", "let late fees go; they are not charged again", fee_waive)
    waive.add_argument("fee", metavar="N|ID", nargs="?", help="all fees of an invoice, or one by its id")
    waive.add_argument("--proposed", action="store_true", help="all that `latefee list` proposes")
    waive.add_argument("--reason", metavar="TEXT")


def _due(fee: "FeeDue | FeeCharged") -> "dict[str, Any]":
    shown = {
        "invoice_id": fee.invoice_id,
        "number": fee.number,
        "client": fee.client,
        "client_id": fee.client_id,
        "guarantor": fee.guarantor,
        "step": fee.step,
        "amount_cents": fee.amount_cents,
        "assessed_on": fee.assessed_on,
        "reason": fee.reason,
    }
    late_fee_id = getattr(fee, "late_fee_id", None)
    return shown if late_fee_id is None else {"late_fee_id": late_fee_id, **shown}


def _charged(fee: "ChargedFee") -> "dict[str, Any]":
    return {
        "late_fee_id": fee.late_fee_id,
        "invoice_id": fee.invoice_id,
        "number": fee.number,
        "client": fee.client,
        "client_id": fee.client_id,
        "step": fee.step,
        "amount_cents": fee.amount_cents,
        "waived_cents": fee.waived_cents,
        "assessed_on": fee.assessed_on,
        "void": bool(fee.void),
    }


def _proposed(one: "WaiverProposed") -> "dict[str, Any]":
    return {
        "late_fee_id": one.late_fee_id,
        "invoice_id": one.invoice_id,
        "number": one.number,
        "client": one.client,
        "client_id": one.client_id,
        "step": one.step,
        "amount_cents": one.amount_cents,
        "assessed_on": one.assessed_on,
        "reason": one.reason,
    }


def _table(door: "Door", what: str, rows: "Sequence[dict[str, Any]]") -> "list[str]":
    """Fees as text; what it is about stands in the first column, so that scripts can tell them apart."""
    from core.ids import short

    return door.table(
        ("", "Number", "Client", "Dated", "Fee", "Amount", "Why"),
        [
            (
                what,
                row["number"],
                row["client"],
                row["assessed_on"],
                short(row["late_fee_id"]) if "late_fee_id" in row else "",
                door.money(row["amount_cents"]),
                row.get("reason") or _left(row),
            )
            for row in rows
        ],
        right=(5,),
    )


def _left(row: "dict[str, Any]") -> str:
    from core.money import show_cents

    if row["void"]:
        return "the invoice is void"
    return f"waived {show_cents(row['waived_cents'])}" if row["waived_cents"] else ""


def fee_list(door: "Door") -> int:
    from core.dates import parse_today
    from core.invoicing.late_fees import fees_due, waivers_proposed
    from core.ledger.fees import charged_fees

    typed = door.options.as_of
    with door.store().read() as read:
        day = parse_today(typed) if typed is not None else door.today(read)
        due = [_due(fee) for fee in fees_due(read, day)]
        charged = [_charged(fee) for fee in charged_fees(read, as_of=day.isoformat())]
        proposed = [_proposed(one) for one in waivers_proposed(read)]
    lines = [
        line
        for what, rows in (("due", due), ("charged", charged), ("waive?", proposed))
        if rows
        for line in (*_table(door, what, rows), *([] if door.options.plain else [""]))
    ]
    from core.money import show_cents

    due_cents = sum(fee["amount_cents"] for fee in due)
    if not door.options.plain:
        lines.append(
            f"Due {len(due)} ({show_cents(due_cents)}), charged {len(charged)},"
            f" waivers proposed {len(proposed)}"
        )
    door.answer(
        {
            "as_of_on": day.isoformat(),
            "due": due,
            "due_cents": due_cents,
            "charged": charged,
            "waivers_proposed": proposed,
        },
        lines,
    )
    return 0


def fee_run(door: "Door") -> int:
    """Charge what is due after one question; documents of earlier, broken runs are made first."""
    from core.invoicing.late_fees import fees_due
    from core.money import show_cents

    with door.store().read() as read:
        today = door.today(read)
        due = fees_due(read, today)
    total = sum(fee.amount_cents for fee in due)
    invoices = len({fee.invoice_id for fee in due})
    if door.options.dry_run:
        return _ran(door, today, [_due(fee) for fee in due], dry_run=True)
    if due and not door.confirm(f"Charge {len(due)} late fees on {invoices} invoices, {show_cents(total)}?"):
        door.say("Nothing was charged.")
        return _ran(door, today, [])
    from core.delivery.late_fees import run_late_fees

    ran = run_late_fees(
        door.store(), door.actor(), today=today, after_chunk=lambda done: door.progress(done, invoices)
    )
    _tell(door, ran.troubles)
    return _ran(door, today, [_due(fee) for fee in ran.charged])


def _tell(door: "Door", troubles: "dict[str, str]") -> None:
    for invoice_id, why in troubles.items():
        door.refuse("no_document", f"An invoice got no corrected document: {why}", invoice_id)


def _ran(door: "Door", today: "date", fees: "Sequence[dict[str, Any]]", *, dry_run: bool = False) -> int:
    from core.money import show_cents

    total = sum(fee["amount_cents"] for fee in fees)
    text = _table(door, "due" if dry_run else "charged", fees) if fees else []
    if not door.options.plain:
        text.append(f"{len(fees)} late fees {'due' if dry_run else 'charged'}, {show_cents(total)}")
    door.answer(
        {"on": today.isoformat(), "dry_run": dry_run, "charged": list(fees), "total_cents": total}, text
    )
    return 7 if door.errors else 0


def fee_waive(door: "Door") -> int:
    """Let fees go, then make the corrected documents."""
    from core.delivery.late_fees import finish_late_fees
    from core.errors import UsageError
    from core.invoicing.late_fees import waive_proposed
    from core.payments.adjustments import waive_fee

    options = door.options
    if (options.fee is None) != options.proposed:
        raise UsageError("Name an invoice or a late fee, or say --proposed.")
    if not options.proposed and options.reason is None:
        raise UsageError("Say with --reason why the late fee is let go.")
    store, actor = door.store(), door.actor()
    with store.write(actor) as tx:
        today = door.today(tx)
        if options.proposed:
            made = [one for _, one in waive_proposed(tx, today=today, reason=options.reason)]
        else:
            made = [
                waive_fee(tx, late_fee_id, reason=options.reason, today=today)
                for late_fee_id in _named(tx, options.fee)
            ]
    _tell(door, finish_late_fees(store, actor, today=today))
    from core.money import show_cents

    waived = [
        {
            "number": one.number,
            "invoice_id": one.invoice_id,
            "adjustment_id": one.adjustment_id,
            "amount_cents": one.amount_cents,
            "credit_cents": sum(part.amount_cents for part in one.released),
        }
        for one in made
    ]
    door.answer(
        {"waived": waived, "total_cents": sum(one.amount_cents for one in made)},
        [_waived(show_cents(one["amount_cents"]), one) for one in waived] or ["Nothing to waive."],
    )
    return 7 if door.errors else 0


def _waived(cents: str, one: "dict[str, Any]") -> str:
    from core.money import show_cents

    credit = (
        f"; {show_cents(one['credit_cents'])} of it was paid and is credit" if one["credit_cents"] else ""
    )
    return f"{one['number']}: {cents} waived{credit}."


def _named(read: "Read", typed: str) -> "Iterable[str]":
    """The fees of an invoice that are not waived yet, or one by the last characters of its id."""
    from core.ledger.fees import charged_fees, find_fee
    from core.ledger.invoices import NoInvoice, find_invoice

    try:
        invoice_id = find_invoice(read, typed)
    except NoInvoice:
        return [find_fee(read, typed)]
    return [
        fee.late_fee_id
        for fee in charged_fees(read, invoice_id=invoice_id)
        if fee.waived_cents < fee.amount_cents
    ] or [find_fee(read, typed)]
