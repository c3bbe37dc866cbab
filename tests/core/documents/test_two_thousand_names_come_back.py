"""RD5, T20: 2,000 names of all scripts are read back from every kind of document as they were put in.

By our own reader to the letter. By pypdf and poppler, which know nothing of ours, as far as they read right
to left: they give the words of such a line as written and in the order in which they stand on paper.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core import documents
from core.documents.credit_note import render_credit_note
from core.documents.estimate import render_estimate
from core.documents.invoice import render_invoice
from core.documents.reading import read_pages
from core.documents.receipt import render_receipt
from core.documents.statement import render_statement
from core.documents.superbill import render_superbill
from core.ledger.credit_note_view import CreditNoteView
from core.ledger.estimate_view import EstimateItem, EstimateView
from tests.core.documents.many_names import SCRIPTS, many_names
from tests.core.documents.sample_invoice import LINK, a_line, an_invoice, text_of
from tests.core.documents.sample_statement import a_statement, open_items
from tests.core.documents.sample_superbill import a_service, a_superbill
from tests.core.documents.test_hostile_text_is_only_text import _opened
from tests.core.documents.test_receipt_in_any_script import DAY, a_receipt

NAMES = [unicodedata.normalize("NFC", name) for name in many_names(2_000)]


def _from_right_to_left(name: str) -> bool:
    return any(unicodedata.bidirectional(ch) in ("R", "AL") for ch in name)


HUNDREDS = [
    names[i : i + 100]
    for rtl in (False, True)
    for names in [[name for name in NAMES if _from_right_to_left(name) is rtl]]
    for i in range(0, len(names), 100)
]
"""Those that run from right to left by themselves: pypdf mixes up their neighbours."""
IN_ONE_LINE = 16
"""Characters that fit in the narrowest column of a name, whatever their script."""


def _an_invoice(names: list[str]) -> bytes:
    lines = tuple(a_line(description=name) for name in names)
    return render_invoice(replace(an_invoice(1), lines=lines, client=names[0], bill_to=(names[1],)))


def _a_statement(names: list[str]) -> bytes:
    line = a_statement(1).lines[0]
    lines = tuple(replace(line, text=name, client="") for name in names)
    return render_statement(a_statement(1, lines=lines, bill_to=(names[0],), clients=(names[1],)))


def _open_items(names: list[str]) -> bytes:
    item = open_items(1).items[0]
    items = tuple(replace(item, number=name) for name in names)
    return render_statement(open_items(1, items=items, bill_to=(names[0],)))


def _a_superbill(names: list[str]) -> bytes:
    lines = tuple(replace(a_service(), description=name) for name in names)
    return render_superbill(replace(a_superbill(1), lines=lines, client=names[0], provider=names[1]))


def _a_receipt(names: list[str]) -> bytes:
    receipt = a_receipt(1)
    part = receipt.parts[0]
    lines = tuple(replace(part.lines[0], description=name) for name in names)
    return render_receipt(replace(receipt, parts=(replace(part, lines=lines),)))


def _credit_notes(names: list[str]) -> list[bytes]:
    """A credit note has few names, so there are many."""
    note = CreditNoteView(
        document_id="d", version=1, made_on=DAY, number="0a1b2c3d", currency="USD",
        letterhead=an_invoice().letterhead, bill_to=(), client="", invoice_number="A-00042",
        invoice_issued_on=DAY, invoice_total_cents=18_500, credited_on=DAY, amount_cents=500, reason="r",
    )  # fmt: skip
    return [
        render_credit_note(replace(note, client=client, bill_to=tuple(names[i + 1 : i + 5])))
        for i, client in enumerate(names)
        if i % 5 == 0
    ]


def _an_estimate(names: list[str]) -> bytes:
    item = EstimateItem("90837", "", 1, 18_500)
    items = tuple(replace(item, description=name) for name in names)
    return render_estimate(
        EstimateView(
            document_id="d", version=1, made_on=DAY, number="0a1b2c3d", currency="USD",
            letterhead=an_invoice().letterhead, client_id="k", provider_id="p", patient=names[0],
            birth_on=DAY, address=(), provider=names[1], npi="1234567893", tin="", state="MA", from_on=DAY,
            to_on=DAY, items=items, diagnoses=(), expected_cents=18_500, separately="",
        )
    )  # fmt: skip


PRINTS: dict[str, Callable[[list[str]], bytes | list[bytes]]] = {
    "invoice": _an_invoice,
    "statement": _a_statement,
    "open items": _open_items,
    "superbill": _a_superbill,
    "receipt": _a_receipt,
    "credit note": _credit_notes,
    "estimate": _an_estimate,
}


@pytest.fixture(scope="module", params=sorted(PRINTS))
def prints(request: pytest.FixtureRequest) -> list[tuple[list[str], bytes]]:
    """The names, a hundred on each document where it has room for so many."""
    found = []
    for names in HUNDREDS:
        made = PRINTS[request.param](names)
        if isinstance(made, bytes):
            found.append((names, made))
        else:
            found += [(names[at * 5 : at * 5 + 5], pdf) for at, pdf in enumerate(made)]
    return found


def _words(name: str) -> list[str]:
    """What must be found together: all of a name, or of one from right to left its words that do."""
    if not _from_right_to_left(name):
        return [name.replace(" ", "")]
    return [word for word in re.split(r"[ \-&]+", name) if _from_right_to_left(word)]


def test_every_kind_of_document_is_here() -> None:
    """A module of a document has one function that prints it."""
    kinds = {
        path.stem for path in Path(documents.__path__[0]).glob("*.py") if "def render_" in path.read_text()
    }
    assert {kind.replace("_", " ") for kind in kinds} | {"open items"} == set(PRINTS)


def test_the_names_are_of_every_script_and_some_of_two() -> None:
    assert len(set(NAMES)) == 2_000
    assert len(SCRIPTS) == 14
    assert sum(map(_from_right_to_left, NAMES)) > 300


def test_rd5_each_name_is_read_back_to_the_letter(prints: list[tuple[list[str], bytes]]) -> None:
    """One that goes on on a further line lost the blank at which it was broken."""
    for names, pdf in prints:
        read = [placed.text for page in read_pages(pdf) for placed in page.texts]
        whole, run_on = set(read), "".join(read).replace(" ", "")
        assert [n for n in names if n not in whole and n.replace(" ", "") not in run_on] == []


def test_rd5_a_reader_that_is_not_ours_finds_them(prints: list[tuple[list[str], bytes]]) -> None:
    """pypdf puts a blank where a mark is moved, so blanks are not compared; of a line in both directions it
    may give the letters as they are drawn."""
    for names, pdf in prints:
        text = text_of(pdf).replace(" ", "")
        assert [name for name in names if any(_lost(word, text) for word in _words(name))] == []


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's pdftotext is not installed")
def test_rd5_another_reader_finds_them_with_their_blanks(prints: list[tuple[list[str], bytes]]) -> None:
    for names, pdf in prints:
        done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
        text = re.sub(r"\s+", " ", done.stdout.decode())
        in_one_line = [name for name in names if not _from_right_to_left(name) and len(name) < IN_ONE_LINE]
        assert [name for name in in_one_line if name not in text] == []


def _lost(word: str, text: str) -> bool:
    return word not in text and not (_from_right_to_left(word) and word[::-1] in text)


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
