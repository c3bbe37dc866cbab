"""A code lets one office in, once, and it knows the hub by its fingerprint (`security.md` 5.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.actors import Role
from core.replication.enrol import Invitation, invite
from core.replication.seals import public_key
from core.security.keys import WrongPassphrase
from core.security.unlock import open_with_passphrase
from syncd import joining
from syncd.hub import app_of
from syncd.joining import (
    Begun,
    Hello,
    ask_in,
    begin,
    come_in,
    enrol,
    fetch,
    go_on,
    greet,
    is_begun,
    pin_of,
)
from syncd.line import Trouble
from syncd.office import Office
from syncd.tls import certificate_in, hub_context, own_certificate
from tests.core.replication.offices import OWNER, Clock
from tests.syncd.network import Running, Served, families, new_client

PASSPHRASE = "correct horse battery"


def _invited(network: Served) -> Invitation:
    with network.hub.write(OWNER) as tx:
        return invite(tx, name="South", series="S", role=Role.BILLER)


async def _asked(network: Served, folder: Path, code: str) -> Begun:
    """Everything is on the disk, and the hub has not heard of it."""
    assert network.server
    folder.mkdir()
    hello = await greet(network.server.url, network.hub.clock)
    return begin(str(folder), hello, code, passphrase=PASSPHRASE, person="Bea", clock=network.hub.clock)


async def _begun(network: Served, folder: Path, code: str) -> Begun:
    begun = await _asked(network, folder, code)
    welcome = await ask_in(begun, str(folder), code, network.hub.clock)
    assert welcome is not None
    come_in(begun, str(folder), welcome)
    return begun


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


async def test_a_welcome_that_was_lost_is_said_again_to_the_same_office(
    network: Served, tmp_path: Path
) -> None:
    """Also a day later: the code was not burnt by the kill between the hub's word and the office's."""
    folder, code = tmp_path / "south", _invited(network).code
    begun = await _asked(network, folder, code)
    assert begun.asking is not None
    first = await enrol(begun.asking, network.hub.clock)
    begun.store.close()  # killed before it heard
    assert isinstance(network.hub.clock, Clock)
    network.hub.clock.true += timedelta(days=1)
    again = go_on(str(folder), PASSPHRASE, network.hub.clock)
    assert again.recovery_code not in ("", begun.recovery_code)
    welcome = await ask_in(again, str(folder), code, network.hub.clock)
    assert welcome == first
    come_in(again, str(folder), first)
    done = await fetch(again, str(folder), lambda _: None)
    assert (done.site, done.recovery_code) == (2, again.recovery_code)
    with network.hub.read() as read:
        assert read.value("SELECT count(*) FROM sync_peer") == 2
    for secret in (PASSPHRASE, done.recovery_code):
        open_with_passphrase(str(folder), secret, network.hub.clock).store.close()
    with pytest.raises(WrongPassphrase):
        open_with_passphrase(str(folder), begun.recovery_code, network.hub.clock)


async def test_killed_between_the_keys_and_the_book_it_goes_on(network: Served, tmp_path: Path) -> None:
    folder, code = tmp_path / "south", _invited(network).code
    begun = await _asked(network, folder, code)
    welcome = await ask_in(begun, str(folder), code, network.hub.clock)
    assert welcome is not None
    begun.store.become_site(welcome.site)
    begun.store.close()  # before the link was there
    again = go_on(str(folder), PASSPHRASE, network.hub.clock)
    same = await ask_in(again, str(folder), code, network.hub.clock)
    assert same == welcome
    come_in(again, str(folder), welcome)
    assert (await fetch(again, str(folder), lambda _: None)).site == 2


async def test_a_code_that_is_not_taken_leaves_nothing_behind(network: Served, tmp_path: Path) -> None:
    folder = tmp_path / "south"
    with pytest.raises(Trouble):
        await _begun(network, folder, "AAAA-BBBB-CCCC-DDDD")
    assert sorted(folder.iterdir()) == []


async def test_another_code_is_tried_where_the_first_was_never_taken(network: Served, tmp_path: Path) -> None:
    folder, code = tmp_path / "south", _invited(network).code
    begun = await _asked(network, folder, code)
    begun.store.close()  # cut off for more than a quarter of an hour
    assert isinstance(network.hub.clock, Clock)
    network.hub.clock.true += timedelta(minutes=16)
    again = go_on(str(folder), PASSPHRASE, network.hub.clock)
    with network.hub.write(OWNER) as tx:
        other = invite(tx, name="South", series="T", role=Role.BILLER)
    welcome = await ask_in(again, str(folder), other.code, network.hub.clock)
    assert welcome is not None
    assert welcome.series == "T"
    again.store.close()


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
    assert await ask_in(again, folder, "", network.hub.clock) is None
    assert (await fetch(again, folder, lambda _: None)).site == 2
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
