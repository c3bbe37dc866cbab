"""RD4: a Good Faith Estimate says all that 45 CFR 149.610 asks for, and is watched while bills go out."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.dates import ALL_TIME
from core.delivery.estimates import make_estimate
from core.delivery.making import Made
from core.delivery.run import carry_out
from core.documents.estimate import render_estimate
from core.documents.keep import document_bytes
from core.errors import UsageError
from core.invoicing.billing_run import propose
from core.invoicing.commands import HeldBack, create_draft, issue_drafts
from core.invoicing.estimates import NothingToAllow, override_estimate
from core.invoicing.lines import adjust_draft, remove_line
from core.invoicing.voiding import void_invoice
from core.ledger.estimate_view import (
    EstimateItem,
    EstimateLacks,
    EstimateRequest,
    EstimateTooLong,
    EstimateView,
    estimate_view,
)
from core.ledger.estimates import NoEstimate, due_by, estimates, find_estimate, standing
from core.payments.refusals import ReasonNeeded
from core.practice.commands import change_practice, change_provider
from tests.builders import OWNER, TODAY, Book
from tests.core.documents.sample_invoice import NAME, pages_of, text_of
from tests.core.documents.test_hostile_text_is_only_text import HOSTILE, _opened

FROM, TO = date(2026, 9, 1), date(2027, 8, 31)
ITEM = EstimateItem("90834", "Psychotherapy", 10, 15_000)


@pytest.fixture
def client_id(book: Book) -> str:
    with book.write() as tx:
        change_practice(tx, tax_id="12-3456789")
    return book.client(birth_on=date(2015, 3, 4))


def asked(book: Book, client_id: str, **changes: Any) -> EstimateRequest:
    whole = EstimateRequest(
        client_id, book.provider_id, FROM, TO, (ITEM,), ("F41.1", "F84.0"), "Speech evaluation"
    )
    return replace(whole, **changes)


def made(book: Book, client_id: str, **changes: Any) -> Made:
    return make_estimate(book.store, OWNER, asked(book, client_id, **changes), today=TODAY)


def expecting(book: Book, client_id: str, cents: int) -> str:
    one = EstimateItem("90834", "Psychotherapy", 1, cents)
    return str(made(book, client_id, items=(one,), to_on=date(2026, 12, 31)).document_id)


def bill(book: Book, client_id: str, cents: int, **session: Any) -> str:
    """Issue an invoice for one session. Raises: HeldBack."""
    book.session(client_id, date(2026, 10, 5), rate_cents=cents, **session)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
        issue_drafts(tx, [draft_id], today=TODAY)
    return draft_id


def test_rd4_an_estimate_says_everything_that_the_rule_asks_for(book: Book, client_id: str) -> None:
    made_now = made(book, client_id)
    with book.store.read() as read:
        text = text_of(document_bytes(read, str(made_now.document_id)))
    for part in (
        "Good Faith Estimate", "Elm Street Therapy 1 Elm Street", "PATIENT Ann Archer Born Mar 4, 2015",
        "PROVIDER Pat Provider, LCSW NPI 1234567893 Tax ID 12-3456789 Care is given in MA",
        "Made on Oct 31, 2026 From Sep 1, 2026 To Aug 31, 2027 Expected $1,500.00",
        "Diagnosis codes (ICD-10-CM): F41.1, F84.0",
        "90834 Psychotherapy 10 150.00 1,500.00 By Pat Provider, LCSW", "Expected in all $1,500.00",
        "SCHEDULED SEPARATELY Speech evaluation You get an estimate of each of these when it is scheduled",
        "There may be more", "It is only an estimate.", "It is not a contract.",
        "at least $400 more than this estimate, you have the right to dispute the bill",
        "within 120 calendar days", "It costs $25.", "www.cms.gov/nosurprises, or 1-800-985-3059",
        "Starting a dispute does not change the quality of the care", "Keep a copy of this estimate",
        "The practice keeps one with your records",
    ):  # fmt: skip
        assert part in text, part


def test_rd4_what_is_missing_is_listed_and_nothing_is_made(book: Book) -> None:
    client_id = book.client()
    with book.write() as tx:
        change_provider(tx, book.provider_id, npi="")
        change_practice(tx, state="")
    with pytest.raises(EstimateLacks) as refused:
        made(book, client_id)
    assert refused.value.missing == (
        "the patient's date of birth", "the NPI of Pat Provider", "the practice's tax ID",
        "the state where the care is given (of the office or the practice)",
    )  # fmt: skip
    assert book.value("SELECT count(*) FROM estimate") == 0


@pytest.mark.parametrize(
    ("from_on", "to_on", "fits"),
    [
        (date(2026, 9, 1), date(2027, 8, 31), True),
        (date(2026, 9, 1), date(2027, 9, 1), False),
        (date(2028, 2, 29), date(2029, 2, 28), True),
        (date(2028, 2, 29), date(2029, 3, 1), False),
        (date(2026, 9, 1), date(2026, 9, 1), True),
    ],
)
def test_rd4_an_estimate_covers_at_most_twelve_months(
    book: Book, client_id: str, from_on: date, to_on: date, fits: bool
) -> None:
    if fits:
        assert made(book, client_id, from_on=from_on, to_on=to_on).new
    else:
        with pytest.raises(EstimateTooLong):
            made(book, client_id, from_on=from_on, to_on=to_on)


@pytest.mark.parametrize(
    "change",
    [{"to_on": date(2026, 8, 1)}, {"items": ()}, {"items": (ITEM,) * 51}, {"separately": "x" * 2_001},
     {"diagnoses": ("F" * 21,)}, {"diagnoses": ("F41.1", "F41")}, {"diagnoses": ("ZZ)(",)},
     {"items": (replace(ITEM, visits=0),)}, {"items": (replace(ITEM, rate_cents=-1),)},
     {"items": (replace(ITEM, rate_cents=99_999_999_999),)}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(book: Book, client_id: str, change: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        made(book, client_id, **change)


def test_rd6_the_same_is_made_once_and_a_change_is_another_version(book: Book, client_id: str) -> None:
    first = made(book, client_id)
    assert made(book, client_id)[1:4] == (first.document_id, 1, False)
    assert made(book, client_id, diagnoses=())[1:4] == (first.document_id, 2, True)
    with book.store.read() as read:
        (one,) = estimates(read)
        assert (one.version, find_estimate(read, one.estimate_id[-8:])) == (2, one)
        assert "Corrected, version 2" in text_of(document_bytes(read, one.estimate_id))
        with pytest.raises(NoEstimate):
            find_estimate(read, "e")


def test_rd4_from_300_above_it_warns_and_from_400_no_bill_goes_out(book: Book, client_id: str) -> None:
    estimate_id = expecting(book, client_id, 10_000)
    for cents, word in ((39_999, "within"), (1, "near"), (9_999, "near")):
        bill(book, client_id, cents)
        with book.store.read() as read:
            assert standing(find_estimate(read, estimate_id)) == word
    with pytest.raises(HeldBack, match=r"400\.00 above the Good Faith Estimate of 100\.00 by Pat Provider"):
        bill(book, client_id, 1)
    with book.store.read() as read:
        assert find_estimate(read, estimate_id).billed_cents == 49_999


def test_rd4_a_surcharge_on_the_bill_counts_as_billed(book: Book, client_id: str) -> None:
    estimate_id = expecting(book, client_id, 10_000)
    book.session(client_id, date(2026, 10, 5), rate_cents=40_000)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
        extra = adjust_draft(tx, draft_id, kind="surcharge", flat_cents=10_000)
    with book.write() as tx, pytest.raises(HeldBack, match=r"400\.00 above"):
        issue_drafts(tx, [draft_id], today=TODAY)
    with book.write() as tx:
        remove_line(tx, extra)
        adjust_draft(tx, draft_id, kind="surcharge", flat_cents=9_999)
        issue_drafts(tx, [draft_id], today=TODAY)
    with book.store.read() as read:
        assert find_estimate(read, estimate_id).billed_cents == 49_999
    with pytest.raises(HeldBack):
        bill(book, client_id, 1)


def test_rd4_a_run_holds_back_and_warns_with_the_reason(book: Book, client_id: str) -> None:
    expecting(book, client_id, 10_000)
    book.session(client_id, date(2026, 10, 5), rate_cents=45_000)
    with book.store.read() as read:
        (near,) = propose(read, ALL_TIME, TODAY).ready
    assert any("350.00 above the Good Faith Estimate" in one for one in near.warnings)
    book.session(client_id, date(2026, 10, 6), rate_cents=5_000)
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    assert (len(preview.ready), len(preview.held)) == (0, 1)
    assert "400.00 above the Good Faith Estimate" in preview.held[0].holds[0]
    forced = preview._replace(ready=preview.held)
    report = carry_out(book.store, OWNER, forced, today=TODAY, send=True)
    assert (report.billed, len(report.passed_over)) == ([], 1)


def test_rd4_a_decision_with_a_reason_bills_further_up_to_an_amount(book: Book, client_id: str) -> None:
    estimate_id = expecting(book, client_id, 10_000)
    with book.write() as tx:
        override_estimate(tx, estimate_id, allowed_cents=60_000, reason="agreed by telephone")
        override_estimate(tx, estimate_id, allowed_cents=60_000, reason="again")
    bill(book, client_id, 60_000)
    with book.store.read() as read:
        assert standing(find_estimate(read, estimate_id)) == "allowed"
    with pytest.raises(HeldBack):
        bill(book, client_id, 1)
    assert book.rows("SELECT allowed_cents, reason FROM estimate_override") == [
        (60_000, "agreed by telephone")
    ]
    assert book.value("SELECT count(*) FROM audit_entry WHERE verb = 'estimate.overridden'") == 1


def test_rd4_an_override_needs_a_reason_an_amount_above_and_an_estimate(book: Book, client_id: str) -> None:
    estimate_id = expecting(book, client_id, 10_000)
    for refusal, wanted, cents, reason in (
        (ReasonNeeded, estimate_id, 20_000, " "), (NothingToAllow, estimate_id, 10_000, "r"),
        (NoEstimate, "0" * 36, 20_000, "r"),
    ):  # fmt: skip
        with book.write() as tx, pytest.raises(refusal):
            override_estimate(tx, wanted, allowed_cents=cents, reason=reason)


def test_rd4_only_that_providers_care_in_those_days_counts_and_void_bills_do_not(
    book: Book, client_id: str
) -> None:
    estimate_id = expecting(book, client_id, 10_000)
    other_id = book.client("Bea", "Bell")
    bill(book, other_id, 90_000)
    void_id = bill(book, client_id, 20_000)
    with book.write() as tx:
        void_invoice(tx, void_id, reason="r", today=TODAY)
    with book.store.read() as read:
        assert find_estimate(read, estimate_id).billed_cents == 0
    book.session(client_id, date(2026, 8, 31), rate_cents=30_000)
    bill(book, client_id, 5_000)
    with book.store.read() as read:
        assert find_estimate(read, estimate_id).billed_cents == 25_000, "the void bill's session and the new"


def test_rd4_two_drafts_issued_together_are_added_up(book: Book, client_id: str) -> None:
    expecting(book, client_id, 10_000)
    drafts = []
    for day in (5, 6):
        book.session(client_id, date(2026, 10, day), rate_cents=30_000)
        with book.write() as tx:
            drafts.append(create_draft(tx, client_id=client_id, today=TODAY))
    with book.write() as tx, pytest.raises(HeldBack):
        issue_drafts(tx, drafts, today=TODAY)
    with book.write() as tx:
        issue_drafts(tx, drafts[:1], today=TODAY)


@pytest.mark.parametrize(
    ("scheduled", "asked_for", "due"),
    [
        (date(2026, 10, 1), None, date(2026, 10, 6)),
        (date(2026, 10, 23), None, date(2026, 10, 26)),
        (date(2026, 10, 29), None, None),
        (None, date(2026, 10, 30), date(2026, 11, 4)),
        (date(2026, 10, 23), date(2026, 10, 1), date(2026, 10, 6)),
        (None, None, None),
    ],
)
def test_rd4_an_estimate_is_due_one_or_three_business_days_after(
    scheduled: date | None, asked_for: date | None, due: date | None
) -> None:
    """The care begins on Monday, November 2, 2026. Source: 45 CFR 149.610(b)(1)(vi)."""
    assert due_by(date(2026, 11, 2), scheduled_on=scheduled, asked_on=asked_for) == due


def view_of(book: Book, client_id: str, **changes: Any) -> EstimateView:
    with book.store.read() as read:
        return replace(estimate_view(read, asked(book, client_id), today=TODAY), **changes)


@pytest.mark.parametrize("name", [*HOSTILE, NAME])
def test_t20_what_was_typed_is_only_text(book: Book, client_id: str, name: str) -> None:
    item = replace(ITEM, description=name)
    view = view_of(book, client_id, patient=name, provider=name, separately=name, items=(item,))
    pdf = render_estimate(view)
    assert pdf == render_estimate(view)
    assert text_of(pdf).count(name) >= 4
    for word in (b"/JavaScript (", b"/Launch", b"/OpenAction", b"/URI", b"/AA"):
        assert word not in re.sub(rb"<[0-9a-f]+>", b"", _opened(pdf))


def test_fields_of_any_length_and_fifty_services_stay_on_the_sheets(book: Book, client_id: str) -> None:
    huge = "W" * 300_000
    items = tuple(replace(ITEM, description=huge) for _ in range(50))
    head = replace(view_of(book, client_id).letterhead, name=huge)
    view = view_of(book, client_id, patient=huge, provider=huge, address=(huge,) * 20, letterhead=head)
    view = replace(view, separately=huge, items=items)
    began = time.process_time()
    pages = pages_of(render_estimate(view))
    assert time.process_time() - began < 5
    assert all(page.endswith(f"Page {i} of {len(pages)}") for i, page in enumerate(pages, 1))
    heights = [float(y) for y in re.findall(rb"1 0 0 1 [\d.-]+ ([\d.-]+) Tm", _opened(render_estimate(view)))]
    assert 30 <= min(heights) <= max(heights) <= 762
