"""RB5, issue line 3: the real program, killed with a real SIGKILL at any moment, run again.

Two ways to choose the moment: a random one over the measured length of a run, and the N-th write,
truncation or sync of the book's files (strace stops the process inside that call).
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.crash.forked import spread
from tests.crash.invariants import broken, state, unfinished
from tests.crash.office import a_copy, make_office, opened, run_command
from tests.sizes import sized

CLIENTS = 60
STRACE = shutil.which("strace")
CALLS = "pwrite64,fdatasync,fsync,ftruncate,unlink"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_office(tmp_path_factory.mktemp("killed") / "office", CLIENTS)


def run_to_the_end(home: Path, *more: str) -> dict[str, Any]:
    words, environment = run_command(home, *more)
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["ok"]
    return answer


def killed(home: Path, *more: str, after: float = 0, written: int = 0) -> bool:
    """SIGKILL so many seconds after the start, or when the log has that many bytes.

    Answers whether the program was still running.
    """
    words, environment = run_command(home, *more)
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as child:
        while written and log_size(home) < written and not over(child, 0.0005):
            pass
        if not over(child, after):
            child.kill()
    return child.returncode == -9


def over(child: subprocess.Popen[bytes], within: float) -> bool:
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def log_size(home: Path) -> int:
    try:
        return (home / "book.db-wal").stat().st_size
    except FileNotFoundError:
        return 0


def measured(office: Path, *more: str) -> tuple[float, int]:
    """How long a run takes, and how long its write-ahead log grows."""
    with a_copy(office) as home:
        words, environment = run_command(home, *more)
        began, longest = time.monotonic(), 0
        with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as child:
            while not over(child, 0.0005):
                longest = max(longest, log_size(home))
        assert child.returncode == 0
        return time.monotonic() - began, longest


def kill_at_random(office: Path, *, kills: int, sent: bool, seed: int) -> None:
    """One kill in four falls anywhere in the run's time, the others anywhere in what it writes."""
    more = ("--send",) if sent else ()
    lasts, writes = measured(office, *more)
    chance, found, struck = random.Random(seed), Counter[str](), 0
    for kill in range(kills):
        with a_copy(office) as home:
            if kill % 4 == 0:
                struck += killed(home, *more, after=chance.uniform(0, 1.05 * lasts))
            else:
                struck += killed(home, *more, written=chance.randrange(1, writes))
            with opened(home) as store:
                assert broken(store) == []
                drafts, invoices, _, shares = state(store)
            found[f"{invoices} invoices, {shares} sent" if sent else f"{drafts} drafts"] += 1
            run_to_the_end(home, *more)
            with opened(home) as store:
                assert unfinished(store, sent=sent) == []
                assert state(store)[1 if sent else 0] == CLIENTS
    print(f"\n{kills} runs, {struck} killed before their end; left behind: {dict(found)}; all mended")


def test_rb5_a_sending_run_killed_at_random_moments_goes_on(office: Path) -> None:
    kill_at_random(office, kills=sized(20, 200), sent=True, seed=20261031)


def test_rb5_a_drafting_run_killed_at_random_moments_goes_on(office: Path) -> None:
    kill_at_random(office, kills=sized(4, 60), sent=False, seed=20261101)


def test_rb5_a_run_killed_again_and_again_comes_to_its_end(office: Path) -> None:
    """The same book killed until a run is left alone: nothing piles up."""
    chance = random.Random(20261102)
    with a_copy(office) as home:
        for _ in range(sized(8, 80)):
            killed(home, "--send", written=chance.randrange(1, 400_000))
            with opened(home) as store:
                assert broken(store) == []
        run_to_the_end(home, "--send")
        with opened(home) as store:
            assert unfinished(store, sent=True) == []
            assert state(store) == (0, CLIENTS, CLIENTS, CLIENTS)


@pytest.mark.skipif(STRACE is None, reason="needs strace")
def test_rb5_a_run_killed_inside_any_file_call_goes_on(office: Path) -> None:
    with a_copy(office) as home:
        calls = _file_calls(home)
    chosen = spread(calls, sized(6, 400))
    for point in chosen:
        with a_copy(office) as home:
            _strace(home, f"--inject={CALLS}:signal=KILL:when={point}")
            with opened(home) as store:
                assert broken(store) == [], f"killed at file call {point} of {calls}"
            run_to_the_end(home, "--send")
            with opened(home) as store:
                assert unfinished(store, sent=True) == [], f"killed at file call {point} of {calls}"
    print(f"\nkilled inside {len(chosen)} of {calls} file calls, all mended")


def _strace(home: Path, *more: str) -> str:
    words, environment = run_command(home, "--send")
    files = [word for end in ("", "-wal", "-shm") for word in ("-P", str(home / f"book.db{end}"))]
    traced = subprocess.run(
        [str(STRACE), "-f", "-qq", "-o", str(home / "trace"), "-e", f"trace={CALLS}", *files, *more, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if not more:
        assert traced.returncode == 0, traced.stderr
    return (home / "trace").read_text()


def _file_calls(home: Path) -> int:
    return sum(" = " in line for line in _strace(home).splitlines())
