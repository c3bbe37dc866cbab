"""RD3: what was paid is spread over an invoice's lines by one rule, and adds up to the cent."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from core.clients.commands import add_guarantor
from core.clients.shares import NewShare, set_shares
from core.delivery.superbills import preview
from core.invoicing.commands import create_draft, create_drafts, issue_drafts
from core.invoicing.lines import adjust_draft
from core.ledger.superbill_money import spread
from core.payments.adjustments import write_off
from core.payments.commands import apply_credit, give_credit, record_payment
from core.payments.refunds import refund
from tests.builders import ADDRESS, TODAY, Book
from tests.core.delivery.superbilled import complete, key, looked_at, seen, therapy
from tests.core.payments.billed import guarantor_of, paid

CENTS = st.integers(1, 10**7)


@given(st.lists(CENTS, min_size=1, max_size=30), st.data())
def test_rd3_parts_add_up_and_no_line_gets_more_than_it_asks(lines: list[int], data: st.DataObject) -> None:
    whole = sum(lines)
    asked = data.draw(st.integers(0, whole))
    paid_cents = data.draw(st.integers(0, asked + 5_000))
    goodwill = data.draw(st.integers(0, asked))
    parts = spread([(f"{i}", cents) for i, cents in enumerate(lines)], asked, paid_cents, goodwill)
    got = min(paid_cents, asked)
    assert sum(part for part, _ in parts.values()) == got
    assert sum(off for _, off in parts.values()) == whole - asked + min(goodwill, asked - got)
    for i, cents in enumerate(lines):
        part, off = parts[f"{i}"]
        assert part >= 0
        assert off >= 0
        assert part + off <= cents
        assert abs(part * whole - got * cents) < whole, "within a cent of its proportion"


def sums(book: Book, client_id: str) -> list[tuple[int, int, int]]:
    view = looked_at(book, client_id).view
    assert view is not None
    return [(line.charged_cents, line.paid_cents, line.balance_cents) for line in view.lines]


def bill(book: Book, client_id: str) -> str:
    with book.write() as tx:
        (issued,) = issue_drafts(tx, [create_draft(tx, client_id=client_id, today=TODAY)], today=TODAY)
    return str(issued.invoice_id)


def test_rd3_cents_that_do_not_divide_go_to_the_largest_remainders(book: Book) -> None:
    client_id = complete(book)
    for day in (1, 2, 3):
        seen(book, client_id, date(2026, 9, day), therapy(cents=10_000))
    bill(book, client_id)
    paid(book, client_id, 10_000)
    assert sums(book, client_id) == [(10_000, 3_334, 6_666), (10_000, 3_333, 6_667), (10_000, 3_333, 6_667)]


def test_rd3_a_discount_and_a_write_off_are_taken_off_and_not_paid(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id, date(2026, 9, 1), therapy(cents=10_000))
    seen(book, client_id, date(2026, 9, 2), therapy(cents=30_000))
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
        adjust_draft(tx, draft_id, kind="discount", percent_bps=1_000)
        (issued,) = issue_drafts(tx, [draft_id], today=TODAY)
    paid(book, client_id, 20_000)
    assert sums(book, client_id) == [(10_000, 5_000, 4_000), (30_000, 15_000, 12_000)]
    with book.write() as tx:
        write_off(tx, issued.invoice_id, reason="hardship", today=TODAY)
    assert sums(book, client_id) == [(10_000, 5_000, 0), (30_000, 15_000, 0)]


def test_rd3_goodwill_is_not_told_to_an_insurer_as_paid(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id)
    bill(book, client_id)
    guarantor_id = guarantor_of(book, client_id)
    with book.write() as tx:
        give_credit(tx, guarantor_id=guarantor_id, amount_cents=5_000, reason="late start", today=TODAY)
        apply_credit(tx, guarantor_id=guarantor_id, today=TODAY)
    assert sums(book, client_id) == [(15_000, 0, 10_000)]


def test_rd3_what_was_refunded_is_not_paid_any_more(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id)
    invoice_id = bill(book, client_id)
    payment = paid(book, client_id, 15_000)
    assert sums(book, client_id) == [(15_000, 15_000, 0)]
    with book.write() as tx:
        refund(tx, payment.payment_id, amount_cents=4_000, reason="asked", today=TODAY, invoice_id=invoice_id,
               balance="reopen")  # fmt: skip
    assert sums(book, client_id) == [(15_000, 11_000, 4_000)]


def test_rd3_an_unbilled_charge_is_owed_whole_and_a_prepayment_on_nothing_pays_nothing(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id)
    paid(book, client_id, 15_000, allocations=[])
    assert sums(book, client_id) == [(15_000, 0, 15_000)]


def test_rd3_what_two_guarantors_paid_for_one_charge_is_summed(book: Book) -> None:
    """RB8: 60 and 40 percent, on an invoice each."""
    client_id = complete(book)
    with book.write() as tx:
        mae = add_guarantor(tx, name="Mae Archer", **ADDRESS)
        own = NewShare(guarantor_of(book, client_id), "percent", 6_000)
        set_shares(tx, client_id, [own, NewShare(mae, "remainder")], effective_from=date(2026, 1, 1))
    seen(book, client_id, date(2026, 9, 1), therapy(cents=10_001))
    seen(book, client_id, date(2026, 9, 2), therapy(cents=10_000))
    with book.write() as tx:
        issue_drafts(tx, create_drafts(tx, client_id=client_id, today=TODAY), today=TODAY)
    assert book.value("SELECT count(*) FROM invoice_issue") == 2
    paid(book, client_id, 12_001)
    with book.write() as tx:
        record_payment(
            tx, guarantor_id=mae, amount_cents=4_000, method="cash", received_on=TODAY, today=TODAY
        )
    shown = sums(book, client_id)
    assert [charged for charged, _, _ in shown] == [10_001, 10_000]
    assert sum(part for _, part, _ in shown) == 16_001
    assert [charged - part - owed for charged, part, owed in shown] == [0, 0]
    assert [owed for *_, owed in shown] == [2_000, 2_000]
    with book.store.read() as read:
        assert preview(read, key(book, client_id)).view is not None
