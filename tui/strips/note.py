"""The strip for a note of several lines. Enter saves; ctrl+j begins a new line."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip as Line
from textual.widgets import TextArea

from core.text import plain_lines
from tui.strips.fields import Words
from tui.strips.strip import Strip


class NoteArea(TextArea):
    """The typing part: Enter is the strip's, and a paste is plain lines."""

    DEFAULT_CSS = """
    NoteArea, NoteArea:focus {
        height: 3; border: none; padding: 0 1; background: $boost; color: $foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j", "new_line", "New line", show=False, id="note.new_line"),
    ]

    def render_lines(self, crop: Region) -> list[Line]:
        """Nothing, once it has left the screen: a paint asked for before finds no styles any more."""
        return super().render_lines(crop) if self.is_attached else [Line.blank(crop.width)] * crop.height

    def action_new_line(self) -> None:
        self.insert("\n")

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            strip = self.parent
            while not isinstance(strip, Strip):
                assert strip is not None
                strip = strip.parent
            strip.answer()

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert("\n".join(plain_lines(event.text)))


class AskNote(Strip[str]):
    """A note of up to three lines in view, and more by scrolling; empty takes it away."""

    DEFAULT_CSS = """
    AskNote { max-height: 6; }
    AskNote > Horizontal { height: auto; }
    """
    FOOTER = (("enter", "Enter", "Save"), ("ctrl+j", "^j", "New line"), ("escape", "Esc", "Close"))

    def __init__(self, lead: str, *, value: str, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self._value = value
        self._area = NoteArea("\n".join(plain_lines(value)), compact=True, tab_behavior="focus")

    def line(self) -> ComposeResult:
        yield Words([(f" {self.lead} ", "strong")])
        yield self._area

    def texts(self) -> dict[str, str]:
        return {"note": self._area.text}

    def restore(self, texts: dict[str, str]) -> None:
        self._area.load_text(texts.get("note", self._area.text))

    def focus_first(self) -> None:
        self.screen.set_focus(self._area)
        self._area.move_cursor(self._area.document.end)

    def read(self) -> str:
        """What was there stays letter for letter where nothing was typed."""
        if self._area.text == "\n".join(plain_lines(self._value)):
            return self._value
        return self._area.text.strip()
