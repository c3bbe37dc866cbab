"""The palette: every screen, command, client and invoice by a few letters.

`run 2026-10` gives a command its arguments; `1042` opens an invoice, `mil` finds clients.
"""

from collections.abc import Callable, Iterator
from functools import partial
from inspect import isawaitable
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from core.text import plain, search_key
from tui.app import FrameApp
from tui.keys import Footing, shown_key
from tui.tones import Piece
from tui.widgets.lines import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.screens.frame import FrameScreen

LINES = 10


class Command(NamedTuple):
    """Something the palette can do; `run` gets what was typed after the name."""

    name: str
    help: str
    run: Callable[[str], object]
    takes: str = ""


class Found(NamedTuple):
    """A record the palette found; choosing it runs `open`."""

    label: str
    detail: str
    open: Callable[[], object]


class Palette(ModalScreen[None]):
    """A field and what fits what is typed. Enter takes the marked line."""

    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    Palette { align: center top; }
    Palette > Vertical { width: 72; max-width: 100%; height: auto; margin-top: 2; background: $panel;
        border: round $secondary; }
    Palette > Vertical > Input, Palette > Vertical > Input:focus {
        border: none; height: 1; padding: 0 1; background: $boost; color: $foreground;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="palette.close"),
        Binding("down,ctrl+n", "move(1)", "Down", id="palette.down"),
        Binding("up,ctrl+p", "move(-1)", "Up", id="palette.up"),
    ]

    def __init__(self, about: "FrameScreen[Any] | None" = None) -> None:
        """`about` is the screen in front, whose verbs it offers too."""
        super().__init__()
        self._found: list[Found] = []
        self._at = 0
        self._asked = ""
        self._answered = ""
        self._enter_waits = False
        self._verbs = list(_verbs_of(about)) if about is not None else []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Input(placeholder="screen, command, client or invoice number", compact=True)
            for _ in range(LINES):
                yield Line()

    def on_mount(self) -> None:
        self._show()

    @property
    def _app(self) -> FrameApp:
        app = self.app
        assert isinstance(app, FrameApp)
        return app

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._at = 0
        self._enter_waits = False
        app, text = self._app, event.value.strip()
        self._asked = text
        if text:
            # The search begins in a thread, perhaps after the palette has closed and lost its app.
            app.in_background(
                lambda: list(app.find(text)),
                lambda found: self._answer(text, found),
                ended=lambda: self._searched(app, text),
            )
        else:
            self._answer("", [])
        self._show()

    def _answer(self, text: str, found: list[Found]) -> None:
        if text != self._asked or not self.is_attached:
            return
        self._answered, self._found = text, found
        self._show()
        if self._enter_waits:
            self._take()

    def _searched(self, app: FrameApp, text: str) -> None:
        """A search that failed leaves nothing to wait for."""
        if self._enter_waits and text == self._asked:
            self._enter_waits = False
            app.release_keys(self)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter typed before the search has answered waits for its answer, and the keys behind it too."""
        event.stop()
        self._app.hold_keys(self)
        self._enter_waits = self._asked != self._answered and not self._commands()
        if not self._enter_waits:
            self._take()

    def on_unmount(self) -> None:
        if self._enter_waits:
            self._app.release_keys(self)

    def action_move(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._lines()) - 1))
        self._show()

    def _take(self) -> None:
        """Close and run what was chosen; keys typed behind Enter are for what that opens."""
        app, lines = self._app, self._lines()
        self._enter_waits = False
        self.dismiss()
        if not lines:
            app.say(f'Nothing is called "{plain(self._asked)[:40]}".', "warn")
            app.release_keys(self)
            return
        run = lines[min(self._at, len(lines) - 1)][2]

        async def chosen() -> None:
            try:
                opening = run()
                if isawaitable(opening):
                    await opening
            finally:
                app.release_keys(self)

        app.call_after_refresh(chosen)

    def _go(self, place: str, _arguments: str) -> None:
        self._app.go(place)

    def _commands(self) -> list[Command]:
        """Places and commands whose name, or a word of it, begins as typed."""
        name = search_key(self._asked).split(" ")[0]
        known = [
            *(Command(p.title, "screen", partial(self._go, p.name)) for p in self._app.PLACES),
            *self._app.commands(),
            *self._verbs,
        ]
        whole = _run_together(self._asked)
        fits = [
            one
            for one in known
            if _run_together(one.name).startswith(whole)
            or any(word.startswith(name) for word in search_key(one.name).split())
        ]
        return sorted(fits, key=lambda one: not search_key(one.name).startswith(name))

    def _lines(self) -> list[tuple[str, str, Callable[[], object]]]:
        arguments, whole = self._asked.partition(" ")[2].strip(), _run_together(self._asked)
        lines: list[tuple[str, str, Callable[[], object]]] = [
            (f"{one.name} {one.takes}".strip(), one.help, partial(one.run, arguments))
            for one in self._commands()
            if one.takes or not arguments or _run_together(one.name).startswith(whole)
        ]
        return [*lines, *((found.label, found.detail, found.open) for found in self._found)]

    def _show(self) -> None:
        shown = self._lines()
        top = max(0, min(self._at - LINES + 1, len(shown) - LINES))
        for at, line in enumerate(self.query(Line)):
            place = top + at
            if place < len(shown):
                label, detail, _ = shown[place]
                here = place == self._at
                sign: Piece = (" > " if here else "   ", "key")
                line.show([sign, (label, "active" if here else "")], [(detail + " ", "muted")])
            line.display = place < len(shown)


def _run_together(name: str) -> str:
    """`Day sheet` and `daysheet` are the same."""
    return search_key(name).replace(" ", "")


def _verbs_of(screen: "FrameScreen[Any]") -> Iterator[Command]:
    """The verbs that apply on a screen now, each with its key."""
    for key, active in screen.active_bindings.items():
        binding = active.binding
        footing = binding.group
        if isinstance(footing, Footing) and not footing.always and binding.show and active.enabled:
            yield Command(binding.description, f"key {shown_key(key)}", _runner(screen, binding.action))


def _runner(screen: "FrameScreen[Any]", action: str) -> Callable[[str], object]:
    return lambda _: screen.app.run_action(action, screen)
