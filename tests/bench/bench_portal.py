"""P10: what a billing page costs beside a plain-text answer of the same server, and how the portal bears a
practice's clients all at once.

The page is that of one client with twelve invoices, half of them paid. Server and clients are processes of
their own; CPU is the server's, over requests that come one after the other. Under load each of many signed-in
people looks at their page every ten seconds or so, while payments are recorded; every answer is checked to be
of the client who asked.
"""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Awaitable
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from core.clients.commands import add_client
from core.delivery.commands import share_invoices
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.summaries import keep
from core.payments.commands import record_payment
from core.portal.commands import Allowed, grant_access
from core.portal.signing import PORTAL, start_session
from core.replication.enrol import become_hub
from core.store import Store
from syncd.guard import listen, server_of
from syncd.hub import app_of
from syncd.portal.app import portal_app
from syncd.portal.portal import Portal
from tests.bench.rounds import interleaved, main, rounds
from tests.builders import ADDRESS, OWNER, TODAY, Book, fixed_clock

KEY = bytes(range(32))
INVOICES_EACH = 12
CENTS = 15_000
REQUESTS, QUICK_REQUESTS = 200, 20
PEOPLE, QUICK_PEOPLE = 500, 6
SECONDS, QUICK_SECONDS = 60.0, 2.0
THINKS_SECONDS, QUICK_THINKS_SECONDS = 10.0, 0.5
PAYMENTS_A_SECOND = 2.0


def build(folder: Path, people: int) -> tuple[str, list[tuple[str, str]]]:
    """A hub's book; answers its path, and of each person the session's secret and the client's name."""
    book = Book(folder, key=KEY)
    signed_in = []
    for number in range(people):
        name = f"{number:04} Client"
        contact: dict[str, Any] = {**ADDRESS, "email": f"c{number}@example.org"}
        with book.write() as tx:
            client_id = add_client(tx, given=f"{number:04}", family="Client", **contact)
        for place in range(INVOICES_EACH):
            book.session(client_id, TODAY.replace(day=place + 1), rate_cents=CENTS)
            with book.write() as tx:
                invoice_id = create_draft(tx, client_id=client_id, today=TODAY)
                issue_drafts(tx, [invoice_id], today=TODAY)
                share_invoices(tx, [invoice_id])
                if place % 2:
                    _pay(tx, _payer(tx, client_id), CENTS)
        with book.write() as tx:
            person_id = grant_access(
                tx, client_id=client_id, guarantor_id=_payer(tx, client_id), email=f"c{number}@example.org",
                name=f"Parent {number}", allowed=Allowed(), invite=False,
            )  # fmt: skip
        with book.store.write(PORTAL) as tx:
            secret = start_session(tx, person_id, f"c{number}@example.org", label="Bench")
        signed_in.append((secret, name))
    become_hub(book.store, OWNER, name="hub")
    path = book.store.path
    book.store.close()
    return path, signed_in


def _payer(tx: Any, client_id: str) -> str:
    return str(tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id))


def _pay(tx: Any, guarantor_id: str, cents: int) -> None:
    record_payment(
        tx, guarantor_id=guarantor_id, amount_cents=cents, method="check", received_on=TODAY,
        today=TODAY, reference="1",
    )  # fmt: skip


async def plain(_: Any) -> PlainTextResponse:
    return PlainTextResponse("OK")


def serve(path: str, told: Connection) -> None:
    """Hub, portal and the plain answer in one process, on three ports; `told` asks for its CPU seconds."""
    store = Store.open(path, KEY, fixed_clock, keep)
    hub_app = app_of(store)
    portal = Portal(hub_app.state.hub, "http://localhost", proxy="127.0.0.1", today=lambda: TODAY)
    apps = [hub_app, portal_app(portal), Starlette(routes=[Route("/", plain)])]
    opened = [listen("127.0.0.1", 0) for _ in apps]
    told.send([each.getsockname()[1] for each in opened])

    async def run() -> None:
        servers = [server_of(app, None) for app in apps]
        work = [asyncio.create_task(one.serve(sockets=[at])) for one, at in zip(servers, opened, strict=True)]
        while await asyncio.to_thread(told.recv):
            told.send(time.process_time())
        for one in servers:
            one.should_exit = True
        await asyncio.gather(*work)

    asyncio.run(run())


class Served:
    """The server's process."""

    def __init__(self, path: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=serve, args=(path, there), daemon=True)
        self._process.start()
        _, self.portal, self.plain = (f"http://127.0.0.1:{port}" for port in self._pipe.recv())

    def cpu(self) -> float:
        self._pipe.send(True)
        seconds: float = self._pipe.recv()
        return seconds

    def stop(self) -> None:
        self._pipe.send(False)
        self._process.join(20)
        if self._process.is_alive():
            self._process.kill()


def headers_of(secret: str, number: int) -> dict[str, str]:
    """Of a browser behind the practice's proxy, each with an address of its own."""
    return {"cookie": f"sid={secret}", "x-forwarded-for": f"10.0.{number // 250}.{number % 250 + 1}"}


def page_beside_plain(served: Served, signed_in: list[tuple[str, str]], *, quick: bool) -> dict[str, object]:
    asked = QUICK_REQUESTS if quick else REQUESTS
    times: list[float] = []
    with httpx.Client(trust_env=False) as client:

        def cost(url: str, expected: str, kept: list[float] | None) -> float:
            began = served.cpu()
            for at in range(asked):
                secret, _ = signed_in[at % len(signed_in)]
                started = time.perf_counter()
                answer = client.get(url, headers=headers_of(secret, at))
                assert expected in answer.text
                if kept is not None:
                    kept.append(time.perf_counter() - started)
            return (served.cpu() - began) / asked

        cost(f"{served.portal}/billing", "Client", None)
        found = interleaved(
            {
                "plain": lambda: cost(served.plain, "OK", None),
                "page": lambda: cost(f"{served.portal}/billing", "Client", times),
            },
            times=rounds(quick=quick),
        )
    return {
        "benchmark": "P10 billing page of the portal",
        "times_plain_text": round(found["page"] / found["plain"], 2),
        "goal": "<= 6; p99 <= 3 times p50",
        "p99_times_p50": round(_p99(times) / median(times), 2),
        "page_cpu_ms": round(found["page"] * 1000, 2),
        "plain_cpu_ms": round(found["plain"] * 1000, 2),
        "page_p50_ms": round(median(times) * 1000, 1),
    }


async def many(path: str, served: Served, people: list[tuple[str, str]], *, quick: bool) -> dict[str, object]:
    """Everybody at once, each at a pace of their own."""
    seconds, thinks = (QUICK_SECONDS, QUICK_THINKS_SECONDS) if quick else (SECONDS, THINKS_SECONDS)
    until = time.perf_counter() + seconds
    times: list[float] = []
    wrong, errors, paid = 0, 0, 0
    chance = Random(7)

    async def person(number: int, client: httpx.AsyncClient) -> None:
        nonlocal wrong, errors
        secret, name = people[number]
        await asyncio.sleep(chance.random() * thinks)
        while time.perf_counter() < until:
            began = time.perf_counter()
            answer = await client.get(f"{served.portal}/billing", headers=headers_of(secret, number))
            times.append(time.perf_counter() - began)
            errors += answer.status_code != 200
            shown = {other for _, other in people if other in answer.text}
            wrong += shown != {name}
            await asyncio.sleep(thinks * (0.5 + chance.random()))

    async def payments() -> None:
        nonlocal paid
        store = Store.open(path, KEY, fixed_clock, keep)
        try:
            while time.perf_counter() < until:
                await asyncio.to_thread(_one_payment, store, chance.randrange(len(people)))
                paid += 1
                await asyncio.sleep(1 / PAYMENTS_A_SECOND)
        finally:
            store.close()

    limits = httpx.Limits(max_connections=len(people), max_keepalive_connections=len(people))
    async with httpx.AsyncClient(trust_env=False, limits=limits, timeout=60) as client:
        works: list[Awaitable[None]] = [person(number, client) for number in range(len(people))]
        await asyncio.gather(payments(), *works)
    return {
        "benchmark": "many clients of the portal at once",
        "people": len(people),
        "think_s": thinks,
        "pages": len(times),
        "payments_beside": paid,
        "p50_ms": round(median(times) * 1000, 1),
        "p99_ms": round(_p99(times) * 1000, 1),
        "errors": errors,
        "answers_to_the_wrong_client": wrong,
        "goal": "errors 0, wrong 0",
    }


def _one_payment(store: Store, number: int) -> None:
    with store.write(OWNER) as tx:
        payer = tx.value("SELECT id FROM guarantor WHERE email = :email", email=f"c{number}@example.org")
        _pay(tx, payer, 100)


def _p99(times: list[float]) -> float:
    return min(quantiles(times, n=100)[98], max(times))


def measure(*, quick: bool) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        path, signed_in = build(Path(folder), QUICK_PEOPLE if quick else PEOPLE)
        served = Served(path)
        try:
            return [
                page_beside_plain(served, signed_in, quick=quick),
                asyncio.run(many(path, served, signed_in, quick=quick)),
            ]
        finally:
            served.stop()


if __name__ == "__main__":
    main(measure)
