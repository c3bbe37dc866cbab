"""What answers in the hub's place is told apart from it, and said in plain words (T12, T13)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.replication.messages import pack
from core.replication.office import listen
from core.replication.seals import new_key, public_key
from core.replication.standing import IN_WORDS
from core.store import Store
from syncd.line import BadAddress, Trouble, require_address
from tests.syncd.network import Running, Served, line_of

PATH = "/sync/v1/exchange"
SHUT_OUT = '{"code": "unknown_site", "message": "", "now_ms": 0}'


async def _ask(book: Store, **other: object) -> str:
    """The code of the trouble; empty where there is none."""
    line = line_of(book, **other)
    try:
        await line.ask("POST", PATH, listen(book, line.now_ms, wait_seconds=0).packed())
    except Trouble as trouble:
        return trouble.code if str(trouble) == IN_WORDS[trouble.code] else str(trouble)
    finally:
        await line.close()
    return ""


def _answering(answer: Response) -> Running:
    async def everything(request: Request) -> Response:
        return answer

    return Running(Starlette(routes=[Route("/{path:path}", everything, methods=["GET", "POST", "PUT"])]))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (HTMLResponse("<h1>Welcome to Hotel Wi-Fi</h1>"), "not_the_hub"),
        (RedirectResponse("http://127.0.0.1:9/login"), "not_the_hub"),
        (Response(pack([1, "0004", b"", "", 0])), "not_the_hub"),
        (Response(status_code=404), "not_the_hub"),
        (Response(SHUT_OUT, 401), "not_the_hub"),
        (Response(status_code=502), "away"),
        (Response(status_code=503), "busy"),
        (Response(status_code=429), "busy"),
    ],
    ids=["captive portal", "redirect", "another server", "nothing there", "a shut-out that nobody signed",
         "proxy without the hub", "proxy that is full", "too many"],
)  # fmt: skip
async def test_what_the_hub_did_not_sign_is_not_believed(
    network: Served, answer: Response, code: str
) -> None:
    other = _answering(answer)
    assert await _ask(network.offices[1], url=other.url) == code
    await asyncio.to_thread(other.stop)


async def test_a_hub_with_another_key_is_not_the_hub(network: Served) -> None:
    assert await _ask(network.offices[1], hub_key=public_key(new_key())) == "wrong_key"


async def test_an_earlier_answer_of_the_hub_is_not_taken_for_this_one(network: Served) -> None:
    book = network.offices[1]
    seen: list[Response] = []
    assert network.server
    hub_url = network.server.url

    async def between(request: Request) -> Response:
        """Passes the first request on, and answers every later one with the same."""
        import httpx

        if not seen:
            headers = {k: v for k, v in request.headers.items() if k != "connection"}
            async with httpx.AsyncClient() as client:
                answer = await client.post(hub_url + PATH, content=await request.body(), headers=headers)
            kept = {k: v for k, v in answer.headers.items() if k.startswith(("signature", "content-digest"))}
            seen.append(Response(answer.content, answer.status_code, kept))
        return seen[0]

    proxy = Running(Starlette(routes=[Route(PATH, between, methods=["POST"])]))
    assert await _ask(book, url=proxy.url) == ""
    assert await _ask(book, url=proxy.url) == "wrong_key"
    await asyncio.to_thread(proxy.stop)


async def test_nobody_there_is_away_and_not_a_bug(network: Served) -> None:
    assert await _ask(network.offices[1], url="http://127.0.0.1:9") == "away"


async def test_an_answer_that_is_cut_off_is_tried_again(network: Served, tmp_path: Path) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await _ask(network.offices[1], url=f"http://127.0.0.1:{port}") == "no_answer"
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize(
    "url",
    ["http://hub.example:8765", "ftp://hub", "hub.example", "https://", "https://a:b@hub", "https://hub/x",
     "https://hub:x", "https://hub?x=1"],
)  # fmt: skip
def test_an_address_that_leaves_this_computer_in_clear_or_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        require_address(url)


def test_an_address_has_one_form() -> None:
    assert require_address("https://hub.example:8765/") == "https://hub.example:8765"
    assert require_address("http://[::1]:8765") == "http://[::1]:8765"
