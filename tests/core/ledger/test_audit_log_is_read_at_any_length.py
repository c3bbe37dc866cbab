"""RJ2: the audit log newest first, any stretch of it, by kind of act, by words, by day; one entry whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core import audit
from core.dates import zone
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.log import (
    BadKind,
    Field,
    LogFilter,
    LogPages,
    NoEntry,
    fields_of,
    find_entry,
    log_entry,
)
from core.practice.commands import change_practice, change_provider, change_service
from core.practice.users import change_role
from tests.builders import NOW, TODAY, Book

LOCAL = zone("America/New_York")


class Ticking:
    """A clock that goes on a second each time it is asked, as no two transactions share an instant."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    made.store.clock = Ticking()
    yield made
    made.store.close()


def many(book: Book, count: int) -> None:
    with book.write() as tx:
        audit.record_many(tx, "test.done", "nothing", [(f"{at}", {"at": at}) for at in range(count)])


def found(book: Book, **wanted: object) -> list[str]:
    """The deeds of what fits."""
    with book.store.read() as read:
        fits = LogFilter(read, local=LOCAL, **wanted)  # type: ignore[arg-type]
        return [log_entry(read, entry_id).verb for entry_id in fits.every(read)]


# Stretches.


def test_rj2_any_stretch_is_the_same_however_the_log_was_walked_before(book: Book) -> None:
    many(book, 300)
    with book.store.read() as read:
        pages = LogPages(read)
        whole = [entry.entry_id for entry in pages.fetch(read, 0, pages.count)]
        assert whole == sorted(whole, reverse=True)
        assert len(whole) == pages.count == read.value("SELECT count(*) FROM audit_entry")
        walked = LogPages(read)
        for start in (0, 40, 250, 200, 290, 120, 10, 299, 150):
            part = [entry.entry_id for entry in walked.fetch(read, start, start + 37)]
            assert part == whole[start : start + 37], start


def test_rj2_entries_made_meanwhile_do_not_move_the_pages(book: Book) -> None:
    many(book, 50)
    with book.store.read() as read:
        pages = LogPages(read)
        before = [entry.entry_id for entry in pages.fetch(read, 0, pages.count)]
    many(book, 20)
    with book.store.read() as read:
        assert [entry.entry_id for entry in pages.fetch(read, 10, 30)] == before[10:30]
        assert [entry.entry_id for entry in pages.fetch(read, 0, 5)] == before[:5]


def test_rj2_a_page_is_found_by_the_order_of_ids_without_sorting_or_reading_the_log(book: Book) -> None:
    from core.ledger import log

    with book.store.read() as read:
        for sql in (log.OLDER, log.NEWER, log.SOME, log.ONE, audit.ENTRIES, audit.ENTRIES_OF):
            named: dict[str, str | int] = {"most": 1, "skip": 1}
            for name in ("entry_id", "older_than", "from_id", "subject_id"):
                named[name] = "1"
            steps = [step for *_, step in read.rows(f"EXPLAIN QUERY PLAN {sql}", **named)]
            read_all = [step for step in steps if step.startswith(("SCAN a", "SCAN audit_entry"))]
            assert [step for step in read_all if "COVERING INDEX sqlite_autoindex" not in step] == [], sql


def test_rj2_an_entry_names_whom_it_is_about_and_the_office_that_made_it(book: Book) -> None:
    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        issue_drafts(tx, [create_draft(tx, client_id=client_id, today=TODAY)], today=TODAY)
    with book.store.read() as read:
        newest = LogPages(read).fetch(read, 0, 3)
    issued = next(entry for entry in newest if entry.verb == "invoice.issued")
    assert (issued.subject, issued.office, issued.actor) == ("N-00001 Ann Archer", "North", "test-owner")


# Looking for some.


def test_rj2_words_are_found_in_the_deed_the_reason_and_the_name_it_is_about(book: Book) -> None:
    ann = book.client("José", "Álvarez")
    bob = book.client("Bob", "Baker")
    for client_id in (ann, bob):
        book.session(client_id)
        with book.write() as tx:
            issue_drafts(tx, [create_draft(tx, client_id=client_id, today=TODAY)], today=TODAY)
    assert found(book, text="jose alvarez") == [
        "invoice.issued", "draft.made", "sessions.finalised", "session.recorded", "client.added",
        "guarantor.added",
    ]  # fmt: skip
    assert found(book, text="N-00002 issued") == ["invoice.issued"]
    says = lambda verb: "handed out" if verb == "invoice.issued" else verb  # noqa: E731
    assert found(book, text="bob handed", says=says) == ["invoice.issued"]
    assert found(book, text="nobody") == []


def test_rj2_a_kind_of_act_shows_only_its_deeds_and_other_shows_the_rest(book: Book) -> None:
    book.session(book.client())
    many(book, 2)
    assert found(book, kind="care") == ["sessions.finalised", "session.recorded"]
    assert found(book, kind="other") == ["test.done", "test.done"]
    assert set(found(book, kind="practice")) == {
        "practice.founded", "practice.changed", "policy.set", "provider.added", "provider.licensed",
    }  # fmt: skip
    with pytest.raises(BadKind, match="One of: bills, money"):
        found(book, kind="money!")


def test_rj2_days_are_the_practices(book: Book) -> None:
    """Four in the morning of the first in UTC is the evening before in New York."""
    book.store.clock = lambda: datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
    many(book, 1)
    assert found(book, from_on=date(2026, 11, 30), to_on=date(2026, 11, 30)) == ["test.done"]
    assert found(book, from_on=date(2026, 12, 1)) == []
    assert found(book, text="2026-11-30 23:00") == ["test.done"]
    assert "test.done" not in found(book, to_on=date(2026, 11, 29))


def test_rj2_batches_add_up_to_the_whole(book: Book) -> None:
    many(book, 25)
    with book.store.read() as read:
        wanted = LogFilter(read, local=LOCAL, text="done")
        ids, older_than = [], ""
        while True:
            batch = wanted.batch(read, older_than, most=10)
            ids += batch.entry_ids
            older_than = batch.older_than
            if not older_than:
                break
        assert ids == list(wanted.every(read))
        assert len(ids) == 25


# One entry.


def test_rj2_an_entry_is_found_by_its_number_in_the_chain(book: Book) -> None:
    many(book, 1)
    (no,) = book.rows("SELECT no FROM audit_entry WHERE verb = 'test.done'")[0]
    with book.store.read() as read:
        assert find_entry(read, f"{no}").verb == find_entry(read, f"1/{no}").verb == "test.done"
        for typed in ("0", "x", "2/1", "1/", "999999", "/"):
            with pytest.raises(NoEntry):
                find_entry(read, typed)


def test_rj2_what_was_before_stands_beside_what_came_after() -> None:
    assert fields_of('{"before_cents":100,"after_cents":200,"line":"L"}') == [
        Field("cents", 100, 200), Field("line", None, "L"),
    ]  # fmt: skip
    assert fields_of('{"before":{"name":"A"},"after":{"name":"B"}}') == [Field("name", "A", "B")]
    assert fields_of('{"before":"kept","after":"no_show"}') == [Field("value", "kept", "no_show")]
    assert fields_of("{}") == []


def test_rj2_a_change_of_the_practice_says_what_was_there_before(book: Book) -> None:
    from core.actors import Role
    from core.practice.commands import add_service
    from core.practice.users import add_user

    with book.write() as tx:
        change_practice(tx, phone="555 0199")
        change_provider(tx, book.provider_id, name="Pat Other")
        service_id = add_service(tx, code_system="CPT", code="1", description="d", rate_cents=100)
        change_service(tx, service_id, rate_cents=250)
        user_id = add_user(tx, name="Bea", role=Role.BILLER)
        add_user(tx, name="Olive", role=Role.OWNER)
        change_role(tx, user_id, Role.READER)
    told = {
        verb: fields_of(detail)
        for verb, detail in book.rows("SELECT verb, detail FROM audit_entry ORDER BY no")
    }
    assert told["practice.changed"] == [Field("phone", "555 0100", "555 0199")]
    assert told["provider.changed"] == [Field("name", "Pat Provider", "Pat Other")]
    assert told["service.changed"] == [Field("rate_cents", 100, 250)]
    assert told["user.role"] == [Field("value", "biller", "reader")]


def test_rj2_the_check_tells_how_far_it_is_and_can_be_ended(book: Book) -> None:
    many(book, 2_500)
    heard: list[int] = []
    with book.store.read() as read:
        assert audit.verify(read, tell=heard.append).facts == audit.facts(read)
        assert heard == [1_000, 2_000]

        def enough(gone: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            audit.verify(read, tell=enough)
