"""P11: what encryption costs a billing run, and how long a book takes to open.

    python -m tests.bench.bench_encryption [--quick]

The same run of `bill_clients` (see `bench_billing`) on an encrypted book and on one that the same library
keeps in clear, which only this benchmark can make: every setting is the product's but the key. Opening is
`core.store.connect`, schema read, in a process that has opened the book before.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlcipher3 import dbapi2

from core.store import BUSY_MS, connect
from tests.bench.bench_billing import CHARGES_EACH, bill, preview
from tests.bench.rounds import cpu_of, interleaved, main, rounds
from tests.bench.sample_book import KEY, build, copy_of, opened

SETTINGS = (
    "foreign_keys = ON", "recursive_triggers = ON", "trusted_schema = OFF", "temp_store = MEMORY",
    "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON",
)  # fmt: skip


def connect_in_clear(path: str, key: bytes, *, query_only: bool = False) -> Any:
    """`core.store.connect` without the key."""
    connection = dbapi2.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if query_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


@contextmanager
def in_clear() -> Iterator[None]:
    with patch("core.store.store.connect", connect_in_clear):
        yield


def _run(book: Path) -> float:
    store = opened(copy_of(book, "run.db"))
    proposed = preview(store)
    seconds = cpu_of(lambda: list(bill(store, proposed)))
    store.close()
    return seconds


def _run_in_clear(book: Path) -> float:
    with in_clear():
        return _run(book)


def _open(book: Path, *, times: int) -> float:
    def open_often() -> None:
        for _ in range(times):
            connect(str(book), KEY).close()

    return cpu_of(open_often) / times


def measure(*, quick: bool) -> list[dict[str, object]]:
    """Medians over interleaved rounds."""
    clients = 30 if quick else 1000
    with tempfile.TemporaryDirectory() as folder:
        encrypted = build(Path(folder) / "encrypted", clients=clients, charges_each=CHARGES_EACH)
        with in_clear():
            clear = build(Path(folder) / "clear", clients=clients, charges_each=CHARGES_EACH)
        assert clear.read_bytes().startswith(b"SQLite format 3")
        assert not encrypted.read_bytes().startswith(b"SQLite")
        times = rounds(quick=quick)
        cpu = interleaved(
            {
                "encrypted": partial(_run, encrypted),
                "clear": partial(_run_in_clear, clear),
                "open": partial(_open, encrypted, times=2 if quick else 20),
            },
            times=times,
        )
    return [
        {
            "bench": "P11",
            "times_in_clear": round(cpu["encrypted"] / cpu["clear"], 2),
            "goal": "<= 1.4, open <= 5 ms",
            "warm_open_cpu_ms": round(cpu["open"] * 1000, 2),
            "encrypted_cpu_s": round(cpu["encrypted"], 4),
            "in_clear_cpu_s": round(cpu["clear"], 4),
            "invoices": clients,
            "rounds": times,
        }
    ]


if __name__ == "__main__":
    main(measure)
