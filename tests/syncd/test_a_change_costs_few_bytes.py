"""What an exchange costs on the wire, whole HTTP with its headers (`sync.md` 7): counted, not timed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.replication.messages import read_request
from syncd.line import Line, Trouble
from syncd.office import Office
from tests.bench.bench_exchange import bytes_on_the_wire
from tests.syncd.network import Served, new_client, served

MOST_OF_ONE_CHANGE, MOST_OF_NOTHING = 2_048, 700


async def test_one_change_from_office_to_office_costs_two_kilobytes(tmp_path: Path) -> None:
    """The must of the goals table: both hops, signatures and receipts and all."""
    with served(tmp_path) as network:
        assert network.server is not None
        told = await bytes_on_the_wire(network, network.server.port)
    assert int(str(told["one_change_both_hops_bytes"])) <= MOST_OF_ONE_CHANGE
    assert int(str(told["caught_up_bytes"])) <= MOST_OF_NOTHING


async def test_an_office_shows_its_receipt_once_since_the_hub_was_away(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[bool] = []
    away = False
    ask = Line.ask

    async def noted(line: Line, method: str, path: str, body: bytes = b"") -> bytes:
        if path.endswith("/exchange"):
            if away:
                raise Trouble("away")
            shown.append(bool(read_request(body).receipt))
        return await ask(line, method, path, body)

    monkeypatch.setattr(Line, "ask", noted)
    office = Office(network.offices[1])
    await office.in_step()  # from now on there is a receipt
    office = Office(network.offices[1])
    shown.clear()
    async with office._met():
        for name in ("Archer", "Baker"):
            new_client(office.store, name)
            await office._exchange(office._ready)
        assert shown == [True, False]
        away = True
        with pytest.raises(Trouble):
            await office._exchange(office._ready)
        away = False
        await office._exchange(office._ready)
        assert shown == [True, False, True]
