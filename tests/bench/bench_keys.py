"""P6 and P7: a cursor key until it is painted, and a long list until it stands, in a pseudo terminal.

P6: `daysheet` on a list of 100,000 clients against Textual's own `DataTable` with 10,000 rows; wall time from
the key's byte to the last byte of what it painted, and CPU of the whole process a key, in the smallest
terminal and in an ordinary one: the table paints the whole of its window, the list what changed. P7: CPU of
a program until a list of 100,000 rows from an encrypted book stands, against an empty Textual app; what
opening the book took, the driver's import with it, is told apart as in P8.
"""

import os
import select
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import pexpect

from tests.bench.bench_first_paint import EMPTY, cpu_seconds, cpu_until, told_in
from tests.bench.rounds import installed_env, interleaved, main
from tests.bench.sample_book import KEY, OWNER, machine_key_file
from tests.builders import Book

ROWS, TABLE_ROWS = 100_000, 10_000
QUICK_ROWS, QUICK_TABLE_ROWS = 300, 100
KEYS, QUICK_KEYS = 150, 5
BEFORE = 30
"""Keys until the cursor has reached the bottom of the screen, where a held key spends its time."""
ROUNDS, QUICK_ROUNDS = 3, 1
SIZES, QUICK_SIZES = ((24, 80), (40, 140)), ((24, 80),)
"""Lines and columns."""
GAP_SECONDS = 0.03
"""What belongs to one painting arrives without such a gap; a DataTable that scrolls sends it in pieces."""
REPEATS_A_SECOND = 30
PATIENCE_SECONDS = 10.0
QUIET_SECONDS = 0.08
"""Nothing painted for so long: the footer, which follows 50 ms behind the cursor, has been painted too."""

_ADDRESS = ("street", "street_2", "city", "state", "postal_code", "phone")
_CLIENT = ("bill_to", "active", "archived", "referrer", "referrer_npi")

DOWN = b"\x1b[B"
PRODUCT = "from tui.cli import script; script()"
TABLE = """
import sys
from textual.app import App
from textual.widgets import DataTable
class Table(App):
    def compose(self):
        yield DataTable(cursor_type="row")
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("Client", "Owes", "Open", "Credit", "Unbilled")
        table.add_rows(
            (f"Client {n:06}", f"Somebody {n}", "150.00", "", "300.00") for n in range(int(sys.argv[1]))
        )
Table().run()
"""
LIST = """
import sys, time
from pathlib import Path
from textual.app import App
from core.clients.lists import client_pages
from tui.widgets.columns import words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import LazyRows, Row
class Long(App):
    def compose(self):
        yield Grid((words_column("Client", least=14), words_column("Owes", least=10)))
    def on_mount(self):
        with store.read() as read:
            pages = client_pages(read, today="2026-10-31")
        def fetch(start, stop):
            with store.read() as read:
                rows = pages.fetch(read, start, stop)
            return [Row(row.client_id, (row.client, row.guarantor)) for row in rows]
        self.query_one(Grid).show_rows(LazyRows(pages.count, fetch))
began = time.thread_time()
from core.dates import system_now
from core.security.unlock import open_with_file
store = open_with_file(sys.argv[1], sys.argv[2], system_now).store
Path(sys.argv[3]).write_text(str(time.thread_time() - began))
Long().run()
"""


def long_book(folder: Path, rows: int) -> Path:
    """A book with so many clients and nothing else; answers the path of its one file."""
    from core.tables import Client, Guarantor

    folder.mkdir(parents=True)
    book = Book(folder, key=KEY)
    with book.store.write(OWNER) as tx:
        ids = [tx.new_id() for _ in range(2 * rows)]
        names = [f"Client {number:06}" for number in range(rows)]
        owes = ("id", "name", *_ADDRESS, "country", "email", "email_ok", "archived")
        ends = ("",) * (len(_ADDRESS) + 2) + (1, 0)
        tx.add_many(Guarantor, owes, [(ids[at], name, *ends) for at, name in enumerate(names)])
        comes = ("id", "name", "sort_name", "guarantor_id", *_CLIENT, *_ADDRESS)
        ends = ("client", 1, 0, "", "") + ("",) * len(_ADDRESS)
        tx.add_many(
            Client, comes, [(ids[rows + at], name, name, ids[at], *ends) for at, name in enumerate(names)]
        )
        tx.execute("ANALYZE")
    book.store.close()
    return folder / "book.db"


class Keys:
    """A program whose keys are timed."""

    def __init__(self, arguments: list[str], env: dict[str, str], size: tuple[int, int]) -> None:
        self.child = pexpect.spawn(sys.executable, arguments, env=env, dimensions=size, timeout=120)
        self.child.delaybeforesend = None

    def cpu(self) -> float:
        return cpu_seconds(self.child.pid)

    def drain(self) -> None:
        """Read until nothing has been painted for a while."""
        while select.select([self.child.child_fd], [], [], QUIET_SECONDS)[0]:
            os.read(self.child.child_fd, 1 << 16)

    def press(self) -> float:
        """Seconds from a key's byte until what it changed has arrived."""
        began = time.perf_counter()
        os.write(self.child.child_fd, DOWN)
        wait = PATIENCE_SECONDS
        arrived = began
        while select.select([self.child.child_fd], [], [], wait)[0]:
            os.read(self.child.child_fd, 1 << 16)
            arrived, wait = time.perf_counter(), GAP_SECONDS
        self.drain()
        return arrived - began

    def hold(self, keys: int) -> None:
        """A key held down: the next one comes whether the last is painted or not."""
        for _ in range(keys):
            os.write(self.child.child_fd, DOWN)
            until = time.perf_counter() + 1 / REPEATS_A_SECOND
            while (left := until - time.perf_counter()) > 0:
                if select.select([self.child.child_fd], [], [], left)[0]:
                    os.read(self.child.child_fd, 1 << 16)
        self.drain()


def timed(
    arguments: list[str], env: dict[str, str], size: tuple[int, int], opening: str, first: str, keys: int
) -> dict[str, float]:
    """Open the list, then press the key again and again: p50, p99 and CPU a key, in seconds."""
    app = Keys(arguments, env, size)
    try:
        if opening:
            app.child.expect_exact("TODAY")
            app.drain()
            app.child.send(opening)
        app.child.expect_exact(first)
        app.drain()
        for _ in range(max(BEFORE, size[0])):
            app.press()
        times = [app.press() for _ in range(keys)]
        before = app.cpu()
        app.hold(keys)
        used = app.cpu() - before
    finally:
        app.child.close(force=True)
    return {"p50": median(times), "p99": quantiles(times, n=100)[98], "cpu": used / keys}


def measure(*, quick: bool) -> list[dict[str, object]]:
    """Both goals, interleaved."""
    rows, table_rows = (QUICK_ROWS, QUICK_TABLE_ROWS) if quick else (ROWS, TABLE_ROWS)
    keys, times, sizes = (QUICK_KEYS, QUICK_ROUNDS, QUICK_SIZES) if quick else (KEYS, ROUNDS, SIZES)
    with tempfile.TemporaryDirectory() as folder:
        book = long_book(Path(folder) / "book", rows)
        key_file = machine_key_file(book)
        env = installed_env(
            Path(folder),
            DAYSHEET_HOME=str(book.parent),
            DAYSHEET_KEY_FILE=str(key_file),
            TERM="xterm-256color",
        )
        ours: dict[tuple[int, int], list[dict[str, float]]] = {size: [] for size in sizes}
        theirs: dict[tuple[int, int], list[dict[str, float]]] = {size: [] for size in sizes}
        for _ in range(times):
            for size in sizes:
                ours[size].append(timed(["-c", PRODUCT], env, size, "4", "Client 000005", keys))
                table = ["-c", TABLE, str(table_rows)]
                theirs[size].append(timed(table, env, size, "", "Client 000005", keys))
        told = Path(folder) / "told"
        places = [str(book.parent), str(key_file), str(told)]
        opened = {
            "list": partial(cpu_until, "Client 000005", ["-c", LIST, *places], env),
            "opening": partial(told_in, told),
            "empty": partial(cpu_until, "painted-now", ["-c", EMPTY], env),
        }
        for job in opened.values():
            job()
        cpu = interleaved(opened, times=2 * times + 1)
    found: list[dict[str, object]] = [
        {
            "bench": "P6",
            "terminal": f"{columns}x{lines}",
            **_compared(ours[lines, columns], theirs[lines, columns]),
        }
        | {"rows": rows, "data_table_rows": table_rows, "rounds": times}
        for lines, columns in sizes
    ]
    return [
        *found,
        {
            "bench": "P7",
            "times_empty_app": round((cpu["list"] - cpu["opening"]) / cpu["empty"], 2),
            "goal": "<= 1.2",
            "with_opening": round(cpu["list"] / cpu["empty"], 2),
            "opening_cpu_s": round(cpu["opening"], 3),
            "list_cpu_s": round(cpu["list"], 3),
            "empty_app_cpu_s": round(cpu["empty"], 3),
            "rows": rows,
        },
    ]


def _compared(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> dict[str, object]:
    own, table = _middle(ours), _middle(theirs)
    return {
        "times_data_table_p50": round(own["p50"] / table["p50"], 3),
        "goal": "<= 0.125, and <= 5 ms CPU a key",
        "cpu_ms_a_key": round(own["cpu"] * 1000, 2),
        "p50_ms": round(own["p50"] * 1000, 1),
        "p99_ms": round(own["p99"] * 1000, 1),
        "data_table_p50_ms": round(table["p50"] * 1000, 1),
        "data_table_cpu_ms_a_key": round(table["cpu"] * 1000, 1),
    }


def _middle(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: median(one[name] for one in rounds) for name in rounds[0]}


if __name__ == "__main__":
    main(measure)
