"""One document: its versions with their hashes, what it was made for, and its text (RD6)."""

from collections import namedtuple
from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.events import Resize

from core.dates import zone
from core.documents.keep import document_bytes
from core.documents.queries import DocumentRow, document, versions
from core.documents.reading import read_pages
from core.errors import DomainError
from core.ids import short
from core.practice.queries import practice
from core.store import Read
from tui.keys import key_of, verb
from tui.present import local_stamp, plural, size_words
from tui.screens.book_screen import BookScreen
from tui.screens.documents import open_document, open_text, share_one, write_and_say
from tui.screens.text_page import EDGE, line_rows, page_lines
from tui.text_page import text_lines
from tui.widgets.columns import Column, day_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows

MOST_VERSIONS = 5
"""Lines of versions on the page; more are scrolled."""

DocumentView = namedtuple("DocumentView", "row versions timezone version lines")


class WhoseLine(Line):
    """Whose it is; the place in the list it was opened from stays in view."""

    KEEP_RIGHT = True


class Document(BookScreen[DocumentView]):
    """Versions above, the text of the one under the cursor below."""

    PLACE = "documents"
    HEADING = "Document"
    COLUMNS = (
        Column("Version", width=12),
        day_column("Made"),
        Column("Recorded", width=16, drop=2),
        words_column("By", least=8, most=16, drop=1),
        Column("Shared", width=16, drop=3),
        Column("Size", width=7, align="right"),
        Column("SHA-256", width=16),
    )
    BINDINGS: ClassVar = [
        verb("o", "open_pdf", "Open", id="document.open", help="This version", counted=False),
        verb("s", "share", "Share", id="document.share", help="The newest version", counted=False),
        verb("w", "write", "Write PDF", id="document.write", help="This version", counted=False),
        key_of("J", "neighbour(1)", "Next document", id="document.next"),
        key_of("K", "neighbour(-1)", "Previous document", id="document.previous"),
    ]
    DEFAULT_CSS = """
    Document #versions { height: 2; }
    Document #text { height: 1fr; }
    """

    def __init__(self, document_id: str, order: Sequence[str] = ()) -> None:
        super().__init__()
        self._document_id = document_id
        self._order = list(order) or [document_id]
        self._version: int | None = None
        self._row: DocumentRow | None = None
        self._cells = 0

    def compose_body(self) -> ComposeResult:
        yield WhoseLine(id="who")
        yield Line(id="what")
        yield Line(id="hash")
        yield Grid(self.COLUMNS, empty_text="", id="versions")
        yield page_lines("Text of this version", "text")

    def on_resize(self, event: Resize) -> None:
        """Another width has other lines."""
        if event.size.width - EDGE != self._cells:
            self._cells = event.size.width - EDGE
            self.reload()

    def ask_book(self, read: Read) -> DocumentView:
        row = document(read, self._document_id)
        version = self._version or row.version
        self._cells = self._cells or self.biller.size.width - EDGE
        try:
            read_back = read_pages(document_bytes(read, self._document_id, version))
            lines = text_lines(read_back, self._cells)
        except DomainError as refusal:
            lines = [str(refusal)]
        kept = versions(read, self._document_id)
        return DocumentView(row, kept, practice(read).timezone, version, lines)

    def load_refused(self, refusal: DomainError) -> None:
        app = self.frame_app
        if self.is_current:
            app.go_back()
        app.refuse(refusal)

    def fill(self, view: DocumentView) -> None:
        row = self._row = view.row
        corrected = f" · {plural(row.version, 'version')}, corrected" if row.corrected else ""
        self.show_totals(f"{row.title}{corrected}")
        place = self._order.index(self._document_id) + 1 if self._document_id in self._order else 1
        owes = f"   owed by {row.guarantor}" if row.guarantor and row.guarantor != row.who else ""
        self.query_one("#who", WhoseLine).show(
            [(" ", ""), (row.who, "strong"), (owes, "muted")],
            [(f"{place:,} of {len(self._order):,} ", "muted")],
        )
        self.query_one("#what", Line).show([(_made_for(row), "")])
        shown = next((one for one in view.versions if one.version == view.version), None)
        sha256 = "" if shown is None else shown.sha256
        self.query_one("#hash", Line).show([(" sha256 ", "muted"), (sha256, "")])
        local = zone(view.timezone)
        kept = self.query_one("#versions", Grid)
        kept.styles.height = 1 + min(len(view.versions), MOST_VERSIONS)
        kept.show_rows(
            Rows(
                [
                    Row(
                        f"{one.version}",
                        (
                            f"{one.version} corrected" if one.version > 1 else "1",
                            one.made_on,
                            local_stamp(one.at, local),
                            one.actor,
                            local_stamp(one.shared_at, local) if one.shared_at else "",
                            size_words(one.size_bytes),
                            one.sha256[:16],
                        ),
                    )
                    for one in view.versions
                ]
            )
        )
        self.query_one("#text", Grid).show_rows(line_rows(view.lines))

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """The text is of the version under the cursor. The frame hears of it as well."""
        if event.grid.id == "versions" and event.record_id is not None:
            version = int(event.record_id)
            if self._row is not None and version != (self._version or self._row.version):
                self._version = version
                self.renew()

    def on_grid_opened(self, event: Grid.Opened) -> None:
        """Enter on a version shows it on a whole screen."""
        event.stop()
        event.prevent_default()
        open_text(self.biller, self._document_id, place=self.PLACE, version=self._version)

    @property
    def subject(self) -> str:
        return self._document_id if self._row is not None and self._row.kind == "invoice" else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Versions and lines have their own order."""
        return False if action == "sort" else super().check_action(action, parameters)

    def allowed(self, action: str) -> bool:
        if action == "share":
            return self._row is not None and self._row.shared_version < self._row.version
        return True

    def action_neighbour(self, by: Literal[-1, 1]) -> None:
        at = self._order.index(self._document_id) + by
        if not 0 <= at < len(self._order):
            self.say("This is the last one." if by > 0 else "This is the first one.")
            return
        self._document_id, self._version = self._order[at], None
        self.renew()

    def action_open_pdf(self) -> None:
        open_document(self.biller, self._document_id, place=self.PLACE, version=self._version)

    def action_write(self) -> None:
        write_and_say(self.biller, self._document_id, self._version)

    def action_share(self) -> None:
        row, app = self._row, self.biller
        if row is not None:
            self.ask(
                f"Share {row.title} with {row.who}?",
                "shares",
                lambda: share_one(app, row),
            )


def _made_for(row: DocumentRow) -> str:
    """What it covers, and how it is known."""
    days = (
        ""
        if not row.to_on
        else row.to_on
        if row.from_on in (None, row.to_on)
        else f"{row.from_on} to {row.to_on}"
    )
    detail = row.detail.replace("_", " ").strip()
    parts = [f"{row.kind.replace('_', ' ')} {row.number}".strip(), detail, f"for {days}" if days else ""]
    return " " + "   ".join(part for part in (*parts, f"id {short(row.document_id)}") if part)
