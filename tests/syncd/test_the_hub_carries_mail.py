"""From an office's share to a real mail server and back: carried by the hub, seen in the office, once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope

from core.clients.commands import add_client
from core.delivery.mail import mail_password, set_mail_password
from core.delivery.sending import finish, send
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.mail_state import mailed
from core.practice.mail import set_auto_share, set_mail_server
from core.sessions.commands import write_in_charge
from core.store import Store
from tests.architecture.source import ROOT
from tests.builders import ADDRESS, OWNER, TODAY
from tests.core.replication.offices import Clock, Network
from tests.syncd.mail_server import PASSWORD, USER, MailHost
from tests.syncd.network import Served, until


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailHost]:
    made = MailHost(tmp_path, "starttls")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.trust))
    yield made
    made.stop()


def draft(book: Store) -> str:
    contact: dict[str, Any] = {**ADDRESS}
    with book.write(OWNER) as tx:
        client_id = add_client(tx, given="Ann", family="Archer", email="ann@example.org", **contact)
        write_in_charge(tx, client_id=client_id, service_on=TODAY, description="Report", amount_cents=15_000)
        tx.fresh()
        return create_draft(tx, client_id=client_id, today=TODAY)


def set_up(network: Network, host: MailHost) -> Store:
    """The first office names the server, the hub has its password."""
    office = network.offices[1]
    with office.write(OWNER) as tx:
        set_mail_server(
            tx, host="127.0.0.1", port=host.port, security="starttls", user=USER, sender="bills@elm.example"
        )
    with network.hub.write(OWNER) as tx:
        set_mail_password(tx, PASSWORD, key=network.hub.data_key)
    return office


def state(book: Store, invoice_id: str) -> tuple[str, ...]:
    with book.read() as read:
        return tuple(mailed(read, invoice_id))


def later(network: Network, **time: float) -> None:
    clock = network.hub.clock
    assert isinstance(clock, Clock)
    clock.true += timedelta(**time)


async def test_what_an_office_sends_arrives_and_the_office_sees_it(network: Served, host: MailHost) -> None:
    office = set_up(network, host)
    invoice_id = draft(office)
    send(office, OWNER, [invoice_id], today=TODAY)
    network.settle()
    assert state(office, invoice_id) == ("queued", "")
    later(network, seconds=31)
    (mail,) = await asyncio.to_thread(host.post.wait_for, 1)
    assert mail["To"].addresses[0].addr_spec == "ann@example.org"
    await until(lambda: state(network.hub, invoice_id)[0] == "delivered")
    network.settle()
    assert state(office, invoice_id) == ("delivered", "")


async def test_rb4_the_hub_shares_what_shares_itself_and_mails_it(network: Served, host: MailHost) -> None:
    office = set_up(network, host)
    with office.write(OWNER) as tx:
        set_auto_share(tx, 2)
    invoice_id = draft(office)
    with office.write(OWNER) as tx:
        issue_drafts(tx, [invoice_id], today=TODAY)
    finish(office, OWNER, [invoice_id], today=TODAY, share=False)
    network.settle()
    later(network, hours=2, seconds=1)
    await until(lambda: state(network.hub, invoice_id)[0] == "queued")
    later(network, seconds=31)
    await asyncio.to_thread(host.post.wait_for, 1)


async def test_a_mail_server_that_is_away_keeps_nothing_else_waiting(network: Served, host: MailHost) -> None:
    office = set_up(network, host)
    host.stop()
    invoice_id = draft(office)
    send(office, OWNER, [invoice_id], today=TODAY)
    network.settle()
    later(network, seconds=31)
    await until(lambda: state(network.hub, invoice_id)[1] != "")
    network.settle()
    assert state(office, invoice_id)[0] == "queued"
    assert "cannot be reached" in state(office, invoice_id)[1]


def test_the_password_is_at_the_hub_alone_and_sealed(network: Served, host: MailHost) -> None:
    office = set_up(network, host)
    network.settle()
    with network.hub.read() as read:
        assert mail_password(read, key=network.hub.data_key) == PASSWORD
        assert mail_password(read, key=b"x" * 32) == ""
        assert PASSWORD not in str(read.rows("SELECT * FROM mail_password"))
    with office.read() as read:
        assert read.rows("SELECT * FROM mail_password") == []
        assert PASSWORD not in str(read.rows("SELECT * FROM setting"))


async def test_t11_an_office_that_names_another_server_does_not_get_the_password(
    network: Served, host: MailHost
) -> None:
    office = set_up(network, host)
    for count in (1, 2):
        send(office, OWNER, [draft(office)], today=TODAY)
        network.settle()
        later(network, seconds=31)
        if count == 1:
            await asyncio.to_thread(host.post.wait_for, 1)
            with office.write(OWNER) as tx:
                set_mail_server(tx, host="localhost", port=host.port, user=USER, sender="bills@elm.example")
    await until(lambda: any("another mail account" in said for said in words(network.hub)), 30)
    assert len(host.post.mails) == 1
    with network.hub.write(OWNER) as tx:
        set_mail_password(tx, PASSWORD, key=network.hub.data_key)
    later(network, minutes=11)
    await asyncio.to_thread(host.post.wait_for, 2)


def words(book: Store) -> list[str]:
    with book.read() as read:
        return [said for (said,) in read.rows("SELECT said FROM mail_answer")]


@pytest.mark.parametrize("when", ["before the mail", "after the mail"])
def test_a_hub_that_is_killed_while_it_hands_a_mail_over_loses_none(
    tmp_path: Path, host: MailHost, when: str
) -> None:
    """Killed before it is taken, it goes once; killed after that, it goes again by the same name."""
    network = Network(tmp_path)
    office = set_up(network, host)
    invoice_id = draft(office)
    send(office, OWNER, [invoice_id], today=TODAY)
    network.settle()
    network.close()
    victim: list[subprocess.Popen[bytes]] = []

    def kill(_: Envelope) -> str:
        host.post.data = lambda _: "250 OK"
        os.kill(victim[0].pid, signal.SIGKILL)
        return "250 OK" if when == "after the mail" else "451 The line broke"

    host.post.data = kill
    victim.append(started(tmp_path, 1))
    assert victim[0].wait(30) == -signal.SIGKILL
    second = started(tmp_path, 8)
    try:
        arrived = host.post.wait_for(2 if when == "after the mail" else 1, 30)
        hub = Store.open(str(tmp_path / "hub.db"), network.hub.data_key or b"k" * 32, Clock())
        asyncio.run(until(lambda: state(hub, invoice_id)[0] == "delivered", 30))
        hub.close()
    finally:
        second.terminate()
        second.wait(30)
    assert len({mail["Message-ID"] for mail in arrived}) == 1
    assert len(arrived) == (2 if when == "after the mail" else 1)


def started(folder: Path, minutes: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.syncd.mail_hub", str(folder), str(minutes)]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
