"""A hub behind a real server on a free port, and offices that reach it over real HTTP."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.clients.commands import add_client
from core.replication.office import link
from core.store import Store
from syncd.guard import listen, server_of
from syncd.hub import app_of
from syncd.line import Line
from tests.builders import ADDRESS
from tests.core.replication.offices import OWNER, Network


class Running:
    """A server in a thread of its own."""

    def __init__(
        self, app: Any, context: ssl.SSLContext | None = None, port: int = 0, beside: Any = None
    ) -> None:
        """`beside` is another app, on a port of its own in the same loop, as a hub and its portal run."""
        self.beside = 0
        if beside is not None:
            self._second = listen("127.0.0.1", 0)
            self.beside = self._second.getsockname()[1]
            self._other = server_of(beside, None)
        self._socket = listen("127.0.0.1", port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        hub = getattr(app.state, "hub", None)
        self.bell: Any = hub.bell if hub else None
        self._server = server_of(app, context, hub.bell.let_go if hub else lambda: None)
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(20)

    def _run(self) -> None:
        async def serve() -> None:
            task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
            other = asyncio.create_task(self._other.serve(sockets=[self._second])) if self.beside else None
            while not (self._server.started and (other is None or self._other.started)):
                await asyncio.sleep(0.005)
            self._started.set()
            if other is not None:  # the portal ends before the hub that it writes by
                await other
                self._server.should_exit = True
            await task

        asyncio.run(serve())

    def stop(self) -> None:
        (self._other if self.beside else self._server).should_exit = True
        self._thread.join(20)
        self._socket.close()
        if self.beside:
            self._second.close()
        assert not self._thread.is_alive()


class Served(Network):
    """The network of the engine's tests, over HTTP."""

    def __init__(self, folder: Path, database: str = "") -> None:
        super().__init__(folder, database)
        self.server: Running | None = None

    def serve(self, context: ssl.SSLContext | None = None, port: int = 0) -> Running:
        self.server = Running(app_of(self.hub), context, port)
        for book in self.offices.values():
            reach(book, self.server.url)
        return self.server

    def join(self, series: str) -> Store:
        book = super().join(series)
        if self.server:
            reach(book, self.server.url)
        return book

    def close(self) -> None:
        if self.server:
            self.server.stop()
        super().close()


@contextmanager
def served(folder: Path, database: str = "") -> Iterator[Served]:
    network = Served(folder, database)
    try:
        network.serve()
        yield network
    finally:
        network.close()


def reach(book: Store, url: str, *, certificate: str = "") -> None:
    """Let an office know the hub at this address."""
    with book.write(OWNER) as tx:
        tx.execute("UPDATE sync_link SET url = :url, hub_cert = :cert", {"url": url, "cert": certificate})


def line_of(book: Store, **other: Any) -> Line:
    """The line of an office; `other` is what is different about it."""
    with book.read() as read:
        hub = link(read)
    told = {
        "private_key": hub.private_key,
        "keyid": str(hub.site),
        "hub_key": hub.hub_key,
        "pinned": hub.hub_cert,
        "clock": book.clock,
    }
    return Line(other.pop("url", hub.url), **{**told, **other})


def new_client(book: Store, family: str) -> str:
    with book.write(OWNER) as tx:
        contact: dict[str, Any] = {**ADDRESS}
        return add_client(tx, given="Ada", family=family, **contact)


def families(book: Store) -> list[str]:
    with book.read() as read:
        return [name.partition(",")[0] for (name,) in read.rows("SELECT sort_name FROM client ORDER BY 1")]


async def until(true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for what another thread or office does."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(0.005)
