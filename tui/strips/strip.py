"""A strip asks one thing above the footer, while the row it is about stays in view.

It takes one to four lines: what is asked, and beneath it a refusal in words. Enter in any field
answers; Esc closes and the text is kept for the next time. Nothing typed is lost to a refusal.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from core.errors import DomainError
from tui.cells import fit, in_two_lines, steady, width_of
from tui.strips.fields import Field, FieldInput, Words
from tui.tones import Piece

A = TypeVar("A")


class Strip(Widget, Generic[A]):
    """Base of all strips. A subclass yields its widgets from `line()` and reads its answer in `read()`.

    `keep_as` names the kept text: a strip about one record says so there, or one record's amount
    would come back for another.
    """

    DEFAULT_CSS = """
    Strip { height: auto; max-height: 4; width: 1fr; background: $panel; }
    Strip > Horizontal { height: 1; }
    Strip > #refusal, Strip > #refusal_more { display: none; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close, keep the text", show=False, id="strip.close"),
    ]

    FOOTER: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("enter", "Enter", "Save"),
        ("tab", "Tab", "Next field"),
        ("escape", "Esc", "Close"),
    )
    """What the footer shows while the strip is open: key, as displayed, label."""

    def __init__(self, *, keep_as: str = "") -> None:
        super().__init__()
        self.keep_as = keep_as
        self.on_answer: Callable[[A], object] | None = None
        self.on_close: Callable[[], object] | None = None
        self.leave: Callable[[bool], None] = lambda keep: None
        self.on_ready: Callable[[], None] = lambda: None

    def line(self) -> ComposeResult:
        """The words and fields of the strip."""
        raise NotImplementedError

    def read(self) -> A:
        """The answer. Raises: DomainError, whose sentence is shown; `subject` may name the field."""
        raise NotImplementedError

    def beneath(self) -> ComposeResult:
        """Words and fields that begin a line of their own, under the others."""
        yield from ()

    def compose(self) -> ComposeResult:
        for row in _wrapped(list(self.line()), self.app.size.width):
            yield Horizontal(*row)
        for row in _wrapped(list(self.beneath()), self.app.size.width):
            yield Horizontal(*row)
        for name in ("refusal", "refusal_more"):
            words = Words([])
            words.id = name
            yield words

    def on_mount(self) -> None:
        self.on_ready()

    @property
    def fields(self) -> Iterator[Field[Any]]:
        return iter(self.query(Field))

    def field(self, name: str) -> Field[Any]:
        return next(field for field in self.fields if field.name == name)

    def texts(self) -> dict[str, str]:
        """What stands in the fields, to be kept."""
        return {field.name or "": field.typed for field in self.fields}

    def restore(self, texts: dict[str, str]) -> None:
        for field in self.fields:
            if field.name in texts:
                field.put(texts[field.name])

    def focus_first(self) -> None:
        """Put the cursor into the first field, its text selected so that typing replaces it."""
        for field in self.fields:
            self.screen.set_focus(field.input)
            return

    def refuse(self, sentence: str, field: str = "") -> None:
        """Say what is wrong, and go to the field it is about."""
        first, second = in_two_lines(sentence, self.app.size.width - 3)
        self._say([("  " + first, "warn")], [("  " + second, "warn")] if second else [])
        for one in self.fields:
            if one.name == field:
                self.screen.set_focus(one.input)

    def answer(self) -> None:
        """Read the fields; close and hand the answer on, or say what is wrong."""
        reading = ""
        try:
            for field in self.fields:
                reading = field.name or ""
                field.read()
            reading = ""
            answer = self.read()
        except DomainError as refusal:
            self.refuse(str(refusal), reading or refusal.subject)
            return
        on_answer = self.on_answer
        self.leave(False)
        if on_answer is not None:
            on_answer(answer)

    def action_close(self) -> None:
        on_close = self.on_close
        self.leave(True)
        if on_close is not None:
            on_close()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.answer()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say()
        self.typing()

    def on_field_input_letter(self, event: FieldInput.Letter) -> None:
        event.stop()
        self.letter(event.field, event.letter)

    def typing(self) -> None:
        """Called after each change of a field, for strips that show what follows from it."""

    def letter(self, field: Field[Any], letter: str) -> None:
        """Called when a letter is typed into a field of figures."""

    def _say(self, first: Sequence[Piece] = (), second: Sequence[Piece] = ()) -> None:
        for name, pieces in (("#refusal", first), ("#refusal_more", second)):
            words = self.query_one(name, Words)
            words.show(pieces)
            words.display = bool(pieces)


def lead_words(lead: str, fields: Sequence[Field[Any]], width: int) -> Words:
    """What a strip says before its fields, whole: who it is about must be read before money moves.

    Where the fields leave no room it stands on a line of its own, and only there is it cut.
    """
    lead = steady(lead)
    if width_of(lead) > width - sum(field.cells for field in fields) - 1:
        lead = fit(lead, width - 1)
    return Words([(f" {lead}", "strong")])


def _wrapped(parts: list[Widget], width: int) -> list[list[Widget]]:
    """The parts in as many lines as the terminal needs; a field is never split from its label."""
    rows: list[list[Widget]] = [[]]
    used = 0
    for part in parts:
        cells = part.cells if isinstance(part, Field | Words) else width
        if rows[-1] and used + cells > width:
            rows.append([])
            used = 0
        rows[-1].append(part)
        used += cells
    return [row for row in rows if row]
