"""RD5, T20: 2,000 names of all scripts are read back from every kind of document as they were put in.

By our own reader to the letter. By pypdf and poppler, which know nothing of ours, as far as they read right
to left: they give the words of such a line as written and in the order in which they stand on paper.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from core.documents.invoice import render_invoice
from core.documents.reading import read_pages
from tests.core.documents.many_names import SCRIPTS, many_names
from tests.core.documents.sample_invoice import LINK, a_line, an_invoice, text_of
from tests.core.documents.test_hostile_text_is_only_text import _opened

NAMES = [unicodedata.normalize("NFC", name) for name in many_names(2_000)]
A_DOCUMENT = 100


def _an_invoice(names: list[str]) -> bytes:
    lines = tuple(a_line(description=name) for name in names)
    return render_invoice(replace(an_invoice(1), lines=lines, client=names[0], bill_to=(names[1],)))


PRINTS: dict[str, Callable[[list[str]], bytes]] = {"invoice": _an_invoice}


@pytest.fixture(scope="module", params=sorted(PRINTS))
def prints(request: pytest.FixtureRequest) -> list[tuple[list[str], bytes]]:
    """The names, a hundred on each document."""
    hundreds = [NAMES[i : i + A_DOCUMENT] for i in range(0, len(NAMES), A_DOCUMENT)]
    return [(names, PRINTS[request.param](names)) for names in hundreds]


def _from_right_to_left(name: str) -> bool:
    return any(unicodedata.bidirectional(ch) in ("R", "AL") for ch in name)


def _words(text: str) -> list[str]:
    return re.split(r"[ \-&]+", text)


def test_the_names_are_of_every_script_and_some_of_two() -> None:
    assert len(set(NAMES)) == 2_000
    assert len(SCRIPTS) == 14
    assert sum(map(_from_right_to_left, NAMES)) > 300


def test_rd5_each_name_is_read_back_to_the_letter(prints: list[tuple[list[str], bytes]]) -> None:
    for names, pdf in prints:
        read = {placed.text for page in read_pages(pdf) for placed in page.texts}
        assert set(names) <= read


def test_rd5_a_reader_that_is_not_ours_finds_them(prints: list[tuple[list[str], bytes]]) -> None:
    """pypdf puts a blank where a mark is moved, so blanks are not compared."""
    for names, pdf in prints:
        assert set(_not_found(names, re.sub(r"\s", "", text_of(pdf)))) == set()


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's pdftotext is not installed")
def test_rd5_another_reader_finds_them_with_their_blanks(prints: list[tuple[list[str], bytes]]) -> None:
    for names, pdf in prints:
        done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
        text = re.sub(r"\s+", " ", done.stdout.decode())
        assert [name for name in names if not _from_right_to_left(name) and name not in text] == []


def _not_found(names: list[str], text: str) -> Iterator[str]:
    for name in names:
        parts = _words(name) if _from_right_to_left(name) else [name.replace(" ", "")]
        if any(part not in text for part in parts):
            yield name


def test_t20_no_file_can_do_anything_but_open_the_pay_link(prints: list[tuple[list[str], bytes]]) -> None:
    for _, pdf in prints:
        opened = _opened(pdf)
        for word in (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/GoToR"):
            assert word not in opened
        assert set(re.findall(rb"/URI <([0-9a-f]+)>", opened)) <= {LINK.encode().hex().encode()}


@pytest.mark.parametrize("kind", sorted(PRINTS))
def test_the_same_names_give_the_same_bytes(kind: str) -> None:
    """Once in a process that has printed much, once in one that has printed nothing."""
    names = NAMES[:40]
    assert PRINTS[kind](names) == PRINTS[kind](list(names))
