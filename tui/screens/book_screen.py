"""A screen on the open book: the frame, plus the store and the commands behind the verbs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual.binding import BindingType

from core.store import Read, Tx
from tui.keys import key_of
from tui.screens.frame import FrameScreen

if TYPE_CHECKING:
    from tui.biller import Biller

V = TypeVar("V")
T = TypeVar("T")


class BookScreen(FrameScreen[V], Generic[V]):
    """Subclasses answer `ask_book`, one question of the book, which runs in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key_of("P", "receive", "Payment: choose who pays, or an invoice's number", id="book.receive"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._biller: Biller | None = None

    @property
    def biller(self) -> "Biller":
        """The app; kept, because a screen that has been closed does not know it any more."""
        if self._biller is None:
            from tui.biller import Biller

            app = self.app
            assert isinstance(app, Biller)
            self._biller = app
        return self._biller

    def reload(self) -> None:
        """The question is asked in a thread, perhaps after the screen has been closed."""
        assert self.biller is not None
        super().reload()

    def ask_book(self, read: Read) -> V:
        """The one question this screen shows the answer of."""
        raise NotImplementedError

    def load(self) -> V:
        with self.biller.store.read() as read:
            return self.ask_book(read)

    @property
    def subject(self) -> str:
        """What `explain` without a word is about: the id of an invoice, a payment or a client."""
        return ""

    def action_receive(self) -> None:
        from tui.screens.paying import choose_payer

        choose_payer(self)

    def change(self, command: Callable[[Tx], T], done: Callable[[T], object]) -> None:
        """Run one command of `core`, then hear its answer; a refusal goes to the status line."""
        self.biller.change(command, done)

    def done(
        self,
        what: str,
        undo: Callable[[Tx], object],
        redo: Callable[[Tx], object],
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Say what was done and how `u` takes it back; `then` is called after it was, or was done again."""
        self.biller.can_undo(what, undo, redo, then)
        self.biller.say(f"{what}.  u undoes", "good")
