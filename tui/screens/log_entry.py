"""One entry of the audit log whole: who, where, when, why, and what was before beside what came after."""

import json
from collections import namedtuple
from collections.abc import Callable
from datetime import tzinfo
from typing import Any, ClassVar, Literal

from textual.app import ComposeResult

from core.dates import zone
from core.ledger.log import LogEntry, fields_of, log_entry
from core.practice.timezone import timezone
from core.store import Read
from core.text import plain_lines
from tui.cells import width_of
from tui.deeds import any_deed
from tui.keys import key_of
from tui.present import dollars, local_stamp
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows

EntryView = namedtuple("EntryView", "entry timezone")

_NAME_CELLS, _SIGNS_AND_GAPS = 16, 9


class LogEntryPage(BookScreen[EntryView]):
    """Enter opens what the entry is about; J and K go on through the log."""

    PLACE = "log"
    EMPTY = "The entry says no more than that."
    BINDINGS: ClassVar = [
        key_of("J", "neighbour(1)", "Next entry", id="log_entry.next"),
        key_of("K", "neighbour(-1)", "Previous entry", id="log_entry.previous"),
    ]

    def __init__(self, entry_id: str, neighbour: Callable[[int], str | None]) -> None:
        super().__init__()
        self._entry_id = entry_id
        self._neighbour = neighbour
        self._entry: LogEntry | None = None

    def compose_body(self) -> ComposeResult:
        for name in ("when", "what", "about", "why"):
            yield Line(id=name)
        yield Grid(
            (
                Column("Field", width=_NAME_CELLS),
                words_column("Before", least=10, most=200),
                words_column("After", least=10, most=200),
            ),
            empty_text=self.EMPTY,
        )

    def ask_book(self, read: Read) -> EntryView:
        return EntryView(log_entry(read, self._entry_id), timezone(read))

    def fill(self, view: EntryView) -> None:
        entry: LogEntry = view.entry
        self._entry = entry
        local: tzinfo = zone(view.timezone)
        self.HEADING = f"Entry {entry.site}/{entry.no}"
        self.show_totals(entry.verb)
        where = f"at {entry.office}" if entry.office else f"site {entry.site}"
        self._line("when", local_stamp(entry.at, local), f"by {entry.actor}, {where}")
        self._line("what", "What", any_deed(entry._replace(reason="")))
        self._line("about", "About", f"{entry.subject_kind.replace('_', ' ')} {entry.subject}".strip())
        self._line("why", "Why", entry.reason)
        side = (self.app.size.width - _NAME_CELLS - _SIGNS_AND_GAPS) // 2
        rows = []
        for name, before, after in fields_of(entry.detail):
            left, right = wrapped(_shown(name, before), side), wrapped(_shown(name, after), side)
            for at in range(max(len(left), len(right))):
                words = name.removesuffix("_cents").replace("_", " ") if at == 0 else ""
                rows.append(Row(f"{name}:{at}", (words, _at(left, at), _at(right, at))))
        self.grid.show_rows(Rows(rows))

    def _line(self, name: str, lead: str, text: str) -> None:
        line = self.query_one(f"#{name}", Line)
        line.show([(f" {lead}  ", "muted"), (text, "")])
        line.display = bool(text)

    def opened(self, record_id: str) -> None:
        entry, app = self._entry, self.biller
        if entry is None:
            return
        if entry.subject_kind in ("invoice", "draft"):
            app.show_invoice(entry.subject_id)
        elif entry.subject_kind == "client":
            app.show_client(entry.subject_id)
        elif entry.subject_kind in ("payment", "credit"):
            app.show_payment(entry.subject_id)

    def action_neighbour(self, by: Literal[-1, 1]) -> None:
        found = self._neighbour(by)
        if found is None:
            self.say("This is the oldest one." if by > 0 else "This is the newest one.")
            return
        self._entry_id = found
        self.renew()


def _shown(name: str, value: Any) -> str:
    """A value as a person reads it: amounts in dollars, words as they are, the rest as it is kept."""
    if value is None:
        return ""
    if name.endswith("cents") and isinstance(value, int):
        return dollars(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _at(lines: list[str], at: int) -> str:
    return lines[at] if at < len(lines) else ""


def wrapped(text: str, cells: int) -> list[str]:
    """A text in lines that are at most so many cells wide; nothing of it is left out."""
    lines: list[str] = []
    for line in plain_lines(text):
        rest = line
        while width_of(rest) > cells:
            cut = min(len(rest), cells)
            while cut > 1 and width_of(rest[:cut]) > cells:
                cut -= 1
            lines.append(rest[:cut])
            rest = rest[cut:]
        lines.append(rest)
    return lines
