"""RD3: what an NPI, a tax id, a diagnosis code and a place of service is, by digit, shape and list."""

from __future__ import annotations

from datetime import date

import pytest

from core.codes import diagnoses
from core.codes.diagnoses import RELEASES, dotted, is_icd10, is_valid
from core.codes.numbers import BadNpi, BadTaxId, hidden, is_npi, read_npi, read_state, read_tax_id
from core.codes.places import are_modifiers, are_pointers, is_place, is_procedure

TODAY = date(2026, 9, 10)


@pytest.mark.parametrize("npi", ["1234567893", "1245319599", "1999999984"])
def test_rd3_one_wrong_digit_of_an_npi_is_always_found(npi: str) -> None:
    assert is_npi(npi)
    for place in range(10):
        for digit in "0123456789":
            other = npi[:place] + digit + npi[place + 1 :]
            assert is_npi(other) == (other == npi)


@pytest.mark.parametrize(
    "typed", ["1234567890", "123456789", "12345678931", "3234567893", "123456789३", "MA"]
)
def test_rd3_what_is_no_npi_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(BadNpi, match="is not an NPI: ten digits"):
        read_npi(typed)


def test_rd3_numbers_are_kept_as_they_are_printed() -> None:
    assert read_npi(" 1234 567-893 ") == "1234567893"
    assert read_npi("") == ""
    assert read_tax_id("123456789") == "12-3456789"
    assert read_tax_id("536-90-4399") == "536-90-4399"
    assert read_state(" ma ") == "MA"


@pytest.mark.parametrize(
    "typed", ["00-1234567", "07-1234567", "1-23456789", "000-12-3456", "MA", "12-34567890"]
)
def test_rd3_a_tax_id_that_was_never_given_out_is_refused(typed: str) -> None:
    with pytest.raises(BadTaxId):
        read_tax_id(typed)


def test_rd3_an_ssn_can_be_hidden_and_an_ein_stays() -> None:
    assert hidden("536-90-4399") == "XXX-XX-4399"
    assert hidden("12-3456789") == "12-3456789"


@pytest.mark.parametrize("code", ["F41.1", "F411", "I10", "F32.A", "Z00.00", "F84.0", "T14.90XA"])
def test_rd3_codes_of_the_list_are_valid(code: str) -> None:
    assert is_valid(code, TODAY)


@pytest.mark.parametrize(
    "code", ["F41", "F41.10", "F99.99", "f41.1", "MA", "", "A00-A09", "36923009", "F41.1 "]
)
def test_rd3_categories_and_inventions_are_not_valid(code: str) -> None:
    assert not is_valid(code, TODAY)


def test_rd3_a_code_holds_from_the_year_it_came_to_the_year_it_went() -> None:
    assert [is_valid("T40.7X1A", date(year, 9, 30)) for year in (2021, 2025, 2026)] == [True, False, False]
    assert [is_valid("F32.A", date(2021, 9, 30)), is_valid("F32.A", date(2022, 9, 30))] == [False, True]
    came = [is_valid("E11.A", on) for on in (date(2024, 9, 30), date(2025, 9, 30), date(2025, 10, 1))]
    assert came == [False, False, True]
    assert is_valid("E11.A", date(2030, 1, 1)), "after the last list, that one holds"


def test_rd3_the_lists_hold_as_many_codes_as_the_releases() -> None:
    counts = [
        sum(len(endings.split()) for endings in diagnoses._codes(bit).values()) for bit in RELEASES.values()
    ]
    assert counts == [72_621, 74_260, 74_706]


def test_rd3_a_code_is_written_with_its_dot_and_names_its_system() -> None:
    assert [dotted(code) for code in ("F411", "F41.1", "I10")] == ["F41.1", "F41.1", "I10"]
    assert [is_icd10(system) for system in ("ICD10", "ICD-10-CM", "icd10cm", "SNOMED", "ICD9")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_rd3_places_modifiers_pointers_and_procedures_have_their_shape() -> None:
    assert [is_place(code) for code in ("11", "02", "10", "MA", "1", "00", "111", "११")] == [True] * 3 + [
        False
    ] * 5
    assert all(are_modifiers(text) for text in ("", "95", "95 GT HO U1"))
    assert not any(are_modifiers(text) for text in ("95 GT HO U1 U2", "9", "95GT", "gt"))
    assert [are_pointers(text, 2) for text in ("A", "BA", "", "C", "AA", "A,B", "a", "A B")] == [
        True, True, False, False, False, False, False, False,
    ]  # fmt: skip
    assert is_procedure("CPT", "90834")
    assert is_procedure("CPT", "0373T")
    assert is_procedure("HCPCS", "H0031")
    assert not any(is_procedure(*one) for one in (("CPT", "H0031"), ("SNOMED", "90834"), ("HCPCS", "90834")))
