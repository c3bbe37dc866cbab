"""The hub's own certificate is made once: offices have pinned it, whatever the hub shows in between (T13)."""

from __future__ import annotations

from pathlib import Path

from core.replication.enrol import FOUNDER
from core.replication.recognise import hub_self
from core.store import Store
from syncd.founding import settle_address
from tests.core.replication.offices import Network
from tests.syncd.processes import Practice


def _start(hub: Store, *, own_tls: bool) -> bytes | None:
    settle_address(hub, FOUNDER, url="https://hub", own_tls=own_tls, names=["hub"])
    with hub.read() as read:
        return hub_self(read).tls


def test_a_start_without_it_does_not_lose_it(tmp_path: Path) -> None:
    hub = Network(tmp_path).hub
    made = _start(hub, own_tls=True)
    assert made is not None
    assert _start(hub, own_tls=False) is None
    assert _start(hub, own_tls=False) is None
    assert _start(hub, own_tls=True) == made


def test_a_hub_that_never_showed_one_makes_it_when_it_must(tmp_path: Path) -> None:
    hub = Network(tmp_path).hub
    assert _start(hub, own_tls=False) is None
    assert _start(hub, own_tls=True) is not None


def test_a_practice_whose_hub_ran_once_without_tls_goes_on(tmp_path: Path) -> None:
    practice = Practice(tmp_path)
    words = ("init", "--practice", "Elm", "--timezone", "America/New_York", "--office", "North")
    try:
        assert practice.daysheet(*words, home="north")["ok"]
        first = practice.start_hub("--from", practice.home("north"))
        for options in (("--no-tls",), ()):
            practice.hub.kill()
            practice.hub.communicate()
            told = practice.start_hub(*options)
        assert told["certificate_sha256"] == first["certificate_sha256"]
        assert practice.syncd("office", "--once", home="north")["ok"]
    finally:
        practice.close()
