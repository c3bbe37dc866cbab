"""Reads a superbill the way a clerk of an insurer does: by where things stand on the sheet.

It knows the printed headings and nothing of the code that printed them.
"""

import re
from io import BytesIO
from typing import Any

from pypdf import PdfReader

HEADINGS = ("PATIENT", "RENDERING PROVIDER", "INSURED PERSON", "REFERRED BY", "PLEASE PAY")
TABLE = ("DATE", "POS", "CODE AND MODIFIERS", "DX", "UNITS", "CHARGE", "PAID", "BALANCE")
_A_DAY = re.compile(r"[A-Z][a-z]{2} [0-9]{1,2}, [0-9]{4}")


def read_superbill(pdf: bytes) -> dict[str, Any]:
    """Every field by the heading it stands under; the services as rows by their column."""
    lines = [
        line
        for page in PdfReader(BytesIO(pdf)).pages
        for line in page.extract_text(extraction_mode="layout").split("\n")
    ]
    found: dict[str, Any] = {heading: [] for heading in HEADINGS}
    found.update(services=[], diagnoses={}, practice=[], totals={}, box={})
    _blocks(lines, found)
    _diagnoses(lines, found)
    _services(lines, found)
    return found


def _cells(line: str) -> list[tuple[int, str]]:
    """The texts of a line, each with where it begins."""
    return [(match.start(), match[0].strip()) for match in re.finditer(r"\S+(?: \S+)*", line)]


def _blocks(lines: list[str], found: dict[str, Any]) -> None:
    """What stands below each heading, in its column, down to the next headings; the practice before all."""
    columns: dict[str, int] = {}
    for line in lines:
        cells = _cells(line)
        headings = {text: at for at, text in cells if text in HEADINGS}
        if "DIAGNOSES" in line:
            return
        if headings:
            columns = headings
        elif not columns:
            found["practice"] += [text for _, text in cells]
        for at, text in cells:
            if text in HEADINGS:
                continue
            near = [name for name, column in columns.items() if abs(column - at) <= 6]
            if near:
                found[near[0]].append(text)
        labelled = [text for at, text in cells if at > 100]
        if len(labelled) == 2 and labelled[0] in ("Issued", "Charges", "Paid", "Balance"):
            found["box"][labelled[0]] = labelled[1]


def _diagnoses(lines: list[str], found: dict[str, Any]) -> None:
    start = next(i for i, line in enumerate(lines) if line.startswith("DIAGNOSES (ICD-10-CM)"))
    for line in lines[start + 1 :]:
        if line.startswith("DATE"):
            return
        texts = [text for _, text in _cells(line)]
        found["diagnoses"].update(zip(texts[::2], texts[1::2], strict=True))


def _services(lines: list[str], found: dict[str, Any]) -> None:
    start = next(i for i, line in enumerate(lines) if line.startswith("DATE"))
    assert [text for _, text in _cells(lines[start])] == list(TABLE)
    for line in lines[start + 1 :]:
        texts = [text for _, text in _cells(line)]
        if texts and _A_DAY.fullmatch(texts[0]) and len(texts) == len(TABLE):
            found["services"].append(dict(zip(TABLE, texts, strict=True)))
        elif len(texts) == 1 and found["services"] and line.startswith(" "):
            last = found["services"][-1]
            last["words"] = f"{last.get('words', '')} {texts[0]}".strip()
        elif len(texts) >= 2 and texts[-2] in ("Charges", "Adjustments", "Paid", "Balance"):
            found["totals"][texts[-2]] = texts[-1]
