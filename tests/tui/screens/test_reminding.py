"""RB5 by keys: `s` reminds of what is past due; the mails stand in the outbox, and `u` takes them back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from core.practice.mail import set_mail_server
from tests.builders import TODAY, Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_paying import bill
from tui.screens.aging import AgingReport
from tui.screens.outbox import Outbox

LATER = TODAY + timedelta(days=45)
STANDING = """
SELECT count(*) FROM mail_request AS r WHERE r.kind = 'reminder'
  AND NOT EXISTS (SELECT 1 FROM share_recall AS s WHERE s.share_id = r.id)
"""


@pytest.fixture
def billed(book: Book) -> Book:
    """Ann and Bob owe one invoice each."""
    bill(book, "Archer, Ann", date(2026, 9, 15))
    bill(book, "Baker, Bob", date(2026, 9, 15))
    with book.write() as tx:
        set_mail_server(tx, host="smtp.example.com", sender="office@example.com")
    return book


async def test_rb5_s_on_ar_reminds_of_each_overdue_invoice_and_u_takes_it_back(
    billed: Book, tmp_path: Path
) -> None:
    async with biller_on(billed, tmp_path, today=LATER) as app:
        await app.press("8")
        app.on(AgingReport)
        assert app.footer["s"] == "Remind"
        await app.press("*", "s")
        assert app.question == "Remind 2 accounts of 2 overdue invoices, $600.00, by mail?"
        await app.say_yes()
        assert app.said == "2 reminders queued.  u undoes"
        assert billed.value(STANDING) == 2
        await app.press(*":outbox", "enter")
        app.on(Outbox)
        rows = sorted(str(one) for one in app.column(0) if str(one).startswith("Reminder"))
        assert rows == ["Reminder N-00001", "Reminder N-00002"]
        await app.press("u")
        assert billed.value(STANDING) == 0


async def test_rb5_a_reminder_is_recalled_in_the_outbox_and_refused_twice_a_day(
    billed: Book, tmp_path: Path
) -> None:
    async with biller_on(billed, tmp_path, today=LATER) as app:
        await app.press("3", "s")
        assert app.question == "Remind of N-00001, $300.00, by mail?"
        await app.say_yes()
        await app.press("s")
        await app.say_yes()
        assert app.said == "N-00001 was reminded of today already."
        await app.press(*":outbox", "enter", "/", *"reminder", "enter", "x")
        assert app.said.startswith("1 mail recalled")
        assert billed.value(STANDING) == 0


async def test_rb5_where_nothing_is_past_due_s_says_so(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path, today=date(2026, 9, 20)) as app:
        await app.press("8", "s")
        assert app.said.startswith("Nothing is past due there")
