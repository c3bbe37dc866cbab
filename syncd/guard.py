"""The HTTP server's limits: whoever sends half a request is not waited for (`security.md`, fact 16)."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10
MOST_CONNECTIONS = 512
"""An office takes two, and a third for a moment."""

MOST_HEADER_BYTES = 16 << 10
KEPT_SECONDS = 75


class Guarded(H11Protocol):
    """Closes a connection whose request does not get beyond its headers in time."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._expect_headers()
        else:
            self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _expect_headers(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _forget(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None


class Server(uvicorn.Server):
    """One that lets those who wait go before it ends."""

    def __init__(self, config: uvicorn.Config, let_go: Callable[[], None]) -> None:
        super().__init__(config)
        self._let_go = let_go

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._let_go()
        await super().shutdown(sockets)


def server_of(
    app: ASGIApp, context: ssl.SSLContext | None, let_go: Callable[[], None] = lambda: None
) -> Server:
    """The server of an app. It writes no log: paths and addresses say who works when, and the text of an
    exception may hold a client's data. `let_go` is called on the event loop before it ends."""
    log = logging.getLogger("uvicorn")
    log.handlers, log.propagate = [logging.NullHandler()], False
    config = uvicorn.Config(
        app,
        http=Guarded,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=3,
        ssl_context_factory=None if context is None else lambda *_: context,
    )
    return Server(config, let_go)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises: OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: without it asyncio leaves Nagle's algorithm on, and every answer waits for the
    # 40 ms after which the other side acknowledges what it has.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(512)
    except OSError:
        listening.close()
        raise
    listening.set_inheritable(False)
    return listening
