"""T19: a client's name is data; its control codes, markup and bidi never reach a terminal."""

from __future__ import annotations

import json
import re

import pytest

from tests.builders import OWNER
from tests.homes import Home, client_with_sessions, provider_of
from tests.tui.cli.conftest import Daysheet

NAME = "[@click=app.quit]Jane\t[/b]\x1b]0;owned\x07\x9b31m\u202etxt\u2066"
STREET = "1 \x1b[2J\x1b]52;c;QQ==\x07Elm\r\nStreet\tRoad\x7f\u200b"
UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@pytest.fixture
def hostile(home: Home) -> Home:
    with home.open() as store, store.write(OWNER) as tx:
        client_with_sessions(tx, provider_of(tx, NAME), NAME, "Roe", street=STREET, email="x\x1b@y.z")
    return home


def spoken(daysheet: Daysheet) -> list[tuple[list[str], str, str]]:
    """Every verb that shows something of a client, in every form it can be shown."""
    found = []
    for form in ([], ["--plain"], ["--json"]):
        for words in (
            ["unbilled", "list"],
            ["run", "--all", "--dry-run"],
            ["client", "list"],
            ["client", "show", "roe"],
            ["client", "edit", "roe", "--city", NAME],
            ["client", "add", "--given", NAME, "--family", "Doe"],
            ["client", "show", NAME],
            ["invoice", "new", "--client", "roe", "--empty", "--notes", STREET],
            ["run", "--all", "--send", "--yes"],
            ["invoice", "list"],
            ["invoice", "list", "--client", "roe"],
            ["invoice", "show", "1"],
            ["invoice", "show", "3"],
            ["invoice", "show", NAME],
            ["invoice", "pdf", "1", "--out", "out\x1b[2J.pdf"],
            ["books", "export", "--csv", "out\x1b[2J"],
            ["books", "export", "--csv", "."],
            ["books", "journal", "--out", "book\x1b[2J"],
            ["audit", "list"],
            ["provider", "list"],
            ["provider", "add", NAME],
            ["office", "add", NAME],
            ["office", "list"],
            ["user", "list"],
            ["practice", "set", "--footer", STREET],
            ["practice", "show"],
            [NAME],
            ["invoice", NAME],
        ):
            said = daysheet(*words, *form)
            found.append(([*words, *form], said.out, said.err))
    return found


def test_no_control_code_of_the_data_reaches_the_terminal(hostile: Home, daysheet: Daysheet) -> None:
    shown = 0
    for words, out, err in spoken(daysheet):
        assert not UNSHOWN.search(out), words
        assert "--plain" in words or "\t" not in out + err, words
        assert not UNSHOWN.search(err), words
        shown += "Jane" in out + err
    assert shown > 20, "the name was to be shown"


def test_the_name_stands_there_as_it_is_with_its_controls_made_visible(
    hostile: Home, daysheet: Daysheet
) -> None:
    assert (
        "[@click=app.quit]Jane\u2409[/b]\u241b]0;owned\u2407\ufffd31m\ufffdtxt\ufffd"
        in daysheet("client", "list").out
    )


def test_json_gives_a_script_the_name_exactly_as_it_was_typed(hostile: Home, daysheet: Daysheet) -> None:
    said = daysheet("client", "list", "--json")
    assert f"Roe, {NAME}" in [row["client"] for row in json.loads(said.out)["data"]["clients"]]
    assert not UNSHOWN.search(said.out)
