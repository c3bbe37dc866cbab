"""RD3: what belongs on a superbill, whose diagnoses, and what stands where on the paper."""

from __future__ import annotations

from datetime import date

import pytest

from core.delivery.superbills import keys_for, superbills
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.superbill_view import MissingFields, NothingEligible, TooManyDiagnoses
from core.practice.commands import add_provider, change_provider, license_provider, set_missed_fee
from core.practice.settings import choose
from core.sessions.commands import ServiceLine, void_charge, write_in_charge
from core.sessions.correcting import correct_session
from core.tables import Client
from tests.builders import TODAY, Book
from tests.core.delivery.superbilled import (
    FIRST,
    LAST,
    complete,
    insure,
    looked_at,
    made,
    printed,
    seen,
    therapy,
)
from tests.core.documents.read_superbill import read_superbill
from tests.core.payments.billed import paid


def bill(book: Book, client_id: str) -> None:
    with book.write() as tx:
        issue_drafts(tx, [create_draft(tx, client_id=client_id, today=TODAY)], today=TODAY)


def test_rd3_a_clerk_finds_every_field_in_its_place(book: Book) -> None:
    client_id = complete(book)
    insure(book, client_id)
    seen(book, client_id, date(2026, 9, 3), therapy("95 GT", "BA"))
    seen(book, client_id, date(2026, 9, 10), therapy("", "A", cents=20_000), place_of_service="02")
    bill(book, client_id)
    paid(book, client_id, 10_001)
    found = read_superbill(printed(book, client_id, payee="practice"))
    assert found["practice"] == [
        "Elm Street Therapy", "Superbill", "1 Elm Street", "Springfield, MA 01101",
        "Sep 1, 2026 – Sep 30, 2026", "555 0100", "Tax ID 12-3456789",
    ]  # fmt: skip
    assert found["PATIENT"] == [
        "Ann Archer", "Born Apr 5, 1990", "9 Own Street", "Lynn, MA 01901", "Phone 555 0199",
    ]  # fmt: skip
    assert found["RENDERING PROVIDER"] == [
        "Pat Provider, LCSW", "NPI 1234567893", "Licence MA LIC-77", "Group NPI 1999999984",
    ]  # fmt: skip
    assert found["INSURED PERSON"] == [
        "Blue Shield of Springfield", "Member XYZ123456", "Group G-77", "Subscriber Bob Archer (spouse)",
        "Born Jan 2, 1988",
    ]  # fmt: skip
    assert found["REFERRED BY"] == ["Dr. Rita Refer", "NPI 1245319599"]
    assert found["PLEASE PAY"] == ["Elm Street Therapy", "1 Elm Street", "Springfield, MA 01101"]
    assert found["diagnoses"] == {"A": "F32.A", "B": "F41.1"}, "in the order in which services name them"
    assert found["services"] == [
        {"DATE": "Sep 3, 2026", "POS": "11", "CODE AND MODIFIERS": "90834 95 GT", "DX": "AB", "UNITS": "1",
         "CHARGE": "150.00", "PAID": "42.86", "BALANCE": "107.14", "words": "Psychotherapy"},
        {"DATE": "Sep 10, 2026", "POS": "02", "CODE AND MODIFIERS": "90834", "DX": "B", "UNITS": "1",
         "CHARGE": "200.00", "PAID": "57.15", "BALANCE": "142.85", "words": "Psychotherapy"},
    ]  # fmt: skip
    assert found["totals"] == {"Charges": "350.00", "Paid": "-100.01", "Balance": "$249.99"}
    assert found["box"] == {
        "Issued": "Oct 31, 2026", "Charges": "350.00", "Paid": "100.01", "Balance": "$249.99",
    }  # fmt: skip


def test_rd3_only_rendered_coded_charged_services_are_eligible_and_the_rest_is_listed(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id, date(2026, 9, 1))
    with book.write() as tx:
        set_missed_fee(tx, "no_show_fee", amount_cents=7_500, effective_from=date(2026, 1, 1))
        nora = add_provider(tx, name="Nora Next")
        write_in_charge(
            tx, client_id=client_id, service_on=date(2026, 9, 2), description="Workbook", amount_cents=900,
            provider_id=book.provider_id, code_system="CPT", code="99070",
        )  # fmt: skip
    seen(book, client_id, date(2026, 9, 3), status="no_show")
    seen(book, client_id, date(2026, 9, 4), status="scheduled", final=False)
    seen(book, client_id, date(2026, 9, 5), status="cancelled", final=False)
    seen(book, client_id, date(2026, 9, 6), provider_id=nora)
    seen(book, client_id, date(2026, 9, 7), therapy(code_system="SNOMED", code="36923009"))
    seen(book, client_id, date(2026, 9, 8), therapy(code_system="LOCAL", code="RPT"))
    seen(book, client_id, date(2026, 9, 9), bill_to="insurance")
    seen(book, client_id, date(2026, 9, 10), final=False)
    seen(book, client_id, date(2026, 9, 11), therapy(cents=0))
    taken_back = seen(book, client_id, date(2026, 9, 12))
    with book.write() as tx:
        charge_id = tx.value("SELECT id FROM charge WHERE session_id = :id", id=taken_back)
        void_charge(tx, charge_id, reason="twice")
    shown = looked_at(book, client_id)
    assert shown.view is not None
    assert [line.service_on for line in shown.view.lines] == [date(2026, 9, 1)]
    assert [(one.service_on[-2:], one.reason) for one in shown.skipped] == [
        ("02", "a charge without a session"),
        ("03", "not kept: no-show"),
        ("04", "not kept: has not taken place"),
        ("05", "not kept: cancelled"),
        ("06", "another provider: Nora Next"),
        ("07", "no CPT or HCPCS code: it is coded SNOMED 36923009"),
        ("08", "no CPT or HCPCS code: it is coded LOCAL RPT"),
        ("09", "billed to the insurer by the practice"),
        ("10", "not handed to billing yet"),
        ("11", "nothing was charged for it"),
        ("12", "its charge was taken back"),
    ]


def test_rd3_late_fees_are_no_line_and_no_payment_of_one(book: Book) -> None:
    from core.invoicing.late_fees import charge_late_fees
    from core.practice.commands import set_late_fee
    from core.practice.policies import LateFeeRule

    client_id = complete(book)
    with book.write() as tx:
        rule = LateFeeRule("flat", 2_500, 0, 1, "outstanding", 0, 0)
        set_late_fee(tx, rule=rule, effective_from=date(2026, 1, 1), today=date(2026, 1, 1))
    seen(book, client_id, date(2026, 9, 1))
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=date(2026, 9, 2), due_on=date(2026, 9, 12))
        issue_drafts(tx, [draft_id], today=date(2026, 9, 2))
    with book.write() as tx:
        charge_late_fees(tx, TODAY)
    assert book.value("SELECT sum(amount_cents) FROM late_fee") == 2_500
    paid(book, client_id, 17_000)
    view = looked_at(book, client_id).view
    assert view is not None
    assert (view.charged_cents, view.paid_cents, view.balance_cents) == (15_000, 15_000, 0)


def test_rd3_an_unlicensed_provider_renders_nothing_coded_cpt(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id, date(2025, 9, 1))
    with pytest.raises(NothingEligible, match="unlicensed: no CPT licence of the provider for 2025"):
        made(book, client_id, from_on=date(2025, 9, 1), to_on=date(2025, 9, 30))


def test_rd3_diagnoses_are_those_of_the_day_and_only_those_that_a_service_is_for(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id, date(2026, 9, 1), therapy(pointers="B"))
    later = seen(book, client_id, date(2026, 10, 1))
    with book.write() as tx:
        correct_session(tx, later, diagnoses="F84.0")
    view = looked_at(book, client_id).view
    assert view is not None
    assert view.diagnoses == ("F32.A",)
    assert [line.pointers for line in view.lines] == ["A"]


def test_rd3_a_thirteenth_diagnosis_asks_for_a_narrower_range(book: Book) -> None:
    client_id = complete(book)
    codes = ["F40.00", "F40.01", "F40.02", "F41.0", "F41.1", "F41.3", "F41.8", "F41.9", "F42.2", "F42.3",
             "F42.4", "F42.8", "F42.9"]  # fmt: skip
    for day, code in enumerate(codes, 1):
        seen(book, client_id, date(2026, 9, day), diagnoses=f'[["ICD-10-CM", "{code}"]]')
    with pytest.raises(TooManyDiagnoses, match="up to the day before 2026-09-13"):
        made(book, client_id)
    view = looked_at(book, client_id, to_on=date(2026, 9, 12)).view
    assert view is not None
    assert len(view.diagnoses) == 12
    assert view.lines[-1].pointers == "L"


def test_rd3_several_providers_get_a_superbill_each(book: Book) -> None:
    client_id = complete(book)
    with book.write() as tx:
        nora = add_provider(tx, name="Nora Next", npi="1245319599")
        license_provider(tx, nora, first_year=2026)
    seen(book, client_id, date(2026, 9, 1))
    seen(book, client_id, date(2026, 9, 2), provider_id=nora)
    with book.store.read() as read:
        keys = keys_for(read, client_id, None, from_on=FIRST, to_on=LAST, made_on=TODAY)
        with pytest.raises(NothingEligible):
            keys_for(read, client_id, None, from_on=date(2020, 1, 1), to_on=date(2020, 1, 2), made_on=TODAY)
    assert [one.provider_id for one in keys] == [nora, book.provider_id]


def test_rd3_payee_supervisor_and_words_are_the_practices_choice(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id)
    with book.write() as tx:
        boss = add_provider(tx, name="Sue Senior", credentials="PhD", npi="1245319599")
        change_provider(tx, book.provider_id, supervisor_id=boss)
    found = read_superbill(printed(book, client_id))
    assert found["PLEASE PAY"][0] == "Ann Archer"
    assert "NPI 1234567893" in found["RENDERING PROVIDER"]
    assert "Supervised by Sue Senior, PhD" in found["RENDERING PROVIDER"]
    with book.write() as tx:
        for name, word in (
            ("superbill_payee", "provider"),
            ("superbill_npi", "supervisor"),
            ("superbill_descriptions", "no"),
        ):
            choose(tx, name, word)
        change_provider(tx, book.provider_id, npi="")
    found = read_superbill(printed(book, client_id))
    assert found["PLEASE PAY"][0] == "Pat Provider, LCSW"
    assert "NPI 1234567893" not in found["RENDERING PROVIDER"]
    assert "Supervisor's NPI 1245319599" in found["RENDERING PROVIDER"]
    assert "words" not in found["services"][0]
    assert read_superbill(printed(book, client_id, payee="none"))["PLEASE PAY"] == []


def test_rd3_an_ssn_is_hidden_where_the_practice_says_so(book: Book) -> None:
    from core.practice.commands import change_practice

    client_id = complete(book)
    seen(book, client_id)
    with book.write() as tx:
        change_practice(tx, tax_id="536-90-4399")
    assert "Tax ID 536-90-4399" in read_superbill(printed(book, client_id))["practice"]
    with book.write() as tx:
        choose(tx, "hide_ssn", "yes")
    assert "Tax ID XXX-XX-4399" in read_superbill(printed(book, client_id))["practice"]


def test_rd6_the_same_is_one_document_and_a_change_is_a_corrected_version(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id)
    bill(book, client_id)
    first = printed(book, client_id)
    assert made(book, client_id).new is False
    paid(book, client_id, 15_000)
    again = made(book, client_id)
    assert (again.new, again.version) == (True, 2)
    second = printed(book, client_id)
    found = read_superbill(second)
    assert "Corrected, version 2" in found["practice"]
    assert found["services"][0]["PAID"] == "150.00"
    kept = book.rows("SELECT version, content FROM document AS d JOIN blob AS b USING (sha256) ORDER BY 1")
    assert [content for _, content in kept] == [first, second]
    with book.store.read() as read:
        assert [(row.version, row.paid_cents) for row in superbills(read)] == [(2, 15_000)]


def test_rd3_a_child_without_an_address_lives_with_who_owes(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id)
    found = read_superbill(printed(book, client_id))
    assert found["PATIENT"][2:4] == ["1 Elm Street", "Springfield, MA 01101"]
    with book.write() as tx:
        tx.change(Client, client_id, street="2 Oak Street", city="Lynn")
    with pytest.raises(
        MissingFields, match="Ann Archer: state is missing; Ann Archer: postal code is missing"
    ):
        made(book, client_id)


def test_rd3_sessions_that_lack_something_can_be_left_out_and_are_listed(book: Book) -> None:
    client_id = complete(book)
    seen(book, client_id, date(2026, 9, 1))
    seen(book, client_id, date(2026, 9, 2), diagnoses="[]")
    seen(book, client_id, date(2026, 9, 3), diagnoses='[["SNOMED", "36923009"]]')
    seen(book, client_id, date(2026, 9, 4), place_of_service="")
    with pytest.raises(MissingFields):
        made(book, client_id)
    shown = looked_at(book, client_id, leave_out=True)
    assert shown.services == 1
    assert [(one.service_on, one.reason) for one in shown.skipped] == [
        ("2026-09-02", "diagnosis is missing"),
        ("2026-09-03", "diagnosis 36923009 is coded SNOMED, not ICD-10-CM"),
        ("2026-09-04", "place of service is missing"),
    ]


def test_rd3_several_services_of_one_day_stand_on_lines_of_their_own(book: Book) -> None:
    client_id = complete(book)
    timed = ServiceLine("HCPCS", "H0031", "HO U1 U2 GT", "Assessment", 4_500, 2_000, "AB")
    seen(book, client_id, date(2026, 9, 10), therapy(), timed)
    services = read_superbill(printed(book, client_id))["services"]
    assert [one["CODE AND MODIFIERS"] for one in services] == ["90834 95", "H0031 HO U1 U2 GT"]
    assert [(one["UNITS"], one["CHARGE"], one["DX"]) for one in services] == [
        ("1", "150.00", "A"), ("4.5", "90.00", "AB"),
    ]  # fmt: skip
