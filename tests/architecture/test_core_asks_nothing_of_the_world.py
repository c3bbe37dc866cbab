"""Nothing in core reads the clock, the environment or the network: a door hands those down.

So a test, a rehearsal and the simulator can set them, and an office bills the same on any machine.
"""

from __future__ import annotations

import ast

from tests.architecture.source import dotted, imported, modules

CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.monotonic", "time.perf_counter"),
}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv"}
OUTSIDE = (
    "socket",
    "ssl",
    "http",
    "httpx",
    "urllib",
    "requests",
    "aiohttp",
    "smtplib",
    "asyncio",
    "subprocess",
)
HARMLESS = ("urllib.parse",)
THE_ONE_PLACE = ("core/dates.py", "datetime.now")
"""`core.dates.system_now`, which doors pass down as the clock."""


def test_core_reads_neither_clock_nor_environment() -> None:
    asked = [
        (path, node.lineno, dotted(node))
        for path, tree in modules("core")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and dotted(node) in CLOCKS | ENVIRONMENT
        and (path, dotted(node)) != THE_ONE_PLACE
    ]
    assert asked == []


def test_core_takes_no_clock_or_environment_by_its_bare_name() -> None:
    names = CLOCKS | ENVIRONMENT
    taken = [
        (path, line, name) for path, tree in modules("core") for name, line in imported(tree) if name in names
    ]
    assert taken == []


def test_core_reaches_no_network_and_starts_no_process() -> None:
    reached = [
        (path, line, name)
        for path, tree in modules("core")
        for name, line in imported(tree)
        if name.startswith(tuple(f"{module}." for module in OUTSIDE)) or name in OUTSIDE
        if not name.startswith(HARMLESS)
    ]
    assert reached == []
