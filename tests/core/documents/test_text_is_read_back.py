"""RD6: the text of a kept document is read from its bytes: all that the view says, and where it stands."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from core.documents.invoice import render_invoice
from core.documents.reading import NotReadable, ReadPage, read_pages
from core.documents.wording import day
from core.ledger.invoice_view import InvoiceView
from core.money import show_cents
from tests.core.documents.sample_invoice import NAME, a_line, a_logo, an_invoice, text_of

HEBREW = "יעל כהן-לוי (3) A-12"


def texts(pages: list[ReadPage]) -> list[str]:
    return [placed.text for page in pages for placed in page.texts]


def said(view: InvoiceView) -> list[str]:
    """Every name, amount and day that the view has, as people read them."""
    found = [view.letterhead.name, *view.letterhead.address, view.number, *view.bill_to, view.client]
    found += [day(view.issued_on), day(view.due_on), show_cents(view.total_cents)]
    found += [show_cents(-view.paid_cents), show_cents(view.balance_cents), view.pay_code]
    for line in view.lines:
        found += [line.description, line.code, line.provider, show_cents(line.amount_cents)]
        found += [day(line.service_on)] if line.service_on else []
    return found


@pytest.mark.parametrize(
    "name", ["Jane", NAME, HEBREW, "محمد علي", "सीता शर्मा", "김민준", "สมชาย ใจดี", "ሰላም"]
)
def test_rd6_every_name_amount_and_day_of_the_view_is_there(name: str) -> None:
    view = an_invoice(4, client=name, bill_to=(name, "1420 Elmhurst Avenue"))
    view = replace(view, lines=(*view.lines, a_line(description=name, provider=name, amount_cents=123_456)))
    read = " ".join(texts(read_pages(render_invoice(view))))
    assert [part for part in said(view) if part not in read] == []


def test_rd6_it_finds_what_a_reader_that_is_not_ours_finds() -> None:
    pdf = render_invoice(an_invoice(60, client=NAME, notes="Thank you.\nSee you soon."))
    ours = " ".join(texts(read_pages(pdf)))
    assert sorted(ours.split()) == sorted(text_of(pdf).split())


def test_each_text_stands_where_it_was_put() -> None:
    (page,) = read_pages(render_invoice(an_invoice(1)))
    amounts = [placed for placed in page.texts if placed.text in ("185.00", "AMOUNT (USD)", "-100.00")]
    assert {round(placed.right) for placed in amounts} == {484, 553}
    assert {placed.left for placed in page.texts if placed.text == "BILL TO"} == {50.0}
    assert [rule.left for rule in page.rules if rule.right == 562][:1] == [50.0]


def test_the_word_across_a_void_invoice_is_told_apart() -> None:
    (page,) = read_pages(render_invoice(an_invoice(1, void=True)))
    assert page.across == ("VOID",)
    assert "VOID" not in texts([page])


def test_a_logo_is_no_text() -> None:
    head = replace(an_invoice().letterhead, logo_png=a_logo())
    assert texts(read_pages(render_invoice(an_invoice(letterhead=head)))) == texts(
        read_pages(render_invoice(an_invoice()))
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", b"startxref", b"startxref\n9999\n%%EOF", b"\x00" * 1_000, b"xref startxref 0 trailer"],
)
def test_a_file_of_any_other_shape_is_refused(content: bytes) -> None:
    with pytest.raises(NotReadable, match="cannot be shown as text"):
        read_pages(content)


def test_a_file_cut_or_changed_anywhere_is_read_or_refused() -> None:
    pdf = render_invoice(an_invoice(2, client=HEBREW))
    for place in range(0, len(pdf), 997):
        for content in (
            pdf[:place],
            pdf[:place] + b"\xff" + pdf[place + 1 :],
            pdf[:place] + b"9" + pdf[place:],
        ):
            try:
                read_pages(content)
            except NotReadable:
                continue


def test_a_page_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.documents.reading.MOST_BYTES", 1_000)
    with pytest.raises(NotReadable):
        read_pages(render_invoice(an_invoice(40)))


def test_ten_thousand_lines_are_read_within_five_seconds() -> None:
    lines = tuple(a_line(description=f"Session {i}") for i in range(10_000))
    pdf = render_invoice(replace(an_invoice(1), lines=lines))
    began = time.process_time()
    read = texts(read_pages(pdf))
    assert time.process_time() - began < 5
    assert [text for text in read if text.startswith("Session ")] == [f"Session {i}" for i in range(10_000)]
