"""Templates of mail: nothing clinical, a closed list of words, the practice's own text in both forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.delivery.letters import Envelope, letter
from core.errors import TooLong, UsageError
from core.practice.addresses import NotAnAddress, address_of
from core.practice.mail import set_template
from core.practice.mail_templates import (
    KINDS,
    SAMPLE,
    BadTemplate,
    Template,
    require_template,
    said,
    template,
)
from tests.builders import Book
from tests.hostile.payloads import PAYLOADS

CLINICAL = (
    "service",
    "diagnos",
    "therap",
    "session",
    "provider",
    "superbill",
    "treat",
    "patient",
    "client's",
)
AT = datetime(2026, 10, 31, 15, 0, tzinfo=UTC)


def words(kind: str, **own: str) -> Template:
    comes = KINDS[kind]
    return Template(kind, own.get("subject", comes.subject), own.get("body", comes.body), True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_comes_with_is_sound_and_names_nothing_clinical(kind: str) -> None:
    require_template(kind, KINDS[kind].subject, KINDS[kind].body)
    whole = f"{KINDS[kind].subject} {KINDS[kind].body}".lower()
    assert not [word for word in CLINICAL if word in whole]
    money = {"number", "amount", "due", "link", "reference", "card"}
    assert set(KINDS[kind].variables) <= money | {"code", "minutes", "browser"}


def test_a_wrong_word_is_refused_with_the_right_ones(book: Book) -> None:
    with (
        pytest.raises(BadTemplate, match=r"\{diagnosis\}.*may say \{number\}, \{amount\}"),
        book.write() as tx,
    ):
        set_template(tx, "invoice", body="About {diagnosis}")
    with pytest.raises(BadTemplate, match=r"subject says \{number\}.*\{practice\}"), book.write() as tx:
        set_template(tx, "invoice", subject="Invoice {number}")
    with pytest.raises(BadTemplate, match="belongs to no word"), book.write() as tx:
        set_template(tx, "invoice", body="Pay {amount")
    with pytest.raises(BadTemplate, match=r"Without \{link\}"), book.write() as tx:
        set_template(tx, "invitation", body="Welcome")
    with pytest.raises(TooLong), book.write() as tx:
        set_template(tx, "invoice", body="x" * 4_001)


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.org", "a\nb", "\x1b[2J", " "])
def test_a_subject_is_one_plain_line(book: Book, subject: str) -> None:
    with pytest.raises(BadTemplate), book.write() as tx:
        set_template(tx, "invoice", subject=subject + "\x00" if subject != " " else "\x07")


def test_each_column_is_changed_by_itself_and_the_empty_text_brings_the_first_back(book: Book) -> None:
    with book.write() as tx:
        set_template(tx, "invoice", subject="From {practice}")
    with book.write() as tx:
        set_template(tx, "invoice", body="Invoice {number}, {amount}.")
    with book.store.read() as read:
        own = template(read, "invoice")
    assert (own.subject, own.body, own.own) == ("From {practice}", "Invoice {number}, {amount}.", True)
    with book.write() as tx:
        set_template(tx, "invoice", subject="", body="")
    with book.store.read() as read:
        assert template(read, "invoice") == Template(
            "invoice", KINDS["invoice"].subject, KINDS["invoice"].body, False
        )
    with pytest.raises(UsageError, match="Nothing was changed"), book.write() as tx:
        set_template(tx, "invoice", subject="")


def test_a_paragraph_with_nothing_to_say_is_left_out() -> None:
    _, with_portal = said(words("invoice"), SAMPLE)
    _, without = said(words("invoice"), SAMPLE | {"link": "", "phone": ""})
    assert any("https://pay.example.com" in part for part in with_portal)
    assert len(without) == len(with_portal) - 2


def test_a_value_is_never_read_as_a_template() -> None:
    _, parts = said(
        words("invoice", body="{name}\n\n{amount}"), {"name": "{amount}\n\n{link}", "amount": "$1"}
    )
    assert parts == ["{amount} {link}", "$1"]


@pytest.mark.parametrize("payload", [*PAYLOADS, "a\r\nBcc: x@example.org", "<b>Ann</b>", "“Ann” <x@e.org>"])
def test_t22_no_name_becomes_a_header_or_markup(payload: str) -> None:
    values = SAMPLE | {"name": payload, "practice": payload}
    envelope = Envelope("m", "ann@example.org", payload, "bills@elm.example", payload, "not an address", AT)
    made = letter(envelope, "book", words("invoice"), values, None)
    raw = made.message.as_bytes()
    headers = raw.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ").split("\r\n")
    assert {line.partition(":")[0] for line in headers} == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"
    }  # fmt: skip
    assert made.mail_to == "ann@example.org"
    assert [one.addr_spec for one in made.message["To"].addresses] == ["ann@example.org"]
    page = made.message.get_body(("html",))
    assert page is not None
    assert "<b>" not in page.get_content()
    assert page.get_content().count("<a ") == 1


@pytest.mark.parametrize("name", ["José Łukasz", "李小龍", "שָׁלוֹם", "हिन्दी", "x" * 400])
def test_names_of_any_script_arrive_as_they_are(name: str) -> None:
    envelope = Envelope("m", "ann@example.org", name, "bills@elm.example", "Elm", "", AT)
    made = letter(envelope, "book", words("invoice"), SAMPLE | {"name": name}, None)
    assert made.message["To"].addresses[0].display_name == name[:120]
    text = made.message.get_body(("plain",))
    assert text is not None
    assert name in text.get_content().replace("\n", " ")
    assert made.message.as_bytes().isascii()


@pytest.mark.parametrize(
    ("typed", "whole"),
    [("ann@example.org", "ann@example.org"), (" ann@Bücher.example ", "ann@xn--bcher-kva.example"),
     ("josé@example.org", "josé@example.org"), ("a@straße.de", "a@xn--strae-oqa.de")],
)  # fmt: skip
def test_an_address_has_one_form(typed: str, whole: str) -> None:
    assert address_of(typed).whole == whole
    assert address_of(typed).utf8 is not typed.split("@")[0].isascii()


@pytest.mark.parametrize(
    "typed",
    ["", "ann", "@e.org", "a@b", "a b@e.org", "a@e.org\nBcc: b@e.org", "a@e.org,b@e.org", "<a@e.org>",
     '"a"@e.org', "a@[127.0.0.1]", "a@1.2.3.4", "a@e..org", ".a@e.org", "a@@e.org", "a\u202eb@e.org",
     "x" * 65 + "@e.org", *PAYLOADS],
)  # fmt: skip
def test_t22_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(NotAnAddress):
        address_of(typed)
