"""What an office looks after in card payments: charges that were asked for, those that failed, disputes,
and what differs from the processor's list (RF1, RF2)."""

from collections import namedtuple
from collections.abc import Sequence

from core.ledger.effective import first_of_its_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

Charged = namedtuple(
    "Charged",
    "charge_id invoice_id number client guarantor_id brand last4 amount_cents asked_on outcome code"
    " answered_on processor_ref",
)
"""A charge that was asked for on an invoice; `outcome` is empty until the hub answered."""

ANSWER = """
(SELECT o.id FROM charge_answer AS o JOIN card_charge AS t ON t.id = o.charge_id
 WHERE t.invoice_id = c.invoice_id AND t.once = c.once ORDER BY o._q = 0, o._q, o.site, o.no LIMIT 1)
"""
CHARGED = f"""
SELECT c.id, c.invoice_id, i.number, i.client_name, c.guarantor_id, k.brand, k.last4, c.amount_cents,
       c.asked_on, coalesce(a.outcome, ''), coalesce(a.code, ''), a.answered_on, coalesce(a.processor_ref, '')
FROM card_charge AS c JOIN saved_card AS k ON k.id = c.card_id
JOIN invoice_balance AS b ON b.invoice_id = c.invoice_id JOIN invoice_issue AS i ON i.id = b.issue_id
LEFT JOIN charge_answer AS a ON a.id = {ANSWER}
"""  # noqa: S608  composed of the constant above
ONE = f"{CHARGED} WHERE c.id = :charge_id"
NEWEST = f"""{CHARGED}
WHERE c.invoice_id = :invoice_id AND {first_of_its_kind("card_charge", "c")}
ORDER BY c.at DESC, c.no DESC, c.id DESC LIMIT 1
"""
FAILED = f"""{CHARGED}
WHERE a.outcome IN ('declined', 'confirm', 'refused') AND a.code NOT IN ('paid_meanwhile', 'void')
  AND b.balance_cents > 0 AND b.void = 0 AND {first_of_its_kind("card_charge", "c")}
  AND NOT EXISTS (SELECT 1 FROM card_charge AS n WHERE n.invoice_id = c.invoice_id AND n.once <> c.once
                  AND (n.at, n.id) > (c.at, c.id))
ORDER BY a.answered_on DESC, i.number
"""  # noqa: S608  composed of the constants above


def charges_told(read: "Read", charge_ids: Sequence[str]) -> list[Charged]:
    """What became of charges that were asked for."""
    return [row for one in charge_ids for row in read.all(ONE, Charged, charge_id=one)]


def newest_charge(read: "Read", invoice_id: str) -> Charged | None:
    """The last charge that was asked for on an invoice."""
    return read.first(NEWEST, Charged, invoice_id=invoice_id)


def failed_charges(read: "Read") -> list[Charged]:
    """Cards that could not be charged for what is still open, the newest answer first; one that was tried
    again is told by that."""
    read.fresh()
    return read.all(FAILED, Charged)


def charge_words(row: Charged) -> str:
    """`asked, waits for the hub`, `paid`, `declined: The card has expired.`, `needs confirmation`."""
    if not row.outcome:
        return "asked, waits for the hub"
    if row.outcome == "paid":
        return "paid"
    if row.outcome == "confirm":
        return "needs confirmation: the bank wants its holder to confirm; send a pay link"
    from core.payments.card import in_words  # the first screen counts cards and names none

    return f"{row.outcome}: {in_words(row.code)}"


DisputeRow = namedtuple(
    "DisputeRow",
    "dispute_id payment_id processor_ref state amount_cents fee_cents reason answer_by_on happened_on",
)
DISPUTES = """
SELECT d.id, d.payment_id, d.processor_ref, d.state, d.amount_cents, d.fee_cents, d.reason, d.answer_by_on,
       d.happened_on
FROM dispute AS d
WHERE NOT EXISTS (SELECT 1 FROM dispute AS n WHERE n.processor_ref = d.processor_ref
                  AND (n._q = 0, n._q, n.site, n.no) > (d._q = 0, d._q, d.site, d.no))
ORDER BY d.happened_on DESC, d.id
"""


def disputes(read: "Read") -> list[DisputeRow]:
    """Every dispute as it stands, the newest first."""
    return read.all(DISPUTES, DisputeRow)


Disputed = namedtuple(
    "Disputed",
    "dispute_id payment_id guarantor state amount_cents reason answer_by_on happened_on intent_ref",
)
PAYER = """
SELECT g.name, coalesce(p.once, '') FROM payment AS p JOIN guarantor AS g ON g.id = p.guarantor_id
WHERE p.id = :payment_id
"""


def disputed(read: "Read", *, open_only: bool = False) -> list[Disputed]:
    """Disputes as they stand with whose payment it is; open ones, which must be answered, first."""
    found = []
    for row in disputes(read):
        if open_only and row.state not in ("open", "inquiry"):
            continue
        name, once = (read.rows(PAYER, payment_id=row.payment_id) or [("", "")])[0]
        found.append(
            Disputed(
                row.dispute_id, row.payment_id, name, row.state, row.amount_cents, row.reason,
                row.answer_by_on, row.happened_on, str(once).removeprefix("stripe:"),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: one.state not in ("open", "inquiry"))


Difference = namedtuple(
    "Difference", "difference_id kind processor_ref theirs_cents ours_cents happened_on payment_id once"
)

OPEN = """
SELECT d.id, d.kind, d.processor_ref, d.theirs_cents, d.ours_cents, d.happened_on, d.payment_id, d.once
FROM processor_difference AS d
WHERE NOT EXISTS (SELECT 1 FROM difference_end AS e WHERE e.difference_id = d.id)
ORDER BY d.happened_on, d.id
"""


def open_differences(read: "Read") -> list[Difference]:
    """What the processor's list and the book differ in, as the last look found it."""
    return read.all(OPEN, Difference)


LOOKED = "SELECT max(at) FROM processor_look"


def last_look(read: "Read") -> str:
    """When the processor's list was last laid beside the book; empty where it never was."""
    return str(read.value(LOOKED) or "")


SAID = {
    "not_in_book": "taken by the processor, not in the book",
    "not_at_processor": "in the book, not at the processor",
    "amount": "another amount at the processor",
    "refunded": "another amount was given back at the processor",
}


def difference_words(kind: str) -> str:
    """What a difference is, for people."""
    return SAID[kind]


Waits = namedtuple("Waits", "name text count amount_cents")
"""A line of *Today*: which list answers it, and how much of it there is."""


def cards_to_do(read: "Read") -> list[Waits]:
    """What card payments ask of a person now: failed cards, open disputes, differences."""
    failed, open_disputes, differ = (
        failed_charges(read),
        disputed(read, open_only=True),
        open_differences(read),
    )
    lines = [
        Waits("failed_cards", "Cards that failed", len(failed), sum(one.amount_cents for one in failed)),
        Waits(
            "disputes", "Card payments in dispute", len(open_disputes),
            sum(one.amount_cents for one in open_disputes),
        ),
        Waits(
            "differences", "Differences with the processor", len(differ),
            sum(abs(one.theirs_cents - one.ours_cents) for one in differ),
        ),
    ]  # fmt: skip
    return [one for one in lines if one.count]
