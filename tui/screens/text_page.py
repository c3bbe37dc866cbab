"""A document as text, where there is no viewer: what stands in the kept bytes of one version (RD6)."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import Resize

from core.documents.queries import DocumentRow
from core.documents.reading import ReadPage
from tui.keys import verb
from tui.present import plural
from tui.screens.book_screen import BookScreen
from tui.text_page import text_lines
from tui.widgets.columns import words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import Row, Rows

EDGE = 6
"""Cells at both sides that a list keeps for itself."""


class PageLines(Grid):
    """The lines of a document: read, not marked."""

    def action_mark(self) -> None:
        """A line is no record."""

    action_mark_range = action_mark_all = action_invert_marks = action_mark


def page_lines(title: str, id: str) -> PageLines:
    return PageLines((words_column(title, least=20, most=1_000),), empty_text="Nothing is on it.", id=id)


def line_rows(lines: list[str]) -> Rows:
    return Rows([Row(f"{at}", (line,)) for at, line in enumerate(lines)])


class TextPage(BookScreen[list[str]]):
    """One version, page after page; `/` finds the lines with a word."""

    HEADING = "Document"
    BINDINGS: ClassVar = [
        verb("w", "write", "Write PDF", id="text.write", help="To the export folder", counted=False),
    ]

    def __init__(
        self,
        place: str,
        row: DocumentRow,
        version: int,
        pages: Sequence[ReadPage],
        write: Callable[[], object],
    ) -> None:
        """`write` puts the file of this version where `w` says."""
        super().__init__()
        self.PLACE = place
        self._row = row
        self._version = version
        self._pages = pages
        self._write = write
        self._cells = 0

    def compose_body(self) -> ComposeResult:
        yield page_lines("Text of the page", "text")

    def on_resize(self, event: Resize) -> None:
        """Another width has other lines."""
        if event.size.width - EDGE != self._cells:
            self._cells = event.size.width - EDGE
            self.reload()

    def load(self) -> list[str]:
        """A version never changes, so the book is not asked again."""
        self._cells = self._cells or self.biller.size.width - EDGE
        return text_lines(self._pages, self._cells)

    def fill(self, view: list[str]) -> None:
        row = self._row
        corrected = ", corrected" if self._version > 1 else ""
        of = f" of {row.version}" if row.version > 1 else ""
        self.show_totals(
            f"{row.title} · {row.who} · version {self._version}{of}{corrected}"
            f" · {plural(len(self._pages), 'page')}"
        )
        self.grid.show_rows(line_rows(view))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Lines in another order are no page."""
        return False if action == "sort" else super().check_action(action, parameters)

    def action_write(self) -> None:
        self._write()
