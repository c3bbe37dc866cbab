"""cli.md: what is asked on a terminal may stay unanswered, and a name in a question is only text."""

from __future__ import annotations

import getpass
import sys

import pytest

from core.errors import UsageError
from core.security.keys import same_recovery_code
from tui.door import Door, NeedsKey, Options
from tui.verbs.book import _typed_back

CODE = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789"


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    return Door(Options())


def test_the_end_of_input_at_a_passphrase_asks_for_a_key_file(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", ends)
    with pytest.raises(NeedsKey):
        door.ask_passphrase()


def test_a_new_passphrase_is_asked_twice_under_a_name_that_is_only_text(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts, answers = [], iter(("eleven clean spoons", "eleven clean forks"))

    def answer(prompt: str) -> str:
        prompts.append(prompt)
        return next(answers)

    monkeypatch.setattr(getpass, "getpass", answer)
    with pytest.raises(UsageError, match="differ"):
        door.ask_new_passphrase("New passphrase of \x1b[2JZoë")
    assert len(prompts) == 2
    assert "\x1b" not in prompts[0]


def test_the_code_typed_back_is_right_however_unlocking_would_take_it() -> None:
    assert same_recovery_code(CODE.lower().replace("-", " ").replace("0", "o"), CODE)
    assert not same_recovery_code(CODE[:-1], CODE)


def test_the_end_of_input_leaves_the_code_unchecked(
    door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ends(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", ends)
    _typed_back(door, CODE)
    assert "Not checked" in capsys.readouterr().err
