"""The help of a screen, made from its own keys, so that it can never be out of date."""

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.keys import shown_key
from tui.screens.frame import FrameScreen
from tui.widgets.columns import Column
from tui.widgets.grid import Grid
from tui.widgets.rows import Row, Rows

_GROUPS = {"frame": "everywhere", "book": "everywhere", "list": "lists"}


class Help(ModalScreen[None]):
    """All keys of a screen; typing filters them. `?` and Esc close."""

    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    Help { align: center middle; }
    Help > Vertical { width: 76; max-width: 100%; height: 90%; background: $panel;
        border: round $secondary; }
    Help Input, Help Input:focus {
        border: none; height: 1; padding: 0 1; background: $boost; color: $foreground;
    }
    Help Grid { background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="help.close"),
        Binding("down", "move(1)", "Down", id="help.down"),
        Binding("up", "move(-1)", "Up", id="help.up"),
    ]

    def __init__(self, about: FrameScreen[Any]) -> None:
        super().__init__()
        self._rows = help_rows(about)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(placeholder="type to search the keys of this screen", compact=True)
            yield Grid(
                [Column("Keys", width=14), Column("What they do", most=44), Column("Where", width=11)],
                empty_text="No key does that.",
            )

    def on_mount(self) -> None:
        self.query_one(Grid).show_rows(Rows(self._rows))

    def on_input_changed(self, event: Input.Changed) -> None:
        """A `?` closes; any other text filters."""
        event.stop()
        if event.value.endswith("?"):
            self.dismiss()
        else:
            self.query_one(Grid).filter_rows(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss()

    def action_move(self, by: int) -> None:
        self.query_one(Grid).action_move(by)


def help_rows(about: FrameScreen[Any]) -> list[Row]:
    """One row for each action: its keys, what it does, and where it holds."""
    found: dict[str, tuple[list[str], str, str]] = {}
    for key, active in about.active_bindings.items():
        binding = active.binding
        text = binding.tooltip or binding.description
        if text and binding.id and not binding.system:
            group = _GROUPS.get(binding.id.split(".")[0], "this screen")
            found.setdefault(binding.action, ([], text, group))[0].append(shown_key(key))
    places = [(place.key or f"g {place.letter}", place.title) for place in about.frame_app.PLACES]
    rows = [Row(action, (" ".join(keys), text, group)) for action, (keys, text, group) in found.items()]
    rows += [Row(f"go:{key}", (key, f"Go to {title}", "everywhere")) for key, title in places]
    order = ["this screen", "lists", "everywhere"]
    return sorted(rows, key=lambda row: order.index(row.values[2]))
