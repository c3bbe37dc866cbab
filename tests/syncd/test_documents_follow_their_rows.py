"""Bytes travel after the rows that name them, in slices, and on from where they were cut off."""

from __future__ import annotations

import hashlib
import os

import pytest

from core.documents.keep import document_bytes, keep_documents
from core.replication import blobs
from core.replication.blobs import Slice, expect, take_slice, to_offer, wanted
from core.replication.messages import pack, unpack
from core.store import Store
from syncd.carrier import carry
from syncd.line import Trouble
from syncd.office import Office
from tests.builders import TODAY
from tests.core.replication.offices import OWNER
from tests.syncd.network import Served, line_of


def _document(book: Store, subject: str, size: int) -> bytes:
    content = os.urandom(size)
    with book.write(OWNER) as tx:
        keep_documents(tx, "invoice", [(subject, 1, content)], made_on=TODAY)
    return content


def _content(book: Store, subject: str) -> bytes:
    with book.read() as read:
        return document_bytes(read, subject)


async def test_a_document_of_one_office_is_read_in_the_other(network: Served) -> None:
    first, second = network.offices[1], network.join("S")
    made = _document(first, "invoice-1", 40_000)
    await Office(first).in_step()
    await Office(second).in_step()
    assert _content(second, "invoice-1") == made
    for book in (first, second):
        with book.read() as read:
            assert (wanted(read), to_offer(read)) == ([], [])


async def test_a_long_document_travels_in_slices(network: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "SLICE_BYTES", 1_000)
    first, second = network.offices[1], network.join("S")
    made = _document(first, "invoice-1", 12_345)
    await Office(first).in_step()
    await Office(second).in_step()
    assert _content(second, "invoice-1") == made


async def test_a_document_that_was_cut_off_goes_on_where_it_stopped(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "SLICE_BYTES", 1_000)
    book = network.offices[1]
    made = _document(book, "invoice-1", 5_000)
    name = hashlib.sha256(made).hexdigest()
    with network.hub.write(OWNER) as tx:
        tx.execute("INSERT INTO sync_part (name, content) VALUES (:n, :c)", {"n": name, "c": made[:3_000]})
    asked: list[str] = []
    line = line_of(book)
    ask = line.ask

    async def counted(method: str, path: str, body: bytes = b"") -> bytes:
        asked.append(path.rpartition("/")[2])
        return await ask(method, path, body)

    monkeypatch.setattr(line, "ask", counted)
    await Office(book).in_step()
    with network.hub.read() as read:
        assert document_bytes(read, "invoice-1") == made

    async def at_once(work: object, *args: object) -> object:
        return work(*args)  # type: ignore[operator]

    with book.write(OWNER) as tx:
        tx.execute("DELETE FROM sync_blob")
    await carry(line, book, at_once)
    assert asked == ["blobs"], "the hub says that it has them"
    await line.close()


async def test_the_hub_takes_only_bytes_that_a_row_names(network: Served) -> None:
    line = line_of(network.offices[1])
    name = hashlib.sha256(b"anything").hexdigest()
    assert unpack(await line.ask("POST", "/sync/v1/blobs", pack([[name], []]))) == [[-2], []]
    with pytest.raises(Trouble) as refused:
        await line.ask("PUT", f"/sync/v1/blob/{name}/0", pack([8, b"anything"]))
    assert refused.value.code == "not_asked"
    await line.close()


def test_other_bytes_under_a_documents_name_are_thrown_away(network: Served) -> None:
    made = os.urandom(100)
    name = hashlib.sha256(made).hexdigest()
    with network.hub.write(OWNER) as tx:
        tx.execute("INSERT INTO sync_part (name, content) VALUES (:n, x'')", {"n": name})
        assert take_slice(tx, name, 0, Slice(100, b"x" * 100)) == 0
        assert take_slice(tx, name, 50, Slice(100, made[50:])) == 0, "it does not go on from there"
        assert take_slice(tx, name, 0, Slice(100, made[:60])) == 60
        assert take_slice(tx, name, 60, Slice(100, made[60:])) == 100
        assert expect(tx, [name]) == [blobs.HERE]


@pytest.mark.parametrize("path", ["x/0", "../../etc/0", f"{'g' * 64}/0", f"{'0' * 64}/99999999999999999999"])
async def test_a_name_that_is_none_is_refused(network: Served, path: str) -> None:
    line = line_of(network.offices[1])
    with pytest.raises(Trouble):
        await line.ask("GET", f"/sync/v1/blob/{path}")
    await line.close()
