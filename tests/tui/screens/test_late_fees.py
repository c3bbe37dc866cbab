"""RC5: late fees by keys: what is due, charging it once, letting it go, what should be let go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Book
from tests.core.invoicing.late import after, balance, charge, fees, late_invoice, pay, set_rule
from tests.tui.on_a_book import Driver, biller_on
from tui.screens.aging import AgingReport
from tui.screens.invoice import Invoice
from tui.screens.late_fees import LateFees
from tui.screens.refused_keys import PAUSE_SECONDS


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Book]:
    """Two invoices of $100.00, due 31 October; 25.00 flat, ten days past due."""
    book = Book(tmp_path)
    set_rule(book)
    for given, family in (("Ann", "Archer"), ("Bob", "Baker")):
        late_invoice(book, client_id=book.client(given, family), document=True)
    yield book
    book.store.close()


def invoice_of(book: Book, number: str) -> str:
    return str(book.value("SELECT invoice_id FROM invoice_issue WHERE number = :number", number=number))


def documents(book: Book, invoice_id: str) -> int:
    return int(book.value("SELECT count(*) FROM document WHERE subject_id = :id", id=invoice_id))


async def open_fees(app: Driver) -> None:
    await app.press(":", *"latefees", "enter")
    app.on(LateFees)


async def test_rc5_the_palette_and_a_key_on_the_aging_show_what_is_due_and_write_nothing(
    late: Book, tmp_path: Path
) -> None:
    async with biller_on(late, tmp_path, today=after(10), size=(140, 40)) as app:
        await open_fees(app)
        assert app.column(0) == ["due", "due"]
        assert app.column(1) == ["N-00001", "N-00002"]
        assert app.column(4) == [2_500, 2_500]
        assert app.column(5)[0] == "10 days past due on 2026-11-10: 25.00 flat"
        assert app.screen.totals == "due 2 · $50.00   charged 0 · $0.00"
        await app.press("enter")
        app.on(Invoice)
        await app.press("q", "q")
        app.on(AgingReport)
        await app.press("L")
        app.on(LateFees)
    assert fees(late) == []


async def test_rc5_r_charges_all_that_is_due_after_one_question_and_once(late: Book, tmp_path: Path) -> None:
    async with biller_on(late, tmp_path, today=after(10)) as app:
        await open_fees(app)
        await app.press("r")
        assert app.question == "Charge 2 late fees on 2 invoices, $50.00?"
        await app.say_yes()
        assert app.said == "2 late fees charged, $50.00."
        assert app.column(0) == ["charged", "charged"]
        assert "r" not in app.footer
        await app.press("r")
        assert app.strip is None
        assert app.screen.totals == "due 0 · $0.00   charged 2 · $50.00"
    assert fees(late) == [(0, 2_500, "2026-11-10"), (0, 2_500, "2026-11-10")]
    assert documents(late, invoice_of(late, "N-00001")) == 2, "a corrected version"


async def test_rc5_a_narrow_terminal_has_the_whole_reason_of_the_row_beneath(
    late: Book, tmp_path: Path
) -> None:
    charge(late, after(10))
    pay(late, invoice_of(late, "N-00002"), 10_000, after(8), today=after(11))
    async with biller_on(late, tmp_path, today=after(11)) as app:
        await open_fees(app)
        assert "\n nothing was open on 2026-11-09 any more" in app.seen()
        await app.press("j")
        assert "nothing was open on 2026-11-09 any more" not in app.seen()


async def test_rc5_any_other_key_charges_nothing(late: Book, tmp_path: Path) -> None:
    async with biller_on(late, tmp_path, today=after(10)) as app:
        await open_fees(app)
        await app.press("r")
        app.clock.now += 1
        await app.press("r")
        assert app.strip is None
    assert fees(late) == []


async def test_rc5_w_waives_the_fee_on_the_row_and_u_asks_for_it_again(late: Book, tmp_path: Path) -> None:
    charge(late, after(10))
    ann = invoice_of(late, "N-00001")
    pay(late, ann, 12_500, after(10))
    async with biller_on(late, tmp_path, today=after(11)) as app:
        await open_fees(app)
        await app.press("G", "W", "enter")
        assert "Fill in because." in app.seen()
        await app.press(*"first time", "enter")
        assert app.said == "1 late fee of $25.00 waived.  u undoes"
        assert sorted(map(str, app.column(0))) == ["charged", "waived"]
        assert "waived 25.00" in app.column(5)
        assert late.rows("SELECT left_cents FROM money_left") == [(2_500,)], "what was paid for it is credit"
        assert documents(late, ann) == 2
        await app.press("u")
        assert app.column(0) == ["charged", "charged"]
        assert (balance(late, ann), late.rows("SELECT left_cents FROM money_left")) == (0, [(0,)])
        assert documents(late, ann) == 3
        await app.press("ctrl+r")
        assert sorted(map(str, app.column(0))) == ["charged", "waived"]


async def test_rc5_what_should_be_let_go_stands_first_with_its_reason_as_the_preset(
    late: Book, tmp_path: Path
) -> None:
    charge(late, after(10))
    bob = invoice_of(late, "N-00002")
    pay(late, bob, 10_000, after(8), today=after(11))
    async with biller_on(late, tmp_path, today=after(11)) as app:
        await open_fees(app)
        assert (app.column(0), app.column(1)) == (["let go?", "charged"], ["N-00002", "N-00001"])
        assert app.screen.totals.endswith("to let go 1")
        await app.press("f", "f", "f")
        assert app.column(1) == ["N-00002"]
        await app.press("W", "enter")
        assert app.said == "1 late fee of $25.00 waived.  u undoes"
        reason = late.value("SELECT reason FROM adjustment")
        assert reason == "nothing was open on 2026-11-09 any more"
        assert balance(late, bob) == 0
        assert "No late fees here." in app.seen()


async def test_rc5_marked_fees_are_waived_together(late: Book, tmp_path: Path) -> None:
    charge(late, after(10))
    async with biller_on(late, tmp_path, today=after(11)) as app:
        await open_fees(app)
        await app.press("*", "W")
        assert "Waive 2 late fees, $50.00" in app.seen()
        await app.press(*"storm", "enter")
        assert app.column(0) == ["waived", "waived"]
        await app.press("W")
        assert app.strip is None
        app.clock.now += PAUSE_SECONDS
        await app.press("u")
        assert app.column(0) == ["charged", "charged"]


async def test_rc5_a_practice_without_a_rule_is_told_so(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await open_fees(app)
        assert "There is no rule for late fees." in app.seen()
        await app.press("r", "W")
        assert app.strip is None
