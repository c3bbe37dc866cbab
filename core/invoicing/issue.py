"""Issue: a bill gets its number, its lines and names are frozen, its content is hashed (RB3).

One path for a single draft and for a run over thousands of clients: tuples in, one statement a table.
The document follows outside the write lock (`decisions.md` 17).
"""

import hashlib
import json
import os
from collections import namedtuple
from collections.abc import Sequence
from datetime import date

from core import audit
from core.actors import Right
from core.dates import due_on as due_after
from core.errors import DomainError
from core.invoicing.numbering import Numbers
from core.invoicing.preflight import Party, address_lines
from core.money import MAX_CENTS, AmountTooLarge
from core.payments.commands import apply_prepayments
from core.store import Tx
from core.tables import InvoiceIssue, InvoiceLine

Bill = namedtuple("Bill", "invoice_id party office_id terms_days due_on notes run_id replaces_id lines")
"""What is about to be an invoice. `due_on` is None where the terms decide."""

BillLine = namedtuple(
    "BillLine",
    "kind charge_id share_id service_on provider_id code_system code modifiers description units_milli"
    " rate_cents amount_cents",
)

Issued = namedtuple("Issued", "invoice_id number client_id client guarantor_id total_cents due_on")

_ISSUE = (
    "id", "once", "invoice_id", "series", "series_no", "number", "client_id", "guarantor_id", "office_id",
    "issued_on", "due_on", "total_cents", "bill_to", "client_name", "notes", "pay_code", "run_id",
    "replaces_id", "content_sha256",
)  # fmt: skip

_LINE = ("id", "issue_id", "invoice_id", "position", *BillLine._fields)

_PAY_CODE_LETTERS = b"ABCDEFGHJKMNPQRSTVWXYZ0123456789" * 8
"""A letter for each byte; thirty-two of them, so that every one is as likely."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class NothingToIssue(DomainError):
    code = "nothing_to_issue"

    def __init__(self) -> None:
        super().__init__("This draft has no lines. Add one, or delete the draft.")


class TotalBelowZero(DomainError):
    code = "total_below_zero"

    def __init__(self) -> None:
        super().__init__("The discounts are more than the lines come to. Make them smaller.")


class DueBeforeIssue(DomainError):
    code = "due_before_issue"

    def __init__(self, due: date, issued: date) -> None:
        super().__init__(f"The due date {due} is before the day of issue, {issued}. Choose a later one.")


def issue_bills(tx: Tx, bills: Sequence[Bill], *, today: date) -> list[Issued]:
    """Make invoices of bills, in the order given. All of them or, on a refusal, none.

    Raises: NothingToIssue, TotalBelowZero, AmountTooLarge, DueBeforeIssue, NoSeries.
    """
    tx.require(Right.BILL)
    if not bills:
        return []
    numbers = Numbers(tx)
    issued_on = today.isoformat()
    heads: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    issued: list[Issued] = []
    log: list[tuple[str, dict[str, object]]] = []
    for bill in bills:
        due = bill.due_on or due_after(today, bill.terms_days)
        _check(bill, due, today)
        series_no, number = numbers.next()
        issue_id = tx.new_id()
        total = 0
        for position, line in enumerate(bill.lines, 1):
            lines.append((tx.new_id(), issue_id, bill.invoice_id, position, *line))
            total += line.amount_cents
        party: Party = bill.party
        addressee = _encode(address_lines(party))
        content = _encode(
            [number, issued_on, due.isoformat(), party.client, addressee, bill.notes, total, bill.lines]
        )
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        heads.append(
            (issue_id, f"issue:{bill.invoice_id}", bill.invoice_id, numbers.series, series_no, number,
             party.client_id, party.guarantor_id, bill.office_id, issued_on, due.isoformat(), total,
             addressee, party.client, bill.notes, _pay_code(), bill.run_id, bill.replaces_id, sha256)
        )  # fmt: skip
        log.append((bill.invoice_id, {"number": number, "total_cents": total, "content_sha256": sha256}))
        issued.append(
            Issued(bill.invoice_id, number, party.client_id, party.client, party.guarantor_id, total, due)
        )
    tx.add_many(InvoiceIssue, _ISSUE, heads)
    tx.add_many(InvoiceLine, _LINE, lines)
    audit.record_many(tx, "invoice.issued", "invoice", log)
    apply_prepayments(tx, [one.invoice_id for one in issued], today=today)
    return issued


def _check(bill: Bill, due: date, today: date) -> None:
    if not bill.lines:
        raise NothingToIssue
    total = sum(line.amount_cents for line in bill.lines)
    if total < 0:
        raise TotalBelowZero
    if total > MAX_CENTS:
        raise AmountTooLarge
    if due < today:
        raise DueBeforeIssue(due, today)


def _pay_code() -> str:
    """65 random bits to read out over the telephone; the portal asks for it beside the number."""
    letters = os.urandom(13).translate(_PAY_CODE_LETTERS).decode()
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
