"""RB1, RB2: a draft is made of unbilled charges, changed, taken back and brought back."""

from __future__ import annotations

from datetime import date

import pytest

from core.dates import ALL_TIME
from core.errors import NotFound, TooLong, UsageError
from core.invoicing.commands import create_draft, delete_draft, edit_draft, issue_drafts, restore_draft
from core.invoicing.drafts import NothingUnbilled
from core.invoicing.lines import add_manual_line, adjust_draft, change_line, remove_line, restore_line
from core.ledger.invoices import invoice, lines
from core.ledger.unbilled import unbilled_charges
from core.sessions.commands import void_charge
from tests.builders import TODAY, Book


@pytest.fixture
def client(book: Book) -> str:
    client_id = book.client()
    for day in (8, 9):
        book.session(client_id, date(2026, 9, day), rate_cents=10_005)
    return client_id


@pytest.fixture
def draft(book: Book, client: str) -> str:
    with book.write() as tx:
        return create_draft(tx, client_id=client, today=TODAY)


def total(book: Book, draft_id: str) -> int:
    """What the list shows, which must be what the lines add up to."""
    with book.store.read() as read:
        shown = invoice(read, draft_id, today=TODAY.isoformat()).total_cents
        assert shown == sum(line.amount_cents for line in lines(read, draft_id))
    return int(shown)


def line_ids(book: Book, draft_id: str) -> list[str]:
    with book.store.read() as read:
        return [line.line_id for line in lines(read, draft_id)]


def unbilled(book: Book) -> int:
    with book.store.read() as read:
        return len(unbilled_charges(read, ALL_TIME, TODAY))


def test_rb1_a_draft_takes_all_unbilled_charges_and_no_number(book: Book, draft: str) -> None:
    assert total(book, draft) == 20_010
    with book.store.read() as read:
        row = invoice(read, draft, today=TODAY.isoformat())
    assert (row.status, row.number, row.issued_on) == ("draft", None, None)


def test_rb1_a_draft_of_nothing_unbilled_is_refused(book: Book, client: str, draft: str) -> None:
    with pytest.raises(NothingUnbilled), book.write() as tx:
        create_draft(tx, client_id=client, today=TODAY)


def test_rb1_charges_of_another_client_are_not_taken(book: Book, client: str) -> None:
    other = book.client("Bea", "Bell")
    book.session(other)
    theirs = book.value("SELECT id FROM charge WHERE client_id = :id", id=other)
    with pytest.raises(NothingUnbilled), book.write() as tx:
        create_draft(tx, client_id=client, today=TODAY, charge_ids=[theirs])


def test_rb1_a_draft_for_nobody_is_refused(book: Book) -> None:
    with pytest.raises(NotFound), book.write() as tx:
        create_draft(tx, client_id="nobody", today=TODAY)


def test_rb1_notes_of_ten_thousand_characters_fit_and_no_more(book: Book, draft: str) -> None:
    with book.write() as tx:
        edit_draft(tx, draft, notes="x" * 10_000)
    with pytest.raises(TooLong), book.write() as tx:
        edit_draft(tx, draft, notes="x" * 10_001)


def test_rb2_another_rate_changes_the_line_and_not_the_session(book: Book, draft: str) -> None:
    with book.write() as tx:
        change_line(tx, line_ids(book, draft)[0], rate_cents=9_000, units_milli=1_500)
    assert total(book, draft) == 13_500 + 10_005
    assert {row[0] for row in book.rows("SELECT rate_cents FROM session_line")} == {10_005}
    assert {row[0] for row in book.rows("SELECT amount_cents FROM charge")} == {10_005}


@pytest.mark.parametrize(("units", "rate"), [(0, 100), (-1000, 100), (1000, -1)])
def test_rb2_a_line_is_not_turned_into_a_credit(book: Book, draft: str, units: int, rate: int) -> None:
    with pytest.raises(UsageError), book.write() as tx:
        change_line(tx, line_ids(book, draft)[0], units_milli=units, rate_cents=rate)


def test_rb2_a_manual_line_comes_last_and_adds_up(book: Book, draft: str) -> None:
    with book.write() as tx:
        made = add_manual_line(tx, draft, description="Workbook", rate_cents=1_999, units_milli=2_000)
    assert line_ids(book, draft)[-1] == made
    assert total(book, draft) == 20_010 + 3_998


@pytest.mark.parametrize(
    ("kind", "bps", "cents"),
    [("discount", 1_000, -2_001), ("discount", 3_333, -6_669), ("surcharge", 250, 500), ("discount", 1, -2),
     ("discount", 10_000, -20_010)],
)  # fmt: skip
def test_rb2_a_percentage_of_odd_cents_is_rounded_half_up_once(
    book: Book, draft: str, kind: str, bps: int, cents: int
) -> None:
    with book.write() as tx:
        adjust_draft(tx, draft, kind=kind, percent_bps=bps)
    assert total(book, draft) == 20_010 + cents


def test_rb2_flat_and_percent_are_both_taken_from_the_lines(book: Book, draft: str) -> None:
    with book.write() as tx:
        adjust_draft(tx, draft, kind="discount", flat_cents=1_001)
        adjust_draft(tx, draft, kind="surcharge", percent_bps=1_000)
        adjust_draft(tx, draft, kind="discount", percent_bps=500)
    assert total(book, draft) == 20_010 - 1_001 + 2_001 - 1_001


def test_rb2_the_issued_total_is_what_the_draft_showed(book: Book, draft: str) -> None:
    with book.write() as tx:
        adjust_draft(tx, draft, kind="discount", percent_bps=3_333)
        adjust_draft(tx, draft, kind="surcharge", flat_cents=7)
    before = total(book, draft)
    with book.write() as tx:
        (issued,) = issue_drafts(tx, [draft], today=TODAY)
    assert issued.total_cents == before == total(book, draft)


@pytest.mark.parametrize(
    "wrong", [{}, {"flat_cents": 0}, {"flat_cents": -5}, {"percent_bps": 0}, {"percent_bps": 10_001},
              {"flat_cents": 1, "percent_bps": 1}]
)  # fmt: skip
def test_rb2_a_discount_is_one_amount_or_one_percentage(
    book: Book, draft: str, wrong: dict[str, int]
) -> None:
    with pytest.raises(UsageError), book.write() as tx:
        adjust_draft(tx, draft, kind="discount", **wrong)  # type: ignore[arg-type]


def test_rb2_a_line_taken_out_comes_back_by_itself(book: Book, draft: str) -> None:
    first = line_ids(book, draft)[0]
    with book.write() as tx:
        remove_line(tx, first)
    assert (total(book, draft), unbilled(book)) == (10_005, 1)
    with book.write() as tx:
        restore_line(tx, first)
    assert (total(book, draft), unbilled(book)) == (20_010, 0)


def test_rb2_a_line_that_is_there_is_not_brought_back_again(book: Book, draft: str) -> None:
    first = line_ids(book, draft)[0]
    with book.write() as tx:
        remove_line(tx, first)
        restore_line(tx, first)
    with pytest.raises((NotFound, NothingUnbilled)), book.write() as tx:
        restore_line(tx, first)


def test_rb2_a_deleted_draft_leaves_its_charges_unbilled_and_comes_back_whole(book: Book, draft: str) -> None:
    with book.write() as tx:
        add_manual_line(tx, draft, description="Workbook", rate_cents=1_000)
        adjust_draft(tx, draft, kind="discount", percent_bps=500, label="Sibling")
    before = total(book, draft), line_ids(book, draft)
    with book.write() as tx:
        delete_draft(tx, draft)
    assert unbilled(book) == 2
    with book.write() as tx:
        assert restore_draft(tx, draft) == 3
    assert (total(book, draft), line_ids(book, draft)) == before
    assert unbilled(book) == 0


def test_rb2_a_draft_comes_back_without_the_charge_that_was_billed_meanwhile(
    book: Book, client: str, draft: str
) -> None:
    first = book.value("SELECT charge_id FROM draft_line ORDER BY position LIMIT 1")
    with book.write() as tx:
        delete_draft(tx, draft)
        create_draft(tx, client_id=client, today=TODAY, charge_ids=[first])
    with book.write() as tx:
        assert restore_draft(tx, draft) == 1
    assert book.value("SELECT count(*) FROM draft_line WHERE charge_id = :c", c=first) == 1


def test_rb2_a_draft_comes_back_without_the_lines_that_were_taken_out_before(book: Book, draft: str) -> None:
    with book.write() as tx:
        remove_line(tx, line_ids(book, draft)[0])
    with book.write() as tx:
        delete_draft(tx, draft)
    with book.write() as tx:
        assert restore_draft(tx, draft) == 1
    assert (total(book, draft), unbilled(book)) == (10_005, 1)


def test_rb2_a_draft_comes_back_with_a_line_that_was_taken_out_and_put_back(book: Book, draft: str) -> None:
    first = line_ids(book, draft)[0]
    with book.write() as tx:
        remove_line(tx, first)
        restore_line(tx, first)
    with book.write() as tx:
        delete_draft(tx, draft)
    with book.write() as tx:
        assert restore_draft(tx, draft) == 2


def test_rb2_a_draft_comes_back_without_a_charge_that_was_taken_back(book: Book, draft: str) -> None:
    first = book.value("SELECT charge_id FROM draft_line ORDER BY position LIMIT 1")
    with book.write() as tx:
        delete_draft(tx, draft)
        void_charge(tx, first, reason="typed twice")
    with book.write() as tx:
        assert restore_draft(tx, draft) == 1
    assert total(book, draft) == 10_005


def test_rb2_a_line_of_a_charge_that_was_taken_back_does_not_come_back(book: Book, draft: str) -> None:
    first = line_ids(book, draft)[0]
    charge_id = book.value("SELECT charge_id FROM draft_line WHERE id = :id", id=first)
    with book.write() as tx:
        remove_line(tx, first)
        void_charge(tx, charge_id, reason="typed twice")
    with pytest.raises(NothingUnbilled), book.write() as tx:
        restore_line(tx, first)


def test_rb2_a_draft_that_was_never_there_does_not_come_back(book: Book, draft: str) -> None:
    for missing in ("nobody", draft):
        with pytest.raises(NotFound), book.write() as tx:
            restore_draft(tx, missing)


def test_rb2_a_draft_deleted_twice_is_not_found_the_second_time(book: Book, draft: str) -> None:
    with book.write() as tx:
        delete_draft(tx, draft)
    with pytest.raises(NotFound), book.write() as tx:
        delete_draft(tx, draft)


def test_amounts_beyond_what_a_book_can_add_up_are_refused(book: Book, draft: str) -> None:
    with pytest.raises(UsageError), book.write() as tx:
        add_manual_line(tx, draft, description="Gold", rate_cents=99_999_999_999, units_milli=999_999_999)
