"""payment: money received, where it went, what is given back of it."""

from tui.verbs.payment_page import answer, carry_out, guarantor_of, name_of, payment_row, session_of, who

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from datetime import date
    from typing import Any

    from core.payments.allocation import Part
    from core.payments.commands import Recorded
    from core.payments.moves import Applied
    from core.payments.refunds import Refunded
    from core.store import Read, Tx
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of

    verb = deeds_of(parser, common)

    add = verb("add", "record money received; oldest due first, the rest is credit", payment_add)
    who(add)
    add.add_argument("--amount", required=True, metavar="A", help="such as 120 or 120.50")
    add.add_argument("--method", required=True, metavar="M", help="cash, check, ach, card_external, other...")
    add.add_argument("--reference", default="", metavar="R", help="check or transaction number")
    add.add_argument("--on", metavar="DAY", help="the day it was received (today)")
    add.add_argument("--invoice", metavar="N", help="this invoice first")
    add.add_argument("--note", default="", metavar="T")
    add.add_argument("--office", metavar="O", help="where it was received (this computer's office)")
    add.add_argument("--for-session", metavar="ID", help="keep it for this appointment until it is billed")
    where = add.add_mutually_exclusive_group()
    where.add_argument(
        "--allocate",
        nargs="+",
        action="extend",
        default=None,
        metavar="N=A",
        help="just these amounts on just these invoices",
    )
    where.add_argument("--unallocated", action="store_true", help="on no invoice: all of it is credit")
    add.add_argument("--dry-run", action="store_true", help="show where it would go; write nothing")
    listing = verb("list", "payments and goodwill, newest first", payment_list)
    listing.add_argument("--client", metavar="C", help="of who owes for this client")
    listing.add_argument("--from", dest="from_on", metavar="DAY", help="first day received")
    listing.add_argument("--to", dest="to_on", metavar="DAY", help="last day received")
    listing.add_argument(
        "--unallocated", action="store_true", default=None, help="only those with something on no invoice"
    )
    show = verb("show", "a payment: where it is, what was given back", payment_show)
    refund = verb("refund", "give back part or all of a payment or credit", payment_refund)
    reverse = verb("reverse", "a payment recorded in error, or taken back by the bank", payment_reverse)
    unapply = verb("unapply", "take a payment off an invoice; it is credit then", payment_unapply)
    receipt = verb("receipt", "the itemised receipt, as HSA and FSA plans ask for it", payment_receipt)
    receipt.add_argument("--out", metavar="FILE", help="write the PDF")
    for one in (show, refund, reverse, unapply, receipt):
        one.add_argument("payment", metavar="ID", help="the payment's id or its last 8 characters")
    refund.add_argument("--amount", required=True, metavar="A")
    balance = refund.add_mutually_exclusive_group()
    balance.add_argument(
        "--reopen", action="store_true", help="its invoice is owed again (default of a part)"
    )
    balance.add_argument("--close", action="store_true", help="forgive it as well (default of all of it)")
    refund.add_argument("--invoice", metavar="N", help="what of it is on this invoice")
    refund.add_argument(
        "--through", choices=("processor", "outside"),
        help="ask the card processor (default of what came through it), or it was given back already",
    )  # fmt: skip
    refund.add_argument("--method", default="", metavar="M", help="how it was given back")
    refund.add_argument("--reference", default="", metavar="R")
    refund.add_argument("--on", metavar="DAY", help="the day it was given back (today)")
    reverse.add_argument("--on", metavar="DAY", help="the day it counts from (today)")
    for one in (refund, reverse):
        one.add_argument("--reason", required=True, metavar="T", help="why; kept in the audit log")
    unapply.add_argument("--invoice", required=True, metavar="N")
    unapply.add_argument("--reason", default="", metavar="T")
    apply = verb("apply", "put credit on open invoices, oldest first", payment_apply)
    who(apply)
    apply.add_argument("--invoice", metavar="N", help="on this invoice only")
    apply.add_argument("--amount", metavar="A", help="no more than this")
    apply.add_argument("--payment", metavar="ID", help="of this payment or credit only")


def _day(typed: str | None, today: "date") -> "date":
    from core.dates import parse_entered_day

    return today if typed is None else parse_entered_day(typed)


def _applied(allocations: "Sequence[Applied]") -> "list[dict[str, Any]]":
    return [{"number": one.number, "amount_cents": one.amount_cents} for one in allocations]


def _parts(door: "Door", read: "Read") -> "list[Part] | None":
    """The allocation as typed, N=A each. Raises: UsageError."""
    from core.errors import UsageError
    from core.money import parse_cents
    from core.payments.allocation import Part
    from core.text import plain
    from tui.verbs.invoice_page import issued_invoice

    if door.options.unallocated:
        return []
    if door.options.allocate is None:
        return None
    parts = []
    for typed in door.options.allocate:
        number, equals, amount = typed.partition("=")
        if not equals:
            raise UsageError(f'"{plain(typed)[:40]}" is not an invoice and an amount. Write N-00042=120.50.')
        parts.append(Part(issued_invoice(read, number, "pay", door.today(read)), parse_cents(amount)))
    return parts


def payment_add(door: "Door") -> int:
    """Record money received, and say where it went, and which late fees it came in time for."""
    from core.invoicing.late_fees import waivers_proposed
    from core.money import parse_cents
    from core.payments.commands import record_payment
    from core.practice.queries import find_named, offices, own_office
    from tui.verbs.invoice_page import issued_invoice

    options = door.options
    cents = parse_cents(options.amount)
    found: dict[str, Any] = {}

    def act(tx: "Tx") -> "Recorded":
        today = door.today(tx)
        session_id, client_id = session_of(door, tx)
        parts = _parts(door, tx)
        first = options.invoice and issued_invoice(tx, options.invoice, "pay", today)
        named = [first] if first else [part.invoice_id for part in parts or []]
        guarantor_id = guarantor_of(door, tx, *named, client_id=client_id)
        found.update(received_on=str(_day(options.on, today)), guarantor=name_of(tx, guarantor_id))
        office = options.office
        recorded = record_payment(
            tx,
            guarantor_id=guarantor_id,
            amount_cents=cents,
            method=options.method.strip().lower().replace("-", "_").replace(" ", "_"),
            received_on=_day(options.on, today),
            today=today,
            reference=options.reference,
            note=options.note,
            invoice_id=first or None,
            allocations=parts,
            session_id=session_id,
            office_id=own_office(tx) if office is None else find_named(offices(tx), "office", office),
        )
        found["waivers_proposed"] = [
            {"late_fee_id": one.late_fee_id, "number": one.number, "amount_cents": one.amount_cents,
             "assessed_on": one.assessed_on, "reason": one.reason}
            for invoice_id in dict.fromkeys(one.invoice_id for one in recorded.allocations)
            for one in waivers_proposed(tx, invoice_id=invoice_id)
        ]  # fmt: skip
        return recorded

    made = carry_out(door, act, dry_run=options.dry_run)
    data = {
        "payment_id": None if options.dry_run else made.payment_id,
        **found,
        "amount_cents": cents,
        "allocations": _applied(made.allocations),
        "credit_cents": made.credit_cents,
        "dry_run": options.dry_run,
    }
    text = door.table(
        ("Invoice", "Amount"),
        [(one.number, door.money(one.amount_cents)) for one in made.allocations],
        right=(1,),
    )
    if not options.plain:
        deed = "Would record" if options.dry_run else f"Recorded {made.payment_id[-8:]}:"
        text.append(
            f"{deed} {door.money(cents)} from {found['guarantor']} on {found['received_on']};"
            f" credit {door.money(made.credit_cents)}"
        )
        text += [
            f"Late fee of {door.money(one['amount_cents'])} on {one['number']}: {one['reason']}."
            f" `latefee waive {one['late_fee_id'][-8:]} --reason TEXT` lets it go."
            for one in found["waivers_proposed"]
        ]
    door.answer(data, text)
    return 0


def payment_list(door: "Door") -> int:
    from core.payments.queries import payments

    options = door.options
    period = None
    if options.from_on is not None or options.to_on is not None:
        from core.dates import between, parse_day

        period = between(
            None if options.from_on is None else parse_day(options.from_on),
            None if options.to_on is None else parse_day(options.to_on),
        )
    with door.store().read() as read:
        guarantor_id = None
        if options.client:
            from core.clients.queries import client, find_client

            guarantor_id = client(read, find_client(read, options.client)).guarantor_id
        rows = payments(read, period=period, guarantor_id=guarantor_id, open_only=bool(options.unallocated))
    text = []
    if not options.json:
        from core.payments.queries import payment_status

        text = door.table(
            ("Id", "Received", "From", "Method", "Reference", "Amount", "Refunded", "Unapplied", "Status"),
            [
                (
                    r.payment_id[-8:],
                    r.received_on,
                    r.guarantor,
                    r.method.replace("_", " ") or "goodwill",
                    r.reference,
                    door.money(r.amount_cents),
                    door.money(r.refunded_cents),
                    door.money(r.unallocated_cents),
                    payment_status(r).replace("_", " "),
                )
                for r in rows
            ],
            right=(5, 6, 7),
        )
    door.answer({"payments": [payment_row(r) for r in rows]}, text)
    return 0


def payment_show(door: "Door") -> int:
    from core.payments.queries import find_payment

    with door.store().read() as read:
        return answer(door, read, find_payment(read, door.options.payment))


def payment_receipt(door: "Door") -> int:
    """Make the receipt, or find the one that still says what is true; write it where a file is named."""
    from core.delivery.receipts import make_receipt
    from core.payments.queries import find_payment
    from tui.verbs.made import answer_made, check_out

    check_out(door)
    with door.store().read() as read:
        today, payment_id = door.today(read), find_payment(read, door.options.payment)
    made = make_receipt(door.store(), door.actor(), payment_id, today=today)
    return answer_made(door, made, f"The receipt for payment {payment_id[-8:]}", payment_id=payment_id)


def payment_refund(door: "Door") -> int:
    """Give money back; on a terminal after a question, for it cannot be undone."""
    from core.dates import parse_entered_day
    from core.money import parse_cents
    from core.payments.choosing import came_by_processor
    from core.payments.queries import find_payment, payment
    from core.payments.refunds import refund
    from tui.verbs.invoice_page import issued_invoice

    options = door.options
    cents = parse_cents(options.amount)
    balance = "close" if options.close else "reopen" if options.reopen else None
    day = None if options.on is None else parse_entered_day(options.on)
    with door.store().read() as read:
        payment_id = find_payment(read, options.payment)
        whose = payment(read, payment_id).guarantor
        through = options.through or ("processor" if came_by_processor(read, payment_id) else "outside")
    if not door.agreed(f"Refund {door.money(cents)} to {whose}?"):
        door.say("Nothing was given back.")
        return payment_show(door)

    def act(tx: "Tx") -> "Refunded":
        today = door.today(tx)
        named = options.invoice
        return refund(
            tx,
            payment_id,
            amount_cents=cents,
            reason=options.reason,
            today=today,
            balance=balance,
            invoice_id=None if named is None else issued_invoice(tx, named, "refund", today),
            channel=through,
            method=options.method.strip().lower().replace("-", "_").replace(" ", "_"),
            reference=options.reference,
            refunded_on=day,
        )

    made = carry_out(door, act)
    parts = [
        {"refund_id": p.refund_id, "number": p.number, "balance": p.balance, "amount_cents": p.amount_cents}
        for p in made.parts
    ]
    with door.store().read() as read:
        return answer(door, read, payment_id, refunded=parts)


def payment_reverse(door: "Door") -> int:
    from core.dates import parse_day
    from core.payments.commands import reverse_payment
    from core.payments.queries import find_payment

    options = door.options
    on = None if options.on is None else parse_day(options.on)

    def act(tx: "Tx") -> str:
        payment_id = find_payment(tx, options.payment)
        reverse_payment(tx, payment_id, reason=options.reason, today=door.today(tx), on=on)
        return payment_id

    payment_id = carry_out(door, act)
    with door.store().read() as read:
        return answer(door, read, payment_id)


def payment_unapply(door: "Door") -> int:
    from core.payments.commands import unapply
    from core.payments.queries import find_payment
    from tui.verbs.invoice_page import issued_invoice

    options = door.options

    def act(tx: "Tx") -> "tuple[str, int]":
        today = door.today(tx)
        payment_id = find_payment(tx, options.payment)
        invoice_id = issued_invoice(tx, options.invoice, "pay", today)
        return payment_id, unapply(tx, payment_id, invoice_id, today=today, reason=options.reason)

    payment_id, cents = carry_out(door, act)
    with door.store().read() as read:
        return answer(door, read, payment_id, released_cents=cents)


def payment_apply(door: "Door") -> int:
    """Put what somebody has left on open invoices."""
    from core.money import parse_cents
    from core.payments.commands import apply_credit
    from core.payments.queries import find_payment, held_money, money
    from tui.verbs.invoice_page import issued_invoice

    options = door.options
    cents = None if options.amount is None else parse_cents(options.amount)

    def act(tx: "Tx") -> "tuple[str, str, list[Applied]]":
        today = door.today(tx)
        named = options.invoice
        invoice_id = None if named is None else issued_invoice(tx, named, "pay", today)
        source_id = None if options.payment is None else find_payment(tx, options.payment)
        if source_id is not None and (options.client, options.guarantor) == (None, None):
            guarantor_id = str(money(tx, source_id).guarantor_id)
        else:
            guarantor_id = guarantor_of(door, tx, *([invoice_id] if invoice_id else []))
        applied = apply_credit(
            tx,
            guarantor_id=guarantor_id,
            today=today,
            invoice_id=invoice_id,
            amount_cents=cents,
            source_id=source_id,
        )
        return guarantor_id, name_of(tx, guarantor_id), applied

    guarantor_id, name, applied = carry_out(door, act)
    with door.store().read() as read:
        left = sum(one.left_cents for one in held_money(read, guarantor_id, spoken_for=True))
    allocations = [
        {"number": one.number, "payment_id": one.source_id, "amount_cents": one.amount_cents}
        for one in applied
    ]
    text = door.table(
        ("Invoice", "From", "Amount"),
        [(one.number, one.source_id[-8:], door.money(one.amount_cents)) for one in applied],
        right=(2,),
    )
    if not options.plain:
        text.append(f"{name} has {door.money(left)} of credit left")
    door.answer({"guarantor": name, "allocations": allocations, "credit_cents": left}, text)
    return 0
