"""RE2, RE3, RE5, RE6: what a client reads and makes, over HTTP, and what hostile names do to a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.dates import Period
from core.delivery.sharing import share_documents
from core.delivery.statements import make_statement
from core.ledger.statement_view import statement_key
from core.payments.commands import record_payment
from tests.builders import OWNER, TODAY
from tests.core.delivery.superbilled import FIRST, LAST, complete, seen
from tests.hostile.payloads import PAYLOADS
from tests.syncd.portal.served import Browser, Practice, practice


def _prepare(made: Practice) -> None:
    ids = made.ids
    ids["client"] = complete(made.book)
    ids["guarantor"] = made.guarantor(ids["client"])
    ids["first"], ids["second"] = (made.invoice(ids["client"]) for _ in range(2))
    with made.write() as tx:
        ids["payment"] = record_payment(
            tx, guarantor_id=ids["guarantor"], amount_cents=15_000, method="check", received_on=TODAY,
            today=TODAY, invoice_id=ids["first"],
        ).payment_id  # fmt: skip
    key = statement_key(ids["guarantor"], Period(FIRST, LAST))
    ids["statement"] = str(make_statement(made.store, OWNER, key, today=TODAY).document_id)
    with made.write() as tx:
        share_documents(tx, [ids["statement"]])
    made.people["ann"] = made.grant(ids["client"], "ann@example.org")


@pytest.fixture(scope="module", params=["file", "PostgreSQL"])
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    database = "" if request.param == "file" else request.getfixturevalue("postgres").new_database()
    with practice(tmp_path_factory.mktemp("billing"), _prepare, database) as made:
        yield made


@pytest.fixture
def ann(portal: Practice) -> Browser:
    return portal.signed_in(portal.people["ann"])


def test_re2_the_billing_page_says_what_is_owed_and_what_was_paid(portal: Practice, ann: Browser) -> None:
    page = ann.get("/billing").text
    first, second = (portal.number(portal.ids[name]) for name in ("first", "second"))
    assert '<p class="big">$150.00</p>' in page
    assert f'<a href="/billing/invoices/{first}">' in page
    assert f'<a href="/billing/invoices/{second}">' in page
    assert f'data-label="How">Check</td>\n<td data-label="For">{first}<' in page
    assert "Mail checks to 1 Elm Street." in page
    assert "Pay $" not in page


def test_re2_days_bound_what_is_shown_and_backward_days_are_refused(ann: Browser) -> None:
    page = ann.get("/billing", params={"to": "2026-10-01"})
    assert (page.status_code, "No payments on these days." in page.text) == (200, True)
    page = ann.get("/billing", params={"from": "2026-10-02", "to": "2026-10-01"})
    assert (page.status_code, "<title>Error: " in page.text) == (422, True)
    assert 'value="2026-10-02"' in page.text


WRONG = re.compile(r'<input id="(\w+)"[^>]* aria-describedby="[^"]*problem" aria-invalid="true"')


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [("x", "", ["from"]), ("", "x", ["to"]), ("x", "y", ["from", "to"]),
     ("2026-10-02", "2026-10-01", ["from", "to"]), ("2026-10-01", "2026-10-02", [])],
)  # fmt: skip
def test_a_day_that_is_wrong_is_marked_where_it_stands_and_stays(
    portal: Practice, ann: Browser, first: str, last: str, wrong: list[str]
) -> None:
    """WCAG 3.3.1: the field in error is identified, and no other."""
    days = {"from": first, "to": last}
    page = ann.get("/billing", params=days)
    assert WRONG.findall(page.text) == wrong
    assert ('href="#from"' in page.text, 'href="#to"' in page.text) == ("from" in wrong, wrong == ["to"])
    new = "/billing/superbills/new"
    made = ann.send_form(new, new, client=portal.ids["client"], days="range", **days).text
    assert set(wrong) <= set(WRONG.findall(made))
    for shown in (page.text, made):
        assert f'name="from" type="date" value="{first}"' in shown
        assert f'name="to" type="date" value="{last}"' in shown


def test_re6_what_was_typed_of_a_pay_code_that_is_wrong_stays_in_its_fields(portal: Practice) -> None:
    said = portal.browser().send_form("/pay", "/pay", number="n-00042", code="abcd-efgh 123")
    assert (said.status_code, WRONG.findall(said.text)) == (422, ["number", "code"])
    assert ('value="n-00042"' in said.text, 'value="abcd-efgh 123"' in said.text) == (True, True)


def test_re3_an_invoice_is_read_downloaded_and_printed(portal: Practice, ann: Browser) -> None:
    number = portal.number(portal.ids["first"])
    page = ann.get(f"/billing/invoices/{number}").text
    assert "Psychotherapy" in page
    assert "<dt>Balance</dt><dd>$0.00</dd>" in page
    assert "How to pay" not in page
    file = ann.get(f"/billing/invoices/{number}.pdf")
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == f'attachment; filename="invoice-{number}.pdf"'
    assert file.content.startswith(b"%PDF-")
    shown = ann.get(f"/billing/invoices/{number}.pdf", params={"show": "1"})
    assert shown.headers["content-disposition"].startswith("inline;")
    assert shown.content == file.content
    opened = "SELECT count(*) FROM audit_entry WHERE verb = 'portal.opened' AND actor = :actor"
    assert portal.book.value(opened, actor=f"portal:{portal.people['ann']}") == 3


def test_re5_a_superbill_for_days_of_ones_own_starts_by_itself_and_is_kept(
    portal: Practice, ann: Browser
) -> None:
    new = "/billing/superbills/new"
    days = {"client": portal.ids["client"], "days": "range", "from": "2026-09-01", "to": "2026-09-30"}
    looked = ann.send_form(new, new, **days)
    assert "2 services, $300.00 charged, $150.00 paid." in looked.text
    made = ann.send_form("/billing/superbills", new, provider=portal.book.provider_id, **days)
    page = ann.get(made.headers["location"])
    path = page.headers["refresh"].removeprefix("0; url=")
    assert ann.get(path).content.startswith(b"%PDF-")
    assert path.removesuffix(".pdf") in ann.get("/billing").text
    again = ann.send_form("/billing/superbills", new, provider=portal.book.provider_id, **days)
    assert again.headers["location"] == made.headers["location"]
    assert portal.book.value("SELECT count(*) FROM superbill") == 1


def test_re5_days_without_sessions_and_days_that_are_none_are_refused_in_words(
    portal: Practice, ann: Browser
) -> None:
    new = "/billing/superbills/new"
    for first, last, words in (
        ("2020-01-01", "2020-01-31", "There were no sessions on these days."),
        ("2026-09-30", "2026-09-01", "The period ends before it begins"),
        ("2024-01-01", "2026-09-01", "Choose a year at most"),
        ("31.1.2026", "", "is not a date"),
    ):
        said = ann.send_form(
            new, new, client=portal.ids["client"], days="range", **{"from": first, "to": last}
        )
        assert (said.status_code, words in said.text, "<title>Error: " in said.text) == (422, True, True)


def test_re5_what_a_superbill_lacks_is_the_practices_to_complete(portal: Practice, ann: Browser) -> None:
    seen(portal.book, portal.ids["client"], TODAY, place_of_service="")
    new = "/billing/superbills/new"
    said = ann.send_form(new, new, client=portal.ids["client"], days="this month")
    assert "Your practice has to complete something" in said.text
    assert "Generate superbill" not in said.text


def test_rd4_a_receipt_is_made_once_and_opened_again(portal: Practice, ann: Browser) -> None:
    made = ann.send_form("/billing/receipts", "/billing", payment=portal.ids["payment"])
    path = made.headers["location"].partition("?")[0]
    assert ann.get(f"{path}.pdf").content.startswith(b"%PDF-")
    again = ann.send_form("/billing/receipts", "/billing", payment=portal.ids["payment"])
    assert again.headers["location"] == made.headers["location"]


def test_rd2_a_statement_that_was_shared_is_opened(portal: Practice, ann: Browser) -> None:
    path = f"/billing/statements/{portal.ids['statement']}"
    assert "Sep 1, 2026 to Sep 30, 2026" in ann.get(path).text
    assert (
        ann.get(f"{path}.pdf")
        .headers["content-disposition"]
        .endswith('"statement-2026-09-01-2026-09-30.pdf"')
    )


def test_re6_a_pay_link_shows_what_is_due_and_nothing_clinical(portal: Practice) -> None:
    browser = portal.browser()
    code = "SELECT pay_code FROM invoice_issue WHERE invoice_id = :id"
    page = browser.get(f"/i/{portal.book.value(code, id=portal.ids['second'])}").text
    assert portal.number(portal.ids["second"]) in page
    assert "$150.00" in page
    for hidden in ("Archer", "Psychotherapy", "90834", "F41.1", "Pat Provider", "LCSW"):
        assert hidden not in page
    paid = browser.get(f"/i/{portal.book.value(code, id=portal.ids['first'])}")
    unknown = browser.get("/i/0000000000000")
    assert (paid.status_code, paid.text) == (unknown.status_code, unknown.text) == (404, paid.text)


def test_re6_the_number_and_code_of_a_printed_invoice_lead_to_its_pay_page(portal: Practice) -> None:
    browser, number = portal.browser(), portal.number(portal.ids["second"])
    code = portal.book.value("SELECT pay_code FROM invoice_issue WHERE number = :number", number=number)
    typed = code.replace("-", " ").lower()
    went = browser.send_form("/pay", "/pay", number=number.lower(), code=typed)
    assert (went.status_code, went.headers["location"]) == (303, f"/i/{code}")
    other = browser.send_form("/pay", "/pay", number=portal.number(portal.ids["first"]), code=code)
    assert (other.status_code, "No invoice with this number and code is open." in other.text) == (422, True)


def test_re6_codes_are_not_to_be_guessed(portal: Practice) -> None:
    said = [portal.browser().get(f"/i/guess{i}").status_code for i in range(22)]
    assert said[-1] == 429


def test_t4_hostile_names_are_only_text_on_every_page(tmp_path: Path) -> None:
    marks = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", *PAYLOADS]

    def prepare(made: Practice) -> None:
        made.ids["client"] = made.book.client("".join(marks[:3]), "".join(marks[3:])[:400])
        made.invoice(made.ids["client"])
        made.people["ann"] = made.grant(made.ids["client"], "ann@example.org")

    with practice(tmp_path, prepare) as portal:
        browser = portal.signed_in(portal.people["ann"])
        number = portal.book.value("SELECT number FROM invoice_issue")
        for path in ("/billing", f"/billing/invoices/{number}", "/billing/superbills/new", "/sessions"):
            page = browser.get(path).text
            assert "<script" not in page
            assert "<img" not in page
            assert not any(ch in page for ch in "\x1b\x07\u202e\u2066\x9b")
        assert "{{ 7 * 7 }}" in browser.get("/billing").text
