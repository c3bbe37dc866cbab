"""The command line in this process, on a home of its own."""

from __future__ import annotations

import json
import signal
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.actors import Role
from core.practice.users import change_role
from tests.builders import OWNER
from tests.homes import Home, client_with_sessions, provider_of
from tui.cli import main


class Said(namedtuple("Said", "code out err")):
    """What a command answered."""

    code: int
    out: str
    err: str
    __slots__ = ()

    @property
    def data(self) -> dict[str, Any]:
        """The data of a --json answer that is one object and went well."""
        answer = json.loads(self.out)
        assert set(answer) == {"ok", "data", "errors"}
        assert answer["ok"], answer
        found: dict[str, Any] = answer["data"]
        return found

    @property
    def error(self) -> dict[str, str]:
        answer = json.loads(self.out)
        assert answer["ok"] is False
        (found,) = answer["errors"]
        assert set(found) == {"code", "message", "subject"}
        return dict(found)


Daysheet = Callable[..., Said]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Three clients with two sessions each; the last has no address."""
    home = Home.found(tmp_path_factory.mktemp("cli") / "sample")
    with home.open() as store, store.write(OWNER) as tx:
        provider_id = provider_of(tx)
        for given, family in (("Ann", "Archer"), ("Bea", "Bell")):
            client_with_sessions(tx, provider_id, given, family)
        client_with_sessions(tx, provider_id, "Cal", "Cole", street="", city="")
    return home


@pytest.fixture(scope="session")
def billed_sample(sample: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The sample with September billed on 2026-10-31: N-00001 for Archer, N-00002 for Bell, 600.00 each.

    The machine key's user may do everything, so that what is refused is refused by a rule.
    """
    home = sample.copy_to(tmp_path_factory.mktemp("cli") / "billed")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in home.environ.items():
            patch.setenv(name, value)
        assert main(["run", "--month", "2026-09", "--send", "--yes", "--json"]) == 0
    with home.open() as store, store.write(OWNER) as tx:
        for (user_id,) in tx.rows("SELECT id FROM \"user\" WHERE role = 'service'"):
            change_role(tx, user_id, Role.OWNER)
    return home


@pytest.fixture
def home(sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


@pytest.fixture
def daysheet(home: Home, capsys: pytest.CaptureFixture[str]) -> Iterator[Daysheet]:
    before = signal.getsignal(signal.SIGTERM)

    def run(*words: str) -> Said:
        capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        return Said(code, *capsys.readouterr())

    yield run
    signal.signal(signal.SIGTERM, before)
