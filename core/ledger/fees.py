"""Late fees as charged: which count, on what invoice, and what of each was waived (RC5)."""

from collections import namedtuple

from core.errors import NotFound
from core.ids import BY_ENDING, ending
from core.ledger.effective import ADJUSTMENT_COUNTS, FEE_COUNTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

SAME_FEE = "SELECT t.id FROM late_fee AS t WHERE t.id = f.id OR t.once = f.once"
"""The fee `f` and the facts of other offices that charged the same step."""

WAIVED = f"""
coalesce((SELECT sum(j.amount_cents) FROM adjustment AS j
          WHERE j.invoice_id = f.invoice_id AND j.kind = 'fee_waiver' AND j.late_fee_id IN ({SAME_FEE})
            AND {ADJUSTMENT_COUNTS}), 0)
"""  # noqa: S608  composed of the constants above
"""What of the fee `f` was let go, taken back waivers not counted."""

ChargedFee = namedtuple(
    "ChargedFee",
    "late_fee_id invoice_id number client_id client guarantor_id step amount_cents waived_cents assessed_on"
    " void",
)

CHARGED = f"""
SELECT f.id, f.invoice_id, i.number, i.client_id, i.client_name, i.guarantor_id, f.step, f.amount_cents,
       {WAIVED}, f.assessed_on, b.void
FROM late_fee AS f JOIN invoice_balance AS b ON b.invoice_id = f.invoice_id
JOIN invoice_issue AS i ON i.id = b.issue_id
WHERE f.assessed_on <= :as_of AND {FEE_COUNTS}
ORDER BY f.assessed_on, i.series, i.series_no, f.step
"""  # noqa: S608
CHARGED_ON = CHARGED.replace("WHERE f.assessed_on", "WHERE f.invoice_id = :invoice_id AND f.assessed_on")

LAST_DAY = "9999-12-31"


def charged_fees(read: "Read", *, invoice_id: str | None = None, as_of: str = LAST_DAY) -> list[ChargedFee]:
    """Every late fee that counts, of all invoices or of one, dated up to a day (ISO text)."""
    read.fresh()
    if invoice_id is None:
        return read.all(CHARGED, ChargedFee, as_of=as_of)
    return read.all(CHARGED_ON, ChargedFee, invoice_id=invoice_id, as_of=as_of)


class NoLateFee(NotFound):
    code = "no_late_fee"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no late fee "{plain(typed)[:40]}" to let go.', subject=typed[:40])


FIND = f"SELECT f.id FROM late_fee AS f WHERE {BY_ENDING.format(id='f.id')} LIMIT 2"  # noqa: S608


def find_fee(read: "Read", typed: str) -> str:
    """The id of a late fee for what a person types: the id or its last 8 characters. Raises: NoLateFee."""
    looked_for = ending(typed)
    found = read.rows(FIND, **looked_for) if looked_for else []
    if len(found) != 1:
        raise NoLateFee(typed.strip().lower())
    return str(found[0][0])
