"""Synthea's payments, on request: money received on the day of the session, on no invoice yet."""

from collections.abc import Iterator
from typing import NamedTuple

from core.books.fields import Row
from core.books.intake import Bulk, session_id_of
from core.books.synthea.folder import PROFILE, Folder
from core.tables import Payment

_METHODS = {"copay": "cash", "cash": "cash", "check": "check", "echeck": "ach", "cc": "card_external"}

SESSION_OWED_BY = """
SELECT c.guarantor_id, s.service_on, s.office_id FROM session AS s JOIN client AS c ON c.id = s.client_id
WHERE s.id = :session_id
"""

PAID_BEFORE = "SELECT 1 FROM payment WHERE once = :once"


class Paid(NamedTuple):
    once: str
    session: str
    amount_cents: int
    method: str


def payments(folder: Folder, sessions: dict[str, bool]) -> Iterator[tuple[int, Paid]]:
    def read(row: Row) -> Paid | None:
        if row.text("type") != "PAYMENT":
            return None
        session, amount = row.needed("session"), row.cents("paid")
        if session not in sessions:
            raise row.fault("session", "there is no such session that could be imported.")
        method = row.one_of("method", _METHODS, "other")
        return Paid(f"import:{PROFILE}:{row.needed('external_id')}", session, amount, method)

    return folder.reading.each(folder.sources["claims_transactions"], read, owner="session")


def write_payments(folder: Folder, sessions: dict[str, bool]) -> tuple[int, int]:
    """Record those not recorded before; answers how many, and how much in cents."""
    columns = (
        "id", "once", "guarantor_id", "amount_cents", "received_on", "method", "reference", "session_id",
        "office_id",
    )  # fmt: skip
    tx, source = folder.tx, folder.sources["claims_transactions"]
    bulk = Bulk(tx, Payment, columns)
    count = total = 0
    seen = set()
    for at, paid in payments(folder, sessions):
        if paid.amount_cents == 0 or paid.once in seen or tx.value(PAID_BEFORE, once=paid.once):
            continue
        if not folder.reading.sound(source, at, paid.session):
            continue
        seen.add(paid.once)
        session_id = session_id_of(PROFILE, paid.session)
        guarantor_id, service_on, office_id = tx.rows(SESSION_OWED_BY, session_id=session_id)[0]
        bulk.add(
            (tx.new_id(), paid.once, guarantor_id, paid.amount_cents, service_on, paid.method, "Synthea",
             None, office_id)
        )  # fmt: skip
        count += 1
        total += paid.amount_cents
    bulk.flush()
    return count, total
