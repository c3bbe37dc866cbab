"""The cover over a locked book: nothing of it shows, and only the passphrase takes it away."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input

from core.errors import DomainError
from tui.app import FrameApp
from tui.strips.fields import TextField, Words
from tui.tones import Piece


class Locked(Screen[None]):
    """Asks for the passphrase; whoever opens the book goes on where it was left."""

    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    Locked { align: center middle; }
    Locked > Vertical { width: 64; height: auto; padding: 1 2; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", "Quit", id="locked.quit"),
    ]

    def __init__(self, unlock: Callable[[str], Awaitable[None]], hint: str = "") -> None:
        """`unlock` opens the book with what was typed, or refuses."""
        super().__init__()
        self._unlock = unlock
        self._hint = hint
        self._passphrase = TextField("passphrase", name="passphrase", width=36)
        self._passphrase.input.password = True
        self._said = Words([])
        self._said.id = "said"

    def compose(self) -> ComposeResult:
        lines: list[list[Piece]] = [
            [("Daysheet is locked", "strong")],
            [("Your passphrase opens it where you left it, and so does the", "")],
            [("recovery code. What you typed is kept.", "")],
            [(self._hint, "muted")],
        ]
        with Vertical():
            for pieces in lines:
                yield Words(pieces)
            yield self._passphrase
            yield self._said
            yield Words([("Enter", "key"), (" opens   ", ""), ("ctrl+q", "key"), (" quits", "")])

    @property
    def _app(self) -> FrameApp:
        app = self.app
        assert isinstance(app, FrameApp)
        return app

    def _say(self, text: str) -> None:
        self._said.show([(text, "warn")])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The key is derived in a thread; keys typed behind Enter are for where one was."""
        event.stop()
        typed = self._passphrase.typed
        self._passphrase.put("")
        if typed:
            self._app.hold_keys(self)
            self._app.run_worker(self._open(typed), exit_on_error=False)

    async def _open(self, typed: str) -> None:
        app = self._app
        try:
            await self._unlock(typed)
        except DomainError as refusal:
            self._say(str(refusal))
        else:
            self.dismiss()
        finally:
            app.release_keys(self)

    def action_leave(self) -> None:
        if self._app.jobs.running and self._app.working:
            self._say("A job is still running. Open the book to stop it.")
        else:
            self._app.exit()
