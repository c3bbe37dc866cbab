"""A document as text, where there is no viewer: what stands in the kept bytes of one version (RD6)."""

from collections import namedtuple
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import Resize

from core.documents.keep import document_bytes
from core.documents.queries import document
from core.documents.reading import read_pages
from core.errors import DomainError
from core.store import Read
from tui.keys import verb
from tui.present import plural
from tui.screens.book_screen import BookScreen
from tui.screens.documents import write_and_say
from tui.text_page import text_lines
from tui.widgets.columns import words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import Row, Rows

TextView = namedtuple("TextView", "row version pages lines")

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


class TextPage(BookScreen[TextView]):
    """One version, page after page; `/` finds the lines with a word."""

    HEADING = "Document"
    BINDINGS: ClassVar = [
        verb("w", "write", "Write PDF", id="text.write", help="To the export folder", counted=False),
    ]

    def __init__(self, place: str, document_id: str, version: int | None = None) -> None:
        super().__init__()
        self.PLACE = place
        self._document_id = document_id
        self._version = version
        self._cells = 0

    def compose_body(self) -> ComposeResult:
        yield page_lines("Text of the page", "text")

    def on_resize(self, event: Resize) -> None:
        """Another width has other lines."""
        before, self._cells = self._cells, event.size.width - EDGE
        if before not in (0, self._cells):
            self.reload()

    def ask_book(self, read: Read) -> TextView:
        content = document_bytes(read, self._document_id, self._version)
        row = document(read, self._document_id)
        pages = read_pages(content)
        width = self._cells or self.biller.size.width - EDGE
        return TextView(row, self._version or row.version, len(pages), text_lines(pages, width))

    def load_refused(self, refusal: DomainError) -> None:
        """There is nothing to read: back to where it was asked."""
        app = self.frame_app
        if self.is_current:
            app.go_back()
        app.refuse(refusal)

    def fill(self, view: TextView) -> None:
        corrected = ", corrected" if view.version > 1 else ""
        of = f" of {view.row.version}" if view.row.version > 1 else ""
        self.show_totals(
            f"{view.row.title} · {view.row.who} · version {view.version}{of}{corrected}"
            f" · {plural(view.pages, 'page')}"
        )
        self.grid.show_rows(line_rows(view.lines))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Lines in another order are no page."""
        return False if action == "sort" else super().check_action(action, parameters)

    def action_write(self) -> None:
        write_and_say(self.biller, self._document_id, self._version)
