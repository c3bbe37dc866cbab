"""What an exchange costs: bytes with headers, one change against one bare POST, and many offices at one hub.

The limit is the same stack (uvicorn, Starlette, httpx, msgpack, zstd, SQLCipher with one fsync) with a bare
insert and no merge; it is measured in turn with ours. Bytes are counted on the wire, without TLS.
"""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.actors import Role
from core.clients.commands import change_client
from core.ledger.summaries import keep
from core.replication.enrol import Welcome, admit, invite
from core.replication.messages import Answer, pack, read_answer, unpack
from core.replication.office import link, listen, prepare, take
from core.replication.seals import new_key, public_key
from core.replication.standing import numbered_up_to
from core.store import Store, connect
from syncd.guard import listen as listening
from syncd.guard import server_of
from syncd.hub import app_of
from syncd.line import Line
from tests.bench.rounds import main
from tests.core.replication.offices import KEY, OWNER, Clock, Network
from tests.syncd.network import Running, line_of, new_client, reach

EXCHANGE = "/sync/v1/exchange"
CHANGES, QUICK_CHANGES = 100, 5
SITES, WRITERS, SECONDS = 50, 20, 20.0
QUICK_SITES, QUICK_WRITERS, QUICK_SECONDS = 4, 2, 2.0


class Counter:
    """Between an office and the hub; counts what goes through."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._carrying: set[asyncio.Task[None]] = set()
        self.bytes = 0

    async def start(self) -> str:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _carry(self, office: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        self._carrying.add(asyncio.current_task())  # type: ignore[arg-type]
        hub, request = await asyncio.open_connection("127.0.0.1", self._port)
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._pump(office, request), self._pump(hub, answer))
        for end in (request, answer):
            end.close()
            with suppress(OSError):
                await end.wait_closed()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while piece := await source.read(1 << 16):
            self.bytes += len(piece)
            target.write(piece)
            await target.drain()
        target.close()

    async def stop(self) -> None:
        """Once those who were connected have gone."""
        self._server.close()
        await asyncio.gather(*self._carrying)


async def brought(book: Store, line: Line) -> None:
    """What was written goes to the hub, and its answer is taken in. The hub was shown its receipt by then, as
    it is by `Office` once since it was last away."""
    request = prepare(book, line.now_ms, shown=True)
    answer = read_answer(await line.ask("POST", EXCHANGE, request.packed()), request)
    assert answer.ack is not None
    take(book, answer, now_ms=line.now_ms)


async def heard(book: Store, line: Line) -> bool:
    """What others wrote; whether there was something."""
    asked = listen(book, line.now_ms, wait_seconds=1, shown=True)
    told = await line.ask("POST", EXCHANGE, asked.packed())
    if told:
        take(book, read_answer(told, asked), now_ms=line.now_ms)
    return bool(told)


async def bytes_on_the_wire(network: Network, port: int) -> dict[str, object]:
    """Of an exchange that finds nothing new, and of one change on its way from one office to another."""
    first, second = network.offices[1], network.join("B")
    counter = Counter(port)
    url = await counter.start()
    client_id = new_client(first, "Byron")
    for book in (first, second):
        reach(book, url)
    one, two = line_of(first), line_of(second)
    try:
        await brought(first, one)
        while await heard(second, two):
            """Until it has everything."""
        before = counter.bytes
        assert not await heard(second, two)
        idle = counter.bytes - before
        before = counter.bytes
        with first.write(OWNER) as tx:
            change_client(tx, client_id, phone="555 0199")
        await brought(first, one)
        assert await heard(second, two)
        change = counter.bytes - before
    finally:
        await one.close()
        await two.close()
        await counter.stop()
    return {
        "caught_up_bytes": idle,
        "goal": "<= 700, both hops of one change <= 2048",
        "one_change_both_hops_bytes": change,
    }


def bare(folder: Path) -> Starlette:
    """The limit: one POST is one row, in a transaction of its own."""
    path = str(folder / "bare.db")
    book = connect(path, KEY)
    book.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, doc BLOB) STRICT")
    book.close()
    book = connect(path, KEY)

    def put(body: bytes) -> bytes:
        row_id, doc = unpack(body)
        book.execute("BEGIN IMMEDIATE")
        book.execute("INSERT INTO bare VALUES (?, ?)", (row_id, doc))
        book.execute("COMMIT")
        return pack([row_id])

    async def insert(request: Request) -> Response:
        return Response(await asyncio.to_thread(put, await request.body()))

    return Starlette(routes=[Route("/", insert, methods=["POST"])])


async def one_change(network: Network, folder: Path, changes: int) -> dict[str, object]:
    """From the commit of one change until the hub's acknowledgement is in the book, against one bare POST."""
    hub, limit = await asyncio.to_thread(Running, app_of(network.hub)), Running(bare(folder))
    book = network.offices[1]
    reach(book, hub.url)
    line, ours, bares = line_of(book), [], []
    client_id = new_client(book, "Byron")
    await brought(book, line)
    async with httpx.AsyncClient(trust_env=False) as client:
        for at in range(changes):
            with book.write(OWNER) as tx:
                change_client(tx, client_id, phone=f"555 {at:04}")
            began = time.perf_counter()
            await brought(book, line)
            ours.append(time.perf_counter() - began)
            began = time.perf_counter()
            (await client.post(limit.url, content=pack([str(at), b"x" * 200]))).raise_for_status()
            bares.append(time.perf_counter() - began)
    await line.close()
    for server in (hub, limit):
        await asyncio.to_thread(server.stop)
    return {
        "one_change_times_bare_post": round(median(ours) / median(bares), 2),
        "goal": "<= 5",
        "one_change_p50_ms": _ms(median(ours)),
        "bare_post_p50_ms": _ms(median(bares)),
        "changes": changes,
    }


def serve(path: str, told: Connection) -> None:
    """The hub as a process of its own."""
    server = server_of(app_of(Store.open(path, KEY, Clock(), keep)), None)
    opened = listening("127.0.0.1", 0)
    told.send(opened.getsockname()[1])
    asyncio.run(server.serve(sockets=[opened]))


class Listener:
    """An office without a book: it listens, and knows how far it is."""

    def __init__(self, url: str, welcome: Welcome, key: bytes, cursor: int) -> None:
        self.cursor, self.rows = cursor, 0
        self._welcome = welcome
        self.line = Line(
            url, private_key=key, keyid=str(welcome.site), hub_key=welcome.hub_key, pinned="", clock=Clock()
        )

    async def run(self, book: Store) -> None:
        """For ever; `book` only lends the form of a request."""
        form = listen(book, self.line.now_ms, wait_seconds=25)
        while True:
            request = form._replace(site=self._welcome.site, cursor=self.cursor, epoch=self._welcome.epoch)
            told = await self.line.ask("POST", EXCHANGE, request.packed())
            if told:
                answer: Answer = read_answer(told)
                self.cursor = answer.page.cursor
                self.rows += sum(len(group[2]) for group in (*answer.page.tables, *answer.page.facts))


def newcomer(network: Network, number: int) -> tuple[Welcome, bytes]:
    """An office that the hub has let in, without a book."""
    key = new_key()
    series = "Z" + "".join("BCDFGHJKLM"[int(digit)] for digit in f"{number:02}")
    with network.hub.write(OWNER) as tx:
        code = invite(tx, name=f"office {number}", series=series, role=Role.OWNER).code
    with network.hub.write(OWNER) as tx:
        return admit(tx, code=code, key=public_key(key), person="Bea"), key


async def many_offices(folder: Path, sites: int, writers: int, seconds: float) -> dict[str, object]:
    """So many offices listen, some of them write one row a second each: how long an acknowledgement takes."""
    network = Network(folder)
    books = [network.offices[1], *(network.join("W" + chr(65 + at)) for at in range(writers - 1))]
    clients = [new_client(book, f"Byron {at}") for at, book in enumerate(books)]
    network.settle()
    others = [newcomer(network, at) for at in range(sites - writers)]
    with network.hub.read() as read:
        head = numbered_up_to(read)
    path = network.hub.path
    network.hub.close()
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    hub = context.Process(target=serve, args=(path, there), daemon=True)
    hub.start()
    url = f"http://127.0.0.1:{await asyncio.to_thread(here.recv)}"
    listeners = [Listener(url, welcome, key, head) for welcome, key in (*others, *map(_known, books))]
    tasks = [asyncio.create_task(each.run(books[0])) for each in listeners]
    try:
        acks = await _written(books, clients, url, seconds)
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in listeners:
            await each.line.close()
        hub.kill()
        hub.join()
    return {
        "sites": sites,
        "writers": writers,
        "ack_p50_ms": _ms(median(acks)),
        "ack_p99_ms": _ms(min(quantiles(acks, n=100)[98], max(acks))),
        "goal": "p99 <= 250 ms",
        "rows_written": len(acks),
        "rows_heard": sum(each.rows for each in listeners),
    }


def _known(book: Store) -> tuple[Welcome, bytes]:
    """An office with a book, as it listens beside what it brings."""
    with book.read() as read:
        own = link(read)
    return Welcome(own.site, "", own.epoch, own.hub_key, "", ""), own.private_key


async def _written(books: list[Store], clients: list[str], url: str, seconds: float) -> list[float]:
    """Each book is written to once a second, each at its own moment of it."""
    acks: list[float] = []

    def write(book: Store, client_id: str, at: int) -> None:
        with book.write(OWNER) as tx:
            change_client(tx, client_id, phone=f"555 {at:04}")

    async def one(number: int, book: Store) -> None:
        reach(book, url)
        line = line_of(book)
        await asyncio.sleep(number / len(books))
        until = time.perf_counter() + seconds
        at = 0
        while time.perf_counter() < until:
            began = time.perf_counter()
            await asyncio.to_thread(write, book, clients[number], at)
            committed = time.perf_counter()
            request = await asyncio.to_thread(partial(prepare, book, line.now_ms, shown=True))
            answer = read_answer(await line.ask("POST", EXCHANGE, request.packed()), request)
            assert answer.ack is not None
            acks.append(time.perf_counter() - committed)
            await asyncio.to_thread(_take, book, answer, line)
            at += 1
            await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - began)))
        await line.close()

    await asyncio.gather(*(one(number, book) for number, book in enumerate(books)))
    return acks


def _take(book: Store, answer: Answer, line: Line) -> None:
    take(book, answer, now_ms=line.now_ms)


def measure(*, quick: bool) -> list[dict[str, object]]:
    changes = QUICK_CHANGES if quick else CHANGES
    many = (QUICK_SITES, QUICK_WRITERS, QUICK_SECONDS) if quick else (SITES, WRITERS, SECONDS)
    return [
        {"bench": "bytes of an exchange", **_with_network(_bytes)},
        {"bench": "one change until the hub has it", **_with_network(one_change, changes)},
        {"bench": "many offices at one hub", **_in_folder(many_offices, *many)},
    ]


async def _bytes(network: Network, _: Path) -> dict[str, object]:
    hub = await asyncio.to_thread(Running, app_of(network.hub))
    try:
        return await bytes_on_the_wire(network, hub.port)
    finally:
        await asyncio.to_thread(hub.stop)


def _with_network(work: Callable[..., Any], *args: Any) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, object] = asyncio.run(work(Network(Path(folder)), Path(folder), *args))
        return found


def _in_folder(work: Callable[..., Any], *args: Any) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, object] = asyncio.run(work(Path(folder), *args))
        return found


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    main(measure)
