"""A screen that can open strips: one at a time, focus there and back, typed texts kept."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from textual.screen import Screen
from textual.widget import Widget

from tui.app import FrameApp

if TYPE_CHECKING:
    from tui.strips.choices import Choice
    from tui.strips.strip import Strip

A = TypeVar("A")


class StripScreen(Screen[None]):
    """Base of screens with a place for strips, the widget with the id `strip`."""

    def __init__(self) -> None:
        super().__init__()
        self.strip: Strip[Any] | None = None
        self._focus_before: Widget | None = None

    def strip_changed(self) -> None:
        """A strip was opened or closed."""

    @property
    def frame_app(self) -> FrameApp:
        app = self.app
        assert isinstance(app, FrameApp)
        return app

    def open_strip(
        self,
        strip: "Strip[A]",
        on_answer: Callable[[A], object],
        *,
        on_close: Callable[[], object] | None = None,
    ) -> None:
        """Open a strip above the status line. `on_answer` gets the typed answer, after it has closed.

        Keys typed meanwhile wait until its first field has the focus.
        """
        self.close_strip(keep=True)
        strip.on_answer, strip.on_close = on_answer, on_close
        strip.leave = lambda keep: self.close_strip(keep=keep)
        strip.on_ready = lambda: self._strip_ready(strip)
        self.strip, self._focus_before = strip, self.focused
        self.frame_app.hold_keys(strip)
        self.query_one("#strip").mount(strip)
        self.strip_changed()

    def _strip_ready(self, strip: "Strip[Any]") -> None:
        if strip is self.strip:
            kept = self.frame_app.kept_texts.get(strip.keep_as) if strip.keep_as else None
            if kept:
                strip.restore(kept)
            strip.focus_first()
        self.frame_app.release_keys(strip)

    def close_strip(self, *, keep: bool) -> None:
        """Close the strip, if one is open; focus goes back first, or it would wander to any widget."""
        strip, self.strip = self.strip, None
        if strip is None:
            return
        kept = self.frame_app.kept_texts
        if strip.keep_as and keep:
            kept[strip.keep_as] = strip.texts()
        elif strip.keep_as:
            kept.pop(strip.keep_as, None)
        self.frame_app.release_keys(strip)
        self.set_focus(self._focus_before if self._focus_before in self.focus_chain else None)
        strip.remove()
        self.strip_changed()

    def ask(
        self,
        question: str,
        yes_does: str,
        on_yes: Callable[[], object],
        *,
        on_cancel: Callable[[], object] | None = None,
    ) -> None:
        """Ask before what cannot be undone. `question` names count and sum; only `y` says yes."""
        self.ask_which(question, [("y", yes_does)], lambda _: on_yes(), on_cancel=on_cancel)

    def ask_which(
        self,
        question: str,
        answers: "Sequence[Choice]",
        on_answer: Callable[[str], object],
        *,
        on_cancel: Callable[[], object] | None = None,
    ) -> None:
        """The same where there is more than one way to say yes, each with a key of its own."""
        from tui.strips.question import Question

        strip = Question(question, answers)
        strip.on_cancel = on_cancel
        self.frame_app.drop_typed_ahead()
        self.open_strip(strip, on_answer)

    def choose(self, lead: str, choices: "Sequence[Choice]", on_choice: Callable[[str], object]) -> None:
        """Let one key choose; any other closes."""
        from tui.strips.choices import Choices

        self.open_strip(Choices(lead, choices), on_choice)
