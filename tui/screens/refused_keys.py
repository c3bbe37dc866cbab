"""A key that does nothing here says so; what was typed behind it does nothing either.

A biller types `p 150 k 1187 Enter` without looking. Where `p` opens no strip, the digits would go to other
screens and Enter would open a record: keys that type are swallowed then, until the hands pause. The same
for `m paid by phone` where there are no notes: its `p` would take a payment.
"""

from textual.binding import Binding
from textual.events import Key

from tui.keys import shown_key
from tui.screens.chords import ChordScreen

PAUSE_SECONDS = 1.0

BURST_SECONDS = 0.5
"""Behind a letter that is unknown here: shorter, because a slip is mended by the right letter."""

TYPED_VERBS = frozenset(
    {
        *("pay", "write_off", "void", "refund", "rebill", "add", "apply", "reverse", "add_credit", "hold"),
        *("estimate", "further"),
        *("waive", "edit", "note"),
    }
)
"""Actions that ask for an amount or for words, so that more is typed behind their key: of a note on an issued
invoice, the `p` would open the payment strip."""

_TYPING = frozenset({"enter", "tab", "shift+tab", "backspace", "delete", "space"})


class RefusedKeysScreen(ChordScreen):
    """A screen on which a key can be refused in words."""

    def __init__(self) -> None:
        super().__init__()
        self._swallow_until = 0.0
        self._pause = PAUSE_SECONDS

    def why_not(self, action: str) -> str:
        """Why a verb does not apply now, as a sentence for the status line."""
        return "There is nothing here to do that with."

    def swallow_typed(self, pause: float = PAUSE_SECONDS) -> None:
        """What was typed ahead, and what is typed before the hands pause, was meant for a strip."""
        app = self.frame_app
        app.drop_typed_ahead()
        self._pause = pause
        self._swallow_until = app.clock() + pause

    @property
    def looks_at_keys(self) -> bool:
        """Whether a key means something else here than its binding says."""
        return self.strip is not None or self._chord_pending or self._swallow_until > 0.0

    def on_key(self, event: Key) -> None:
        """This runs before any binding sees the key; one that is no typing ends the swallowing."""
        if self.strip is not None or self._chord_pending:
            return
        app = self.frame_app
        if app.key_arrived_at < self._swallow_until:
            if event.is_printable or event.key in _TYPING:
                self._swallow_until = app.key_arrived_at + self._pause
                event.stop()
                event.prevent_default()
                return
            self._swallow_until = 0.0
        refused = self._refused_action(event.key)
        if refused:
            app.say_once(self.why_not(refused))
            self.swallow_typed()
        elif not event.is_printable or not self._says_that_nothing_happens(event.key):
            return
        event.stop()
        event.prevent_default()

    def _says_that_nothing_happens(self, key: str) -> bool:
        """Of a letter that no binding of this screen takes now.

        What follows one that is unknown here was meant for another screen. A verb that does not apply to
        the row asks for nothing, so a key typed behind it is meant.
        """
        verb: Binding | None = None
        for namespace, bindings in self._modal_binding_chain:
            for binding in bindings.key_to_bindings.get(key, ()):
                if self.app._check_action_state(binding.action, namespace) is not False:
                    return False
                verb = verb or binding
        if verb is None:
            self.frame_app.say_once(f"{shown_key(key)} does nothing on this screen. ? shows the keys.")
            self.swallow_typed(BURST_SECONDS)
        else:
            where = "for this row" if verb.show else "on this screen"
            self.frame_app.say_once(f"{shown_key(key)} ({verb.description}) does nothing {where} now.")
        return True

    def _refused_action(self, key: str) -> str:
        """The verb of this key where it does not apply, and nothing else of the key does."""
        refused = ""
        for _, bindings in self._modal_binding_chain:
            for binding in bindings.key_to_bindings.get(key, ()):
                if binding.action in TYPED_VERBS and self.check_action(binding.action, ()) is False:
                    refused = refused or binding.action
                else:
                    return ""
        return refused
