"""A hub that takes cards from a stand-in for Stripe, for tests that need both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.clients.commands import add_client
from core.invoicing.commands import create_draft, issue_drafts
from core.practice.cards import set_card_processor
from core.security.processor_secret import ProcessorSecret, keep_processor_secret
from core.sessions.commands import ServiceLine, finalise, record_session
from core.store import Store
from tests.builders import ADDRESS, OWNER, TODAY
from tests.stripe_double import API_KEY, WEBHOOK_SECRET, Double, localstripe
from tests.syncd.network import Running


@contextmanager
def stand_in() -> Iterator[tuple[Double, Running]]:
    """Stripe's stand-in, listening."""
    with localstripe() as inner:
        double = Double(inner)
        running = Running(double.app)
        double.url = running.url
        try:
            yield double, running
        finally:
            running.stop()


def connect(store: Store, folder: Path, address: str) -> None:
    """Let the hub's practice take cards, from the processor at an address."""
    keep_processor_secret(str(folder), store.data_key, ProcessorSecret(API_KEY, WEBHOOK_SECRET, "", address))
    with store.write(OWNER) as tx:
        set_card_processor(tx, "stripe")


def owe(store: Store, name: str, cents: int) -> tuple[str, str]:
    """A client who owes an invoice; answers the guarantor and the invoice."""
    start = datetime(2026, 9, 10, 15, 0, tzinfo=UTC)
    contact: dict[str, Any] = {**ADDRESS, "email": "a@example.org"}
    with store.write(OWNER) as tx:
        client_id = add_client(tx, given="Ada", family=name, **contact)
        provider_id = tx.value("SELECT id FROM provider LIMIT 1")
        session_id = record_session(
            tx, client_id=client_id, starts_at=start, ends_at=start, service_on=start.date(), status="kept",
            lines=[ServiceLine("CUSTOM", "T", "", "Session", 1000, cents)], provider_id=provider_id,
        )  # fmt: skip
        finalise(tx, [session_id])
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
        (issued,) = issue_drafts(tx, [draft_id], today=TODAY)
        owner = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
    return str(owner), str(issued.invoice_id)
