"""The notice after a bug in the background: a number to report, nothing of the data."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.strips.fields import Words
from tui.tones import Piece


class Notice(ModalScreen[None]):
    """Says that something went wrong and that work goes on."""

    DEFAULT_CSS = """
    Notice { align: center middle; }
    Notice > Vertical { width: 64; height: auto; padding: 1 2; background: $panel; border: round $error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "dismiss", "Close", id="notice.close"),
    ]

    def __init__(self, error_name: str, where: str) -> None:
        super().__init__()
        self.error_name = error_name
        self.where = where

    def compose(self) -> ComposeResult:
        lines: list[list[Piece]] = [
            [(f"Something went wrong: error {self.error_name}", "bad")],
            [("", "")],
            [(self.where, "muted")],
            [("The report holds no client data. Nothing saved was lost.", "")],
            [("", "")],
            [("Esc", "key"), (" goes on", "")],
        ]
        with Vertical():
            for pieces in lines:
                yield Words(pieces)
