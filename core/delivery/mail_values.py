"""What a mail says of its occasion, asked when it leaves: an amount paid meanwhile is not asked for again."""

import json
from datetime import datetime

from core.delivery.letters import Envelope, letter
from core.delivery.mail_queue import Due
from core.delivery.mailer import Letter
from core.documents.keep import document_bytes
from core.documents.queries import document
from core.errors import DomainError
from core.ledger.choices import choices
from core.ledger.mail_server import MailServer
from core.ledger.pay_link import pay_link, portal_address
from core.money import show_cents
from core.payments.queries import invoice_state
from core.practice.mail_templates import KINDS, template
from core.store import Read

PRACTICE = "SELECT id, name, phone, email, currency FROM practice ORDER BY id LIMIT 1"
INVOICE = """
SELECT i.number, i.due_on, i.pay_code, g.name
FROM invoice_issue AS i JOIN guarantor AS g ON g.id = i.guarantor_id
WHERE i.invoice_id = :invoice_id ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1
"""
NAME_OF_ADDRESS = "SELECT name FROM guarantor WHERE email = :mail_to ORDER BY id LIMIT 1"

ATTACHED = ("invoice", "statement", "receipt")
"""What may go with a mail where the practice chose so. A superbill or an estimate never does: it holds
diagnoses (`domain.md` 10)."""

_WORDS = {"superbill": "document", "estimate": "document", "credit_note": "document"}
"""Announced without saying what it is: the name of such a document says something of its contents."""


class NoPortal(DomainError):
    code = "no_portal"

    def __init__(self) -> None:
        super().__init__(
            "The practice has no portal yet: this mail would lead nowhere. Start the hub with --portal-url,"
            " then send it again."
        )


def letter_of(read: Read, due: Due, server: MailServer, portal: str = "") -> Letter:
    """The mail as it goes out; `portal` is the one that this hub serves, else that of the settings.

    Raises: NotAnAddress; NotFound, where what it is about is gone; NoPortal.
    """
    book, practice, phone, reply_to, currency = read.rows(PRACTICE)[0]
    kind = _WORDS.get(due.kind, due.kind)
    values = {"practice": practice, "phone": phone, "name": ""}
    values |= dict.fromkeys(KINDS[kind].variables, "") if kind in KINDS else {}
    portal = portal or portal_address(read)
    values["link"] = portal
    if due.kind in ("invoice", "reminder", "card_failed", "card_confirm"):
        values |= _of_invoice(read, due.subject_id, portal, currency)
    elif due.subject_id and not due.details:
        values["name"] = document(read, due.subject_id).guarantor or ""
    values |= {name: str(value) for name, value in json.loads(due.details or "{}").items()}
    if kind == "invitation":
        if not portal:
            raise NoPortal
        values["link"] = f"{portal}/login"
    if not values["name"]:
        values["name"] = read.value(NAME_OF_ADDRESS, mail_to=due.mail_to) or ""
    envelope = Envelope(
        due.mail,
        due.mail_to,
        values["name"],
        server.sender,
        practice,
        reply_to,
        datetime.fromisoformat(due.at),
    )
    return letter(envelope, book, template(read, kind), values, _pdf(read, due))


def _of_invoice(read: Read, invoice_id: str, portal: str, currency: str) -> dict[str, str]:
    found = read.rows(INVOICE, invoice_id=invoice_id)
    if not found:
        return {}
    number, due_on, pay_code, name = found[0]
    cents = max(0, invoice_state(read, invoice_id).balance_cents)
    amount = in_money(cents, currency)
    link = pay_link(portal, pay_code) if cents else portal
    return {"number": number, "due": due_on, "amount": amount, "link": link, "name": name}


def in_money(cents: int, currency: str) -> str:
    """An amount as a mail says it: $150.00."""
    return f"${show_cents(cents)}" if currency == "USD" else f"{currency} {show_cents(cents)}"


def _pdf(read: Read, due: Due) -> tuple[str, bytes] | None:
    """The document itself, only where the practice chose so; no mail waits for one that is not there."""
    if due.kind not in ATTACHED or choices(read)["mail_pdf"] != "yes":
        return None
    try:
        row = document(read, due.subject_id)
        return row.file_name(due.version or None), document_bytes(read, due.subject_id, due.version or None)
    except DomainError:
        return None
