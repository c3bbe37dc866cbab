"""What only people can do is said where they look, with the commands."""

from __future__ import annotations

from pathlib import Path

from core.replication.elsewhere import live_again
from core.replication.standing import restored_on
from tests.core.replication.offices import OWNER, Network
from tests.syncd.processes import Practice


def test_a_hub_without_a_book_says_how_to_make_one(tmp_path: Path) -> None:
    told = Practice(tmp_path).syncd("hub", home="hub")
    assert told["errors"][0]["code"] == "no_hub_yet"
    for command in ("daysheet init --home HOME", f"syncd hub --from HOME --home {tmp_path / 'hub'}"):
        assert command in told["errors"][0]["message"]


def test_a_hub_that_went_back_to_a_backup_says_what_its_people_must_do(tmp_path: Path) -> None:
    network = Network(tmp_path)
    with network.hub.read() as read:
        assert restored_on(read) is None
    with network.hub.merge(OWNER) as tx:
        live_again(tx)
        at = tx.now_text
    with network.hub.read() as read:
        assert restored_on(read) == at
    network.close()
