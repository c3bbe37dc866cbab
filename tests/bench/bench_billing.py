"""P1 and P2: what a billing run costs, against the very rows it wrote put in raw.

    python -m tests.bench.bench_billing [--quick]

The database half of P1 is `bill_clients` in its write transactions, 25 clients each, from BEGIN to the end
of COMMIT: asking again what is unbilled and who owes, licences, terms, the next number, frozen lines,
totals, content hash, pay code, chain, audit entries, and every trigger. `run` adds the preview before it.
P2 is the same run as `daysheet run --send` does it: a PDF for each invoice, kept by its hash, and the share.

Raw is `executemany` of the rows as the finished book has them, into a copy of the book as it was before
without any trigger, through the same connection settings, with one BEGIN IMMEDIATE and COMMIT a chunk (P2
commits twice a chunk, its raw once). Both sides start with an open connection on a fresh copy.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from core.dates import Period
from core.delivery.run import CHUNK, carry_out
from core.invoicing.billing_run import Preview, bill_clients, open_run, propose
from core.store import Read, Store, connect
from core.sync.policy import Travels
from core.tables import shapes
from tests.bench.rounds import cpu_of, interleaved, main, rounds, times_tryton
from tests.bench.sample_book import KEY, OWNER, TODAY, build, copy_of, opened

MONTH = Period(TODAY.replace(month=9, day=1), TODAY.replace(month=9, day=30))
CHARGES_EACH = 4

Inserts = list[tuple[str, list[tuple[object, ...]]]]
"""What one chunk wrote: an INSERT with its rows, a table each."""


def preview(store: Store) -> Preview:
    with store.read() as read:
        return propose(read, MONTH, TODAY)


def bill(store: Store, proposed: Preview) -> Iterator[None]:
    """The write transactions of a run that issues, one at each step."""
    run_id = ""
    for start in range(0, len(proposed.ready), CHUNK):
        with store.write(OWNER) as tx:
            run_id = run_id or open_run(tx, MONTH, sends=False)
            chunk = proposed.ready[start : start + CHUNK]
            bill_clients(tx, chunk, MONTH, today=TODAY, run_id=run_id, issue=True)
        yield


def _last_no(store: Store) -> int:
    with store.read() as read:
        return int(read.value("SELECT no FROM sync_chain"))


def _written(read: Read, after: int, last: int) -> Inserts:
    """Every fact between two numbers of the chain, and the bytes of the documents among them."""
    wanted = "WHERE no > :after AND no <= :last"
    bytes_of = f"WHERE sha256 IN (SELECT sha256 FROM document {wanted})"
    found: Inserts = []
    for shape in shapes():
        if shape.travels is Travels.FACT or shape.name == "blob":
            which = bytes_of if shape.name == "blob" else f"{wanted} ORDER BY no"
            rows = read.rows(f"SELECT * FROM {shape.name} {which}", after=after, last=last)
            marks = ", ".join("?" * len(shape.columns))
            if rows:
                found.append((f"INSERT INTO {shape.name} VALUES ({marks})", rows))
    return found


def rows_of(book: Path, *, send: bool) -> list[Inserts]:
    """Bill a copy of the book and read back what each chunk wrote."""
    store = opened(copy_of(book, "finished.db"))
    marks = [_last_no(store)]
    proposed = preview(store)
    if send:
        carry_out(
            store, OWNER, proposed, today=TODAY, send=True,
            after_chunk=lambda billed, passed_over: marks.append(_last_no(store)),
        )  # fmt: skip
    else:
        marks += [_last_no(store) for _ in bill(store, proposed)]
    with store.read() as read:
        chunks = [_written(read, after, last) for after, last in pairwise(marks)]
    store.close()
    return chunks


def without_triggers(book: Path) -> Path:
    bare = copy_of(book, "bare.db")
    connection = connect(str(bare), KEY)
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.close()
    return bare


def _raw(bare: Path, chunks: Sequence[Inserts]) -> float:
    connection = connect(str(copy_of(bare, "raw.db")), KEY)

    def insert() -> None:
        for chunk in chunks:
            connection.execute("BEGIN IMMEDIATE")
            for sql, rows in chunk:
                connection.executemany(sql, rows)
            connection.execute("COMMIT")

    seconds = cpu_of(insert)
    connection.close()
    return seconds


def _database_half(book: Path) -> float:
    store = opened(copy_of(book, "ours.db"))
    proposed = preview(store)
    seconds = cpu_of(lambda: list(bill(store, proposed)))
    store.close()
    return seconds


def _run(book: Path, *, wall: bool) -> float:
    store = opened(copy_of(book, "ours.db"))
    clock = time.perf_counter if wall else time.process_time
    began = clock()
    list(bill(store, preview(store)))
    seconds = clock() - began
    store.close()
    return seconds


def _run_and_send(book: Path, *, wall: bool) -> float:
    store = opened(copy_of(book, "sent.db"))
    clock = time.perf_counter if wall else time.process_time
    began = clock()
    carry_out(store, OWNER, preview(store), today=TODAY, send=True)
    seconds = clock() - began
    store.close()
    return seconds


def measure(*, quick: bool) -> list[dict[str, object]]:
    """Medians over interleaved rounds; every ratio is of two jobs of the same rounds."""
    clients = 30 if quick else 1000
    with tempfile.TemporaryDirectory() as folder:
        book = build(Path(folder) / "book", clients=clients, charges_each=CHARGES_EACH)
        issued, sent = rows_of(book, send=False), rows_of(book, send=True)
        bare = without_triggers(book)
        times = rounds(quick=quick)
        cpu = interleaved(
            {
                "half": partial(_database_half, book),
                "raw": partial(_raw, bare, issued),
                "run": partial(_run, book, wall=False),
                "run_wall": partial(_run, book, wall=True),
                "sent": partial(_run_and_send, book, wall=False),
                "raw_sent": partial(_raw, bare, sent),
                "sent_wall": partial(_run_and_send, book, wall=True),
            },
            times=times,
        )
    return [
        {
            "bench": "P1",
            "times_raw": round(cpu["half"] / cpu["raw"], 2),
            "goal": "<= 3 (2.5)",
            "invoices_per_second": round(clients / cpu["run_wall"]),
            "times_tryton_quoted": times_tryton(clients / cpu["run_wall"]),
            "database_half_cpu_s": round(cpu["half"], 4),
            "raw_cpu_s": round(cpu["raw"], 4),
            "run_with_preview_cpu_s": round(cpu["run"], 4),
            "invoices": clients,
            "rows": sum(len(rows) for chunk in issued for _, rows in chunk),
            "rounds": times,
        },
        {
            "bench": "P2",
            "times_run_without_pdf": round(cpu["sent"] / cpu["run"], 2),
            "times_raw": round(cpu["sent"] / cpu["raw_sent"], 2),
            "invoices_per_second": round(clients / cpu["sent_wall"]),
            "times_tryton_quoted": times_tryton(clients / cpu["sent_wall"]),
            "cpu_s": round(cpu["sent"], 4),
            "raw_cpu_s": round(cpu["raw_sent"], 4),
            "invoices": clients,
            "rows": sum(len(rows) for chunk in sent for _, rows in chunk),
            "rounds": times,
        },
    ]


if __name__ == "__main__":
    main(measure)
