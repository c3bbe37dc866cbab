"""Keys while others write: two apps and imports on one book, and how long a cursor key takes to be painted.

The first app's cursor moves all the while; the second records payments, and a process imports clients,
one file after the other. A key counts as painted when the cursor stands on its new line.
"""

import subprocess
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median, quantiles

from tests.bench.rounds import main
from tests.flows.test_two_apps_and_an_import_at_once import clients_file, importing, in_invoices, record
from tests.flows.typed_ahead import bill, checks
from tests.homes import Home
from tests.tui.terminal import SECONDS, Terminal

CHECKS, QUICK_CHECKS = 40, 3
BETWEEN = 12
"""Cursor keys for each payment of the other app."""


def cursor_line(app: Terminal) -> int:
    rows = (app.screen.buffer[y] for y in range(app.screen.lines))
    return next((y for y, row in enumerate(rows) if row[1].data == ">"), -1)


def pressed(app: Terminal, key: str) -> float:
    """Seconds until the cursor stands on the next line, or the one before."""
    wanted, began = cursor_line(app) + (1 if key == "j" else -1), time.perf_counter()
    app.press(key)
    while cursor_line(app) != wanted:
        app._read_a_little()
        if time.perf_counter() - began > SECONDS:
            raise AssertionError(app.text)
    return time.perf_counter() - began


def alone(app: Terminal, keys: int) -> list[float]:
    return [pressed(app, "jk"[at % 2]) for at in range(keys)]


def measure(*, quick: bool) -> list[dict[str, object]]:
    """p50 and p99 with nobody else there, and with two others writing."""
    count = QUICK_CHECKS if quick else CHECKS
    with tempfile.TemporaryDirectory() as folder:
        home = Home.found(Path(folder) / "home")
        with home.open() as store:
            numbers = bill(store, count + 2)
        ours, theirs = in_invoices(home), in_invoices(home)
        ours.stand_for(1.0)
        quiet = alone(ours, BETWEEN * count)
        theirs.press("G")
        imports, job = 1, importing(home, clients_file(Path(folder), 0))
        busy: list[float] = []
        for check in checks(Random(1), numbers[:1:-1], 1000):
            record(theirs, check, "k")
            busy += alone(ours, BETWEEN)
            theirs.wait_for(f"{check.reference} $")
            if job.poll() is not None:
                job = _next_import(home, Path(folder), job, imports)
                imports += 1
        job.communicate()
        for app in (ours, theirs):
            app.end()
    return [
        {
            "bench": "keys while others write",
            "p50_ms": _ms(median(busy)),
            "p99_ms": _ms(quantiles(busy, n=100)[98]),
            "goal": "p99 <= 100 ms",
            "alone_p50_ms": _ms(median(quiet)),
            "alone_p99_ms": _ms(quantiles(quiet, n=100)[98]),
            "keys": len(busy),
            "payments": count,
            "imports": imports,
        }
    ]


def _next_import(
    home: Home, folder: Path, job: "subprocess.Popen[str]", imports: int
) -> "subprocess.Popen[str]":
    out, err = job.communicate()
    assert job.returncode == 0, (out, err)
    return importing(home, clients_file(folder, imports * 1_000_000))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    main(measure)
