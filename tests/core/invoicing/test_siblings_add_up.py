"""RB8: a client's charges shared between guarantors give sibling invoices that add up to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clients.commands import add_guarantor, change_guarantor
from core.clients.shares import NewShare, end_shares, set_shares
from core.dates import ALL_TIME, Period
from core.delivery.run import RunReport, carry_out
from core.documents.invoice import render_invoice
from core.invoicing.billing_run import by_client, propose
from core.invoicing.commands import (
    HeldBack,
    bill_session,
    create_draft,
    create_drafts,
    delete_draft,
    delete_drafts,
    issue_drafts,
    restore_draft,
)
from core.invoicing.drafts import NothingUnbilled
from core.invoicing.lines import (
    OwedByAnother,
    ShareIsFixed,
    add_charge,
    add_manual_line,
    change_line,
    charges_to_add,
    remove_line,
    restore_line,
)
from core.invoicing.voiding import rebill, void_invoice
from core.ledger.invoice_view import invoice_views
from core.ledger.invoices import lines
from core.ledger.kept import differences
from core.ledger.unbilled import part_of, unbilled_charges
from core.money import line_amount
from core.sessions.agenda import agenda
from core.sessions.commands import ServiceLine
from tests.builders import ADDRESS, OWNER, TODAY, Book
from tests.sizes import sized

FIRST = date(2026, 9, 1)
NAMES = ("Mae Archer", "Dan Archer", "Gus Archer")
REST = ("remainder", None, None)


def guarantors(book: Book, names: Sequence[str] = NAMES, **address: str) -> list[str]:
    with book.write() as tx:
        return [add_guarantor(tx, name=name, **{**ADDRESS, **address}) for name in names]


def share(
    book: Book, client_id: str, payers: Sequence[str], *parts: tuple[str, int | None, int | None]
) -> None:
    shares = [NewShare(payer, *part) for payer, part in zip(payers, parts, strict=False)]
    with book.write() as tx:
        set_shares(tx, client_id, shares, effective_from=FIRST)


@pytest.fixture
def payers(book: Book) -> list[str]:
    return guarantors(book)


@pytest.fixture
def client(book: Book, payers: list[str]) -> str:
    """Two guarantors, each half of two charges of $150.01."""
    client_id = book.client()
    share(book, client_id, payers, ("percent", 5_000, None), REST)
    for day in (3, 17):
        book.session(client_id, date(2026, 9, day), rate_cents=15_001)
    return client_id


def run(book: Book, *, send: bool = True) -> RunReport:
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    return carry_out(book.store, OWNER, preview, today=TODAY, send=send)


def billed(book: Book) -> list[tuple[str, str, int]]:
    """Number, who owes, total, of what is not void."""
    return book.rows(
        "SELECT i.number, g.name, i.total_cents FROM invoice_issue AS i JOIN guarantor AS g"
        " ON g.id = i.guarantor_id WHERE i.invoice_id NOT IN (SELECT invoice_id FROM invoice_void) ORDER BY 1"
    )


def unbilled(book: Book) -> list[tuple[str, int]]:
    with book.store.read() as read:
        assert differences(read) == []
        names = {None: "", **dict(read.rows("SELECT id, name FROM guarantor"))}
        return [(names[c.guarantor_id], c.amount_cents) for c in unbilled_charges(read, ALL_TIME, TODAY)]


def draft_all(book: Book, client_id: str) -> list[str]:
    with book.write() as tx:
        return create_drafts(tx, client_id=client_id, today=TODAY)


THIRDS = {
    "by three who take the rest": (REST, REST, REST),
    "by 33.33 %, 33.33 % and the rest": (("percent", 3_333, None), ("percent", 3_333, None), REST),
}


@pytest.mark.parametrize(
    ("parts", "cents"),
    [
        (THIRDS["by three who take the rest"], [3_334, 3_333, 3_333]),
        (THIRDS["by 33.33 %, 33.33 % and the rest"], [3_333, 3_333, 3_334]),
    ],
    ids=THIRDS,
)
def test_rb8_a_hundred_dollars_in_thirds(
    book: Book, payers: list[str], parts: Sequence[tuple[str, int | None, int | None]], cents: list[int]
) -> None:
    client_id = book.client()
    share(book, client_id, payers, *parts)
    book.session(client_id, rate_cents=10_000)
    report = run(book)
    assert billed(book) == [
        (f"N-0000{place}", name, amount)
        for place, (name, amount) in enumerate(zip(NAMES, cents, strict=True), 1)
    ]
    assert [one.status for one in report.billed] == ["sent"] * 3
    assert unbilled(book) == []


def test_rb8_the_run_sends_one_invoice_to_each_and_a_second_run_changes_nothing(
    book: Book, client: str
) -> None:
    book.client("Bea", "Bell")
    report = run(book)
    assert report.total_cents == 30_002
    assert billed(book) == [("N-00001", "Mae Archer", 15_002), ("N-00002", "Dan Archer", 15_000)]
    facts = book.value("SELECT sum(no) FROM sync_chain")
    again = run(book)
    assert (again.billed, again.passed_over, again.finished) == ([], [], [])
    assert book.value("SELECT sum(no) FROM sync_chain") == facts


def test_rb8_a_preview_that_is_carried_out_twice_passes_both_siblings_over(book: Book, client: str) -> None:
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    assert [(p.payer, p.total_cents) for p in preview.ready] == [
        ("Mae Archer", 15_002),
        ("Dan Archer", 15_000),
    ]
    carry_out(book.store, OWNER, preview, today=TODAY, send=False)
    again = carry_out(book.store, OWNER, preview, today=TODAY, send=True)
    assert [p.payer for p in again.passed_over] == ["Mae Archer", "Dan Archer"]
    assert billed(book) == []
    assert len(book.rows("SELECT id FROM draft")) == 2


def test_rb8_siblings_may_lie_in_different_chunks_of_a_run(book: Book, payers: list[str]) -> None:
    for number in range(24):
        book.session(book.client(f"A{number:02}", "Aaron"))
    client_id = book.client("Zoe", "Zimmer")
    share(book, client_id, payers, REST, REST)
    book.session(client_id, rate_cents=10_001)
    run(book)
    assert billed(book)[-2:] == [("N-00025", "Mae Archer", 5_001), ("N-00026", "Dan Archer", 5_000)]
    assert unbilled(book) == []


def test_rb8_a_month_with_shares_from_its_middle_on_puts_both_kinds_on_the_own_guarantors_invoice(
    book: Book, payers: list[str]
) -> None:
    client_id = book.client()
    own = book.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
    with book.write() as tx:
        shares = [NewShare(own, "percent", 2_500), NewShare(payers[0], "remainder")]
        set_shares(tx, client_id, shares, effective_from=date(2026, 9, 15))
    for day in (3, 17):
        book.session(client_id, date(2026, 9, day), rate_cents=10_000)
    run(book)
    assert billed(book) == [("N-00001", "Ann Archer", 12_500), ("N-00002", "Mae Archer", 7_500)]
    with book.store.read() as read:
        (first,) = read.rows("SELECT invoice_id FROM invoice_issue WHERE number = 'N-00001'")[0]
        shown = [(line.description, line.amount_cents) for line in lines(read, first)]
    assert shown == [("Psychotherapy", 10_000), ("Psychotherapy (your share of 100.00)", 2_500)]


def test_rb8_on_paper_units_times_rate_is_the_share_and_it_says_what_it_is_a_share_of(
    book: Book, payers: list[str]
) -> None:
    client_id = book.client()
    share(book, client_id, payers, ("fixed", None, 2_000), REST)
    book.session(client_id, lines=[ServiceLine("CPT", "97153", "", "Therapy by protocol", 4_000, 1_601)])
    run(book)
    with book.store.read() as read:
        ids = [row[0] for row in read.rows("SELECT invoice_id FROM invoice_issue ORDER BY series_no")]
        for view, cents in zip(invoice_views(read, ids), (2_000, 4_404), strict=True):
            (line,) = view.lines
            assert (line.units_milli, line.rate_cents, line.amount_cents) == (1_000, cents, cents)
            assert line_amount(line.units_milli, line.rate_cents) == line.amount_cents == view.total_cents
            assert line.description == "Therapy by protocol (your share of 64.04)"
            assert view.bill_to[0] in NAMES
            assert render_invoice(view).startswith(b"%PDF")


def test_rb8_only_the_payer_without_an_address_is_held_back(
    book: Book, client: str, payers: list[str]
) -> None:
    with book.write() as tx:
        change_guarantor(tx, payers[1], street="")
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
        (together,) = by_client([*preview.ready, *preview.held])
    assert [p.payer for p in preview.ready] == ["Mae Archer"]
    assert [(p.payer, p.holds) for p in preview.held] == [("Dan Archer", ("no postal address",))]
    assert together.holds == ("Dan Archer: no postal address",)
    assert (len(together.charge_ids), together.total_cents) == (2, 30_002)
    run(book)
    assert unbilled(book) == [("Dan Archer", 7_500)] * 2
    (dan,) = draft_all(book, client)
    with pytest.raises(HeldBack), book.write() as tx:
        issue_drafts(tx, [dan], today=TODAY)
    with book.write() as tx:
        change_guarantor(tx, payers[1], street="2 Oak Street")
        issue_drafts(tx, [dan], today=TODAY)
    assert [total for _, _, total in billed(book)] == [15_002, 15_000]


def test_rb8_a_client_whose_own_guarantor_owes_nothing_needs_no_address(
    book: Book, payers: list[str]
) -> None:
    client_id = book.client(street="", city="")
    share(book, client_id, payers, REST, REST)
    book.session(client_id)
    run(book)
    assert [name for _, name, _ in billed(book)] == ["Mae Archer", "Dan Archer"]


def test_rb8_a_void_sibling_returns_only_its_share_and_is_billed_again_alone(book: Book, client: str) -> None:
    run(book)
    (dan,) = book.rows("SELECT invoice_id FROM invoice_issue WHERE number = 'N-00002'")[0]
    with book.write() as tx:
        assert void_invoice(tx, dan, reason="wrong notes", today=TODAY).charges == 2
    assert unbilled(book) == [("Dan Archer", 7_500)] * 2
    with book.write() as tx:
        (draft_id,) = rebill(tx, dan, today=TODAY)
        issue_drafts(tx, [draft_id], today=TODAY)
    assert billed(book) == [("N-00001", "Mae Archer", 15_002), ("N-00003", "Dan Archer", 15_000)]
    assert book.value("SELECT replaces_id FROM invoice_issue WHERE number = 'N-00003'") == dan
    assert unbilled(book) == []
    with pytest.raises(NothingUnbilled), book.write() as tx:
        rebill(tx, dan, today=TODAY)


def test_rb8_both_siblings_void_a_rebill_of_one_leaves_the_others_part_unbilled(
    book: Book, client: str
) -> None:
    run(book)
    mae, dan = (row[0] for row in book.rows("SELECT invoice_id FROM invoice_issue ORDER BY series_no"))
    with book.write() as tx:
        void_invoice(tx, mae, reason="wrong", today=TODAY)
        void_invoice(tx, dan, reason="wrong", today=TODAY)
        rebill(tx, mae, today=TODAY)
    assert unbilled(book) == [("Dan Archer", 7_500)] * 2


def test_rb8_what_was_billed_whole_is_billed_again_to_all_who_owe_it_now(
    book: Book, payers: list[str]
) -> None:
    client_id = book.client()
    book.session(client_id, rate_cents=10_001)
    run(book)
    (whole,) = book.rows("SELECT invoice_id FROM invoice_issue")[0]
    with book.write() as tx:
        void_invoice(tx, whole, reason="to be shared", today=TODAY)
    share(book, client_id, payers, REST, REST)
    with book.write() as tx:
        siblings = rebill(tx, whole, today=TODAY)
        issue_drafts(tx, siblings, today=TODAY)
    assert billed(book) == [("N-00002", "Mae Archer", 5_001), ("N-00003", "Dan Archer", 5_000)]
    assert book.value("SELECT count(*) FROM invoice_issue WHERE replaces_id = :id", id=whole) == 2


def test_rb8_one_key_bills_a_session_to_all_who_owe_it_and_the_agenda_counts_it_once(
    book: Book, client: str
) -> None:
    session_id = book.session(client, date(2026, 9, 24), rate_cents=9_999, final=False)
    with book.write() as tx:
        made = bill_session(tx, session_id, today=TODAY)
        delete_draft(tx, made[1])
    assert len(made) == 2
    with book.store.read() as read:
        (row,) = agenda(read, Period(date(2026, 9, 24), date(2026, 9, 24)), today=TODAY)
    assert (row.charges, row.unbilled, row.invoice_id) == (1, 1, made[0])


def test_rb8_a_draft_can_be_made_of_one_payers_share_alone(
    book: Book, client: str, payers: list[str]
) -> None:
    with book.store.read() as read:
        parts = [part_of(c) for c in unbilled_charges(read, ALL_TIME, TODAY) if c.guarantor_id == payers[1]]
    with book.write() as tx:
        (draft_id,) = create_drafts(tx, client_id=client, today=TODAY, charge_ids=parts[:1])
        assert tx.value("SELECT guarantor_id FROM draft WHERE id = :id", id=draft_id) == payers[1]
    assert sorted(unbilled(book)) == [("Dan Archer", 7_500), ("Mae Archer", 7_501), ("Mae Archer", 7_501)]
    with book.write() as tx:
        create_draft(tx, client_id=client, today=TODAY, guarantor_id=payers[0])
    assert unbilled(book) == [("Dan Archer", 7_500)]
    with pytest.raises(NothingUnbilled), book.write() as tx:
        create_draft(tx, client_id=client, today=TODAY)


def test_rb8_a_draft_takes_only_what_its_own_guarantor_owes(book: Book, client: str) -> None:
    mae, dan = draft_all(book, client)
    with book.write() as tx:
        line = lines(tx, mae)[0]
        charge_id = line.charge_id
        remove_line(tx, line.line_id)
    with pytest.raises(OwedByAnother, match="Somebody else owes"), book.write() as tx:
        add_charge(tx, dan, charge_id, today=TODAY)
    with book.write() as tx:
        assert charges_to_add(tx, dan, today=TODAY) == []
        assert [c.charge_id for c in charges_to_add(tx, mae, today=TODAY)] == [charge_id]
        add_charge(tx, mae, charge_id, today=TODAY)
        issue_drafts(tx, [mae, dan], today=TODAY)
    assert [total for _, _, total in billed(book)] == [15_002, 15_000]
    assert unbilled(book) == []


def test_rb8_a_line_that_is_a_share_keeps_its_amount_so_that_siblings_add_up(book: Book, client: str) -> None:
    mae, _ = draft_all(book, client)
    with book.write() as tx:
        manual = add_manual_line(tx, mae, description="Workbook", rate_cents=1_000)
        change_line(tx, manual, rate_cents=1_200)
    with book.store.read() as read:
        shared = lines(read, mae)[0].line_id
    for change in ({"rate_cents": 1}, {"units_milli": 2_000}):
        with pytest.raises(ShareIsFixed, match="the shares add up to it"), book.write() as tx:
            change_line(tx, shared, **change)


def test_rb8_a_share_comes_back_to_its_draft_unless_a_sibling_draft_took_it(book: Book, client: str) -> None:
    mae, dan = draft_all(book, client)
    with book.write() as tx:
        first, second = (line.line_id for line in lines(tx, mae))
        remove_line(tx, first)
        restore_line(tx, first)
        delete_drafts(tx, [mae, dan])
        assert restore_draft(tx, mae) == 2
    assert unbilled(book) == [("Dan Archer", 7_500)] * 2
    with book.write() as tx:
        remove_line(tx, second)
        create_drafts(tx, client_id=client, today=TODAY)
    with pytest.raises(NothingUnbilled), book.write() as tx:
        restore_line(tx, second)


def test_rb8_what_is_brought_back_after_the_arrangement_changed_is_billed_once(
    book: Book, client: str, payers: list[str]
) -> None:
    """A line taken out, then another arrangement: putting it back would bill the charge beyond its amount."""
    mae, dan = draft_all(book, client)
    with book.write() as tx:
        taken = lines(tx, mae)[0].line_id
        remove_line(tx, taken)
        delete_drafts(tx, [mae, dan])
    with book.write() as tx:
        end_shares(tx, client, effective_from=FIRST)
    with book.write() as tx:
        assert restore_draft(tx, mae) == 0
        with pytest.raises(NothingUnbilled):
            restore_line(tx, taken)
        whole = create_draft(tx, client_id=client, today=TODAY)
        delete_draft(tx, whole)
    share(book, client, payers, REST, REST)
    with book.write() as tx:
        assert restore_draft(tx, whole) == 0
    assert sum(cents for _, cents in unbilled(book)) == 30_002


def test_rb8_who_owed_when_it_was_previewed_is_who_is_billed(book: Book) -> None:
    """The client's guarantor changes while the preview is on screen: nobody gets a bill unseen."""
    client_id = book.client()
    book.session(client_id)
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    (other,) = guarantors(book, ["Mae Archer"])
    with book.write() as tx:
        tx.execute("UPDATE client SET guarantor_id = :other", {"other": other})
    report = carry_out(book.store, OWNER, preview, today=TODAY, send=True)
    assert (report.billed, len(report.passed_over)) == ([], 1)
    assert [name for _, name, _ in billed(book)] == []
    run(book)
    assert [name for _, name, _ in billed(book)] == ["Mae Archer"]


SHARES = st.one_of(
    st.just((REST, REST)),
    st.just((REST, REST, REST)),
    st.integers(1, 9_999).map(lambda bps: (("percent", bps, None), ("percent", 10_000 - bps, None))),
    st.integers(1, 9_999).map(lambda bps: (("percent", bps, None), REST, REST)),
    st.tuples(st.integers(1, 5_000), st.integers(1, 4_999)).map(
        lambda two: (("percent", two[0], None), ("percent", two[1], None), REST)
    ),
    st.tuples(st.integers(1, 30_000), st.integers(1, 9_999)).map(
        lambda two: (("fixed", None, two[0]), ("percent", two[1], None), REST)
    ),
    st.tuples(st.integers(1, 30_000), st.integers(1, 30_000)).map(
        lambda two: (REST, ("fixed", None, two[0]), ("fixed", None, two[1]))
    ),
)


@given(shares=SHARES, amounts=st.lists(st.integers(1, 40_000), min_size=1, max_size=4))
@settings(max_examples=sized(60, 2_000), deadline=None, suppress_health_check=list(HealthCheck))
def test_rb8_siblings_add_up_to_the_cent_charge_by_charge(
    book: Book, shares: tuple[tuple[str, int | None, int | None], ...], amounts: list[int]
) -> None:
    client_id = book.client("Given", f"Family{next(COUNT)}")
    share(book, client_id, guarantors(book), *shares)
    for day, cents in enumerate(amounts, 1):
        book.session(client_id, date(2026, 9, day), rate_cents=cents)
    run(book)
    found = book.rows(
        "SELECT c.amount_cents, sum(l.amount_cents), min(l.amount_cents),"
        "       count(DISTINCT i.guarantor_id) = count(*)"
        " FROM charge AS c JOIN invoice_line AS l ON l.charge_id = c.id"
        " JOIN invoice_issue AS i ON i.id = l.issue_id"
        " WHERE c.client_id = :client_id GROUP BY c.id ORDER BY c.service_on",
        client_id=client_id,
    )
    assert [row[:2] for row in found] == [(cents, cents) for cents in amounts]
    assert all(least > 0 and once for _, _, least, once in found)
    totals = book.value("SELECT sum(total_cents) FROM invoice_issue WHERE client_id = :id", id=client_id)
    assert totals == sum(amounts)
    assert unbilled(book) == []


COUNT = count()
