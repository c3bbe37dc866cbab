"""T11: what only the hub can know of mail and cards, an office may write, and changes nothing by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.clients.commands import add_client
from core.delivery.auto_share import is_due, share_due
from core.delivery.mail import answer_mail
from core.delivery.mail_queue import Due, ready
from core.delivery.sending import finish
from core.payments.commands import record_payment
from core.payments.outbox import customer_of, note_customer
from core.practice.mail import set_auto_share
from core.replication.hub import THE_HUB
from core.store import Store
from core.tables import InvoiceShare, MailAnswer, MailRequest, ProcessorCustomer
from tests.builders import ADDRESS, TODAY
from tests.core.replication.offices import OWNER, Network
from tests.syncd.rehearsal import owe

TO, SHARE = "a@example.org", "share:i1"


def due(network: Network) -> list[Due]:
    hub = network.hub
    with hub.read() as read:
        return ready(read, hub.clock() + timedelta(minutes=1), "")


def forge(office: Store, outcome: str) -> None:
    with office.write(OWNER) as tx:
        once = f"mail:{SHARE}:{outcome}"
        tx.add(MailAnswer(once=once, mail=SHARE, outcome=outcome, mail_to=TO, message_id="<x@y>"))


@pytest.mark.parametrize("outcome", ["delivered", "failed", "bounced"])
def test_a_mail_leaves_and_is_answered_once_whatever_an_office_says_of_it(
    network: Network, outcome: str
) -> None:
    office, hub = network.offices[1], network.hub
    with office.write(OWNER) as tx:
        tx.add(InvoiceShare(once=SHARE, invoice_id="i1", mail_to=TO))
    forge(office, outcome)
    network.settle()
    (one,) = due(network)
    with hub.write(THE_HUB) as tx:
        answer_mail(tx, one, "failed" if outcome == "failed" else "delivered", code=250, said="OK")
    assert due(network) == []
    network.settle()
    assert due(network) == []


def test_whose_cards_a_page_shows_is_not_an_offices_to_say(network: Network) -> None:
    office, hub = network.offices[1], network.hub
    contact: dict[str, Any] = {**ADDRESS}
    with office.write(OWNER) as tx:
        client_id = add_client(tx, given="Ada", family="Archer", **contact)
        guarantor_id = str(tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id))
        once = f"customer:{guarantor_id}"
        tx.add(ProcessorCustomer(once=once, guarantor_id=guarantor_id, processor_ref="cus_of_another"))
    network.settle()
    with hub.write(THE_HUB) as tx:
        assert customer_of(tx, guarantor_id) == ""
        note_customer(tx, guarantor_id, "cus_own")
        assert customer_of(tx, guarantor_id) == "cus_own"
    network.settle()
    with hub.read() as read:
        assert customer_of(read, guarantor_id) == "cus_own"


@pytest.mark.parametrize("kind", ["reminder", "card_failed", "card_confirm"])
def test_what_asks_for_money_leaves_while_it_is_open_and_not_after(network: Network, kind: str) -> None:
    """Also from a hub in PostgreSQL, which keeps no summaries."""
    office = network.offices[1]
    guarantor_id, invoice_id = owe(office, "Archer", 15_000)
    with office.write(OWNER) as tx:
        tx.add(MailRequest(once="mail-request:r", kind=kind, mail_to=TO, about=invoice_id))
    network.settle()
    assert [one.mail for one in due(network)] == ["mail-request:r"]
    with office.write(OWNER) as tx:
        record_payment(
            tx, guarantor_id=guarantor_id, amount_cents=15_000, method="cash", received_on=TODAY, today=TODAY,
            invoice_id=invoice_id,
        )  # fmt: skip
    network.settle()
    assert due(network) == []


def test_rb4_the_hub_shares_by_itself_what_is_due(network: Network) -> None:
    """Also in PostgreSQL."""
    office, hub = network.offices[1], network.hub
    with office.write(OWNER) as tx:
        set_auto_share(tx, 0)
    _, invoice_id = owe(office, "Archer", 15_000)
    finish(office, OWNER, [invoice_id], today=TODAY, share=False)
    network.settle()
    with hub.read() as read:
        assert is_due(read, hub.clock() + timedelta(minutes=1))
    clock = hub.clock
    hub.clock = lambda: clock() + timedelta(minutes=1)
    with hub.write(THE_HUB) as tx:
        assert share_due(tx) == [invoice_id]
    with hub.write(THE_HUB) as tx:
        assert share_due(tx) == []
    hub.clock = clock
