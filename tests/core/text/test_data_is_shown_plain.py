"""T19: what is shown of data is text; T20: names of any script stay themselves; a search finds them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import plain, plain_lines, search_key

ACTS = ("Cc", "Cs")


@given(st.text())
def test_nothing_that_acts_is_left_and_the_length_is_the_same(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert not [c for c in shown if unicodedata.category(c) in ACTS or unicodedata.bidirectional(c) in BIDI]
    assert plain(shown) == shown


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    "text", ["José", "Łukasz", "李小龍", "עברית", "هند", "हिन्दी क्\u200dष", "می\u200cخواهم", "👩\u200d👧"]
)
def test_names_of_any_script_pass_unchanged(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\x1b[2J", "a\u241b[2J"), ("a\x00b", "a\u2400b"), ("a\tb", "a\u2409b"), ("\x7f", "\u2421"),
     ("\x9b31m", "\ufffd31m"), ("\u202e", "\ufffd"), ("\u2028", "\ufffd"), ("\ufeff", "\ufffd"),
     ("\U000e0041", "\ufffd"), ("\udcff", "\ufffd")],
)  # fmt: skip
def test_what_acts_becomes_a_sign(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_lines_end_at_any_kind_of_line_end() -> None:
    assert plain_lines("a\r\nb\rc\nd\x1b") == ["a", "b", "c", "d\u241b"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("jose", "JOSÉ"), ("lukasz zolc", "Łukasz Żółć"), ("strasse", "Straße"), ("aerosund", "Ærøsund"),
     ("ismail", "İsmail"), ("nguyen", "Nguyễn"), ("thor", "Þór"), ("oeuvre", "Œuvre"), ("h", "ℍ")],
)  # fmt: skip
def test_a_search_finds_a_name_without_its_accents(typed: str, name: str) -> None:
    assert search_key(typed) == search_key(name)


@given(st.text())
def test_a_search_key_is_its_own_search_key(text: str) -> None:
    assert search_key(search_key(text)) == search_key(text)
