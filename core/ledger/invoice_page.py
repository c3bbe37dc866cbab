"""One invoice or draft with everything a biller looks up about it."""

import json
from collections import namedtuple
from datetime import date, timedelta

from core.audit import entries
from core.ledger.invoices import hold_of, invoice, lines, mail_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

InvoicePage = namedtuple("InvoicePage", "row lines mail notes bill_to made_on due_on history timezone hold")
"""`row` and `lines` as `invoices` has them; `bill_to` is name and address, a line each; `due_on` is what
a draft would get if it were issued today; `history` are audit entries, newest first; `timezone` is the
practice's; `hold` says why it is not chased, or is None."""

NOTES = """
SELECT coalesce((SELECT notes FROM invoice_issue WHERE invoice_id = :id LIMIT 1),
                (SELECT notes FROM draft WHERE id = :id), '')
"""

FROZEN_BILL_TO = "SELECT bill_to FROM invoice_issue WHERE invoice_id = :id LIMIT 1"

BILL_TO = """
SELECT g.name, g.street, g.street_2, g.city, trim(g.state || ' ' || g.postal_code), g.country
FROM draft AS d JOIN guarantor AS g ON g.id = d.guarantor_id WHERE d.id = :id
"""

DRAFT = "SELECT made_on, due_on, terms_days FROM draft WHERE id = :id"

TIMEZONE = "SELECT timezone FROM practice ORDER BY id LIMIT 1"

HISTORY_SHOWN = 200


def invoice_page(read: "Read", invoice_id: str, today: date) -> InvoicePage:
    """The page of an invoice or draft. Raises: NotFound."""
    row = invoice(read, invoice_id, today=today.isoformat())
    frozen = read.value(FROZEN_BILL_TO, id=invoice_id)
    addressee = json.loads(frozen) if frozen is not None else read.rows(BILL_TO, id=invoice_id)[0]
    draft = read.rows(DRAFT, id=invoice_id)
    made_on, due_on = row.issued_on, row.due_on
    if row.number is None:
        made_on, due_on, terms_days = draft[0]
        due_on = due_on or (today + timedelta(days=terms_days)).isoformat()
    return InvoicePage(
        row,
        lines(read, invoice_id),
        mail_state(read, invoice_id),
        read.value(NOTES, id=invoice_id),
        tuple(line for line in addressee if line),
        made_on,
        due_on,
        entries(read, subject_id=invoice_id, most=HISTORY_SHOWN),
        read.value(TIMEZONE),
        hold_of(read, invoice_id),
    )
