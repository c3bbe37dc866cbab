"""`g` and a letter: places by name. The choices appear when the second key is slow to come."""

from textual.events import Key
from textual.timer import Timer

from tui.keys import shown_key
from tui.strips.host import StripScreen

CHORD_SECONDS = 0.4


class ChordScreen(StripScreen):
    """A screen on which one key can begin a chord; a binding decides which."""

    def __init__(self) -> None:
        super().__init__()
        self._chord_pending = False
        self._chord_timer: Timer | None = None

    def first_row(self) -> None:
        """What `gg` does."""

    def action_chord(self) -> None:
        self._chord_pending = True
        self._chord_timer = self.set_timer(CHORD_SECONDS, self._show_chord)

    def _show_chord(self) -> None:
        from tui.strips.choices import Choices

        choices = [("g", "first row"), *((place.letter, place.title) for place in self.frame_app.PLACES)]
        hint = Choices("Go to", choices)
        hint.can_focus = False
        hint.id = "chord"
        self.query_one("#strip").mount(hint)

    def on_key(self, event: Key) -> None:
        """The key after `g` belongs to the chord; this runs before any binding sees it."""
        if not self._chord_pending:
            return
        event.stop()
        event.prevent_default()
        self._chord_pending = False
        if self._chord_timer is not None:
            self._chord_timer.stop()
        self.query("#chord").remove()
        if event.key == "g":
            self.first_row()
            return
        for place in self.frame_app.PLACES:
            if event.character == place.letter:
                self.frame_app.go(place.name)
                return
        if event.is_printable:
            self.frame_app.drop_typed_ahead()
            self.frame_app.say_once(f"g {shown_key(event.key)} leads nowhere. g alone shows where to.")
