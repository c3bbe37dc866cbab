"""RB8: who owes what part of a client's charges is said once, holds from a day on, and makes a whole."""

from __future__ import annotations

import json
from datetime import date

import pytest

from core.clients.commands import add_guarantor
from core.clients.shares import (
    AlreadyBilledSo,
    BadShares,
    NewShare,
    NotShared,
    end_shares,
    set_shares,
    share_words,
    shares_of,
)
from core.dates import ALL_TIME
from core.errors import NotFound
from core.invoicing.commands import create_draft, create_drafts, delete_draft, issue_drafts
from core.invoicing.voiding import void_invoice
from core.ledger.kept import differences
from core.ledger.unbilled import unbilled_charges
from tests.builders import ADDRESS, TODAY, Book

MID = date(2026, 9, 15)
HALF = 5_000


@pytest.fixture
def payers(book: Book) -> list[str]:
    with book.write() as tx:
        return [
            add_guarantor(tx, name=name, **ADDRESS) for name in ("Mae Archer", "Dan Archer", "Gus Archer")
        ]


@pytest.fixture
def client(book: Book) -> str:
    return book.client()


def share(book: Book, client_id: str, *shares: NewShare, on: date = MID) -> None:
    with book.write() as tx:
        set_shares(tx, client_id, shares, effective_from=on)


def halves(payers: list[str]) -> tuple[NewShare, NewShare]:
    return NewShare(payers[0], "percent", HALF), NewShare(payers[1], "remainder")


def queue(book: Book) -> list[tuple[str, str | None, int]]:
    with book.store.read() as read:
        assert differences(read) == []
        found = unbilled_charges(read, ALL_TIME, TODAY)
        names = dict(read.rows("SELECT id, name FROM guarantor"))
    return [(c.service_on, names.get(c.guarantor_id), c.amount_cents) for c in found]


def test_rb8_charges_from_the_day_on_are_shared_and_those_before_are_not(
    book: Book, client: str, payers: list[str]
) -> None:
    book.session(client, date(2026, 9, 14))
    book.session(client, MID)
    share(book, client, *halves(payers))
    assert queue(book) == [
        ("2026-09-14", None, 15_000),
        ("2026-09-15", "Mae Archer", 7_500),
        ("2026-09-15", "Dan Archer", 7_500),
    ]


def test_rb8_a_new_arrangement_ends_the_old_one_the_day_before(
    book: Book, client: str, payers: list[str]
) -> None:
    share(book, client, *halves(payers), on=date(2026, 9, 1))
    share(book, client, NewShare(payers[1], "fixed", None, 2_000), NewShare(payers[2], "remainder"))
    with book.store.read() as read:
        rows = [
            (r.guarantor, share_words(r), r.effective_from, r.effective_to) for r in shares_of(read, client)
        ]
    assert rows == [
        ("Mae Archer", "50 %", "2026-09-01", "2026-09-14"),
        ("Dan Archer", "the rest", "2026-09-01", "2026-09-14"),
        ("Dan Archer", "20.00 of each charge", "2026-09-15", None),
        ("Gus Archer", "the rest", "2026-09-15", None),
    ]


def test_rb8_an_arrangement_that_is_replaced_before_its_first_day_never_holds(
    book: Book, client: str, payers: list[str]
) -> None:
    book.session(client, date(2026, 9, 20))
    share(book, client, *halves(payers), on=date(2026, 9, 18))
    share(book, client, NewShare(payers[2], "percent", 2_500), NewShare(payers[0], "remainder"))
    assert queue(book) == [("2026-09-20", "Gus Archer", 3_750), ("2026-09-20", "Mae Archer", 11_250)]
    with book.store.read() as read:
        assert len(shares_of(read, client)) == 2


def test_rb8_when_shares_end_the_clients_own_guarantor_owes_all_again(
    book: Book, client: str, payers: list[str]
) -> None:
    book.session(client, MID)
    share(book, client, *halves(payers), on=date(2026, 9, 1))
    with book.write() as tx:
        end_shares(tx, client, effective_from=MID)
    assert queue(book) == [("2026-09-15", None, 15_000)]
    with pytest.raises(NotShared, match="own guarantor owes everything already"), book.write() as tx:
        end_shares(tx, client, effective_from=MID)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([], "at least two"),
        ([(0, "remainder", None, None)], "at least two"),
        ([(0, "percent", 5_000, None), (0, "remainder", None, None)], "named twice"),
        (
            [(0, "percent", 6_000, None), (1, "percent", 5_000, None)],
            r"come to 110.00 %. They are 100 % at most",
        ),
        ([(0, "percent", 3_333, None), (1, "percent", 3_333, None)], r"come to 66.66 %. Make them 100 %"),
        ([(0, "percent", 10_000, None), (1, "remainder", None, None)], "nothing is left"),
        ([(0, "fixed", None, 2_000), (1, "fixed", None, 3_000)], "take the rest"),
        ([(0, "fixed", None, 2_000), (1, "percent", 10_000, None)], "take the rest"),
        ([(0, "percent", 0, None), (1, "remainder", None, None)], "above zero"),
        ([(0, "fixed", None, -1), (1, "remainder", None, None)], "above zero"),
        ([(0, "half", None, None), (1, "remainder", None, None)], "percentage, an amount"),
    ],
)
def test_rb8_shares_that_make_no_whole_are_refused(
    book: Book,
    client: str,
    payers: list[str],
    parts: list[tuple[int, str, int | None, int | None]],
    sentence: str,
) -> None:
    shares = [NewShare(payers[place], *part) for place, *part in parts]
    with pytest.raises(BadShares, match=sentence), book.write() as tx:
        set_shares(tx, client, shares, effective_from=MID)
    assert book.value("SELECT count(*) FROM payer_share") == 0


def test_rb8_nobody_unknown_owes_a_share(book: Book, client: str, payers: list[str]) -> None:
    shares = [NewShare(payers[0], "remainder"), NewShare("nobody", "remainder")]
    with pytest.raises(NotFound), book.write() as tx:
        set_shares(tx, client, shares, effective_from=MID)
    with pytest.raises(NotFound), book.write() as tx:
        set_shares(tx, "nobody", halves(payers), effective_from=MID)


def test_rb8_a_day_that_is_billed_keeps_its_arrangement(book: Book, client: str, payers: list[str]) -> None:
    """Billed in part: changed now, the siblings would not add up to the charge any more."""
    book.session(client, date(2026, 9, 20))
    share(book, client, *halves(payers))
    with book.write() as tx:
        mae, dan = create_drafts(tx, client_id=client, today=TODAY)
        issue_drafts(tx, [mae], today=TODAY)
        delete_draft(tx, dan)
    others = [NewShare(payers[0], "percent", 7_500), NewShare(payers[2], "remainder")]
    with (
        pytest.raises(AlreadyBilledSo, match=r"\(N-00001\). Choose a day after 2026-09-20"),
        book.write() as tx,
    ):
        set_shares(tx, client, others, effective_from=date(2026, 9, 20))
    with pytest.raises(AlreadyBilledSo), book.write() as tx:
        end_shares(tx, client, effective_from=MID)
    share(book, client, *others, on=date(2026, 9, 21))
    assert queue(book) == [("2026-09-20", "Dan Archer", 7_500)]


def test_rb8_what_is_billed_whole_is_not_shared_afterwards_unless_it_is_void(
    book: Book, client: str, payers: list[str]
) -> None:
    book.session(client, MID)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client, today=TODAY)
    with pytest.raises(AlreadyBilledSo, match="a draft"), book.write() as tx:
        set_shares(tx, client, halves(payers), effective_from=MID)
    with book.write() as tx:
        issue_drafts(tx, [draft_id], today=TODAY)
        void_invoice(tx, draft_id, reason="to be shared", today=TODAY)
    share(book, client, *halves(payers))
    assert queue(book) == [("2026-09-15", "Mae Archer", 7_500), ("2026-09-15", "Dan Archer", 7_500)]


def test_rb8_rj2_the_log_says_who_owes_what_from_when(book: Book, client: str, payers: list[str]) -> None:
    share(book, client, *halves(payers))
    with book.write() as tx:
        end_shares(tx, client, effective_from=TODAY)
    log = book.rows(
        "SELECT verb, subject_id, detail FROM audit_entry WHERE verb LIKE 'client.shares%' ORDER BY no"
    )
    assert [(verb, subject) for verb, subject, _ in log] == [
        ("client.shares_set", client), ("client.shares_ended", client),
    ]  # fmt: skip
    said = json.loads(log[0][2])
    assert said["from_on"] == "2026-09-15"
    assert [(s["guarantor_id"], s["kind"], s["share_bps"]) for s in said["shares"]] == [
        (payers[0], "percent", HALF), (payers[1], "remainder", None),
    ]  # fmt: skip
