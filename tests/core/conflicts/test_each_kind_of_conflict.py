"""RI3: each kind of conflict has the same words on every office, is decided once, and is gone everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.clients.commands import change_client, change_guarantor
from core.conflicts.commands import NoSuchAnswer, SharedAlready, resolve, take_back
from core.invoicing.commands import delete_draft, edit_draft
from core.invoicing.lines import add_manual_line, change_line
from core.invoicing.voiding import MoneyIsOnIt, void_invoice
from core.ledger.invoices import duplicate_words, find_invoice, invoice, invoices, lines
from core.payments.commands import apply_credit
from core.payments.refunds import refund
from tests.builders import TODAY
from tests.core.conflicts.three import Offices

NORTH, SOUTH = 1, 2


@pytest.fixture
def offices(tmp_path: Path) -> Offices:
    return Offices(tmp_path, 2)


def test_ri3_a_charge_billed_twice_is_one_conflict_and_voiding_the_second_settles_it(
    offices: Offices,
) -> None:
    client_id = offices.client(sessions=2)
    first, second = offices.bill(NORTH, client_id), offices.bill(SOUTH, client_id)
    conflict = offices.the_conflict("billed_twice")
    assert conflict.text == (
        "Ann Archer: 2 charges, $300.00, on N-00001 (North, 2026-10-31 11:00) and again on S-00001"
        " (office S, 2026-10-31 11:00). N-00001 came first: void S-00001, or credit what it asks for twice."
    )
    assert (conflict.stands.record_id, conflict.other.record_id) == (first, second)
    assert offices.resolve(NORTH, "void").text == "S-00001 void"
    assert offices.unbilled(SOUTH) == []


def test_ri3_a_credit_note_settles_what_is_asked_twice_beside_other_lines(offices: Offices) -> None:
    client_id = offices.client()
    offices.bill(NORTH, client_id)
    draft_id = offices.draft(SOUTH, client_id)
    with offices.write(SOUTH) as tx:
        add_manual_line(tx, draft_id, description="Report", rate_cents=5_000)
    offices.issue(SOUTH, draft_id)
    offices.the_conflict("billed_twice")
    assert offices.resolve(SOUTH, "credit-note").text == "credit note of $150.00 on S-00001"
    with offices.offices[NORTH].read() as read:
        assert invoice(read, draft_id, today=str(TODAY)).balance_cents == 5_000


def test_ri3_keeping_ours_voids_theirs_and_says_what_becomes_of_money_on_it(offices: Offices) -> None:
    client_id = offices.client()
    first = offices.bill(NORTH, client_id)
    offices.pay(NORTH, client_id, 15_000)
    offices.bill(SOUTH, client_id)
    conflict = offices.the_conflict("billed_twice")
    with pytest.raises(MoneyIsOnIt), offices.write(SOUTH) as tx:
        resolve(tx, conflict.conflict_id, "ours", today=TODAY)
    assert offices.resolve(SOUTH, "ours", money="credit").text == "N-00001 void, $150.00 is credit"
    assert offices.value(SOUTH, "SELECT void FROM invoice_balance WHERE invoice_id = :id", id=first) == 1


def test_ri3_a_draft_line_that_another_office_billed_drops_out_and_says_so(offices: Offices) -> None:
    client_id = offices.client()
    offices.bill(NORTH, client_id)
    draft_id = offices.draft(SOUTH, client_id)
    offices.settle()
    assert offices.conflicts(SOUTH) == []
    with offices.offices[SOUTH].read() as read:
        (line,) = lines(read, draft_id)
        assert invoice(read, draft_id, today=str(TODAY)).total_cents == 0
    assert (line.kind, line.amount_cents) == ("dropped", 0)
    assert line.description == "Psychotherapy (dropped out: on N-00001 already)"


def test_ri3_of_two_drafts_the_line_written_first_stays(offices: Offices) -> None:
    client_id = offices.client()
    drafts = [offices.draft(NORTH, client_id), offices.draft(SOUTH, client_id)]
    offices.settle()
    with offices.offices[NORTH].read() as read:
        totals = [invoice(read, draft_id, today=str(TODAY)).total_cents for draft_id in drafts]
    with offices.offices[SOUTH].read() as read:
        assert totals == [invoice(read, draft_id, today=str(TODAY)).total_cents for draft_id in drafts]
    assert sorted(totals) == [0, 15_000]


def test_ri3_one_draft_issued_twice_is_one_invoice_and_the_other_number_a_void_duplicate(
    offices: Offices,
) -> None:
    draft_id = offices.draft(NORTH, offices.client())
    offices.settle()
    offices.issue(NORTH, draft_id)
    offices.issue(SOUTH, draft_id)
    conflict = offices.the_conflict("issued_twice")
    assert "N-00001 counts, S-00001 is void as its duplicate" in conflict.text
    for site in offices.offices:
        with offices.offices[site].read() as read:
            shown = {row.number: row for row in invoices(read, today=str(TODAY))}
            assert (shown["S-00001"].status, shown["S-00001"].balance_cents) == ("void", 0)
            assert shown["N-00001"].balance_cents == 15_000
            twin = find_invoice(read, "S-00001")
            assert twin != draft_id
            assert invoice(read, twin, today=str(TODAY)).number == "S-00001"
            assert duplicate_words(read, twin).startswith("Void duplicate of N-00001")
            assert "S-00001 is void as its duplicate" in duplicate_words(read, draft_id)
            assert len(lines(read, twin)) == 1
    offices.resolve(SOUTH, "seen")


def test_ri3_a_draft_edited_while_sent_stands_as_sent_and_can_be_billed_again_as_edited(
    offices: Offices,
) -> None:
    draft_id = offices.draft(NORTH, offices.client())
    offices.settle()
    offices.issue(NORTH, draft_id)
    with offices.write(SOUTH) as tx:
        line_id = tx.value("SELECT id FROM draft_line")
        change_line(tx, line_id, rate_cents=12_000)
        edit_draft(tx, draft_id, notes="As agreed")
    conflict = offices.the_conflict("edited_while_sent")
    assert "$150.00 as sent, $120.00 as edited" in conflict.text
    assert conflict.other.value == "1 line, $120.00 (lines, note)"
    offices.resolve(NORTH, "new-draft")
    with offices.offices[SOUTH].read() as read:
        shown = [(row.status, row.total_cents) for row in invoices(read, today=str(TODAY))]
    assert shown == [("draft", 12_000), ("void", 15_000)]


def test_ri3_a_draft_deleted_while_sent_is_told(offices: Offices) -> None:
    draft_id = offices.draft(NORTH, offices.client())
    offices.settle()
    offices.issue(NORTH, draft_id)
    with offices.write(SOUTH) as tx:
        delete_draft(tx, draft_id)
    conflict = offices.the_conflict("edited_while_sent")
    assert "the draft was deleted (office S" in conflict.text
    offices.resolve(SOUTH, "void")
    assert len(offices.unbilled(NORTH)) == 1


def test_ri3_paid_while_void_is_credit(offices: Offices) -> None:
    client_id = offices.client()
    invoice_id = offices.bill(NORTH, client_id)
    offices.settle()
    with offices.write(NORTH) as tx:
        void_invoice(tx, invoice_id, reason="wrong code", today=TODAY)
    offices.pay(SOUTH, client_id, 15_000, reference="1187")
    conflict = offices.the_conflict("paid_while_void")
    assert "$150.00 of check 1187 of 2026-10-31 was put on N-00001 (office S" in conflict.text
    assert "which is void (North, 2026-10-31 11:00): wrong code. It is credit." in conflict.text
    offices.resolve(NORTH, "seen")


def test_ri3_refunded_twice(offices: Offices) -> None:
    client_id = offices.client()
    payment_id = offices.pay(NORTH, client_id, 10_000)
    offices.settle()
    for site in (NORTH, SOUTH):
        with offices.write(site) as tx:
            refund(tx, payment_id, amount_cents=10_000, reason="moved away", today=TODAY, method="check")
    conflict = offices.the_conflict("refunded_twice")
    assert "There was $100.00 less to give back" in conflict.text
    offices.resolve(SOUTH, "seen")


def test_ri3_two_refunds_alike_that_both_fit_are_told_too(offices: Offices) -> None:
    payment_id = offices.pay(NORTH, offices.client(), 10_000)
    offices.settle()
    for site in (NORTH, SOUTH):
        with offices.write(site) as tx:
            refund(tx, payment_id, amount_cents=4_000, reason="too much", today=TODAY, method="check")
    assert "Both count" in offices.the_conflict("refunded_twice").text


def test_ri3_credit_spent_twice(offices: Offices) -> None:
    client_id, _ = offices.client(), offices.client("Bob", "Baker")
    offices.pay(NORTH, client_id, 15_000)
    first = offices.bill(NORTH, client_id)
    with offices.write(NORTH) as tx:
        draft_id = tx.value("SELECT id FROM draft WHERE id = :id", id=first)
        assert draft_id
    other = extra_invoice(offices, client_id)
    offices.settle()
    for site, invoice_id in ((NORTH, first), (SOUTH, other)):
        with offices.write(site) as tx:
            guarantor_id = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
            apply_credit(tx, guarantor_id=guarantor_id, today=TODAY, invoice_id=invoice_id)
    conflict = offices.the_conflict("credit_spent_twice")
    assert "it was spent already: $150.00 of check of 2026-10-31 put on N-00001 (North" in conflict.text
    offices.resolve(SOUTH, "seen")


def extra_invoice(offices: Offices, client_id: str) -> str:
    """Another invoice of $150.00, written in."""
    from core.invoicing.commands import create_draft, issue_drafts

    with offices.write(NORTH) as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY, empty=True)
        add_manual_line(tx, draft_id, description="Report", rate_cents=15_000)
        issue_drafts(tx, [draft_id], today=TODAY)
    return draft_id


def test_ri3_one_check_recorded_in_two_offices_is_suspected_and_one_is_kept(offices: Offices) -> None:
    client_id = offices.client()
    for site in (NORTH, SOUTH):
        offices.pay(site, client_id, 15_000, reference="1187", allocations=[])
    conflict = offices.the_conflict("duplicate_payment")
    assert "$150.00 check 1187 of 2026-10-31 was recorded by two offices" in conflict.text
    offices.resolve(SOUTH, "ours")
    assert offices.rows(
        NORTH, "SELECT site FROM payment WHERE id IN (SELECT payment_id FROM payment_reversal)"
    ) == [(NORTH,)]


def test_ri3_two_payments_that_are_no_duplicate_both_stay(offices: Offices) -> None:
    client_id = offices.client()
    for site in (NORTH, SOUTH):
        offices.pay(site, client_id, 15_000, allocations=[])
    offices.the_conflict("duplicate_payment")
    offices.resolve(NORTH, "not-duplicate")
    assert offices.value(SOUTH, "SELECT sum(left_cents) FROM money_left") == 30_000


def test_ri3_an_invoice_paid_by_two_offices_leaves_credit(offices: Offices) -> None:
    client_id = offices.client()
    offices.bill(NORTH, client_id)
    offices.settle()
    offices.pay(NORTH, client_id, 15_000, method="cash")
    offices.pay(SOUTH, client_id, 15_000, method="check")
    assert "$150.00 of it is credit." in offices.the_conflict("paid_twice").text
    offices.resolve(NORTH, "seen")


def guarantor(offices: Offices, site: int, column: str) -> str:
    return str(offices.value(site, f"SELECT {column} FROM guarantor"))


def edit_address(offices: Offices) -> None:
    offices.client()
    for site, street in ((NORTH, "2 Oak Street"), (SOUTH, "3 Pine Street")):
        with offices.write(site) as tx:
            change_guarantor(tx, tx.value("SELECT id FROM guarantor"), street=street)
        offices.later(minutes=5)


def test_ri3_an_address_edited_in_two_places_keeps_the_later_until_somebody_decides(offices: Offices) -> None:
    edit_address(offices)
    conflict = offices.the_conflict("edited_in_two_places")
    assert conflict.text == (
        "guarantor Ann Archer: street was changed in two places: 3 Pine Street (office S, 2026-10-31 11:05)"
        " and 2 Oak Street (North, 2026-10-31 11:00). The later one stands."
    )
    mine = offices.conflicts(NORTH)[0]
    assert (mine.left.value, mine.right.value) == ("2 Oak Street", "3 Pine Street")
    offices.resolve(NORTH, "ours")
    assert [guarantor(offices, site, "street") for site in (NORTH, SOUTH)] == ["2 Oak Street"] * 2


def test_ri3_a_conflict_can_be_edited_by_hand(offices: Offices) -> None:
    edit_address(offices)
    offices.the_conflict("edited_in_two_places")
    offices.resolve(SOUTH, "edit", value="4 Fir Street")
    assert guarantor(offices, NORTH, "street") == "4 Fir Street"


def test_ri3_a_decision_is_taken_back_until_the_next_sync(offices: Offices) -> None:
    edit_address(offices)
    conflict = offices.the_conflict("edited_in_two_places")
    with offices.write(NORTH) as tx:
        decided = resolve(tx, conflict.conflict_id, "ours", today=TODAY)
    with offices.write(NORTH) as tx:
        take_back(tx, decided)
    assert guarantor(offices, NORTH, "street") == "3 Pine Street"
    assert offices.the_conflict("edited_in_two_places").name == conflict.name
    decided = offices.resolve(NORTH, "ours")
    with pytest.raises(SharedAlready), offices.write(NORTH) as tx:
        take_back(tx, decided)


def test_ri3_an_order_in_lists_edited_in_two_places_is_only_told(offices: Offices) -> None:
    client_id = offices.client()
    for site, name in ((NORTH, "Archer, A."), (SOUTH, "Archer, Annie")):
        with offices.write(site) as tx:
            change_client(tx, client_id, sort_name=name)
    offices.settle()
    assert offices.conflicts(NORTH) == []
    assert [c.column for c in offices.conflicts(NORTH, quiet=True)] == ["sort_name"]


def test_ri3_a_line_deleted_here_and_changed_there_can_come_back(offices: Offices) -> None:
    draft_id = offices.draft(NORTH, offices.client())
    with offices.write(NORTH) as tx:
        line_id = add_manual_line(tx, draft_id, description="Report", rate_cents=5_000)
    offices.settle()
    with offices.write(SOUTH) as tx:
        change_line(tx, line_id, rate_cents=6_000)
    offices.later(minutes=5)
    with offices.write(NORTH) as tx:
        from core.invoicing.lines import remove_line

        remove_line(tx, line_id)
    conflict = offices.the_conflict("deleted_and_changed")
    assert "Ann Archer, draft, draft line: deleted (North" in conflict.text
    offices.resolve(SOUTH, "ours")
    assert offices.value(NORTH, "SELECT amount_cents FROM draft_line WHERE id = :id", id=line_id) == 6_000


def test_ri3_an_answer_that_does_not_fit_is_refused(offices: Offices) -> None:
    edit_address(offices)
    conflict = offices.the_conflict("edited_in_two_places")
    with pytest.raises(NoSuchAnswer, match="ours, theirs, edit, seen"), offices.write(NORTH) as tx:
        resolve(tx, conflict.conflict_id, "void", today=TODAY)


def test_ri3_two_answers_are_one_and_the_first_counts(offices: Offices) -> None:
    edit_address(offices)
    conflict = offices.the_conflict("edited_in_two_places")
    for site in (NORTH, SOUTH):
        with offices.write(site) as tx:
            resolve(tx, conflict.conflict_id, "seen", today=TODAY)
    offices.settle()
    assert offices.conflicts(NORTH) == offices.conflicts(SOUTH) == []
