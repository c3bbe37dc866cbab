"""P8: first paint of the product against an empty Textual app, each in a pseudo terminal.

The CPU of the whole process until its first full frame has been sent, read from the system when a text
of that frame arrives. The book is opened with a machine key file, which derives nothing.
"""

import os
import sys
import tempfile
from functools import partial
from pathlib import Path

import pexpect

from tests.bench.rounds import installed_env, interleaved, main, rounds
from tests.bench.sample_book import build, machine_key_file

CLIENTS = 200
SIZE = (24, 80)
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("painted-now")
Empty().run()
"""
PRODUCT = "from tui.cli import script; script()"
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def cpu_until(text: str, arguments: list[str], env: dict[str, str]) -> float:
    """CPU seconds of a program until it has sent a text to its terminal."""
    child = pexpect.spawn(sys.executable, arguments, env=env, dimensions=SIZE, timeout=60)
    try:
        child.expect_exact(text)
        fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    finally:
        child.close(force=True)


def measure(*, quick: bool) -> list[dict[str, object]]:
    """The median CPU of both over interleaved rounds."""
    with tempfile.TemporaryDirectory() as folder:
        book = build(Path(folder) / "book", clients=5 if quick else CLIENTS, charges_each=4)
        key_file = machine_key_file(book)
        env = installed_env(
            Path(folder),
            DAYSHEET_HOME=str(book.parent),
            DAYSHEET_KEY_FILE=str(key_file),
            TERM="xterm-256color",
        )
        jobs = {
            "product": partial(cpu_until, "unbilled", ["-c", PRODUCT], env),
            "empty": partial(cpu_until, "painted-now", ["-c", EMPTY], env),
        }
        for job in jobs.values():
            job()
        times = rounds(quick=quick)
        cpu = interleaved(jobs, times=times)
    return [
        {
            "bench": "P8",
            "times_empty_app": round(cpu["product"] / cpu["empty"], 2),
            "goal": "<= 1.3",
            "product_cpu_s": round(cpu["product"], 3),
            "empty_app_cpu_s": round(cpu["empty"], 3),
            "rounds": times,
        }
    ]


if __name__ == "__main__":
    main(measure)
