"""Add and change clients and the guarantors who owe for them."""

from datetime import date
from typing import Any

from core import audit
from core.actors import Right
from core.clients.queries import client, note_of
from core.codes.numbers import read_npi
from core.errors import UsageError
from core.store import Tx
from core.tables import BillingNote, Client, Guarantor


class ClientNeedsName(UsageError):
    code = "client_needs_name"

    def __init__(self) -> None:
        super().__init__("A client needs a name.")


class NoteEmpty(UsageError):
    code = "note_empty"

    def __init__(self) -> None:
        super().__init__("A note needs words.")


class NoteTooLong(UsageError):
    code = "too_long"

    def __init__(self) -> None:
        super().__init__(f"A note has at most {MAX_NOTE:,} characters.")


class BadBillTo(UsageError):
    code = "bad_bill_to"

    def __init__(self, typed: str) -> None:
        super().__init__(f'"{typed[:20]}" is no way to bill. One of: {", ".join(BILL_TO)}.')


BILL_TO = ("client", "insurance", "hybrid")
MAX_NOTE = 2_000


def sort_name(given: str, family: str) -> str:
    """As lists show a person: family name first."""
    return f"{family}, {given}" if given and family else family or given


def add_guarantor(tx: Tx, *, name: str, **contact: Any) -> str:
    """Somebody who owes; contact is street, street_2, city, state, postal_code, country, email, phone.

    Raises: ClientNeedsName.
    """
    tx.require(Right.BILL)
    if not name.strip():
        raise ClientNeedsName
    guarantor_id = tx.add(Guarantor(name=name.strip(), **contact))
    audit.record(tx, "guarantor.added", "guarantor", guarantor_id)
    return guarantor_id


def change_guarantor(tx: Tx, guarantor_id: str, **contact: Any) -> None:
    """Correct a guarantor's name or address; issued invoices keep the one they were issued with."""
    tx.require(Right.BILL)
    if not contact.get("name", "x").strip():
        raise ClientNeedsName
    tx.change(Guarantor, guarantor_id, **contact)
    audit.record(tx, "guarantor.changed", "guarantor", guarantor_id, columns=sorted(contact))


def add_client(
    tx: Tx,
    *,
    given: str,
    family: str,
    guarantor_id: str | None = None,
    birth_on: date | None = None,
    bill_to: str = "client",
    **contact: Any,
) -> str:
    """Somebody who receives care; without a guarantor, the client owes for itself.

    Raises: ClientNeedsName.
    """
    tx.require(Right.BILL)
    name = " ".join(part for part in (given.strip(), family.strip()) if part)
    if not name:
        raise ClientNeedsName
    if bill_to not in BILL_TO:
        raise BadBillTo(bill_to)
    if guarantor_id is None:
        guarantor_id = add_guarantor(tx, name=name, **contact)
    client_id = tx.add(
        Client(
            name=name,
            sort_name=sort_name(given.strip(), family.strip()),
            guarantor_id=guarantor_id,
            birth_on=None if birth_on is None else birth_on.isoformat(),
            bill_to=bill_to,
        )
    )
    audit.record(tx, "client.added", "client", client_id)
    return client_id


def change_client(tx: Tx, client_id: str, **values: str | None) -> None:
    """Correct what documents say of a client: name, sort_name, birth_on (ISO text), the client's own
    street, street_2, city, state, postal_code and phone, referrer, referrer_npi.

    The name is the legal one, as on the insurance card; issued documents keep the one they were issued
    with. Raises: ClientNeedsName, BadNpi, NotFound.
    """
    tx.require(Right.BILL)
    if not (values.get("name", "x") or "").strip():
        raise ClientNeedsName
    if values.get("referrer_npi"):
        values["referrer_npi"] = read_npi(values["referrer_npi"] or "")
    tx.change(Client, client_id, **values)
    audit.record(tx, "client.changed", "client", client_id, columns=sorted(values))


def note_client(tx: Tx, client_id: str, text: str, *, today: date) -> str:
    """Note something about a client's billing (RC7); it never stands on a document. Answers its id.

    Raises: NoteEmpty, NoteTooLong, NotFound.
    """
    tx.require(Right.BILL)
    if not text.strip():
        raise NoteEmpty
    if len(text) > MAX_NOTE:
        raise NoteTooLong
    client(tx, client_id)
    note_id = tx.add(BillingNote(client_id=client_id, text=text.strip(), noted_on=today.isoformat()))
    audit.record(tx, "client.noted", "client", client_id, note_id=note_id)
    return note_id


def take_note_away(tx: Tx, note_id: str) -> None:
    """Show a note no more; it can be put back. Raises: NotFound."""
    tx.require(Right.BILL)
    tx.change(BillingNote, note_id, archived=True)
    audit.record(tx, "client.note_removed", "client", note_of(tx, note_id).client_id, note_id=note_id)


def put_note_back(tx: Tx, note_id: str) -> None:
    """Undo taking a note away. Raises: NotFound."""
    tx.require(Right.BILL)
    tx.change(BillingNote, note_id, archived=False)
    audit.record(tx, "client.noted", "client", note_of(tx, note_id).client_id, note_id=note_id)
