"""A network that refuses, cuts, drops and slows connections down, and counts what it did."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from random import Random

WEIGHTS = {"ok": 50, "refuse": 8, "cut_request": 12, "drop_answer": 12, "cut_answer": 10, "slow": 8}
FAULTS = tuple(name for name in WEIGHTS if name != "ok")


class ChaosProxy:
    """Between the offices and their hub. Each connection meets its fate after some of its bytes.

    Of several hub processes it takes any that listens, as whatever shares the load among them does.
    """

    def __init__(self, hub_port: int, random: Random, *others: int) -> None:
        self._hub_ports = (hub_port, *others)
        self._random = random
        self.counts: Counter[str] = Counter()
        self._open: set[asyncio.WriteTransport] = set()
        self.calm = False
        """No more faults."""

    async def start(self) -> int:
        """Answers the port."""
        self._server = await asyncio.start_server(self._handle, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        self._server.close()
        while self._open:
            for transport in self._open:
                transport.abort()
            await asyncio.sleep(0)

    async def _handle(self, office: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        fate = "ok" if self.calm else self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self.counts[fate] += 1
        self._open.add(answer.transport)
        try:
            if fate != "refuse":
                await self._carry(office, answer, fate)
        except OSError:
            pass
        finally:
            answer.transport.abort()
            self._open.discard(answer.transport)

    async def _carry(self, office: asyncio.StreamReader, answer: asyncio.StreamWriter, fate: str) -> None:
        hub, request = await self._reach()
        cut_request = self._random.randrange(3_000) if fate == "cut_request" else None
        cut_answer = {"drop_answer": 0, "cut_answer": self._random.randrange(3_000)}.get(fate)
        pause = self._random.random() * 0.1 if fate == "slow" else 0
        ways = (
            asyncio.create_task(_pump(office, request, cut_request, pause)),
            asyncio.create_task(_pump(hub, answer, cut_answer, 0)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            request.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for port in self._random.sample(self._hub_ports, len(self._hub_ports)):
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError


async def _pump(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, cut: int | None, pause: float
) -> None:
    passed = 0
    with suppress(OSError):
        while piece := await source.read(1 << 16):
            if pause:
                await asyncio.sleep(pause)
            if cut is not None and passed + len(piece) > cut:
                target.write(piece[: cut - passed])
                await target.drain()
                return
            passed += len(piece)
            target.write(piece)
            await target.drain()
