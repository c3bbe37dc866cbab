"""Why an amount is what it is, for whatever a person types to name it (RC7)."""

from datetime import date

from core.clients.queries import find_client
from core.ledger.explain import explain_client, explain_draft, explain_invoice, explain_payment
from core.ledger.invoices import NoInvoice, find_invoice, invoice
from core.payments.queries import find_payment
from core.payments.refusals import NoPayment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ledger.explain import Explained
    from core.store import Read


def explain_typed(read: "Read", typed: str, today: date) -> "Explained":
    """By invoice number, by the id of a payment or credit, or by client. Raises: NotFound."""
    try:
        invoice_id = find_invoice(read, typed)
    except NoInvoice:
        try:
            return explain_payment(read, find_payment(read, typed))
        except NoPayment:
            return explain_client(read, find_client(read, typed))
    if invoice(read, invoice_id, today=today.isoformat()).number is None:
        return explain_draft(read, invoice_id, today)
    return explain_invoice(read, invoice_id)
