"""RI4: `syncd hub --database`, and `syncd move`, as a practice types them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from core.dates import system_now
from core.replication.moving import contents
from core.security.hub_secret import SEALED_FILE, HubSecret
from core.security.unlock import open_hub
from core.store import Store
from tests.postgres import Server
from tests.syncd.network import families, new_client
from tests.syncd.processes import Practice, ended

INIT = ("init", "--practice", "Elm Street", "--timezone", "America/New_York", "--office", "North")


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    made = Practice(tmp_path)
    try:
        assert made.daysheet(*INIT, home="north")["ok"]
        yield made
    finally:
        made.close()


def in_database(practice: Practice, url: str) -> Store:
    return open_hub(practice.home("hub"), url, system_now, key_file=str(practice.key), ask=str).store


def names(store: Store) -> list[str]:
    try:
        return families(store)
    finally:
        store.close()


def test_a_practice_founds_its_hub_in_a_database_and_lives_with_it(
    practice: Practice, postgres: Server
) -> None:
    url = postgres.new_database()
    told = practice.start_hub("--from", practice.home("north"), "--database", url)
    assert len(told["pin"]) == 32
    invited = practice.syncd("invite", "South", "--role", "owner", "--database", url, home="hub")["data"]
    assert invited["pin"] == told["pin"]
    joined = practice.syncd("join", invited["url"], invited["code"], "--pin", invited["pin"], home="south")
    assert joined["ok"]
    with practice.opened("north") as north:
        new_client(north, "Byron")
    for home in ("north", "south"):
        assert practice.syncd("office", "--once", home=home)["ok"]
    with practice.opened("south") as south:
        assert families(south) == ["Byron"]
    assert names(in_database(practice, url)) == ["Byron"]
    status = practice.syncd("status", "--database", url, home="hub")["data"]
    assert [each["series"] for each in status["offices"]] == ["NORT", "SOUT"]
    verified = practice.syncd("verify", "--database", url, home="hub")
    assert (verified["exit"], verified["data"]["wrong"]) == (0, [])
    site = str(status["offices"][-1]["site"])
    assert practice.syncd("revoke", site, "--reason", "stolen", "--database", url, home="hub")["ok"]
    assert practice.syncd("office", "--once", home="south")["errors"][0]["code"] == "shut_out"
    code, said = ended(practice.hub, signal.SIGTERM)
    assert code == 143
    assert url not in said
    again = practice.start_hub("--database", url)
    assert again["pin"] == told["pin"]


def test_the_secrets_of_the_hub_are_not_in_the_database(practice: Practice, postgres: Server) -> None:
    url = postgres.new_database()
    practice.start_hub("--from", practice.home("north"), "--database", url)
    ended(practice.hub, signal.SIGTERM)
    store = in_database(practice, url)
    secret = HubSecret.load(practice.home("hub"), store.data_key)
    store.close()
    assert secret.tls
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT private_key, tls FROM sync_self").fetchone() == (b"", None)
    sealed = (Path(practice.home("hub")) / SEALED_FILE).read_bytes()
    assert secret.private_key not in sealed
    assert b"PRIVATE KEY" not in sealed
    assert (Path(practice.home("hub")) / SEALED_FILE).stat().st_mode & 0o077 == 0


def test_a_hub_moves_to_a_database_and_keeps_every_byte(practice: Practice, postgres: Server) -> None:
    practice.start_hub("--from", practice.home("north"))
    practice.join("South")
    with practice.opened("south") as south:
        new_client(south, "Byron")
    assert practice.syncd("office", "--once", home="south")["ok"]
    url = postgres.new_database()
    runs = practice.syncd("move", "--database", url, home="hub")
    assert (runs["exit"], runs["errors"][0]["code"]) == (5, "hub_runs")
    ended(practice.hub, signal.SIGTERM)
    with practice.opened("hub") as hub, hub.read() as read:
        before = contents(read)
    moved = practice.syncd("move", "--database", url, home="hub")
    assert moved["ok"], moved
    assert {name: (t["rows"], t["sha256"]) for name, t in moved["data"]["tables"].items()} == before
    database = in_database(practice, url)
    with database.read() as read:
        assert contents(read) == before
    database.close()
    practice.start_hub("--database", url)
    with practice.opened("north") as north:
        new_client(north, "Shelley")
    for home in ("north", "south", "north"):
        assert practice.syncd("office", "--once", home=home)["ok"]
    with practice.opened("south") as south:
        assert families(south) == ["Byron", "Shelley"]


class Somewhere(NamedTuple):
    practice: Practice
    url: str


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Iterator[Somewhere]:
    """A hub that lies in a database and does not run."""
    made, url = Practice(tmp_path_factory.mktemp("moved")), postgres.new_database()
    try:
        assert made.daysheet(*INIT, home="north")["ok"]
        made.start_hub("--from", made.home("north"), "--database", url)
        ended(made.hub, signal.SIGTERM)
        yield Somewhere(made, url)
    finally:
        made.close()


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("hub",), "in_database", 2),
        (("move",), "no_database", 2),
        (("move", "--database", "{there}"), "already_moved", 2),
        (("hub", "--database", "mysql://x"), "bad_database", 2),
        (("hub", "--database", "postgresql://nobody@127.0.0.1:1/x"), "database_away", 6),
        (("status", "--database", "{empty}"), "no_hub_there", 3),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    moved: Somewhere, postgres: Server, words: tuple[str, ...], code: str, exit_code: int
) -> None:
    urls = {"{there}": moved.url, "{empty}": postgres.new_database()}
    told = moved.practice.syncd(*(urls.get(word, word) for word in words), home="hub")
    assert (told["exit"], told["errors"][0]["code"]) == (exit_code, code)
