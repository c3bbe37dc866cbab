"""The strip that shares a client's charges between guarantors, from a day of service on (RB8)."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from textual.app import ComposeResult

from core.clients.queries import choose_guarantor
from core.clients.shares import NewShare, NotAShare, parse_shares
from core.text import search_key
from tui.cells import steady, width_of
from tui.strips.fields import DateField, Field, Words
from tui.strips.strip import Strip
from tui.tones import Piece


class Shared(NamedTuple):
    """Who owes what part, and the first day of service it holds for."""

    shares: list[NewShare]
    from_on: date


class SharesField(Field[list[NewShare]]):
    """`Robert Miller=50% Fiona=rest`, as the command line takes it."""

    def __init__(self, known: Sequence[tuple[str, str]], value: str) -> None:
        super().__init__("", name="shares", value=value, width=43, hint="Robert Miller=50% Fiona=rest")
        self._find = partial(choose_guarantor, known)

    def read(self) -> list[NewShare]:
        """Raises: NotAShare, BadShares, NoGuarantor, ManyGuarantors."""
        if not self.typed.strip():
            raise NotAShare("")
        return parse_shares(self.typed, self._find)


class AskShares(Strip[Shared]):
    """Beneath stand the guarantors that fit the name being typed."""

    def __init__(
        self, known: Sequence[tuple[str, str]], *, value: str, today: Callable[[], date], keep_as: str
    ) -> None:
        """`known` are the ids and names of every guarantor."""
        super().__init__(keep_as=keep_as)
        self._known = known
        self._shares = SharesField(known, value)
        self._from = DateField("from", name="from", today=today, value=today())

    def line(self) -> ComposeResult:
        yield Words([(" Shares", "strong")])
        yield self._shares
        yield self._from

    def focus_first(self) -> None:
        super().focus_first()
        self.typing()

    def typing(self) -> None:
        """Names that fit what stands behind the last part."""
        _, equals, after = self._shares.typed.rpartition("=")
        typing = after.partition(" ")[2] if equals else after
        words = search_key(typing).split()
        names = [name for _, name in self._known if all(word in search_key(name) for word in words)]
        room = self.app.size.width - 10
        pieces: list[Piece] = [("  ", "")]
        shown = 0
        for name in (steady(name)[:30] for name in names):
            if shown and width_of(name) + 3 > room:
                break
            room -= width_of(name) + 3
            pieces += [(" · " if shown else "", "muted"), (name, "")]
            shown += 1
        if not names:
            pieces.append(("No guarantor is called that.", "warn"))
        elif shown < len(names):
            pieces.append((f" +{len(names) - shown:,}", "muted"))
        self._say(pieces)

    def read(self) -> Shared:
        return Shared(self._shares.read(), self._from.read())
