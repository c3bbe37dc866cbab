"""Why an amount is what it is: the entries that add up to it (RC7)."""

from collections import namedtuple
from collections.abc import Iterable
from datetime import date

from core.ids import short
from core.ledger.entries import MOVES, Entry, account_entries, client_ledger
from core.ledger.invoices import invoice, lines
from core.money import show_cents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

Explained = namedtuple("Explained", "kind subject_id title amount_cents entries")
"""`kind` is client, invoice, draft or payment. The amounts of the entries add up to `amount_cents`: what a
client owes, what is open on an invoice, what is left of a payment."""

Reason = namedtuple("Reason", "on kind text amount_cents")

OWNER_OF_INVOICE = """
SELECT b.guarantor_id, i.number, i.client_name, b.balance_cents
FROM invoice_balance AS b JOIN invoice_issue AS i ON i.id = b.issue_id WHERE b.invoice_id = :subject_id
"""
OWNER_OF_MONEY = """
SELECT m.guarantor_id, m.kind, g.name, m.left_cents
FROM money_left AS m JOIN guarantor AS g ON g.id = m.guarantor_id WHERE m.source_id = :subject_id
"""
CLIENT_NAME = "SELECT name FROM client WHERE id = :client_id"


def explain_invoice(read: "Read", invoice_id: str) -> Explained:
    """What is open on an invoice: its frozen lines, fees, adjustments, and the money on it."""
    read.fresh()
    guarantor_id, number, client, balance = read.rows(OWNER_OF_INVOICE, subject_id=invoice_id)[0]
    reasons = []
    for entry in _entries(read, guarantor_id):
        if entry.invoice_id != invoice_id:
            continue
        if entry.kind == "invoice":
            reasons += [
                Reason(entry.on, "line", _line_text(line), line.amount_cents)
                for line in lines(read, invoice_id)
            ]
        else:
            sign = -1 if entry.kind in MOVES else 1
            reasons.append(Reason(entry.on, entry.kind, entry.text, sign * entry.amount_cents))
    return _checked("invoice", invoice_id, f"{number} {client}", balance, reasons)


def explain_draft(read: "Read", draft_id: str, today: date) -> Explained:
    """What a draft would ask for: its lines, discount and surcharge."""
    row = invoice(read, draft_id, today=today.isoformat())
    reasons = [
        Reason(line.date_on or "", "line", line.description or line.kind, line.amount_cents)
        for line in lines(read, draft_id)
    ]
    return _checked("draft", draft_id, f"Draft {short(draft_id)} {row.client}", row.total_cents, reasons)


def _line_text(line: "tuple[object, ...]") -> str:
    _, _, _, date_on, _, code, modifiers, description, *_ = line
    return " ".join(str(part) for part in (date_on, code, modifiers, description) if part)


def explain_payment(read: "Read", source_id: str) -> Explained:
    """What is left of a payment or goodwill credit."""
    read.fresh()
    guarantor_id, kind, guarantor, left = read.rows(OWNER_OF_MONEY, subject_id=source_id)[0]
    reasons = [
        Reason(entry.on, entry.kind, entry.text, -entry.amount_cents)
        for entry in _entries(read, guarantor_id)
        if entry.source_id == source_id
    ]
    amount = next(iter(reasons), Reason("", "", "", 0)).amount_cents
    title = f"{kind.capitalize()} of {guarantor}, {show_cents(amount)}"
    return _checked("payment", source_id, title, left, reasons)


def explain_client(read: "Read", client_id: str) -> Explained:
    """What a client owes: every entry of its ledger that changes the balance."""
    ledger = client_ledger(read, client_id)
    reasons = [
        Reason(line.on, line.kind, line.text, line.amount_cents) for line in ledger.lines if line.amount_cents
    ]
    name = read.value(CLIENT_NAME, client_id=client_id)
    return _checked("client", client_id, name, ledger.balance_cents, reasons)


def _entries(read: "Read", guarantor_id: str) -> Iterable[Entry]:
    return account_entries(read, guarantor_id)


def _checked(kind: str, subject_id: str, title: str, amount_cents: int, reasons: list[Reason]) -> Explained:
    assert sum(reason.amount_cents for reason in reasons) == amount_cents, "the entries add up"
    return Explained(kind, subject_id, title, amount_cents, reasons)
