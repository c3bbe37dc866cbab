"""RI2: an office lays its book beside the hub's over HTTP and what differs is made equal (`sync.md` 5.5)."""

from __future__ import annotations

import pytest

from core.replication.standing import office_standing
from core.store import Store
from syncd.line import Line, Trouble
from syncd.office import Office
from tests.core.replication.test_rows_altered_on_disk import behind
from tests.syncd.network import Served, families, line_of, new_client


async def _in_step(network: Served) -> Store:
    book = network.join("S")
    for family in ("Byron", "Curie", "Darwin"):
        new_client(network.offices[1], family)
    await Office(network.offices[1]).in_step()
    await Office(book).in_step()
    return book


async def test_books_in_step_have_nothing_to_make_equal(network: Served) -> None:
    book = await _in_step(network)
    found = await Office(book).checked()
    assert found.rows > 10
    assert (found.here, found.at_hub, found.left) == (0, 0, [])
    with book.read() as read:
        standing = office_standing(read)
    assert standing.checked_at is not None
    assert standing.differing == 0


async def test_one_altered_row_costs_three_round_trips(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = await _in_step(network)
    asked: list[str] = []
    ask = Line.ask

    async def counted(line: Line, method: str, path: str, body: bytes = b"") -> bytes:
        if "exchange" not in path:
            asked.append(path)
        return await ask(line, method, path, body)

    monkeypatch.setattr(Line, "ask", counted)
    behind(book, "UPDATE client SET sort_name = 'Mallory, M' WHERE sort_name LIKE 'Byron%'")
    assert families(book) == ["Curie", "Darwin", "Mallory"]
    found = await Office(book).checked()
    assert (found.here, found.at_hub, found.left) == (1, 0, [])
    assert len(asked) == 3
    assert families(book) == ["Byron", "Curie", "Darwin"]
    assert (await Office(book).checked()).here == 0


async def test_what_no_one_here_may_bring_back_is_told(network: Served) -> None:
    book = await _in_step(network)
    behind(network.hub, "DELETE FROM client WHERE sort_name LIKE 'Byron%'")
    assert [why for *_, why in (await Office(book).checked()).left] == ["only_here"]
    with book.read() as read:
        assert "differed" in office_standing(read).words
    assert (await Office(network.offices[1]).checked()).at_hub == 1
    await Office(book).in_step()
    assert (await Office(book).checked()).left == []


async def test_only_an_office_is_answered(network: Served) -> None:
    book = await _in_step(network)
    line = line_of(book, private_key=b"x" * 32)
    for method, path in (("GET", "/sync/v1/ranges/1"), ("POST", "/sync/v1/repair")):
        with pytest.raises(Trouble) as refused:
            await line.ask(method, path)
        assert refused.value.code == "bad_signature"
    await line.close()


@pytest.mark.parametrize("body", [b"", b"rubbish"])
async def test_rubbish_is_refused(network: Served, body: bytes) -> None:
    line = line_of(network.offices[1])
    with pytest.raises(Trouble) as refused:
        await line.ask("POST", "/sync/v1/repair", body)
    assert refused.value.code == "unreadable"
    with pytest.raises(Trouble) as refused:
        await line.ask("GET", "/sync/v1/ranges/1/256")
    assert refused.value.code == "unreadable"
    await line.close()
