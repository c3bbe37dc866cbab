"""A line of letters to choose from: sort by, wait or stop. One key chooses, any other closes."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult

from tui.strips.fields import Words
from tui.strips.strip import Strip

Choice = tuple[str, str]
"""A key and what it stands for."""


class Choices(Strip[str], can_focus=True):
    """`Sort by  n Number  c Client  d Due`; answers the chosen key."""

    FOOTER = (("escape", "Esc", "Close"),)

    def __init__(self, lead: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self.lead = lead
        self.choices = tuple(choices)

    def line(self) -> ComposeResult:
        """Each choice by itself, so that they wrap where the terminal is narrow."""
        yield Words([(f" {self.lead} ", "strong")])
        for key, label in self.choices:
            yield Words([(f" {key}", "key"), (f" {label} ", "")])

    def focus_first(self) -> None:
        self.screen.set_focus(self)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        on_answer, on_close = self.on_answer, self.on_close
        self.leave(False)
        if any(event.character == key for key, _ in self.choices):
            if on_answer is not None:
                on_answer(event.character or "")
        elif on_close is not None:
            on_close()


def letters_for(labels: Sequence[str]) -> list[str]:
    """One letter for each label: its first free letter, so that `d` is Due and `u` is Number's second."""
    taken: list[str] = []
    for label in labels:
        own = [ch for ch in label.lower() if ch.isascii() and ch.isalnum()]
        spare = [ch for ch in "abcdefghijklmnopqrstuvwxyz0123456789" if ch not in taken]
        taken.append(next((ch for ch in own if ch not in taken), spare[0]))
    return taken
