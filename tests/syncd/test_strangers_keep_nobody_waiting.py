"""Whoever is not known yet cannot make the hub work: short bodies, a read first, a few tries (T11, T23)."""

from __future__ import annotations

import secrets
import threading
from typing import Any

import httpx
import pytest

from core.replication import messages
from core.replication.messages import pack
from core.replication.seals import new_key, public_key
from syncd.auth import NEW, NONCE_BYTES, Asked, sign_request
from syncd.hub import Hub
from syncd.once import MOST_GUESSES, Guesses
from syncd.refusals import TooOften
from syncd.routes import sync
from syncd.routes.answering import SHORT_BYTES
from tests.syncd.network import Served

ENROL, FOLLOW = "/sync/v1/enrol", "/sync/v1/follow"


def _wrong(path: str, key: bytes) -> bytes:
    """What somebody says who was not invited."""
    if path == ENROL:
        return pack(["AAAA-BBBB-CCCC-DDDD", public_key(key), "Eve"])
    return pack([1, 3000, public_key(key), bytes(64)])


def _ask(network: Served, path: str, body: bytes, key: bytes) -> httpx.Response:
    assert network.server
    host = network.server.url.partition("//")[2]
    created, nonce = int(network.hub.clock().timestamp()), secrets.token_urlsafe(NONCE_BYTES)
    headers = sign_request(key, Asked("POST", host, path), body, keyid=NEW, nonce=nonce, created=created)
    return httpx.post(network.server.url + path, content=body, headers=headers)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the hub was made to write."""
    seen: list[object] = []
    real = Hub.write

    async def write(self: Hub, work: Any, *args: Any, **more: Any) -> Any:
        seen.append(work)
        return await real(self, work, *args, **more)

    monkeypatch.setattr(Hub, "write", write)
    return seen


@pytest.mark.parametrize("path", [ENROL, FOLLOW])
def test_a_long_request_of_a_stranger_is_not_read(network: Served, path: str) -> None:
    answer = _ask(network, path, secrets.token_bytes(SHORT_BYTES + 1), new_key())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")


@pytest.mark.parametrize("path", [ENROL, FOLLOW])
def test_a_short_request_that_unpacks_to_a_long_one_is_refused(
    network: Served, path: str, written: list[object]
) -> None:
    body = pack(["A" * (60 << 20)])
    body = body if len(body) <= SHORT_BYTES else pack(["A" * (1 << 20)])
    assert len(body) <= SHORT_BYTES
    answer = _ask(network, path, body, new_key())
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert written == []


@pytest.mark.parametrize(("path", "code"), [(ENROL, "bad_code"), (FOLLOW, "unknown_site")])
def test_who_brings_no_code_is_refused_without_a_write_and_off_the_event_loop(
    network: Served, path: str, code: str, written: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    real = messages.unpack

    def unpack(*args: Any, **options: Any) -> Any:
        threads.append(threading.current_thread().name)
        return real(*args, **options)

    monkeypatch.setattr(sync, "unpack", unpack)
    key = new_key()
    answer = _ask(network, path, _wrong(path, key), key)
    assert answer.json()["code"] == code
    assert written == []
    assert [name.partition("_")[0] for name in threads] == ["look"]


@pytest.mark.parametrize("path", [ENROL, FOLLOW])
def test_who_tries_again_and_again_is_sent_away(network: Served, path: str) -> None:
    key = new_key()
    codes = [_ask(network, path, _wrong(path, key), key).json()["code"] for _ in range(MOST_GUESSES)]
    assert set(codes) <= {"bad_code", "unknown_site"}
    last = _ask(network, path, _wrong(path, key), key)
    assert (last.status_code, last.json()["code"]) == (429, "too_often")


def test_tries_are_counted_by_network_and_for_a_minute() -> None:
    guesses = Guesses()
    for at in range(MOST_GUESSES):
        guesses.wrong("2001:db8::1", float(at))
    with pytest.raises(TooOften):
        guesses.require_few("2001:db8::2", 20.0)
    guesses.require_few("2001:db8:1::1", 20.0)
    guesses.require_few("192.0.2.1", 20.0)
    guesses.require_few("2001:db8::1", 60.5)


def test_an_exchange_is_not_unpacked_before_its_signature_holds(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpacked(body: bytes) -> None:
        raise AssertionError

    monkeypatch.setattr(sync, "read_request", unpacked)
    answer = _ask(network, "/sync/v1/exchange", pack(["A" * (60 << 20)]), new_key())
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
