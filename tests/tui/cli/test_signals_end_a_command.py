"""cli.md: SIGTERM is 143, SIGINT 130; what was not committed is not there; a closed pipe is no failure."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.builders import OWNER
from tests.homes import Home


def _heed_interrupts() -> None:
    """As from a terminal: a shell lets what it starts in the background pass over SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def started(home: Home, *words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tui.cli", *words],
        cwd=ROOT, env=home.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, preexec_fn=_heed_interrupts,
    ) as child:  # fmt: skip
        yield child


def catches(child: subprocess.Popen[str], number: int) -> bool:
    status = Path(f"/proc/{child.pid}/status").read_text()
    (mask,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(mask, 16) >> (number - 1) & 1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_command_that_waits_for_the_lock(
    home: Home, number: signal.Signals, code: int
) -> None:
    """The signal finds it before the lock or waiting for it; either way nothing is written."""
    before = home.value("SELECT max(no) FROM sync_chain")
    with home.open() as store, started(home, "client", "add", "--given", "D", "--family", "D") as child:
        with store.write(OWNER):
            while not catches(child, signal.SIGTERM):
                assert child.poll() is None
            child.send_signal(number)
        out, err = child.communicate(timeout=30)
    assert child.returncode == code, (out, err)
    assert "Traceback" not in err
    assert home.value("SELECT max(no) FROM sync_chain") == before


def test_a_reader_that_stops_early_is_no_failure(home: Home) -> None:
    with started(home, "audit", "list", "--json") as child:
        assert child.stdout is not None
        child.stdout.close()
        child.stdout = None
        _, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (0, "")
