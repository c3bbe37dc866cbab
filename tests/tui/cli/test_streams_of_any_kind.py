"""cli.md: the caller's streams may be closed, full or of another alphabet; the exit code stays true."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.clients.commands import add_client
from tests.architecture.source import ROOT
from tests.builders import OWNER
from tests.homes import Home

SCRIPT = "from tui.cli import script; script()"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home.found(tmp_path_factory.mktemp("streams") / "home")
    with made.open() as store, store.write(OWNER) as tx:
        add_client(tx, given="Zoë", family="Łukasz")
    return made


def run(home: Home, words: str, redirect: str = "", **more: str) -> tuple[int, str, str]:
    """Through a shell, as a script would call it."""
    line = f"\"$PYTHON\" -c '{SCRIPT}' {words} {redirect}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, errors="surrogateescape",
        stdin=subprocess.DEVNULL, env={**os.environ, **home.environ, "PYTHON": sys.executable,
             "PYTHONUNBUFFERED": "", **more},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("words", ["client list", "client list --json", "--help"])
def test_a_closed_stdout_is_no_failure(home: Home, words: str) -> None:
    assert run(home, words, ">&-") == (0, "", "")


@pytest.mark.parametrize("words", ["client list", "client list --json", "--help"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_stdout_is_told_on_stderr_as_a_failure_outside(home: Home, words: str) -> None:
    code, _, said = run(home, words, ">/dev/full")
    assert (code, said.count("\n"), "No space left" in said) == (6, 1, True), said


@pytest.mark.parametrize("words", ["client list", "client list --json", "--help"])
def test_a_reader_who_left_is_no_failure(home: Home, words: str) -> None:
    left = f"import os, signal, sys; sys.stdout.flush(); {SCRIPT}"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", left, *words.split()], cwd=ROOT, stdout=write, stderr=subprocess.PIPE,
        env={**os.environ, **home.environ}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_closed_stderr_keeps_the_exit_code(home: Home) -> None:
    assert run(home, "invoice show nothing", "2>&-")[0] == 3
    assert run(home, "invoice show nothing", "2>/dev/full")[0] == 3


def test_a_locale_that_cannot_show_a_name_shows_its_escape(home: Home) -> None:
    code, shown, _ = run(home, "client list", PYTHONIOENCODING="latin-1")
    assert code == 0
    assert "\\u0141ukasz" in shown


def test_bytes_that_are_no_text_are_a_mistake_of_usage(home: Home) -> None:
    code, _, said = run(home, "client show \"$(printf '\\377')\"")
    assert (code, "not UTF-8 text" in said) == (2, True)


def test_no_crash_leaves_an_image_of_the_memory() -> None:
    look = (
        "import os, resource; from tui.cli import _keep_to_ourselves; _keep_to_ourselves();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "(0, 0) 0o77\n"
