"""An office that lost rows asks from the start and gets its own work too, to the last page (M9)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.clients.commands import add_client
from core.replication import hub
from core.replication.office import listen
from core.sync import page
from tests.builders import ADDRESS
from tests.core.replication.offices import OWNER, Network


def _clients(network: Network, many: int) -> list[str]:
    contact: dict[str, Any] = {**ADDRESS}
    with network.offices[1].write(OWNER) as tx:
        return [add_client(tx, given="Ada", family=f"Byron {i}", **contact) for i in range(many)]


def _asked(network: Network, *, until: int) -> list[str]:
    """The clients that an office hears of which asks from the start, page by page."""
    request = listen(network.offices[1], network.hub.clock.ms)._replace(cursor=0)  # type: ignore[attr-defined]
    found: list[str] = []
    while True:
        answer = hub.exchange(network.hub, request, request.now_ms)
        found += [row[0] for table, _, rows in answer.page.tables if table == "client" for row in rows]
        if not answer.page.more:
            assert answer.page.cursor == until
            return found
        request = request._replace(cursor=answer.page.cursor)


def test_its_own_rows_are_on_all_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(tmp_path)
    clients = _clients(network, 12)
    network.settle()
    with network.hub.read() as read:
        head = read.value("SELECT seq FROM sync_head")
    monkeypatch.setattr(page, "BATCH_ROWS", 5)
    assert sorted(_asked(network, until=head)) == sorted(clients)


def test_an_office_that_goes_on_hears_nothing_of_its_own(tmp_path: Path) -> None:
    network = Network(tmp_path)
    with network.offices[1].read() as read:
        before = read.value("SELECT cursor FROM sync_link")
    _clients(network, 3)
    network.exchange(network.offices[1])
    request = listen(network.offices[1], 0)._replace(cursor=before)
    heard = [table for table, _, _ in hub.exchange(network.hub, request, 0).page.tables]
    assert "client" not in heard
