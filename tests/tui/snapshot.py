"""Screens kept as text, to be compared cell by cell: what stands there, and beneath each line how it looks.

`make snapshots` writes them anew; what changed is then read as a diff. They hold no font, no picture and no
address, so that they are the same on every machine.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual.widgets import Input, TextArea

from tui.app import FrameApp

FOLDER = Path(__file__).parent / "snapshots"
WRITES = "DAYSHEET_WRITE_SNAPSHOTS"

_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_BYTES = re.compile(r"\b[0-9a-f]{16,64}\b|\b[0-9]+(?= KB\b)")
"""Hashes and sizes of documents: another build of the compressor makes other bytes of the same page."""


def hold_still(app: FrameApp) -> None:
    """No cursor blinks."""
    for field in [*app.screen.query(Input), *app.screen.query(TextArea)]:
        field.cursor_blink = False


def shown(app: FrameApp) -> str:
    """The screen's lines; under each a letter for each cell's look; then what the letters are.

    A full stop is the look that most cells have, and a line of nothing else is left out.
    """
    lines = [
        [segment for segment in line if not segment.control]
        for line in app.screen._compositor.render_strips(app.size)
    ]
    letters = _letters([segment for line in lines for segment in line])
    found = []
    for line in lines:
        text = "".join(segment.text for segment in line).rstrip()
        found.append(_BYTES.sub(lambda match: "#" * len(match[0]), text))
        looks = "".join(letters[_named(segment.style)] * segment.cell_length for segment in line)
        if looks.strip("."):
            found.append(f"~{looks}")
    legend = [f"{letter} {style}" for style, letter in letters.items()]
    return "\n".join([*found, "", *legend]) + "\n"


def _letters(segments: list[Segment]) -> dict[str, str]:
    """A letter for each look, in the order in which they come."""
    cells: Counter[str] = Counter()
    for segment in segments:
        cells[_named(segment.style)] += segment.cell_length
    most = cells.most_common(1)[0][0]
    others = (look for look in cells if look != most)
    return {most: ".", **dict(zip(others, _ALPHABET, strict=False))}


def _named(style: Style | None) -> str:
    """A style's colours and attributes, without what the mouse does there."""
    return "" if style is None else str(style.clear_meta_and_links())


def compare(name: str, app: FrameApp) -> None:
    """Hold a screen against what was kept of it."""
    hold_still(app)
    path, now = FOLDER / f"{name}.txt", shown(app)
    if os.environ.get(WRITES):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(now, encoding="utf-8")
    assert path.exists(), f"`make snapshots` keeps {name}"
    kept = path.read_text(encoding="utf-8")
    assert now.splitlines() == kept.splitlines(), f"{name} looks different; `make snapshots` writes it anew"
