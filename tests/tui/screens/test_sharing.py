"""RB8 by keys: who owes what part of a client's charges is set, changed, ended and taken back on its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.clients.commands import add_guarantor
from tests.builders import ADDRESS, Book
from tests.tui.on_a_book import Driver, biller_on
from tests.tui.screens.test_paying import bill
from tui.screens.client import Client
from tui.strips.shares import AskShares


@pytest.fixture
def family(book: Book) -> Book:
    """Beside the clients' own guarantors there are Mae and Zoe Archer."""
    with book.write() as tx:
        for name in ("Mae Archer", "Zoe Archer"):
            add_guarantor(tx, name=name, **ADDRESS)
    return book


def shares(book: Book) -> list[tuple[object, ...]]:
    return book.rows(
        "SELECT g.name, s.kind, s.share_bps, s.share_cents, s.effective_from, s.effective_to"
        " FROM payer_share AS s JOIN guarantor AS g ON g.id = s.guarantor_id"
        " WHERE s.effective_to IS NULL OR s.effective_from <= s.effective_to"
        " ORDER BY s.effective_from, s.position"
    )


async def open_ann(app: Driver) -> None:
    await app.press("4", "enter")
    app.on(Client)


async def test_rb8_e_sets_the_shares_as_the_verb_takes_them_and_u_takes_them_back(
    family: Book, tmp_path: Path
) -> None:
    async with biller_on(family, tmp_path) as app:
        await open_ann(app)
        await app.press("e")
        assert "Ann Archer · Bob Baker" in app.seen(), "the guarantors stand beneath"
        await app.press(*"Mae=33.33% z")
        await app.press(*"oe=rest", "tab", *"9-1", "enter")
        assert app.said == "Charges from 2026-09-01 on are shared between 2.  u undoes"
        assert "shared since 2026-09-01: Mae Archer 33.33 %, Zoe Archer the rest" in app.seen()
        assert shares(family) == [
            ("Mae Archer", "percent", 3_333, None, "2026-09-01", None),
            ("Zoe Archer", "remainder", None, None, "2026-09-01", None),
        ]
        await app.press("u")
        assert shares(family) == []
        assert "shared since" not in app.seen()
        await app.press("ctrl+r")
        assert len(shares(family)) == 2


async def test_rb8_what_holds_is_the_preset_and_u_brings_back_what_it_replaced(
    family: Book, tmp_path: Path
) -> None:
    async with biller_on(family, tmp_path) as app:
        await open_ann(app)
        await app.press("e", *"mae=20.00, zoe=rest", "tab", *"9-1", "enter")
        before = shares(family)
        await app.press("e", "s")
        assert "Mae Archer=20.00 Zoe Archer=rest" in app.seen()
        await app.press(*"mae=50% zoe=50%", "tab", *"10-1", "enter")
        assert [row[4:] for row in shares(family)] == [
            ("2026-09-01", "2026-09-30"),
            ("2026-09-01", "2026-09-30"),
            ("2026-10-01", None),
            ("2026-10-01", None),
        ]
        await app.press("u")
        assert [row[:4] for row in shares(family) if row[5] is None] == [row[:4] for row in before]
        assert "Mae Archer 20.00 of each charge, Zoe Archer the rest" in app.seen()


async def test_rb8_the_sharing_ends_from_a_day_and_u_takes_that_back(family: Book, tmp_path: Path) -> None:
    async with biller_on(family, tmp_path) as app:
        await open_ann(app)
        await app.press("e", *"mae=50% zoe=50%", "tab", *"9-1", "enter")
        await app.press("e", "e")
        await app.press(*"9-1", "enter")
        assert app.said == "No shares from 2026-09-01 on.  u undoes"
        assert shares(family) == []
        await app.press("u")
        assert len(shares(family)) == 2


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("", "is not a share. Write it like"),
        ("mae", '"mae" is not a share.'),
        ("mae=50% zoe", '"zoe" is not a share.'),
        ("mae=50% xyz=rest", 'There is no guarantor "xyz".'),
        ("archer=50% mae=rest", 'More than one guarantor fits "archer"'),
        ("mae=50% zoe=40%", "The percentages come to 90.00 %."),
        ("mae=rest", "Charges are shared between at least two guarantors."),
        ("mae=lots zoe=rest", "lots"),
    ],
)
async def test_rb8_a_wrong_share_is_refused_in_the_strip_and_stays_typed(
    family: Book, tmp_path: Path, typed: str, refusal: str
) -> None:
    async with biller_on(family, tmp_path) as app:
        await open_ann(app)
        await app.press("e", *typed, "enter")
        assert refusal in app.seen()
        assert isinstance(app.strip, AskShares)
        assert app.strip.texts()["shares"] == typed
    assert shares(family) == []


async def test_rb8_days_that_are_billed_keep_their_sharing_and_the_text_comes_back(
    family: Book, tmp_path: Path
) -> None:
    bill(family, "Archer, Ann")
    async with biller_on(family, tmp_path) as app:
        await open_ann(app)
        await app.press("e", *"mae=50% zoe=50%", "tab", *"9-1", "enter")
        assert app.said.startswith("Charges from 2026-09-01 on are billed as they were shared before")
        await app.press("e")
        assert "mae=50% zoe=50%" in app.seen()
