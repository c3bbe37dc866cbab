"""What an exchange costs on the wire, whole HTTP with its headers (`sync.md` 7): counted, not timed."""

from __future__ import annotations

from pathlib import Path

from tests.bench.bench_exchange import bytes_on_the_wire
from tests.syncd.network import served

MOST_OF_ONE_CHANGE, MOST_OF_NOTHING = 2_048, 700


async def test_one_change_from_office_to_office_costs_two_kilobytes(tmp_path: Path) -> None:
    """The must of the goals table: both hops, signatures and receipts and all."""
    with served(tmp_path) as network:
        assert network.server is not None
        told = await bytes_on_the_wire(network, network.server.port)
    assert int(str(told["one_change_both_hops_bytes"])) <= MOST_OF_ONE_CHANGE
    assert int(str(told["caught_up_bytes"])) <= MOST_OF_NOTHING
