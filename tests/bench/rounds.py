"""Interleaved rounds: each job of a benchmark in turn, again and again, so that a busy moment hits all.

A figure is the median of its rounds, and what counts is the ratio of two medians of one run.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

ROUNDS = 7
QUICK_ROUNDS = 3

TRYTON_INVOICES_PER_SECOND = (4.0, 7.0)
"""Tryton `account_invoice` create, post and pay, as quoted in the project's goals; not measured here."""


def rounds(*, quick: bool) -> int:
    return QUICK_ROUNDS if quick else ROUNDS


def interleaved(jobs: Mapping[str, Callable[[], float]], *, times: int) -> dict[str, float]:
    """Run every job once a round and answer the median of what each measured."""
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(times):
        for name, job in jobs.items():
            found[name].append(job())
    return {name: median(figures) for name, figures in found.items()}


def cpu_of(job: Callable[[], object]) -> float:
    """CPU seconds of this process for one call."""
    began = time.process_time()
    job()
    return time.process_time() - began


def cpu_of_script(arguments: Sequence[str], *, times: int, env: Mapping[str, str]) -> float:
    """CPU seconds of one start of this Python with these arguments, the mean of several in a row."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    for _ in range(times):
        child = os.posix_spawn(sys.executable, [sys.executable, *arguments], env, file_actions=quiet)
        status = os.waitpid(child, 0)[1]
        assert status == 0, f"{arguments} ended with {os.waitstatus_to_exitcode(status)}"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / times


def installed_env(folder: Path, **variables: str) -> dict[str, str]:
    """The environment of a program that is installed: its bytecode is kept, here in a folder of ours."""
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), **variables}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    # The day comes from the book's time zone, as it does for anybody.
    env.pop("DAYSHEET_TODAY", None)
    return env


def times_tryton(invoices_per_second: float) -> list[int]:
    """How many times Tryton's quoted invoices a second: against its best and its worst figure."""
    slow, quick = TRYTON_INVOICES_PER_SECOND
    return [round(invoices_per_second / quick), round(invoices_per_second / slow)]


def main(measure: Callable[..., list[dict[str, object]]]) -> None:
    """Print a benchmark's figures, a JSON line each."""
    for figures in measure(quick="--quick" in sys.argv[1:]):
        print(json.dumps(figures))
