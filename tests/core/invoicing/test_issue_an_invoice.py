"""RB3, RH2: issue gives the number, freezes lines and names, and is never edited."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import Any

import pytest

from core.audit import entries
from core.clients.commands import change_guarantor
from core.dates import ALL_TIME
from core.invoicing.billing_run import bill_clients, open_run, propose
from core.invoicing.commands import HeldBack, create_draft, delete_draft, edit_draft, issue_drafts
from core.invoicing.drafts import NotADraft
from core.invoicing.issue import DueBeforeIssue, NothingToIssue, TotalBelowZero
from core.invoicing.lines import add_manual_line, adjust_draft, change_line, remove_line
from core.ledger.invoice_view import invoice_views
from core.ledger.invoices import invoice, lines
from core.practice.commands import add_provider, license_provider, set_terms
from core.sessions.commands import ServiceLine
from tests.builders import TODAY, Book


def draft(book: Book, client_id: str | None = None, **more: Any) -> str:
    client_id = client_id or book.client()
    book.session(client_id)
    with book.write() as tx:
        return create_draft(tx, client_id=client_id, today=TODAY, **more)


def issue(book: Book, *draft_ids: str, today: date = TODAY) -> list[str]:
    with book.write() as tx:
        return [one.number for one in issue_drafts(tx, draft_ids, today=today)]


def test_rb3_numbers_run_through_the_series_of_the_site(book: Book) -> None:
    assert issue(book, draft(book), draft(book)) == ["N-00001", "N-00002"]
    assert issue(book, draft(book)) == ["N-00003"]


def test_rb3_a_preview_burns_no_number(book: Book) -> None:
    book.session(book.client())
    with book.store.read() as read:
        propose(read, ALL_TIME, TODAY)
    assert issue(book, draft(book)) == ["N-00001"]


def test_rb3_an_issue_that_is_rolled_back_burns_no_number(book: Book) -> None:
    good, bad = draft(book), draft(book)
    with book.write() as tx:
        for (line_id,) in tx.rows("SELECT id FROM draft_line WHERE draft_id = :d", d=bad):
            remove_line(tx, line_id)
    with pytest.raises(NothingToIssue):
        issue(book, good, bad)
    assert book.value("SELECT count(*) FROM invoice_issue") == 0
    assert issue(book, good) == ["N-00001"]


def test_rb3_issuing_again_changes_nothing(book: Book) -> None:
    draft_id = draft(book)
    assert (issue(book, draft_id), issue(book, draft_id)) == (["N-00001"], [])


def test_rb3_a_draft_named_twice_is_issued_once(book: Book) -> None:
    draft_id = draft(book)
    assert issue(book, draft_id, draft_id) == ["N-00001"]


def test_rb3_an_issued_invoice_is_never_edited(book: Book) -> None:
    draft_id = draft(book)
    line_id = book.value("SELECT id FROM draft_line")
    issue(book, draft_id)
    for attempt in (
        lambda tx: edit_draft(tx, draft_id, notes="other"),
        lambda tx: change_line(tx, line_id, rate_cents=1),
        lambda tx: remove_line(tx, line_id),
        lambda tx: add_manual_line(tx, draft_id, description="more", rate_cents=1),
        lambda tx: adjust_draft(tx, draft_id, kind="discount", flat_cents=1),
        lambda tx: delete_draft(tx, draft_id),
    ):
        with pytest.raises(NotADraft), book.write() as tx:
            attempt(tx)


def test_rb3_later_edits_of_client_guarantor_and_draft_do_not_reach_the_invoice(book: Book) -> None:
    client_id = book.client("Ann", "Archer")
    draft_id = draft(book, client_id, notes="Thank you")
    issue(book, draft_id)

    def shown() -> object:
        with book.store.read() as read:
            row = invoice(read, draft_id, today=TODAY.isoformat())
            (view,) = invoice_views(read, [draft_id])
            return row, lines(read, draft_id), view.bill_to, view.client, view.notes

    before = shown()
    with book.write() as tx:
        change_guarantor(tx, tx.value("SELECT id FROM guarantor"), name="Other", street="9 Oak Road")
        for sql in (
            "UPDATE client SET name = 'Other'",
            "UPDATE draft SET notes = 'other', due_on = '2030-01-01'",
            "UPDATE draft_line SET amount_cents = 1, description = 'other'",
        ):
            tx.execute(sql)
    assert shown() == before


def test_rb3_the_content_hash_is_of_the_frozen_content_and_in_the_audit_log(book: Book) -> None:
    draft_id = draft(book, notes="Zoë – 李")
    issue(book, draft_id)
    head = book.rows(
        "SELECT number, issued_on, due_on, client_name, bill_to, notes, total_cents, content_sha256, id"
        " FROM invoice_issue"
    )[0]
    columns = (
        "kind, charge_id, share_id, service_on, provider_id, code_system, code, modifiers, description,"
        " units_milli, rate_cents, amount_cents"
    )
    frozen = [
        list(row)
        for row in book.rows(
            f"SELECT {columns} FROM invoice_line WHERE issue_id = :i ORDER BY position", i=head[8]
        )
    ]
    content = json.dumps([*head[:7], frozen], ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(content.encode()).hexdigest() == head[7]
    with book.store.read() as read:
        (entry,) = [e for e in entries(read, subject_id=draft_id) if e.verb == "invoice.issued"]
    assert json.loads(entry.detail)["content_sha256"] == head[7]


def test_rb1_the_due_date_counts_from_issue_by_the_terms_of_the_draft(book: Book) -> None:
    draft_id = draft(book)
    with book.write() as tx:
        set_terms(tx, days=10, effective_from=TODAY)
    issue(book, draft_id, today=TODAY + timedelta(days=5))
    assert book.value("SELECT due_on FROM invoice_issue") == str(TODAY + timedelta(days=35))


def test_rb1_new_terms_hold_from_their_day(book: Book) -> None:
    with book.write() as tx:
        set_terms(tx, days=10, effective_from=TODAY)
        set_terms(tx, days=99, effective_from=TODAY + timedelta(days=1))
    issue(book, draft(book))
    assert book.value("SELECT due_on FROM invoice_issue") == str(TODAY + timedelta(days=10))


def test_rb1_a_due_date_typed_in_holds_and_may_not_lie_before_the_issue(book: Book) -> None:
    issue(book, draft(book, due_on=TODAY))
    assert book.value("SELECT due_on FROM invoice_issue") == str(TODAY)
    with pytest.raises(DueBeforeIssue):
        issue(book, draft(book, due_on=TODAY - timedelta(days=1)))


def test_rb2_a_total_below_zero_is_refused_and_one_of_zero_is_paid(book: Book) -> None:
    below, zero = draft(book), draft(book)
    with book.write() as tx:
        adjust_draft(tx, below, kind="discount", flat_cents=15_001)
        adjust_draft(tx, zero, kind="discount", percent_bps=10_000)
    with pytest.raises(TotalBelowZero):
        issue(book, below)
    issue(book, zero)
    with book.store.read() as read:
        assert invoice(read, zero, today="2027-01-01").status == "paid"


def held(book: Book, draft_id: str, today: date = TODAY) -> str:
    with pytest.raises(HeldBack) as refusal:
        issue(book, draft_id, today=today)
    return str(refusal.value)


@pytest.mark.parametrize("missing", ["street", "city"])
def test_rb5_without_a_postal_address_nobody_is_billed(book: Book, missing: str) -> None:
    assert "no postal address" in held(book, draft(book, book.client(**{missing: " "})))


def provider(book: Book, **licence: Any) -> str:
    with book.write() as tx:
        provider_id = add_provider(tx, name="Nora New")
        if licence:
            license_provider(tx, provider_id, **licence)
    return provider_id


def draft_by(book: Book, provider_id: str, code_system: str = "CPT") -> str:
    client_id = book.client()
    book.session(
        client_id, lines=[ServiceLine(code_system, "90834", "", "Psychotherapy", 1000, 100)],
        provider_id=provider_id,
    )  # fmt: skip
    with book.write() as tx:
        return create_draft(tx, client_id=client_id, today=TODAY)


def test_rh2_a_cpt_line_needs_a_licensed_provider_and_the_refusal_names_them(book: Book) -> None:
    assert "no CPT licence: Nora New (1 line)" in held(book, draft_by(book, provider(book)))


@pytest.mark.parametrize("code_system", ["HCPCS", "LOCAL", "SNOMED"])
def test_rh2_other_codes_need_no_licence(book: Book, code_system: str) -> None:
    assert issue(book, draft_by(book, provider(book), code_system)) == ["N-00001"]


@pytest.mark.parametrize(
    ("first_year", "renews", "active", "last_year", "year", "may"),
    [
        (2026, False, True, None, 2026, True),
        (2026, False, True, None, 2027, False),
        (2026, True, True, None, 2027, True),
        (2026, True, False, None, 2026, True),
        (2026, True, False, None, 2027, False),
        (2024, True, True, 2026, 2026, True),
        (2024, True, True, 2026, 2027, False),
        (2027, True, True, None, 2026, False),
    ],
)
def test_rh2_a_licence_renews_on_the_first_of_january_while_active_and_not_switched_off(
    book: Book, first_year: int, renews: bool, active: bool, last_year: int | None, year: int, may: bool
) -> None:
    provider_id = provider(book, first_year=first_year, renews=renews)
    draft_id = draft_by(book, provider_id)
    with book.write() as tx:
        tx.execute("UPDATE cpt_licence SET last_year = :y WHERE provider_id = :p",
                   {"y": last_year, "p": provider_id})  # fmt: skip
        tx.execute("UPDATE provider SET active = :a WHERE id = :p", {"a": active, "p": provider_id})
    day = date(year, 12, 31) if year == 2026 else date(year, 1, 1)
    if may:
        assert issue(book, draft_id, today=day) == ["N-00001"]
    else:
        assert "Nora New" in held(book, draft_id, day)


def test_rb5_a_run_bills_a_client_once_even_when_named_twice(book: Book) -> None:
    book.session(book.client())
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    with book.write() as tx:
        run_id = open_run(tx, ALL_TIME, sends=True)
        made = bill_clients(tx, preview.ready * 2, ALL_TIME, today=TODAY, run_id=run_id, issue=True)
    assert len(made) == 1


def test_rb5_a_run_holds_back_who_lost_the_address_since_the_preview(book: Book) -> None:
    book.session(book.client())
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    with book.write() as tx:
        tx.execute("UPDATE guarantor SET street = ''")
        run_id = open_run(tx, ALL_TIME, sends=True)
        assert bill_clients(tx, preview.ready, ALL_TIME, today=TODAY, run_id=run_id, issue=True) == []


def test_rb5_a_run_bills_only_what_its_preview_showed(book: Book) -> None:
    client_id = book.client()
    book.session(client_id)
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    book.session(client_id, date(2026, 9, 11), rate_cents=999)
    with book.write() as tx:
        run_id = open_run(tx, ALL_TIME, sends=True)
        (made,) = bill_clients(tx, preview.ready, ALL_TIME, today=TODAY, run_id=run_id, issue=True)
    assert made.total_cents == 15_000 == preview.total_cents


def test_rb5_a_preview_flags_problems_and_writes_nothing(book: Book) -> None:
    book.session(book.client("No", "Address", street="", city=""))
    book.session(book.client("No", "Mail", email=""), diagnoses="[]")
    facts = book.value("SELECT max(no) FROM audit_entry")
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    assert [(p.client, p.holds) for p in preview.held] == [("No Address", ("no postal address",))]
    (ready,) = preview.ready
    assert [warning.split(":")[0] for warning in ready.warnings] == ["no e-mail", "no diagnosis"]
    assert book.value("SELECT max(no) FROM audit_entry") == facts
