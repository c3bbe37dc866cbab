"""How a screen gets what it shows: one question in a thread, and only the newest answer counts.

Keys typed for rows that are not there yet wait for them. When somebody commits, the screen asks again.
"""

from typing import Generic, TypeVar

from core.errors import DomainError
from tui.screens.refused_keys import RefusedKeysScreen

V = TypeVar("V")


class LoadingScreen(RefusedKeysScreen, Generic[V]):
    """A screen that shows the answer to a question asked of the book."""

    def __init__(self) -> None:
        super().__init__()
        self._generation = 0
        self._filled = False
        self._filling = False
        self._stale = False
        self._asking = False
        self._changed_meanwhile = False

    def load(self) -> V:
        """Ask the book one question. Runs in a thread; reads the screen's plain values, no widgets.

        Raises: DomainError, which goes to the status line.
        """
        raise NotImplementedError

    def fill(self, view: V) -> None:
        """Put the answer into the widgets, through `present`."""
        raise NotImplementedError

    def load_refused(self, refusal: DomainError) -> None:
        """What to do when there is nothing to show, for example because somebody deleted it."""
        self.frame_app.refuse(refusal)

    def show_frame(self) -> None:
        """Bring what stands around the rows up to date."""

    def reload(self) -> None:
        """Ask again; the answer to an older question is dropped."""
        self._generation += 1
        generation = self._generation
        self._asking, self._changed_meanwhile = True, False
        if self._stale or not self._filled:
            # Keys typed ahead are verbs on rows that are not there yet, or not any more.
            self.frame_app.hold_keys(self)
        self._stale = False
        self.frame_app.in_background(
            self.load,
            lambda view: self._loaded(generation, view),
            failed=lambda refusal: self._load_failed(generation, refusal),
            ended=lambda: self._load_ended(generation),
        )

    def renew(self) -> None:
        """Ask something else: another filter, period or record. Keys typed behind it wait for its answer."""
        self._stale = True
        self.reload()

    def _loaded(self, generation: int, view: V) -> None:
        if generation == self._generation and self.frame_app.is_open(self):
            self._filled = self._filling = True
            try:
                self.fill(view)
            finally:
                self._filling = False
            self.show_frame()

    def _load_failed(self, generation: int, refusal: DomainError) -> None:
        if generation == self._generation and self.frame_app.is_open(self):
            self.load_refused(refusal)

    def _load_ended(self, generation: int) -> None:
        """Keys go on with the newest answer; an older one was dropped, and with it what they wait for."""
        if generation == self._generation:
            self._asking = False
            self.frame_app.release_keys(self)
            self.frame_app.answered()
            if self._changed_meanwhile:
                self.data_changed()

    def data_changed(self) -> None:
        """Somebody committed: reload now, or when this screen is looked at again.

        An answer that is on its way is shown first: where others write all the time, each commit would drop
        the answer to the one before, and none would ever show.
        """
        if not self.is_current:
            self._stale = True
        elif self._asking:
            self._changed_meanwhile = True
        else:
            self.reload()
