"""P8: first paint of the product against an empty Textual app, each in a pseudo terminal.

The CPU of the whole process until its first full frame has been sent, read from the system when a text
of that frame arrives. The book is opened with a machine key file, which derives nothing; what opening it
took is told apart, because the goal is of what comes after (`decisions.md` 26).
"""

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
PRODUCT = """
import os, sys, time
from pathlib import Path
from tui.door import Door
def timed(name):
    plain = getattr(Door, name)
    def call(door):
        began = time.thread_time()
        answer = plain(door)
        spent.append(time.thread_time() - began)
        return answer
    setattr(Door, name, call)
spent = []
timed("opened")
actor = Door.actor
def told(door):
    door.opened()
    began = time.thread_time()
    answer = actor(door)
    Path(sys.argv[1]).write_text(str(sum(spent) + time.thread_time() - began))
    return answer
Door.actor = told
from tui.cli import main
sys.exit(main([]))
"""


def cpu_seconds(pid: int) -> float:
    """CPU of all threads of a process so far; the ticks of its `stat` are too coarse for one start."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e9


def cpu_until(text: str, arguments: list[str], env: dict[str, str]) -> float:
    """CPU seconds of a program until it has sent a text to its terminal."""
    child = pexpect.spawn(sys.executable, arguments, env=env, dimensions=SIZE, timeout=60)
    try:
        child.expect_exact(text)
        return cpu_seconds(child.pid)
    finally:
        child.close(force=True)


def told_in(file: Path) -> float:
    """What opening the book took in the round just run."""
    return float(file.read_text())


def measure(*, quick: bool) -> list[dict[str, object]]:
    """The median CPU of both over interleaved rounds."""
    with tempfile.TemporaryDirectory() as folder:
        book = build(Path(folder) / "book", clients=5 if quick else CLIENTS, charges_each=4)
        key_file, told = machine_key_file(book), Path(folder) / "told"
        env = installed_env(
            Path(folder),
            DAYSHEET_HOME=str(book.parent),
            DAYSHEET_KEY_FILE=str(key_file),
            TERM="xterm-256color",
        )
        jobs = {
            "product": partial(cpu_until, "unbilled", ["-c", PRODUCT, str(told)], env),
            "opening": partial(told_in, told),
            "empty": partial(cpu_until, "painted-now", ["-c", EMPTY], env),
        }
        for job in jobs.values():
            job()  # bytecode is written, files are in the system's cache
        times = rounds(quick=quick)
        cpu = interleaved(jobs, times=times)
    return [
        {
            "bench": "P8",
            "times_empty_app": round((cpu["product"] - cpu["opening"]) / cpu["empty"], 2),
            "goal": "<= 1.3",
            "with_opening": round(cpu["product"] / cpu["empty"], 2),
            "opening_cpu_s": round(cpu["opening"], 3),
            "product_cpu_s": round(cpu["product"], 3),
            "empty_app_cpu_s": round(cpu["empty"], 3),
            "rounds": times,
        }
    ]


if __name__ == "__main__":
    main(measure)
