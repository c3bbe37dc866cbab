"""The fields of a strip: text, money, dates. A field keeps what was typed and reads it on request.

Refusals are sentences and name their field, so that the strip can show them beneath and go there.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from core.errors import UsageError
from core.money import parse_cents, parse_units, show_cents, show_units
from core.text import plain
from tui.strips.typed import parse_typed_day
from tui.tones import Piece, TonedWidget, pieces_width

T = TypeVar("T")


class FieldEmpty(UsageError):
    code = "field_empty"

    def __init__(self, label: str) -> None:
        super().__init__(f"Fill in {label or 'this'}.")


class Words(TonedWidget):
    """Fixed words in a strip."""

    DEFAULT_CSS = "Words { height: 1; width: auto; }"

    def __init__(self, pieces: Iterable[Piece]) -> None:
        super().__init__()
        self._pieces = list(pieces)

    def show(self, pieces: Iterable[Piece]) -> None:
        self._pieces = list(pieces)
        self.refresh(layout=True)

    @property
    def cells(self) -> int:
        """The width it takes in its strip."""
        return pieces_width(self._pieces)

    def get_content_width(self, container: Any, viewport: Any) -> int:
        return self.cells

    def render_line(self, y: int) -> Any:
        return self.paint(self._pieces, self.size.width)


class FieldInput(Input):
    """The typing part of a field, without Textual's frame."""

    DEFAULT_CSS = """
    FieldInput, FieldInput:focus {
        height: 1; border: none; padding: 0; background: $surface; color: $foreground;
    }
    FieldInput:focus { background: $boost; }
    FieldInput:nocolor:focus { text-style: underline; }
    """

    class Letter(Message):
        """A letter was typed into a field that takes only figures."""

        def __init__(self, field: "Field[Any]", letter: str) -> None:
            super().__init__()
            self.field = field
            self.letter = letter

    def __init__(self, field: "Field[Any]", value: str, placeholder: str) -> None:
        super().__init__(value=plain(value), placeholder=placeholder, compact=True, select_on_focus=True)
        self.field = field

    async def _on_key(self, event: events.Key) -> None:
        """Where a field takes only figures, letters are for the strip (`k` is a check)."""
        character = event.character or ""
        if self.field.letters and len(character) == 1 and character.isalpha():
            event.stop()
            event.prevent_default()
            self.post_message(self.Letter(self.field, character))
            return
        await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        """One line, plain: a clipboard may hold anything."""
        text = plain(event.text.splitlines()[0].strip())[:500] if event.text.strip() else ""
        event.stop()
        event.prevent_default()
        if text:
            if self.selection.is_empty:
                self.insert_text_at_cursor(text)
            else:
                self.replace(text, *self.selection)


class Field(Horizontal, Generic[T]):
    """A label and a place to type: ` amount [120.00]`."""

    DEFAULT_CSS = "Field { height: 1; width: auto; }"
    letters: ClassVar[bool] = False

    def __init__(
        self,
        label: str,
        *,
        name: str,
        value: str = "",
        width: int = 12,
        hint: str = "",
        optional: bool = False,
    ) -> None:
        super().__init__(name=name)
        self.label = label
        self.optional = optional
        self.input = FieldInput(self, value, hint)
        self.input.styles.width = width
        self._before = Words(self._label_pieces())
        self.cells = self._before.cells + width + 1

    def compose(self) -> ComposeResult:
        yield self._before
        yield self.input
        yield Words([("]", "muted")])

    def _label_pieces(self) -> list[Piece]:
        return [(f"  {self.label} [" if self.label else "  [", "muted")]

    def relabel(self, label: str) -> None:
        """Call the field something else; what is typed stays."""
        self.label = label
        self._before.show(self._label_pieces())

    @property
    def typed(self) -> str:
        """What stands in the field."""
        return self.input.value

    def put(self, text: str) -> None:
        self.input.value = plain(text)

    def read(self) -> T:
        """The typed value. Raises: DomainError."""
        raise NotImplementedError


class TextField(Field[str]):
    """Words; empty only where that is allowed."""

    def read(self) -> str:
        text = self.typed.strip()
        if not text and not self.optional:
            raise FieldEmpty(self.label)
        return text


class MoneyField(Field[int]):
    """An amount in cents; typing replaces the preset. Letters go to the strip."""

    letters = True

    def __init__(self, label: str, *, name: str, cents: int | None = None, width: int = 10) -> None:
        value = "" if cents is None else show_cents(cents)
        super().__init__(label, name=name, value=value, width=width, hint="0.00")

    def read(self) -> int:
        if not self.typed.strip():
            raise FieldEmpty(self.label)
        return parse_cents(self.typed)


class UnitsField(Field[int]):
    """A quantity in thousandths of a unit: `1`, `1.5`."""

    letters = True

    def __init__(self, label: str, *, name: str, units_milli: int | None = None, width: int = 8) -> None:
        value = "" if units_milli is None else show_units(units_milli)
        super().__init__(label, name=name, value=value, width=width, hint="1")

    def read(self) -> int:
        if not self.typed.strip():
            raise FieldEmpty(self.label)
        return parse_units(self.typed)


class DateField(Field[date]):
    """A day: `10-31`, `31`, `t`, `-1`, `2026-10-31`."""

    def __init__(
        self, label: str, *, name: str, today: Callable[[], date], value: date | None = None, width: int = 11
    ) -> None:
        super().__init__(label, name=name, value=str(value or ""), width=width, hint="10-31, t, -1")
        self._today = today

    def read(self) -> date:
        if not self.typed.strip():
            raise FieldEmpty(self.label)
        return parse_typed_day(self.typed, self._today())
