"""Do a deed in a forked child that dies, as if by kill -9, at the N-th thing it says to the database.

Every connection of the child is traced: each SQL statement counts, those of triggers and plain reads
too, and where a folder is watched, each opening, renaming and removing of a file in it. The child opens the
book after the fork; the parent holds no connection to it meanwhile.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest

import core.store.opening
import core.store.store

DIED = 77
NEVER = 1 << 62


class Events:
    """Counts what is said to the database and ends the process at the `dies_at`-th."""

    def __init__(self, dies_at: int = NEVER, *, folder: str | None = None) -> None:
        self.dies_at = dies_at
        self.seen = 0
        self._trace_statements()
        if folder is not None:
            self._watch(folder)

    def _trace_statements(self) -> None:
        real = core.store.opening.connect

        def connect(*arguments: Any, **named: Any) -> Any:
            connection = real(*arguments, **named)
            connection.set_trace_callback(self.count)
            return connection

        core.store.store.connect = connect  # type: ignore[attr-defined]

    def _watch(self, folder: str) -> None:
        def heard(name: str, arguments: tuple[object, ...]) -> None:
            if name in ("open", "os.rename", "os.remove") and str(arguments[0]).startswith(folder):
                self.count()

        sys.addaudithook(heard)

    def count(self, *_: object) -> None:
        self.seen += 1
        if self.seen == self.dies_at:
            os._exit(DIED)


def in_child(deed: Callable[[], object]) -> int:
    """Do it in a forked process; answers its exit code (0 done, 77 died, 1 failed with an exception)."""
    return wait_for(start(deed))


def start(deed: Callable[[], object]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            deed()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:  # noqa: BLE001  the parent sees the exit code, the person the trace
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(code)
    return pid


def wait_for(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def events_of(deed: Callable[[], object], *, folder: str | None = None) -> int:
    """How many events a deed has when it is left alone; it is done, in a child."""
    reading, writing = os.pipe()

    def counted() -> None:
        events = Events(folder=folder)
        deed()
        os.write(writing, str(events.seen).encode())

    assert in_child(counted) == 0
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return int(pipe.read())


def dies_at(point: int, deed: Callable[[], object], *, folder: str | None = None) -> None:
    """Do it and die at that event; fails where the child came to an end otherwise."""

    def deadly() -> None:
        Events(point, folder=folder)
        deed()

    code = in_child(deadly)
    if code != DIED:
        pytest.fail(f"the child was to die at event {point} and ended with {code}")


def spread(count: int, points: int) -> list[int]:
    """About that many of the numbers 1 to count, evenly, the first and the last among them."""
    if points >= count:
        return list(range(1, count + 1))
    return sorted({1 + round(i * (count - 1) / (points - 1)) for i in range(points)})
