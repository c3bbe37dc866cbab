"""RB2: 12.5 % off odd cents is rounded once, half up, and the frozen lines add up to the total."""

from __future__ import annotations

import pytest

from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.lines import add_manual_line, adjust_draft
from core.ledger.invoices import lines
from tests.builders import TODAY, Book


@pytest.mark.parametrize(
    ("rates", "off", "total"),
    [
        ((10_004,), -1_251, 8_753),  # 1250.5 cents: half a cent goes up
        ((10_001, 7_777), -2_222, 15_556),  # 2222.25
        ((33, 33, 33), -12, 87),  # 12.375 of the sum, not three times 4.125
        ((1,), 0, 1),  # an eighth of a cent is nothing
    ],
)
def test_an_eighth_off(book: Book, rates: tuple[int, ...], off: int, total: int) -> None:
    ann = book.client()
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=ann, today=TODAY, empty=True)
        for rate in rates:
            add_manual_line(tx, draft_id, description="Workbook", rate_cents=rate)
        adjust_draft(tx, draft_id, kind="discount", percent_bps=1_250)
    with book.store.read() as read:
        shown = [line.amount_cents for line in lines(read, draft_id)]
    with book.write() as tx:
        (issued,) = issue_drafts(tx, [draft_id], today=TODAY)
    with book.store.read() as read:
        frozen = [line.amount_cents for line in lines(read, issued.invoice_id)]
    assert shown == frozen == [*rates, off]
    assert issued.total_cents == sum(frozen) == total
