"""What was done about money: on an invoice, and with a payment. Each fact as it counts."""

from collections import namedtuple

from core.errors import DomainError, NotFound
from core.ids import BY_ENDING, ending
from core.ledger.effective import ADJUSTMENT_COUNTS, FEE_COUNTS, NET, REFUND_COUNTS, first_of_its_kind
from core.ledger.fees import WAIVED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

OnInvoice = namedtuple(
    "OnInvoice", "allocation_id payment_id kind received_on method reference amount_cents effective_on"
)
"""So many cents of a payment, or of goodwill (`kind` credit, no method), that are on an invoice now."""

ON_INVOICE = f"""
SELECT t.* FROM (
    SELECT a.id, m.source_id, m.kind, m.since_on, coalesce(p.method, '') AS method,
           coalesce(p.reference, k.reason) AS reference,
           {NET} AS cents, a.effective_on
    FROM allocation AS a JOIN money_left AS m ON m.source_id = coalesce(a.payment_id, a.credit_id)
    LEFT JOIN payment AS p ON p.id = m.source_id LEFT JOIN credit AS k ON k.id = m.source_id
    WHERE a.invoice_id = :invoice_id) AS t
WHERE t.cents > 0 ORDER BY t.effective_on, t.id
"""  # noqa: S608  composed of the constant above

CROSSED = """
SELECT b.guarantor_id FROM invoice_balance AS b JOIN crossed_account AS x ON x.guarantor_id = b.guarantor_id
WHERE b.invoice_id = :invoice_id
"""


def on_invoice(read: "Read", invoice_id: str) -> list[OnInvoice]:
    """The money that is on an invoice, in the order it was put there; it adds up to what is paid.

    Where the facts of two offices contradict, each is as far as it could be applied (`decisions.md` 3).
    """
    read.fresh()
    found = read.all(ON_INVOICE, OnInvoice, invoice_id=invoice_id)
    guarantor_id = read.value(CROSSED, invoice_id=invoice_id)
    if guarantor_id is None:
        return found
    from core.ledger.account import account_of, facts_of

    effect = account_of(facts_of(read, guarantor_id)).effect
    capped = [one._replace(amount_cents=effect.get(one.allocation_id, 0)) for one in found]
    return [one for one in capped if one.amount_cents]


AdjustmentRow = namedtuple(
    "AdjustmentRow", "adjustment_id invoice_id on kind amount_cents reason reverses_id left_cents"
)
"""Positive cents ask for less. `left_cents` is what was not reversed; of a reversal it is 0."""

REVERSAL_COUNTS = first_of_its_kind("adjustment", "r")
ADJUSTMENTS = f"""
SELECT j.id, j.invoice_id, j.effective_on, j.kind, j.amount_cents, j.reason, j.reverses_id,
       CASE WHEN j.reverses_id IS NULL THEN j.amount_cents
            + coalesce((SELECT sum(r.amount_cents) FROM adjustment AS r
                        WHERE r.reverses_id = j.id AND {REVERSAL_COUNTS}), 0)
            ELSE 0 END
FROM adjustment AS j WHERE {ADJUSTMENT_COUNTS}
"""  # noqa: S608  composed of the constant above
OF_INVOICE = " AND j.invoice_id = :invoice_id ORDER BY j.effective_on, j._q = 0, j._q, j.site, j.no"
FIND = f" AND {BY_ENDING.format(id='j.id')} LIMIT 2"


def adjustments_of(read: "Read", invoice_id: str) -> list[AdjustmentRow]:
    """What was taken off an invoice without money, and what of it was asked for again."""
    return read.all(ADJUSTMENTS + OF_INVOICE, AdjustmentRow, invoice_id=invoice_id)


class NoAdjustment(NotFound):
    code = "no_adjustment"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no adjustment "{plain(typed)[:40]}" to reverse.', subject=typed[:40])


class ManyAdjustments(DomainError):
    code = "many_adjustments"

    def __init__(self, typed: str, ids: list[str]) -> None:
        from core.text import plain

        super().__init__(
            f"There are several adjustments on {plain(typed)[:40]}. Name one of them: {', '.join(ids)}."
        )


def find_adjustment(read: "Read", typed: str) -> str:
    """The id for what a person types: an adjustment's id or its last 8 characters, or the invoice of the
    only one that is not reversed.

    Raises: NoAdjustment, ManyAdjustments.
    """
    from core.ids import short
    from core.ledger.invoices import NoInvoice, find_invoice

    typed = typed.strip()
    looked_for = ending(typed)
    if looked_for:
        found = read.all(ADJUSTMENTS + FIND, AdjustmentRow, **looked_for)
        if len(found) == 1:
            return str(found[0].adjustment_id)
    try:
        invoice_id = find_invoice(read, typed)
    except NoInvoice:
        raise NoAdjustment(typed) from None
    live = [one for one in adjustments_of(read, invoice_id) if one.left_cents > 0]
    if not live:
        raise NoAdjustment(typed)
    if len(live) > 1:
        raise ManyAdjustments(typed, [short(one.adjustment_id) for one in live])
    return str(live[0].adjustment_id)


def is_credit_note(read: "Read", adjustment_id: str) -> bool:
    """Whether an adjustment is a credit note, which has a document of its own."""
    one = "SELECT 1 FROM adjustment WHERE id = :id AND kind = 'credit_note' AND reverses_id IS NULL"
    return read.value(one, id=adjustment_id) is not None


def find_credit_note(read: "Read", typed: str, invoice_id: str) -> str:
    """The id of a credit note to an invoice, for its id or its last 8 characters, or the only one where
    nothing is typed.

    Raises: NoCreditNote, ManyAdjustments.
    """
    from core.ids import short

    notes = [
        one.adjustment_id
        for one in adjustments_of(read, invoice_id)
        if one.kind == "credit_note" and one.reverses_id is None
    ]
    fits = [one for one in notes if not typed or (len(typed) >= 8 and one.endswith(typed.strip().lower()))]
    if not fits:
        raise NoCreditNote
    if len(fits) > 1:
        raise ManyAdjustments("it", [short(one) for one in fits])
    return str(fits[0])


class NoCreditNote(NotFound):
    code = "no_credit_note"

    def __init__(self) -> None:
        super().__init__("There is no such credit note to this invoice. `invoice show` lists adjustments.")


FeeRow = namedtuple("FeeRow", "late_fee_id assessed_on step amount_cents waived_cents")

FEES = f"""
SELECT f.id, f.assessed_on, f.step, f.amount_cents, {WAIVED}
FROM late_fee AS f WHERE f.invoice_id = :invoice_id AND {FEE_COUNTS} ORDER BY f.step, f.assessed_on, f.id
"""  # noqa: S608


def fees_of(read: "Read", invoice_id: str) -> list[FeeRow]:
    """The late fees of an invoice and what of each was waived."""
    return read.all(FEES, FeeRow, invoice_id=invoice_id)


Links = namedtuple("Links", "replaces replaced_by")
"""Numbers of the invoices this one stands for, and that stand for it; a draft has a short id."""

REPLACES = """
SELECT o.number FROM invoice_issue AS o WHERE o.invoice_id = coalesce(
    (SELECT i.replaces_id FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id LIMIT 1),
    (SELECT d.replaces_id FROM draft AS d WHERE d.id = :invoice_id))
LIMIT 1
"""
REPLACED_BY = """
SELECT i.invoice_id, i.number FROM invoice_issue AS i WHERE i.replaces_id = :invoice_id
UNION ALL
SELECT d.id, NULL FROM draft AS d WHERE d.replaces_id = :invoice_id
AND NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = d.id)
ORDER BY 1
"""


def links_of(read: "Read", invoice_id: str) -> Links:
    """What a void invoice was billed again as, and what this one replaces (RB6)."""
    from core.ids import short

    after = [number or short(row_id) for row_id, number in read.rows(REPLACED_BY, invoice_id=invoice_id)]
    return Links(read.value(REPLACES, invoice_id=invoice_id), after)


RefundRow = namedtuple(
    "RefundRow", "refund_id refunded_on amount_cents balance channel method reference reason number answer"
)
"""`number` is the invoice it was taken from, None for credit; `answer` is what the processor said: done or
failed, None before it did and for one that was made outside."""

REFUNDS = f"""
SELECT r.id, r.refunded_on, r.amount_cents, r.balance, r.channel, r.method, r.reference, r.reason,
       (SELECT i.number FROM invoice_issue AS i WHERE i.invoice_id = r.invoice_id LIMIT 1),
       (SELECT w.outcome FROM refund_answer AS w WHERE w.request_id = r.id ORDER BY w.no LIMIT 1)
FROM refund_request AS r
WHERE (r.payment_id = :source_id OR r.credit_id = :source_id) AND {REFUND_COUNTS}
ORDER BY r.refunded_on, r._q = 0, r._q, r.site, r.no
"""  # noqa: S608


def refunds_of(read: "Read", source_id: str) -> list[RefundRow]:
    """What was given back of a payment or goodwill credit."""
    return read.all(REFUNDS, RefundRow, source_id=source_id)
