"""Bounds of the hub: long, slow, half or senseless requests are refused and harm nobody (T11, T23)."""

from __future__ import annotations

import asyncio
import json
import socket
import threading

import httpx
import pytest
from starlette.requests import Request

from core.errors import DomainError
from core.replication.messages import MOST_BYTES, pack
from core.replication.office import prepare
from syncd import guard
from syncd.hub import MOST_WAITING, Hub
from syncd.line import Trouble
from syncd.office import Office
from syncd.refusals import Overloaded
from syncd.routes import answering
from tests.syncd.network import Served, line_of, new_client

PATH = "/sync/v1/exchange"


def _url(network: Served) -> str:
    assert network.server
    return network.server.url


def test_a_body_of_a_gigabyte_is_refused_before_it_is_read(network: Served) -> None:
    assert network.server
    with socket.create_connection(("127.0.0.1", network.server.port), timeout=10) as office:
        office.sendall(b"POST /sync/v1/exchange HTTP/1.1\r\nhost: hub\r\ncontent-length: 1073741824\r\n\r\n")
        answer = office.makefile("rb").read()  # to the end: the hub closes
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"too_long" in answer


def test_a_body_that_does_not_say_its_length_is_cut_off_at_the_bound(network: Served) -> None:
    pieces = (b"x" * 65536 for _ in range(MOST_BYTES // 65536 + 2))
    answer = httpx.post(_url(network) + PATH, content=pieces)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")


def test_headers_that_never_end_are_not_waited_for(network: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "HEADER_SECONDS", 0.2)
    assert network.server
    with socket.create_connection(("127.0.0.1", network.server.port), timeout=10) as slow:
        slow.sendall(b"POST /sync/v1/exchange HTTP/1.1\r\nhost: hub\r\n")
        assert slow.recv(1) == b""
    with socket.create_connection(("127.0.0.1", network.server.port), timeout=10) as silent:
        assert silent.recv(1) == b""


def test_a_body_that_never_ends_is_not_waited_for(network: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "BODY_SECONDS", 0.2)
    assert network.server
    with socket.create_connection(("127.0.0.1", network.server.port), timeout=10) as slow:
        slow.sendall(b"POST /sync/v1/exchange HTTP/1.1\r\nhost: hub\r\ncontent-length: 9\r\n\r\nhalf")
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


NO_REQUESTS = (
    b"",
    b"not zstandard",
    pack(None),
    pack([]),
    pack([1] * 9),
    pack({"a": 1}),
    pack([1, "", 1, "", -1, 0, False, 0, 0]),
)


@pytest.mark.parametrize("body", NO_REQUESTS)
async def test_what_is_no_request_is_refused_and_taken_for_nothing(network: Served, body: bytes) -> None:
    line = line_of(network.offices[1])
    with pytest.raises(Trouble) as refused:
        await line.ask("POST", PATH, body)
    assert refused.value.code == "unreadable"
    await line.close()


async def test_more_writes_than_fit_are_refused_and_brought_again(network: Served) -> None:
    """The queue is full while one write takes long; an office hears *busy* and comes again."""
    book = network.offices[1]
    new_client(book, "Byron")
    held, go = threading.Event(), threading.Event()

    def slow() -> None:
        held.set()
        go.wait(20)

    hub = Hub(network.hub)
    waiting = [asyncio.create_task(hub.write(slow)) for _ in range(MOST_WAITING)]
    await asyncio.to_thread(held.wait)
    with pytest.raises(Overloaded):
        await hub.write(slow)
    go.set()
    await asyncio.gather(*waiting)
    await hub.write(lambda: None)


async def test_a_busy_hub_says_so_in_a_signed_answer(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(self: Hub, *_: object, **__: object) -> None:
        raise Overloaded

    monkeypatch.setattr(Hub, "write", full)
    new_client(network.offices[1], "Byron")
    line = line_of(network.offices[1])
    with pytest.raises(Trouble) as refused:
        await line.ask("POST", PATH, prepare(network.offices[1], line.now_ms).packed())
    assert refused.value.code == "busy"
    await line.close()


def test_a_bug_in_the_hub_shows_neither_its_trace_nor_any_data(
    network: Served, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def broken(request: Request, most: int) -> bytes:
        raise RuntimeError("Byron, Ada owes 150.00")

    monkeypatch.setattr(answering, "body_of", broken)
    answer = httpx.post(_url(network) + PATH)
    assert answer.status_code == 500
    shown = answer.text + capfd.readouterr().err
    assert "Byron" not in shown
    assert "Traceback" not in shown
    assert "RuntimeError" in shown


async def test_one_bad_office_does_not_stop_the_others(network: Served) -> None:
    first, second = network.offices[1], network.join("S")
    line = line_of(first)
    for _ in range(20):
        with pytest.raises(DomainError):
            await line.ask("POST", PATH, b"nonsense")
    await line.close()
    new_client(second, "Byron")
    await Office(second).in_step()


def test_health_and_metrics_tell_nothing_of_the_book(network: Served) -> None:
    new_client(network.offices[1], "Byron")
    asyncio.run(Office(network.offices[1]).in_step())
    assert httpx.get(_url(network) + "/health").json() == {"ok": True}
    metrics = httpx.get(_url(network) + "/metrics").text
    assert 'syncd_requests_total{route="/sync/v1/exchange",status="200"}' in metrics
    assert "Byron" not in metrics


def test_every_answer_is_words_and_a_code(network: Served) -> None:
    for method, path in (("POST", PATH), ("POST", "/sync/v1/enrol"), ("GET", f"/sync/v1/blob/{'0' * 64}/0")):
        answer = httpx.request(method, _url(network) + path)
        told = json.loads(answer.content)
        assert answer.status_code == 401
        assert set(told) == {"code", "message", "now_ms"}
    assert httpx.get(_url(network) + "/nothing").status_code == 404
    assert httpx.get(_url(network) + PATH).status_code == 405
