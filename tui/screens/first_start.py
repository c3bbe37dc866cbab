"""The first start: the pages of a new book, one after the other, with keys only.

Enter goes on once a page will do, Esc goes back and keeps what was typed. The last Enter makes the
book; until then nothing is written anywhere.
"""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from core.errors import DomainError
from core.security.keys import new_recovery_code
from tui.new_book import NewBook, computer_user
from tui.screens.first_pages import (
    BackPage,
    CodePage,
    LastPage,
    Page,
    PassphrasePage,
    PracticePage,
    ZonePage,
)
from tui.strips.fields import FieldInput
from tui.tones import Tone
from tui.widgets.grid import Grid
from tui.widgets.lines import FooterLine, ListTitle, StatusLine, TitleLine

SAVED = "Making the book; this takes a few seconds."


class FirstStart(Screen[None]):
    """Asks page by page, then hands what is wanted to `make`."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    FirstStart { layout: vertical; }
    FirstStart > Page { display: none; }
    FirstStart > Page.-shown { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", id="first.next"),
        Binding("escape", "back", "Back", id="first.back"),
        Binding("down", "move(1)", "Down", id="first.down"),
        Binding("up", "move(-1)", "Up", id="first.up"),
        Binding("pagedown", "move(10)", "Page down", id="first.page_down"),
        Binding("pageup", "move(-10)", "Page up", id="first.page_up"),
        Binding("tab", "field(1)", "Next field", id="first.field"),
        Binding("shift+tab", "field(-1)", "Previous field", id="first.field_back"),
        Binding("ctrl+q", "leave", "Leave", id="first.leave"),
    ]

    def __init__(
        self, folder: str, *, now: datetime, passphrase: str, make: Callable[[NewBook], object]
    ) -> None:
        """`passphrase` is one that a key file named; then none is asked for."""
        super().__init__()
        code = new_recovery_code()
        self._given = passphrase
        self._make = make
        self._making = False
        self._practice = PracticePage(folder)
        self._zone = ZonePage(now)
        self._secret = PassphrasePage(lambda: (self._practice.practice, self._practice.office))
        self._code = CodePage(code)
        self._last = LastPage(self._told)
        self._pages: list[Page] = [self._practice, self._zone, self._secret, self._code, BackPage(code)]
        self._pages.append(self._last)
        if passphrase:
            self._pages.remove(self._secret)
        self._at = 0

    def compose(self) -> ComposeResult:
        yield TitleLine()
        yield ListTitle()
        yield from self._pages
        yield StatusLine()
        yield FooterLine()

    def on_mount(self) -> None:
        self.query_one(TitleLine).show_title("Daysheet", "a new book", "")
        self._turn_to(0)

    @property
    def page(self) -> Page:
        return self._pages[self._at]

    def tell(self, text: str, tone: Tone = "") -> None:
        """Show the last refusal, or what is going on."""
        if self.is_mounted:
            self.query_one(StatusLine).show_result(text, tone)

    def refused(self, refusal: DomainError) -> None:
        """The book was not made; every page is as it was."""
        self._making = False
        self.tell(str(refusal), "warn")

    def _turn_to(self, at: int) -> None:
        self._at = at
        for page in self._pages:
            page.set_class(page is self.page, "-shown")
        self.page.turned_to()
        self.page.focus_first()
        self.query_one(ListTitle).show_list(f"{at + 1} of {len(self._pages)}", self.page.TITLE, [])
        self.tell("")
        keys = [("enter", "Enter", self.page.NEXT)]
        if self.page.ARROWS:
            keys.append(("down", "↑↓", "Choose"))
        elif len(self.page.query(FieldInput)) > 1:
            keys.append(("tab", "Tab", "Next field"))
        if at:
            keys.append(("escape", "Esc", "Back"))
        self.query_one(FooterLine).show_keys(keys, [("ctrl+q", "^q", "Leave")], "")

    @property
    def _owner(self) -> str:
        return computer_user() if self._given else self._secret.owner

    def _told(self) -> list[tuple[str, str]]:
        """What will be made, as the last page shows it."""
        made = self._practice
        return [
            ("Practice", made.practice),
            ("Time zone", self._zone.timezone),
            ("Office", made.office),
            ("First invoice", f"{made.series}-00001"),
            ("Bills are due after", f"{made.terms_days} days"),
            ("Owner", self._owner),
        ]

    def _wanted(self) -> NewBook:
        made = self._practice
        return NewBook(
            practice=made.practice,
            timezone=self._zone.timezone,
            office=made.office,
            series=made.series,
            terms_days=made.terms_days,
            owner=self._owner,
            passphrase=self._given or self._secret.passphrase,
            machine_key_file=self._last.machine_key_file,
            recovery_code=self._code.code,
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.ancestors and self.page in event.input.ancestors:
            self.tell("")
            self.page.typing()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_next()

    async def on_footer_line_pressed(self, event: FooterLine.Pressed) -> None:
        event.stop()
        await self.app.run_action(self.active_bindings[event.key].binding.action, self)

    def action_next(self) -> None:
        """On to the next page, or from the last one to the book."""
        if self._making:
            return
        try:
            self.page.check()
        except DomainError as refusal:
            self.tell(str(refusal), "warn")
            return
        if self.page is not self._last:
            self._turn_to(self._at + 1)
            return
        self._making = True
        self.tell(SAVED)
        self._make(self._wanted())

    def action_back(self) -> None:
        if self._at and not self._making:
            self._turn_to(self._at - 1)
        elif not self._making:
            self.tell("This is the first page. Nothing is written yet; ctrl+q leaves.")

    def action_move(self, by: int) -> None:
        for grid in self.page.query(Grid):
            grid.action_move(by)

    def action_field(self, by: int) -> None:
        fields = list(self.page.query(FieldInput))
        if fields:
            at = next((i for i, one in enumerate(fields) if one.has_focus), 0)
            self.set_focus(fields[(at + by) % len(fields)])

    def action_leave(self) -> None:
        if not self._making:
            self.app.exit()
