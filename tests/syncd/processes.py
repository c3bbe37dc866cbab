"""`syncd` as processes of its own, as a practice runs it."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from core.dates import system_now
from core.security.unlock import open_with_passphrase
from core.store import Store
from syncd.cli import main as syncd_main
from tests.architecture.source import ROOT
from tui.cli import main as daysheet_main

PASSPHRASE = "correct horse battery"


class Practice:
    """A folder with the homes of a practice's offices and its hub, and what runs on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = folder / "passphrase"
        self.key.write_text(PASSPHRASE + "\n")
        self.key.chmod(0o600)
        self.running: list[subprocess.Popen[str]] = []
        self.port = 0

    @property
    def environ(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYSHEET")}
        return {**kept, "PYTHONPATH": str(ROOT)}

    def home(self, name: str) -> str:
        return str(self.folder / name)

    def daysheet(self, *words: str, home: str) -> dict[str, Any]:
        return self._call(daysheet_main, [*words, *self._options(home)])

    def syncd(self, *words: str, home: str) -> dict[str, Any]:
        return self._call(syncd_main, [*words, *self._options(home)])

    def _options(self, home: str) -> list[str]:
        return ["--home", self.home(home), "--key-file", str(self.key), "--json"]

    def _call(self, main: Callable[[Sequence[str]], int], words: Sequence[str]) -> dict[str, Any]:
        """The one object that a command answers, with its exit code."""
        before, out = signal.getsignal(signal.SIGTERM), io.TextIOWrapper(io.BytesIO(), write_through=True)
        try:
            with redirect_stdout(out):
                code = main(words)
        finally:
            signal.signal(signal.SIGTERM, before)
        out.seek(0)
        return {**json.loads(out.read()), "exit": code}

    @contextmanager
    def opened(self, name: str) -> Iterator[Store]:
        opened = open_with_passphrase(self.home(name), PASSPHRASE, system_now)
        try:
            yield opened.store
        finally:
            opened.store.close()

    def start(self, *words: str, home: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "syncd.cli", *words, *self._options(home)]
        process = subprocess.Popen(
            command, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL, cwd=ROOT,
        )  # fmt: skip
        self.running.append(process)
        return process

    def start_hub(self, *words: str) -> dict[str, Any]:
        """Start the hub, on the port it had before; answers when it listens."""
        self.hub = self.start("hub", "--bind", f"127.0.0.1:{self.port}", *words, home="hub")
        assert self.hub.stdout is not None
        line = self.hub.stdout.readline()
        assert line, self.hub.communicate()
        told: dict[str, Any] = json.loads(line)["data"]
        self.port = told["port"]
        return told

    def join(self, name: str) -> dict[str, Any]:
        told = self.syncd("invite", name, "--role", "owner", home="hub")["data"]
        return self.syncd("join", told["url"], told["code"], "--pin", told["pin"], home=name.lower())

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """How a process ends that is told to, and what it said."""
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    return process.returncode, said
