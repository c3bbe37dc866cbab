"""invoice void, rebill, write-off, credit-note, reverse: what changes an invoice after it was issued."""

from core.errors import DomainError
from tui.verbs.invoice_page import answer, head_of, issued_invoice, siblings_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable
    from datetime import date
    from typing import Any

    from core.invoicing.voiding import Voided
    from core.payments.adjustments import Adjusted
    from core.store import Tx
    from tui.door import Door


MADE_NOW = "made now"


def money_arguments(verb: "Callable[..., ArgumentParser]") -> None:
    """The words of these verbs; `verb` adds one to the command line."""
    void = verb("void", "call an invoice off; its charges are unbilled again", invoice_void)
    money = void.add_mutually_exclusive_group()
    money.add_argument("--keep-credit", action="store_true", help="what was paid stays as credit")
    money.add_argument("--refund", action="store_true", help="what was paid is given back")
    void.add_argument(
        "--through", choices=("processor", "outside"), default="outside",
        help="ask the card processor for the refund, or it was given back already (default)",
    )  # fmt: skip
    void.add_argument("--method", default="", metavar="M", help="how the refund was made")
    void.add_argument("--reference", default="", metavar="R", help="of the refund")
    void.add_argument("--rebill", action="store_true", help="at once a draft of the same charges")
    verb("rebill", "a draft of a void invoice's charges, linked to it", invoice_rebill)
    write_off = verb("write-off", "give up what is open, or part of it", invoice_write_off)
    write_off.add_argument("--amount", metavar="A", help="no more than this (all that is open)")
    write_off.add_argument(
        "--kind", default="bad_debt", metavar="K",
        help="bad_debt (default), small_balance, courtesy or contractual",
    )  # fmt: skip
    note = verb("credit-note", "take back part of what was asked for, paid or not", invoice_credit_note)
    note.add_argument("--amount", required=True, metavar="A")
    reverse = verb("reverse", "ask again for what an adjustment took off", invoice_reverse, number=False)
    reverse.add_argument("number", metavar="ADJUSTMENT|N", help="its id, or the invoice with only one")
    reverse.set_defaults(out=None)
    note.add_argument("--reason", required=True, metavar="T", help="why; printed on the credit note")
    note.add_argument("--out", metavar="FILE", help="write the credit note as PDF")
    for one in (void, write_off, reverse):
        one.add_argument("--reason", required=True, metavar="T", help="why; kept in the audit log")


class SayWhatOfTheMoney(DomainError):
    code = "money_is_on_it"

    def __init__(self, refusal: DomainError) -> None:
        super().__init__(f"{refusal} Say --keep-credit or --refund.", subject=refusal.subject)


def _asked_about_money(sentence: str) -> str | None:
    """On a terminal: keep it as credit or refund it? None leaves the invoice as it is."""
    import sys

    from core.text import plain

    sys.stderr.write(f"{plain(sentence)} Keep it as credit (c) or refund it (r)? ")
    sys.stderr.flush()
    return {"c": "credit", "r": "refund"}.get(sys.stdin.readline().strip().lower())


def invoice_void(door: "Door") -> int:
    """Call an invoice off. Money on it is a question: asked on a terminal, elsewhere it must be said."""
    import sys

    from core.invoicing.voiding import MoneyIsOnIt, void_invoice
    from core.invoicing.voiding import rebill as rebill_of
    from core.money import show_cents

    options, store, actor = door.options, door.store(), door.actor()
    with store.read() as read:
        today = door.today(read)
        invoice_id = issued_invoice(read, options.number, "void", today)
        row = head_of(read, invoice_id, today)
    said = "credit" if options.keep_credit else "refund" if options.refund else None
    if row["status"] != "void":
        if said is None and row["paid_cents"] > 0 and sys.stdin.isatty():
            said = _asked_about_money(str(MoneyIsOnIt(row["number"], row["paid_cents"])))
            agreed = said is not None
        else:
            agreed = door.agreed(f"Void {row['number']}, {show_cents(row['total_cents'])}?")
        if not agreed:
            door.say("Nothing was voided.")
            with store.read() as read:
                return answer(door, read, invoice_id, today)

    def act(tx: "Tx") -> "tuple[Voided, list[str]]":
        done = void_invoice(
            tx, invoice_id, reason=options.reason, today=today, money=said, channel=options.through,
            method=options.method.strip().lower().replace("-", "_"), reference=options.reference,
        )  # fmt: skip
        return done, rebill_of(tx, invoice_id, today=today) if options.rebill else []

    try:
        with store.write(actor) as tx:
            done, made = act(tx)
    except MoneyIsOnIt as refusal:
        raise SayWhatOfTheMoney(refusal) from None
    with store.read() as read:
        return answer(
            door, read, invoice_id, today,
            voided={"charges": done.charges, "money": done.money, "credit_cents": done.credit_cents,
                    "refunded_cents": done.refunded_cents},
            draft=head_of(read, made[0], today) if made else None,
            **siblings_of(read, made[1:], today),
        )  # fmt: skip


def invoice_rebill(door: "Door") -> int:
    """Bill the charges of a void invoice again: the draft, which says what it replaces."""
    from core.invoicing.voiding import rebill

    store = door.store()
    with store.write(door.actor()) as tx:
        today = door.today(tx)
        made = rebill(tx, issued_invoice(tx, door.options.number, "rebill", today), today=today)
    with store.read() as read:
        return answer(door, read, made[0], today, **siblings_of(read, made[1:], today))


def _adjusted(
    door: "Door", act: "Callable[[Tx, date], Adjusted]", *, credit_note_id: str | None = None
) -> int:
    """Change what an invoice asks for, and show it, with the document of a credit note: of the one named, or
    of the one that was just made."""
    from tui.door import DONE, PARTLY

    store = door.store()
    with store.write(door.actor()) as tx:
        today = door.today(tx)
        done = act(tx, today)
    noted = done.adjustment_id if credit_note_id == MADE_NOW else credit_note_id
    document = {} if noted is None else credit_note_of(door, noted, today)
    with store.read() as read:
        answer(
            door, read, done.invoice_id, today, adjustment_id=done.adjustment_id,
            released_cents=sum(one.amount_cents for one in done.released), **document,
        )  # fmt: skip
    return PARTLY if door.errors else DONE


def credit_note_of(door: "Door", adjustment_id: str, today: "date") -> "dict[str, Any]":
    """Make the document of a credit note that is recorded, and write it where a file is named.

    What stands in its way is told beside the answer; the credit note counts without its document.
    """
    from core.delivery.credit_notes import make_credit_note
    from tui.verbs.made import of_made, write_document

    try:
        made = make_credit_note(door.store(), door.actor(), adjustment_id, today=today)
        return of_made(made) | write_document(door, adjustment_id)
    except DomainError as refusal:
        door.refuse(refusal.code, f"The credit note counts, but its document: {refusal}", adjustment_id)
        return {"document_id": None}


def invoice_write_off(door: "Door") -> int:
    from core.money import parse_cents
    from core.payments.adjustments import adjust

    options = door.options
    cents = None if options.amount is None else parse_cents(options.amount)

    def act(tx: "Tx", today: "date") -> "Adjusted":
        invoice_id = issued_invoice(tx, options.number, "write_off", today)
        kind = options.kind.strip().lower().replace("-", "_")
        return adjust(tx, invoice_id, kind=kind, reason=options.reason, today=today, amount_cents=cents)

    return _adjusted(door, act)


def invoice_credit_note(door: "Door") -> int:
    from core.money import parse_cents
    from core.payments.adjustments import credit_note
    from tui.verbs.made import check_out

    check_out(door)
    options = door.options
    cents = parse_cents(options.amount)

    def act(tx: "Tx", today: "date") -> "Adjusted":
        invoice_id = issued_invoice(tx, options.number, "credit_note", today)
        return credit_note(tx, invoice_id, amount_cents=cents, reason=options.reason, today=today)

    return _adjusted(door, act, credit_note_id=MADE_NOW)


def invoice_reverse(door: "Door") -> int:
    """Ask again for what was taken off; a credit note that said so gets a corrected document."""
    from core.payments.adjustments import reverse_adjustment
    from core.payments.history import find_adjustment, is_credit_note

    options = door.options
    with door.store().read() as read:
        adjustment_id = find_adjustment(read, options.number)
        note = is_credit_note(read, adjustment_id)

    def act(tx: "Tx", today: "date") -> "Adjusted":
        return reverse_adjustment(tx, adjustment_id, reason=options.reason, today=today)

    return _adjusted(door, act, credit_note_id=adjustment_id if note else None)
