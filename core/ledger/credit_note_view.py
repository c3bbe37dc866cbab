"""All that the document of a credit note needs, as frozen dataclasses (RD4)."""

import json
from dataclasses import dataclass, replace
from datetime import date

from core.errors import DomainError
from core.ids import short
from core.ledger.account import account_of, facts_of
from core.ledger.letterhead import Letterhead, letterhead
from core.store import Read


class NotACreditNote(DomainError):
    code = "no_credit_note"

    def __init__(self) -> None:
        super().__init__("This is no credit note; other adjustments show on a new version of the invoice.")


@dataclass(frozen=True, slots=True)
class CreditNoteReversal:
    """What of a credit note was asked for again, and when."""

    reversed_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class CreditNoteView:
    """What a credit note took off an invoice, in effective cents; `standing_cents` is what was not reversed.

    Of a void invoice nothing is asked any more, and its credit notes stand for nothing.
    """

    document_id: str
    version: int
    made_on: date
    number: str
    currency: str
    letterhead: Letterhead
    bill_to: tuple[str, ...]
    client: str
    invoice_number: str
    invoice_issued_on: date
    invoice_total_cents: int
    """As it was issued."""
    credited_on: date
    amount_cents: int
    reason: str
    reversals: tuple[CreditNoteReversal, ...] = ()
    void_on: date | None = None

    @property
    def standing_cents(self) -> int:
        return self.amount_cents - sum(one.amount_cents for one in self.reversals)


NOTE = "SELECT invoice_id, kind, reverses_id FROM adjustment WHERE id = :adjustment_id"

INVOICE = """
SELECT i.guarantor_id, i.number, i.issued_on, i.total_cents, i.bill_to, i.client_name, i.office_id
FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id
ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1
"""


def credit_note_view(read: Read, adjustment_id: str, *, today: date) -> CreditNoteView:
    """What the document of a credit note says now, as version 1 made today. Raises: NotACreditNote."""
    found = read.rows(NOTE, adjustment_id=adjustment_id)
    if not found or found[0][1] != "credit_note" or found[0][2] is not None:
        raise NotACreditNote
    invoice_id = found[0][0]
    guarantor_id, number, issued_on, total, bill_to, client, office_id = read.rows(
        INVOICE, invoice_id=invoice_id
    )[0]
    facts = facts_of(read, guarantor_id)
    account = account_of(facts)
    note = next(one for one in facts.adjustments if one.adjustment_id == adjustment_id)
    void = account.invoices[invoice_id].void
    practice, currency = letterhead(read, office_id)
    return CreditNoteView(
        document_id=adjustment_id,
        version=1,
        made_on=today,
        number=short(adjustment_id),
        currency=currency,
        letterhead=replace(practice, footer=""),
        bill_to=tuple(json.loads(bill_to)),
        client=client,
        invoice_number=number,
        invoice_issued_on=date.fromisoformat(issued_on),
        invoice_total_cents=total,
        credited_on=date.fromisoformat(note.on),
        amount_cents=account.effect[adjustment_id],
        reason=note.reason,
        reversals=tuple(
            CreditNoteReversal(date.fromisoformat(one.on), -account.effect[one.adjustment_id])
            for one in facts.adjustments
            if one.reverses_id == adjustment_id and account.effect[one.adjustment_id]
        ),
        void_on=None if void is None else date.fromisoformat(void.on),
    )
