"""Replication against a limit that merges nothing: the goals of several offices.

    python -m tests.bench.bench_sync [--quick]

The limit sends the same rows through the same stack (uvicorn, starlette, httpx, msgpack, zstd), 5,000 at a
time, and inserts them into the same tables without a trigger. Half of the rows are guarantors, half are
charges with their chain. CPU is that of both ends, which run in one process; ratios are of one run. Bytes
are those of requests and answers with their headers.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import audit
from core.replication import snapshot
from core.store import Store
from core.sync.book import listed
from core.sync.policy import Travels
from core.sync.sequence import sequence
from core.sync.wire import BATCH_ROWS, pack, unpack
from core.tables import Charge, Client, Guarantor, shapes
from syncd.line import Line
from syncd.loaded import settle
from syncd.office import Office
from tests.bench.rounds import main
from tests.core.replication.offices import KEY, OWNER, Clock
from tests.core.replication.test_rows_altered_on_disk import behind
from tests.syncd.network import Running, Served, served

ROWS, QUICK_ROWS = 100_000, 1_200
BOOK_ROWS, QUICK_BOOK_ROWS = 1_000_000, 4_000
IN_ONE_WRITE = 5_000
GUARANTOR = (
    "id", "name", "street", "street_2", "city", "state", "postal_code", "country", "email", "phone",
    "email_ok", "archived",
)  # fmt: skip
CHARGE = (
    "id", "once", "client_id", "kind", "service_on", "code_system", "code", "modifiers", "description",
    "units_milli", "rate_cents", "amount_cents",
)  # fmt: skip
TABLES = ("guarantor", "charge")


def fill(book: Store, rows: int) -> None:
    """Half guarantors, half charges of one client."""
    with book.write(OWNER) as tx:
        owes = tx.add(Guarantor(name="One", street="1 Elm Street"))
        client_id = tx.add(Client(name="One", sort_name="One", guarantor_id=owes, bill_to="client"))
    for start in range(0, rows // 2, IN_ONE_WRITE):
        numbers = range(start, min(start + IN_ONE_WRITE, rows // 2))
        with book.write(OWNER) as tx:
            tx.add_many(Guarantor, GUARANTOR, [_guarantor(i) for i in numbers])
            tx.add_many(Charge, CHARGE, [_charge(i, client_id) for i in numbers])


def _guarantor(i: int) -> tuple[object, ...]:
    street, email = f"{i} Elm Street", f"person{i}@example.org"
    return (
        _id(i), f"Person {i:06}", street, "", "Springfield", "MA", f"{i % 90000:05}", "", email,
        f"555-{i % 10000:04}", 1, 0,
    )  # fmt: skip


def _charge(i: int, client_id: str) -> tuple[object, ...]:
    cents, code = 15_000 + i % 7 * 500, ("90834", "90837", "97153")[i % 3]
    day = f"2026-{1 + i % 9:02}-{1 + i % 28:02}"
    return (
        _id(i), f"charge:{_id(i)}", client_id, "service", day, "CPT", code, "", "Psychotherapy", 1000, cents,
        cents,
    )  # fmt: skip


def _id(number: int) -> str:
    """A UUIDv7 as people make them, each at its own time; it packs worse than many made at once."""
    ms, chance = f"{1_790_000_000_000 + number * 40_000:012x}", os.urandom(9).hex()
    return f"{ms[:8]}-{ms[8:]}-7{chance[:3]}-8{chance[3:6]}-{chance[6:]}"


class Wire:
    """Counts what goes over HTTP, with headers."""

    def __init__(self) -> None:
        self.bytes = self.requests = 0

    def note(self, request: httpx.Request, headers: httpx.Headers, body: bytes) -> None:
        for told in (request.headers, headers):
            self.bytes += sum(len(name) + len(value) + 4 for name, value in told.raw)
        self.bytes += len(request.content) + len(body) + len(str(request.url)) + 40
        self.requests += 1


@contextmanager
def counted() -> Iterator[Wire]:
    wire, send = Wire(), vars(Line)["_send"]

    async def noted(line: Line, request: httpx.Request) -> Any:
        status, headers, body = await send(line, request)
        wire.note(request, headers, body)
        return status, headers, body

    Line._send = noted  # type: ignore[method-assign, assignment]
    try:
        yield wire
    finally:
        Line._send = send  # type: ignore[method-assign]


class Took:
    """CPU and wall seconds of one piece of work, and what went over the wire."""

    def __init__(self, work: Callable[[], object]) -> None:
        with counted() as wire:
            began, cpu = time.monotonic(), time.process_time()
            self.result = work()
            self.cpu, self.wall = time.process_time() - cpu, time.monotonic() - began
        self.bytes, self.requests = wire.bytes, wire.requests


def in_step(book: Store, *, unused: bool = False) -> Took:
    return Took(lambda: asyncio.run(Office(book, unused=unused).in_step()))


# The limit.


class Limit:
    """The same rows through the same stack, put in bare."""

    def __init__(self, folder: Path) -> None:
        self.book = Store.create(str(folder / "limit.db"), KEY, Clock(), site=9)
        with self.book.merge(OWNER) as tx:
            for (name,) in tx.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
                tx.execute(f"DROP TRIGGER {name}")
        self.wire = Wire()

    def app(self) -> Starlette:
        async def take(request: Request) -> Response:
            body = await request.body()
            return Response(await asyncio.to_thread(self._take, body))

        async def give(request: Request) -> Response:
            where = request.path_params
            return Response(await asyncio.to_thread(self._page, where["table"], where["start"]))

        return Starlette(
            routes=[Route("/rows", take, methods=["POST"]), Route("/rows/{table}/{start:int}", give)]
        )

    def _take(self, body: bytes) -> bytes:
        with self.book.merge(OWNER) as tx:
            _insert(tx, unpack(body))
        return pack(["taken"])

    def _page(self, table: str, start: int) -> bytes:
        return _rows(self.book, table, start)

    def push(self, source: Store, url: str) -> None:
        async def run() -> None:
            async with httpx.AsyncClient() as http:
                for table in TABLES:
                    start = 0
                    while True:
                        page = _rows(source, table, start)
                        count = len(unpack(page)[2])
                        if not count:
                            break
                        start += count
                        answer = await http.post(f"{url}/rows", content=page)
                        self.wire.note(answer.request, answer.headers, answer.content)

        asyncio.run(run())

    def pull(self, target: Store, url: str) -> None:
        async def run() -> None:
            async with httpx.AsyncClient() as http:
                for table in TABLES:
                    start = 0
                    while True:
                        answer = await http.get(f"{url}/rows/{table}/{start}")
                        told = unpack(answer.content)
                        if not told[2]:
                            break
                        start += len(told[2])
                        with target.merge(OWNER) as tx:
                            _insert(tx, told)

        asyncio.run(run())


def _columns(table: str) -> tuple[str, ...]:
    return next(shape.columns for shape in shapes() if shape.name == table)


def _rows(book: Store, table: str, start: int) -> bytes:
    """The next 5,000 rows. They are found by their place, as the first question of a push finds them."""
    with book.read() as read:
        names = _columns(table)
        sql = f"SELECT {listed(names)} FROM {table} WHERE rowid > :start ORDER BY rowid LIMIT :most"
        return pack([table, list(names), read.rows(sql, start=start, most=BATCH_ROWS)])


def _insert(tx: Any, told: Sequence[Any]) -> None:
    table, names, rows = told
    marks = ", ".join("?" * len(names))
    tx.many(f"INSERT INTO {table} ({listed(names)}) VALUES ({marks})", rows)


# What is measured.


def exchange(folder: Path, rows: int) -> Iterator[dict[str, object]]:
    """Push, pull, push again, change one column, and an exchange with nothing to say."""
    with served(folder) as network:
        first = network.offices[1]
        in_step(first)
        fill(first, rows)
        limit = Limit(folder)
        server = Running(limit.app())
        limit_push = Took(partial(limit.push, first, server.url))
        push = in_step(first)
        yield _against("push of new rows", rows, push, limit_push, bytes_of_limit=limit.wire.bytes)
        again = _again(network, first)
        yield {
            "benchmark": "push of everything again",
            "rows_per_cpu_s": round(rows / again.cpu),
            "times_new": round(push.cpu / again.cpu, 2),
        }
        snapshot.FEWEST, fewest = 1 << 60, snapshot.FEWEST
        second = network.join("S")
        bare = Limit(_sub(folder, "bare"))
        limit_pull = Took(partial(limit.pull, bare.book, server.url))
        pull = in_step(second, unused=True)
        snapshot.FEWEST = fewest
        server.stop()
        yield _against("pull into an empty book by rows", rows, pull, limit_pull)
        in_step(second)
        idle = in_step(second)
        yield {"benchmark": "exchange with nothing to say", "bytes": idle.bytes // idle.requests}
        with first.write(OWNER) as tx:
            tx.execute("UPDATE guarantor SET city = 'Shelbyville'")
        change = in_step(first)
        yield {
            "benchmark": "one column of every guarantor",
            "rows": rows // 2,
            "bytes_a_row": round(change.bytes / (rows // 2), 1),
            "rows_per_cpu_s": round(rows / 2 / change.cpu),
        }


def _against(name: str, rows: int, took: Took, limit: Took, *, bytes_of_limit: int = 0) -> dict[str, object]:
    found: dict[str, object] = {
        "benchmark": name,
        "rows": rows,
        "rows_per_cpu_s": round(rows / took.cpu),
        "limit_rows_per_cpu_s": round(rows / limit.cpu),
        "times_limit": round(limit.cpu / took.cpu, 2),
        "bytes_a_row": round(took.bytes / rows, 1),
    }
    if bytes_of_limit:
        found["bytes_times_limit"] = round(took.bytes / bytes_of_limit, 2)
    return found


def _again(network: Served, book: Store) -> Took:
    """Everything once more, as after the hub has said that it lives another life."""
    with book.merge(OWNER) as tx:
        for shape in shapes():
            if shape.travels is Travels.REGISTER:
                tx.execute(f"UPDATE {shape.name} SET _q = 0")
            elif shape.travels is Travels.FACT:
                tx.execute(f"UPDATE {shape.name} SET _q = 0 WHERE site = 1")
    return in_step(book)


def _sub(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def capture(folder: Path, rows: int) -> dict[str, object]:
    """What the triggers cost where rows are changed one by one and put in by many, beside a book without."""
    plain, book = Limit(folder).book, Store.create(str(folder / "captured.db"), KEY, Clock(), site=1)
    made = [_guarantor(i) for i in range(rows)]
    few = [row[0] for row in made[: max(1, rows // 20)]]
    bulk, one, pages = {}, {}, {}
    for name, store in (("plain", plain), ("captured", book)):
        bulk[name] = _cpu(partial(_write, store, partial(_put, made)))
        pages[name] = _pages(store)
        one[name] = _cpu(partial(_write, store, partial(_change, few))) / len(few)
    return {
        "benchmark": "capture of local writes",
        "insert_times_plain": round(bulk["plain"] / bulk["captured"], 2),
        "more_us_a_change": round((one["captured"] - one["plain"]) * 1e6, 1),
        "disk_times_plain": round(pages["captured"] / pages["plain"], 2),
    }


def _put(rows: Sequence[Sequence[object]], tx: Any) -> None:
    marks = ", ".join("?" * len(GUARANTOR))
    tx.many(f"INSERT INTO guarantor ({listed(GUARANTOR)}) VALUES ({marks})", rows)


def _change(ids: Sequence[object], tx: Any) -> None:
    for row_id in ids:
        tx.execute("UPDATE guarantor SET city = :city WHERE id = :id", {"city": "Shelbyville", "id": row_id})


def _write(store: Store, work: Callable[[Any], object]) -> None:
    with store.write(OWNER) as tx:
        work(tx)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _pages(store: Store) -> int:
    with store.read() as read:
        return int(read.value("PRAGMA page_count")) - int(read.value("PRAGMA freelist_count"))


def whole_book(folder: Path, rows: int, quick: bool) -> Iterator[dict[str, object]]:
    """A book of so many rows: an office joins, all is verified, one altered row is found and mended."""
    with served(folder) as network:
        hub = network.hub
        fill(hub, rows)
        with hub.merge(OWNER) as tx:
            sequence(tx, shapes())
        if quick:
            snapshot.FEWEST, fewest = 1, snapshot.FEWEST
        began = time.process_time()
        made = snapshot.make_snapshot(hub, str(Path(hub.path).parent))
        making = time.process_time() - began
        book = network.join("S")
        joined = in_step(book)
        if quick:
            snapshot.FEWEST = fewest
        yield {
            "benchmark": "an office joins by a snapshot",
            "rows": made.row_count,
            "seconds": round(joined.wall, 1),
            "cpu_s": round(joined.cpu, 1),
            "bytes_a_row": round(joined.bytes / made.row_count, 1),
            "cpu_s_to_make_it": round(making, 1),
        }
        with book.read() as read:
            cpu = time.process_time()
            verdict = audit.verify(read)
            cpu = time.process_time() - cpu
        assert verdict.ok
        yield {
            "benchmark": "verify of every chain",
            "facts": verdict.facts,
            "cpu_s_a_million": round(cpu / verdict.facts * 1e6, 1),
        }
        behind(book, "UPDATE guarantor SET city = 'Elsewhere' WHERE id = (SELECT max(id) FROM guarantor)")
        in_step(book)
        mend = Took(lambda: asyncio.run(Office(book).checked()))
        found: Any = mend.result
        assert (found.here, found.left) == (1, [])
        yield {
            "benchmark": "one altered row is found and mended",
            "rows": found.rows,
            "bytes": mend.bytes,
            "requests": mend.requests,
            "seconds": round(mend.wall, 1),
            "cpu_s": round(mend.cpu, 1),
        }


def measure(*, quick: bool = False) -> list[dict[str, object]]:
    """A line for each goal."""
    rows, book_rows = (QUICK_ROWS, QUICK_BOOK_ROWS) if quick else (ROWS, BOOK_ROWS)
    settle()  # as `syncd` does at its start; the limit is measured in this process too
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [
            *exchange(_sub(folder, "exchange"), rows),
            capture(_sub(folder, "capture"), rows),
            *whole_book(_sub(folder, "book"), book_rows, quick),
        ]


if __name__ == "__main__":
    main(measure)
