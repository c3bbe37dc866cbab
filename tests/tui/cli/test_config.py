"""cli: `config` shows and changes what was chosen for this computer, without a book."""

from __future__ import annotations

import pytest

from tests.homes import Home
from tests.tui.cli.conftest import Daysheet


def test_a_setting_is_shown_set_and_kept(home: Home, daysheet: Daysheet) -> None:
    assert daysheet("config", "get", "--json").data == {
        "settings": {"lock_after_minutes": 15, "theme": "dark"}
    }
    answer = daysheet("config", "set", "lock_after_minutes", "5", "--json")
    assert answer.data == {"settings": {"lock_after_minutes": 5}}
    path = str(home.folder / "config.toml")
    assert daysheet("config", "path", "--json").data == {"path": path}
    assert daysheet("config", "get", "lock_after_minutes", "--plain").out.startswith(
        "lock_after_minutes\t5\t"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("get", "lock"), "There is no setting"),
        (("set", "lock", "5"), "There is no setting"),
        (("set", "lock_after_minutes", "soon"), "0 is never"),
        (("set", "lock_after_minutes", "481"), "0 is never"),
    ],
)
def test_what_cannot_be_chosen_is_refused_in_words(
    daysheet: Daysheet, words: tuple[str, ...], sentence: str
) -> None:
    answer = daysheet("config", *words, "--json")
    assert answer.code == 2
    assert sentence in answer.error["message"]


def test_a_file_that_cannot_be_read_is_never_written_over(home: Home, daysheet: Daysheet) -> None:
    file = home.folder / "config.toml"
    file.write_text("= broken\n")
    assert daysheet("config", "set", "lock_after_minutes", "5").code == 2
    assert file.read_text() == "= broken\n"
    answer = daysheet("config", "get")
    assert answer.code == 0
    assert "cannot be read" in answer.err
