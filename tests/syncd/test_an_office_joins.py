"""A code lets one office in, once, and it knows the hub by its fingerprint (`security.md` 5.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.actors import Role
from core.replication.enrol import Invitation, invite
from core.replication.seals import new_key, public_key
from core.security.unlock import open_with_passphrase
from syncd import joining
from syncd.hub import app_of
from syncd.joining import Begun, Hello, begin, enrol, fetch, go_on, greet, is_begun, pin_of
from syncd.line import Trouble
from syncd.office import Office
from syncd.tls import certificate_in, hub_context, own_certificate
from tests.core.replication.offices import OWNER, Clock
from tests.syncd.network import Running, Served, families, new_client

PASSPHRASE = "correct horse battery"


def _invited(network: Served) -> Invitation:
    with network.hub.write(OWNER) as tx:
        return invite(tx, name="South", series="S", role=Role.BILLER)


async def _begun(network: Served, folder: Path, code: str) -> Begun:
    assert network.server
    folder.mkdir()
    clock, key = network.hub.clock, new_key()
    hello = await greet(network.server.url, clock)
    welcome = await enrol(hello, code, key, "Bea", clock)
    return begin(str(folder), welcome, hello, key, passphrase=PASSPHRASE, person="Bea", clock=clock)


async def test_an_office_that_joins_has_the_whole_book(network: Served, tmp_path: Path) -> None:
    new_client(network.offices[1], "Byron")
    await Office(network.offices[1]).in_step()
    begun = await _begun(network, tmp_path / "south", _invited(network).code)
    done = await fetch(begun, str(tmp_path / "south"), lambda _: None)
    assert (done.site, done.series) == (2, "S")
    opened = open_with_passphrase(str(tmp_path / "south"), PASSPHRASE, network.hub.clock)
    assert families(opened.store) == ["Byron"]
    assert opened.actor is not None
    assert (opened.actor.name, opened.actor.role) == ("Bea", Role.BILLER)
    opened.store.close()
    again = open_with_passphrase(str(tmp_path / "south"), done.recovery_code, network.hub.clock)
    again.store.close()


async def test_a_code_is_good_for_one_office(network: Served, tmp_path: Path) -> None:
    code = _invited(network).code
    (await _begun(network, tmp_path / "south", code)).store.close()
    with pytest.raises(Trouble) as refused:
        await _begun(network, tmp_path / "other", code)
    assert refused.value.code == "bad_code"


async def test_a_welcome_that_was_lost_is_said_again_to_the_same_office(network: Served) -> None:
    assert network.server
    clock, key, code = network.hub.clock, new_key(), _invited(network).code
    hello = await greet(network.server.url, clock)
    first = await enrol(hello, code, key, "Bea", clock)
    assert await enrol(hello, code, key, "Bea", clock) == first
    with network.hub.read() as read:
        assert read.value("SELECT count(*) FROM sync_peer") == 2


async def test_a_code_is_good_for_a_quarter_of_an_hour(network: Served, tmp_path: Path) -> None:
    code = _invited(network).code
    assert isinstance(network.hub.clock, Clock)
    network.hub.clock.true += timedelta(minutes=16)
    with pytest.raises(Trouble) as refused:
        await _begun(network, tmp_path / "south", code)
    assert refused.value.code == "bad_code"


async def test_a_download_that_was_cut_off_goes_on_without_another_code(
    network: Served, tmp_path: Path
) -> None:
    new_client(network.offices[1], "Byron")
    await Office(network.offices[1]).in_step()
    folder = str(tmp_path / "south")
    begun = await _begun(network, tmp_path / "south", _invited(network).code)
    begun.store.close()  # as by a power cut, before the first row
    assert is_begun(folder)
    again = go_on(folder, PASSPHRASE, network.hub.clock)
    assert again.site == 2
    await fetch(again, folder, lambda _: None)
    assert not is_begun(folder)
    opened = open_with_passphrase(folder, PASSPHRASE, network.hub.clock)
    assert families(opened.store) == ["Byron"]
    opened.store.close()


@pytest.fixture
def secure(network: Served) -> Iterator[tuple[Running, bytes]]:
    """The hub behind a certificate of its own."""
    pem = own_certificate(["127.0.0.1"])
    with network.hub.write(OWNER) as tx:
        tx.execute("UPDATE sync_self SET tls = :tls", {"tls": pem})
    server = Running(app_of(network.hub), hub_context(pem))
    yield server, pem
    server.stop()


async def test_an_office_pins_the_certificate_of_the_hub_itself(
    network: Served, secure: tuple[Running, bytes]
) -> None:
    server, pem = secure
    hello = await greet(server.url, network.hub.clock)
    with network.hub.read() as read:
        key = public_key(read.value("SELECT private_key FROM sync_self"))
    assert hello == Hello(server.url, key, certificate_in(pem), certificate_in(pem))
    assert hello.pin == pin_of(key)


async def test_somebody_who_opens_the_connection_in_between_is_noticed(
    network: Served, secure: tuple[Running, bytes]
) -> None:
    """A proxy with a certificate of its own passes on what the hub says, and cannot sign for it."""
    own = secure[1]
    other = own_certificate(["127.0.0.1"])
    between = await asyncio.to_thread(Running, app_of(network.hub), hub_context(other))
    with network.hub.read() as read:
        assert read.value("SELECT tls FROM sync_self") == own
    with pytest.raises(Trouble) as refused:
        await greet(between.url, network.hub.clock)
    assert refused.value.code == "certificate_unknown"
    await asyncio.to_thread(between.stop)


async def test_what_is_no_hub_is_told_before_the_code_is_given_away(tmp_path: Path) -> None:
    from starlette.applications import Starlette

    server = await asyncio.to_thread(Running, Starlette())
    with pytest.raises(Trouble) as refused:
        await greet(server.url, Clock())
    assert refused.value.code == "not_the_hub"
    await asyncio.to_thread(server.stop)


def test_a_folder_with_a_book_is_not_joined_over(network: Served, tmp_path: Path) -> None:
    from core.trouble import BookExists

    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "book.db").write_bytes(b"x")
    with pytest.raises(BookExists), joining.alone(str(tmp_path / "home")):
        raise AssertionError
