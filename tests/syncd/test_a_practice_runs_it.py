"""Two offices and a hub as a newcomer starts them: the words of the README, as processes (done-line 5)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator

import pytest

from core.replication.standing import IN_WORDS
from tests.syncd.network import families, new_client, until
from tests.syncd.processes import Practice, ended

INIT = ("init", "--practice", "Elm Street", "--timezone", "America/New_York", "--office", "North")


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """North has a hub that was made from its book; South has joined."""
    made = Practice(tmp_path_factory.mktemp("practice"))
    try:
        assert made.daysheet(*INIT, home="north")["ok"]
        made.start_hub("--from", made.home("north"))
        assert made.join("South")["data"]["series"] == "SOUT"
        yield made
    finally:
        made.close()


def test_a_client_of_one_office_is_in_the_other_a_moment_later(practice: Practice) -> None:
    daemons = [practice.start("office", home=home) for home in ("north", "south")]
    with practice.opened("north") as north, practice.opened("south") as south:
        new_client(north, "Byron")
        asyncio.run(until(lambda: families(south) == ["Byron"], 60))
        new_client(south, "Shelley")
        asyncio.run(until(lambda: families(north) == ["Byron", "Shelley"], 60))
    for words in (("office",), ("office", "--once")):
        second = practice.syncd(*words, home="north")
        assert (second["exit"], second["errors"][0]["code"]) == (5, "already_runs")
    assert ended(daemons[0], signal.SIGTERM)[0] == 143
    assert ended(daemons[1], signal.SIGINT)[0] == 130


def test_status_says_how_things_stand(practice: Practice) -> None:
    assert practice.syncd("office", "--once", home="south")["ok"]
    office = practice.syncd("status", home="south")["data"]
    assert (office["role"], office["trouble"], office["unsent"]) == ("office", "", 0)
    hub = practice.syncd("status", home="hub")["data"]
    assert [each["series"] for each in hub["offices"]] == ["NORT", "SOUT"]


def test_a_hub_that_was_killed_goes_on_where_it_was(practice: Practice) -> None:
    ended(practice.hub, signal.SIGKILL)
    away = practice.syncd("office", "--once", home="south")
    assert (away["exit"], away["errors"][0]["message"]) == (6, IN_WORDS["away"])
    practice.start_hub()
    assert practice.syncd("office", "--once", home="south")["ok"]
    code, said = ended(practice.hub, signal.SIGTERM)
    assert (code, said) == (143, "")
    practice.start_hub("--from", practice.home("north"))


def test_an_office_is_told_where_its_hub_has_moved(practice: Practice) -> None:
    away = practice.syncd("office", "--once", "--url", "https://127.0.0.1:9", home="south")
    assert away["errors"][0]["code"] == "away"
    here = f"https://localhost:{practice.port}"
    assert practice.syncd("office", "--once", "--url", here, home="south")["ok"]
    assert practice.syncd("office", "--once", "--url", "http://hub.example", home="south")["exit"] == 2


def test_an_office_that_was_shut_out_is_told_so(practice: Practice) -> None:
    assert practice.join("West")["ok"]
    site = practice.syncd("status", home="hub")["data"]["offices"][-1]["site"]
    assert practice.syncd("revoke", str(site), "--reason", "stolen", home="hub")["ok"]
    told = practice.syncd("office", "--once", home="west")
    assert (told["exit"], told["errors"][0]["code"]) == (6, "shut_out")
    assert practice.syncd("revoke", str(site), "--reason", "again", home="hub")["exit"] == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("join", "https://127.0.0.1:9", "CODE", "--pin", "0"), 6),
        (("join", "http://hub.example", "CODE", "--pin", "0"), 2),
        (("hub",), 2),
        (("hub", "--bind", "nowhere"), 2),
        (("hub", "--bind", "0.0.0.0:0", "--no-tls"), 2),
        (("office",), 3),
        (("status",), 3),
        (("nonsense",), 2),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    practice: Practice, words: tuple[str, ...], code: int
) -> None:
    told = practice.syncd(*words, home="nothing")
    assert (told["exit"], told["ok"], len(told["errors"])) == (code, False, 1)


def test_another_pin_keeps_the_code(practice: Practice) -> None:
    told = practice.syncd("invite", "East", home="hub")["data"]
    wrong = practice.syncd("join", told["url"], told["code"], "--pin", "0" * 32, home="east")
    assert wrong["errors"][0]["code"] == "wrong_hub"
    right = practice.syncd("join", told["url"], told["code"], "--pin", told["pin"], home="east")
    assert right["ok"]


def test_only_who_may_manage_invites(practice: Practice) -> None:
    assert (
        practice.syncd("invite", "North", "--series", "NORT", home="hub")["errors"][0]["code"]
        == "series_in_use"
    )
    assert practice.syncd("invite", "Else", home="south")["errors"][0]["code"] == "not_the_hub"
