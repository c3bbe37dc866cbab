"""The strip that finds a client: a few letters of the name, the choices beneath, Enter takes one."""

from collections.abc import Sequence
from typing import ClassVar, Generic, NamedTuple, Protocol, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import UsageError
from core.text import plain, search_key
from tui.cells import steady, width_of
from tui.strips.fields import TextField, Words
from tui.strips.strip import Strip
from tui.tones import Piece


class Named(Protocol):
    """Somebody with a name."""

    @property
    def name(self) -> str: ...


C = TypeVar("C", bound=Named)


class ClientChoice(NamedTuple):
    """Somebody who can be chosen."""

    client_id: str
    name: str


class NobodyFits(UsageError):
    code = "no_client"

    def __init__(self, typed: str) -> None:
        super().__init__(f'No client is called "{plain(typed)[:40]}".', subject="name")


class NothingTyped(UsageError):
    """The name in front is only the first of all: Enter takes it once something was typed that it fits."""

    code = "nothing_typed"

    def __init__(self, wanted: str) -> None:
        super().__init__(f"Type {wanted}.", subject="name")


class AskSomebody(Strip[C], Generic[C]):
    """Answers one of those the caller knows; nobody has to type a whole name.

    Names with a word that begins as typed come first, so that two letters usually do.
    """

    FOOTER = (("enter", "Enter", "Take"), ("down", "↓ ↑", "Other"), ("escape", "Esc", "Close"))
    WANTED: ClassVar[str] = "two letters of a name"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "other(1)", "Next", show=False, id="strip.next"),
        Binding("up,ctrl+p", "other(-1)", "Previous", show=False, id="strip.previous"),
    ]

    def __init__(self, lead: str, known: Sequence[C], *, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self._known = [(search_key(self.found_by(choice)).replace(",", " "), choice) for choice in known]
        self._field = TextField("", name="name", width=28, optional=True)
        self._fits: list[C] = []
        self._at = 0

    def found_by(self, choice: C) -> str:
        """The words a choice is found by."""
        return choice.name

    def shown(self, choice: C) -> str:
        """What stands in the line of choices."""
        return steady(choice.name)[:30]

    def nobody(self, typed: str) -> list[Piece]:
        """What to say where no name fits."""
        return [("  Nobody is called that.", "warn")]

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._field

    def focus_first(self) -> None:
        super().focus_first()
        self._look()

    def typing(self) -> None:
        self._at = 0
        self._look()

    def action_other(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._fits) - 1))
        self._show()

    def _look(self) -> None:
        words = search_key(self._field.typed).replace(",", " ").split()
        fits = [(key, choice) for key, choice in self._known if all(word in key for word in words)]
        fits.sort(key=lambda fit: not all(f" {word}" in f" {fit[0]}" for word in words))
        self._fits = [choice for _, choice in fits]
        self._show()

    def _show(self) -> None:
        """As many names as the line holds, from the chosen one on."""
        if not self._fits:
            self._say(self.nobody(self._field.typed))
            return
        pieces: list[Piece] = [("  ", "")]
        room = self.app.size.width - 12
        shown = self._at
        for choice in self._fits[self._at :]:
            name = self.shown(choice)
            if shown > self._at and width_of(name) + 3 > room:
                break
            room -= width_of(name) + 3
            taken = shown == self._at
            pieces += [("> " if taken else "  ", "key"), (name, "active" if taken else ""), (" ", "")]
            shown += 1
        if shown < len(self._fits):
            pieces.append((f" +{len(self._fits) - shown:,}", "muted"))
        self._say(pieces)

    def read(self) -> C:
        if not self._field.typed.strip():
            raise NothingTyped(self.WANTED)
        if not self._fits:
            raise NobodyFits(self._field.typed)
        return self._fits[self._at]


class AskClient(AskSomebody[ClientChoice]):
    """Answers one client."""
