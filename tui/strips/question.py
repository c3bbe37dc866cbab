"""The question before what cannot be undone. Only `y` says yes, or a letter that says which yes.

A question interrupts a person who types quickly, so keys from before it could be read must not
answer it: those waiting when it opens are dropped, and so are those of its first 300 ms on screen.
"""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult

from tui.cells import in_lines
from tui.gate import KeyGate
from tui.strips.fields import Words
from tui.strips.strip import Strip
from tui.tones import Piece

DEAF_SECONDS = 0.3


class Question(Strip[str], can_focus=True):
    """`Send 197 invoices, $96,771.00, by email?   y sends · any other key cancels`.

    `answers` are keys and what each does; where there is more than one, the key that was pressed is
    the answer.
    """

    FOOTER = ()
    DEFAULT_CSS = "Question { background: $panel; max-height: 6; }"

    def __init__(self, question: str, answers: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.question = question
        self.answers = tuple(answers)
        self.on_cancel: Callable[[], object] | None = None
        self._drawn_at: float | None = None

    def line(self) -> ComposeResult:
        """The question is read whole, in as many lines as it takes. The keys stay together and wrap as a
        whole where it leaves them no room.
        """
        *lines, last = in_lines(self.question, self.app.size.width - 2)
        for line in lines:
            yield Words([(f" {line}".ljust(self.app.size.width), "strong")])
        yield Words([(f" {last}  ", "strong")])
        keys: list[Piece] = [(" ", "")]
        for key, does in self.answers:
            keys += [(key, "key"), (f" {does} · ", "")]
        yield Words([*keys, ("any other key cancels", "")])

    def focus_first(self) -> None:
        self.screen.set_focus(self)
        self.call_after_refresh(self._drawn)

    def _drawn(self) -> None:
        gate = self.app
        assert isinstance(gate, KeyGate)
        gate.drop_typed_ahead()
        self._drawn_at = gate.clock()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        gate = self.app
        assert isinstance(gate, KeyGate)
        if self._drawn_at is None or gate.key_arrived_at < self._drawn_at + DEAF_SECONDS:
            return
        on_answer, on_cancel = self.on_answer, self.on_cancel
        self.leave(False)
        if any(event.key == key for key, _ in self.answers):
            if on_answer is not None:
                on_answer(event.key)
        elif on_cancel is not None:
            on_cancel()

    def on_paste(self, event: events.Paste) -> None:
        """A clipboard answers nothing."""
        event.stop()
        event.prevent_default()
