"""RD3: a superbill with any required field missing or malformed is refused, and the field is named."""

from __future__ import annotations

from datetime import date

import pytest

from core.delivery.mending import NotMended, StillEmpty, mend
from core.errors import UsageError
from core.ledger.superbill_lint import FIELDS, SERVICE_FIELDS, Field, Lack
from core.ledger.superbill_view import MissingFields
from core.practice.commands import add_office, change_office
from core.tables import Client, Guarantor, Practice, Provider, Register, Session, SessionLine
from tests.builders import Book
from tests.core.delivery.superbilled import complete, looked_at, made, seen

REQUIRED = [field for field in FIELDS if field.required]
SHAPED = [field for field in FIELDS if field.shape]
FITTING = {
    "tax_id": "12-3456789", "npi": "1234567893", "licence_state": "MA", "referrer_npi": "1245319599",
    "birth_on": "1990-04-05", "diagnoses": "F41.1", "place_of_service": "11", "modifiers": "95 GT",
    "pointers": "A",
}  # fmt: skip


def named(field: Field) -> str:
    return f"{field.subject}.{field.field}"


def put(book: Book, client_id: str, field: Field, value: str | None) -> None:
    """Write past the commands, as an import or another office may have."""
    guarantor_id = book.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
    rows: dict[str, tuple[type[Register], str]] = {
        "practice": (Practice, book.practice_id),
        "place": (Practice, book.practice_id),
        "provider": (Provider, book.provider_id),
        "client": (Client, client_id),
    }
    table, row_id = rows[field.subject]
    if field.subject == "client" and field.field in ("street", "city", "state", "postal_code"):
        table, row_id = Guarantor, guarantor_id
    with book.write() as tx:
        tx.change(table, row_id, **{field.field: value})


def lacks(book: Book, client_id: str) -> tuple[Lack, ...]:
    with pytest.raises(MissingFields) as refused:
        made(book, client_id)
    assert book.value("SELECT count(*) FROM superbill") == 0
    return refused.value.lacks


def mended(book: Book, lack: Lack, typed: str) -> None:
    with book.write() as tx:
        mend(tx, lack, typed)


@pytest.mark.parametrize("field", REQUIRED, ids=named)
def test_rd3_without_a_required_field_there_is_no_superbill_and_typing_it_in_makes_one(
    book: Book, field: Field
) -> None:
    client_id = complete(book)
    seen(book, client_id)
    put(book, client_id, field, None if field.field == "birth_on" else "")
    (lack,) = lacks(book, client_id)
    assert (lack.field, lack.label, lack.problem) == (field.field, field.label, "is missing")
    assert lack.subject == ("practice" if field.subject == "place" else field.subject)
    with pytest.raises(UsageError):
        mended(book, lack, " ")
    mended(book, lack, FITTING.get(field.field, "Something"))
    assert made(book, client_id).new


MALFORMED = ["MA", "98-76543210", "1234567890", "00-0000000", "Æ", "12 34"]
"""The state of an address, numbers of other kinds, wrong digits."""


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field in SHAPED for value in MALFORMED if not field.fits(value)]
)
def test_rd3_a_number_of_the_wrong_kind_is_named_and_is_not_taken_as_typed(
    book: Book, field: Field, value: str
) -> None:
    client_id = complete(book)
    seen(book, client_id)
    put(book, client_id, field, value)
    (lack,) = lacks(book, client_id)
    assert (lack.field, lack.value) == (field.field, value)
    assert lack.problem == f"is not well-formed: {field.shape}"
    with pytest.raises(UsageError):
        mended(book, lack, value)
    mended(book, lack, FITTING[field.field])
    assert made(book, client_id).new


def test_rd3_the_payers_tax_id_never_stands_in_place_of_the_practices(book: Book) -> None:
    """The wrong source: an insurer has no tax id in this book, and nothing fills in for the practice's."""
    from core.clients.coverage import add_coverage, add_payer

    client_id = complete(book)
    seen(book, client_id)
    with book.write() as tx:
        payer_id = add_payer(tx, name="98-7654321", phone="98-7654321")
        add_coverage(tx, client_id=client_id, payer_id=payer_id, member_number="98-7654321")
        tx.change(Practice, book.practice_id, tax_id="")
    (lack,) = lacks(book, client_id)
    assert (lack.subject, lack.field) == ("practice", "tax_id")
    mended(book, lack, "12-3456789")
    view = looked_at(book, client_id).view
    assert view is not None
    assert view.letterhead.tax_id == "12-3456789"


NOT_LISTED = "is not in ICD-10-CM for that day (lists up to April 2026)"
SERVICE_LACKS = [
    ("diagnoses", "[]", "is missing"),
    ("diagnoses", '[["SNOMED", "36923009"]]', "36923009 is coded SNOMED, not ICD-10-CM"),
    ("diagnoses", '[["ICD-10-CM", "F41"]]', f"F41 {NOT_LISTED}"),
    (
        "diagnoses",
        '[["ICD-10-CM", "F32.8"]]',
        f"F32.8 {NOT_LISTED}",
    ),
    ("place_of_service", "", "is missing"),
    ("place_of_service", "MA", "is not a two-digit place of service, such as 11"),
    ("place_of_service", "1", "is not a two-digit place of service, such as 11"),
    ("modifiers", "95 GT HO U1 U2", "are not up to four of two characters"),
    ("modifiers", "95GT", "are not up to four of two characters"),
    ("pointers", "", "are missing: letters of its diagnoses, such as AB"),
    ("pointers", "M", "do not name diagnoses of the session by letter"),
    ("pointers", "A,B", "do not name diagnoses of the session by letter"),
    ("pointers", "BC", "do not name diagnoses of the session by letter"),
]


@pytest.mark.parametrize(("field", "value", "problem"), SERVICE_LACKS)
def test_rd3_each_field_of_a_service_is_named_with_its_day(
    book: Book, field: str, value: str, problem: str
) -> None:
    """The state in the box of the place of service and blank pointers are among them (medplum 9820, 9595)."""
    client_id = complete(book)
    session_id = seen(book, client_id)
    line_id = book.value("SELECT id FROM session_line WHERE session_id = :id", id=session_id)
    with book.write() as tx:
        if field in ("diagnoses", "place_of_service"):
            tx.change(Session, session_id, **{field: value})
        else:
            tx.change(SessionLine, line_id, **{field: value})
    (lack,) = lacks(book, client_id)
    assert (lack.who, lack.field, lack.problem) == ("session 2026-09-10", field, problem)
    assert lack.label == SERVICE_FIELDS[field]
    mended(book, lack, FITTING[field])
    assert made(book, client_id).new


def test_rd3_a_code_that_was_charged_is_not_typed_over(book: Book) -> None:
    from tests.core.delivery.superbilled import therapy

    client_id = complete(book)
    seen(book, client_id, date(2026, 9, 10), therapy(code="9083"))
    (lack,) = lacks(book, client_id)
    assert (lack.field, lack.problem) == ("code", "is not one of CPT")
    with pytest.raises(NotMended):
        mended(book, lack, "90834")


def test_rd3_everything_that_is_missing_is_named_at_once(book: Book) -> None:
    client_id = book.client()
    seen(book, client_id, place_of_service="")
    found = lacks(book, client_id)
    assert [(lack.subject, lack.field) for lack in found] == [
        ("practice", "tax_id"), ("provider", "licence"), ("provider", "licence_state"),
        ("client", "birth_on"), ("session", "place_of_service"),
    ]  # fmt: skip
    with pytest.raises(StillEmpty):
        mended(book, found[0], "")


def test_rd3_an_office_with_an_address_of_its_own_must_have_all_of_it(book: Book) -> None:
    client_id = complete(book)
    with book.write() as tx:
        place = {"street": "3 Mill Street", "state": "MA", "postal_code": "01901"}
        mill = add_office(tx, code="Mill", name="Mill Street", **place)
    seen(book, client_id, office_id=mill)
    (lack,) = lacks(book, client_id)
    assert (lack.subject, lack.who, lack.field) == ("office", "Mill Street", "city")
    mended(book, lack, "Lynn")
    view = looked_at(book, client_id).view
    assert view is not None
    assert view.letterhead.address == ("3 Mill Street", "Lynn, MA 01901")
    assert view.letterhead.phone == "555 0100", "that of the practice, where the office has none"
    with book.write() as tx:
        change_office(tx, mill, name="The Mill")
        assert tx.value("SELECT name FROM office WHERE id = :id", id=mill) == "The Mill"
