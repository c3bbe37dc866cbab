"""RB8 on the screens: Unbilled counts charges, the charges show each share, the preview each payer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.clients.commands import add_guarantor
from core.clients.shares import NewShare, set_shares
from tests.builders import ADDRESS, Book
from tests.tui.on_a_book import biller_on
from tui.screens.client_charges import ClientCharges
from tui.screens.invoices import Invoices
from tui.screens.run_preview import RunPreview


@pytest.fixture
def shared(book: Book) -> Book:
    """Ann Archer's charges are shared by Mae, a third, and Dan, who takes the rest."""
    with book.write() as tx:
        client_id = tx.value("SELECT id FROM client WHERE sort_name = 'Archer, Ann'")
        mae, dan = (add_guarantor(tx, name=name, **ADDRESS) for name in ("Mae Archer", "Dan Archer"))
        shares = [NewShare(mae, "percent", 3_333), NewShare(dan, "remainder")]
        set_shares(tx, client_id, shares, effective_from=date(2026, 9, 1))
    return book


async def test_rb8_unbilled_has_one_row_a_client_and_counts_a_shared_charge_once(
    shared: Book, tmp_path: Path
) -> None:
    async with biller_on(shared, tmp_path) as app:
        await app.press("2")
        assert app.column(0) == ["Archer, Ann", "Baker, Bob", "Carter, Cleo", "Drifter, Dan"]
        assert app.column(1)[0] == 2
        assert app.column(3)[0] == 30_000
        await app.press("b")
        assert app.said == "2 drafts made (3 shows them).  u undoes"
        await app.press("u")
        assert app.column(3)[0] == 30_000


async def test_rb8_the_charges_show_each_share_and_one_can_be_drafted_alone(
    shared: Book, tmp_path: Path
) -> None:
    async with biller_on(shared, tmp_path) as app:
        await app.press("2", "enter")
        screen = app.on(ClientCharges)
        assert app.column(2)[:2] == [
            "Psychotherapy · share of Mae Archer, of $150.00",
            "Psychotherapy · share of Dan Archer, of $150.00",
        ]
        assert app.column(5) == [5_000, 10_000, 5_000, 10_000]
        assert screen.totals.endswith("2 charges · 4 shares of them · $300.00")
        await app.press("space", "b")
        assert app.said.startswith("Draft made of 1 charge")
        assert app.column(5) == [10_000, 5_000, 10_000]
        await app.press("b")
        assert app.said.startswith("2 drafts made of 2 charges")
    assert shared.rows(
        "SELECT g.name, count(*) FROM draft AS d JOIN guarantor AS g ON g.id = d.guarantor_id GROUP BY 1"
    ) == [("Dan Archer", 1), ("Mae Archer", 2)]


async def test_rb8_the_preview_has_a_row_for_each_payer_and_sends_to_those_left_in(
    shared: Book, tmp_path: Path
) -> None:
    async with biller_on(shared, tmp_path) as app:
        await app.press("2", "B")
        app.on(RunPreview)
        assert app.column(0)[1:3] == ["Archer, Ann · Mae Archer", "Archer, Ann · Dan Archer"]
        await app.press("j", "x")
        assert app.screen.totals.endswith("Left out 2")
        await app.press("S")
        assert app.question.startswith("Send 3 invoices, $800.00")
        await app.say_yes()
        app.on(Invoices)
        assert app.said == "Sending September 2026: 3 done.  u recalls"
        assert app.column(4) == [20_000, 30_000, 30_000]


async def test_rb8_a_new_draft_for_a_client_with_shares_is_one_for_each_payer(
    shared: Book, tmp_path: Path
) -> None:
    async with biller_on(shared, tmp_path) as app:
        await app.press("3", "n", *"archer", "enter")
        app.on(Invoices)
        assert app.said.startswith("2 drafts made, one for each who owes a share")
        assert set(app.column(4)) == {10_000, 20_000}
