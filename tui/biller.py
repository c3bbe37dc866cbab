"""The biller's app: the book behind the screens, what changes it, undo, and the ways to every record."""

import gc
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import ClassVar, NamedTuple, TypeVar

from core.actors import Actor
from core.dates import ALL_TIME, Period
from core.errors import Busy, DomainError
from core.store import Store, Tx
from tui import places
from tui.config import DEFAULTS, LOCK_AFTER_MINUTES, read_config
from tui.keymap import read_keymap
from tui.locking import LockingApp, since_boot
from tui.messages import DataChanged
from tui.present import plural
from tui.viewer import Viewer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.palette import Command, Found

T = TypeVar("T")


WARM_UP_SECONDS = 0.2
"""After the first paint: what the other screens and the first command will need is loaded in a thread."""


class Undoable(NamedTuple):
    """Something done that can be taken back: what it is called, the two ways, and what follows either."""

    what: str
    undo: Callable[[Tx], object]
    redo: Callable[[Tx], object]
    then: Callable[[], object]


class Biller(LockingApp):
    """Daysheet on one open book."""

    PLACES: ClassVar = places.PLACES

    def __init__(
        self,
        store: Store,
        actor: Actor,
        today: Callable[[], date],
        *,
        practice: str,
        runtime: Path,
        exports: Path,
        report_folder: Path | None = None,
        theme: str = "dark",
        keymap: dict[str, str] | None = None,
        config: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        idle_clock: Callable[[], float] = since_boot,
        lock_after_minutes: int = LOCK_AFTER_MINUTES,
        hint: str = "",
    ) -> None:
        super().__init__(
            store,
            actor,
            idle_clock=idle_clock,
            lock_after_minutes=lock_after_minutes,
            hint=hint,
            practice=practice,
            theme=theme,
            keymap=keymap,
            report_folder=report_folder,
            clock=clock,
        )
        self.today = today
        self.exports = exports
        self.config = config
        self.viewer = Viewer(runtime)
        self.last_method = "check"
        self.charges_asked: set[str] = set()
        """Cards that were asked to be charged here and have no answer yet."""
        self._saving = 0
        self._when_saved: deque[Callable[[], None]] = deque()
        self._done: list[Undoable] = []
        self._undone: list[Undoable] = []

    def renew_all(self) -> None:
        """What others committed may be the answer to a charge that was asked for here."""
        super().renew_all()
        if self.charges_asked:
            from tui.screens.charging import look_for_answers

            look_for_answers(self)

    # Undo.

    def can_undo(
        self,
        what: str,
        undo: Callable[[Tx], object],
        redo: Callable[[Tx], object],
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Remember how to take back what was just done; `then` is called after either way is taken."""
        self._done.append(Undoable(what, undo, redo, then))
        self._undone.clear()

    def undo(self) -> None:
        if self._saving:
            # What is being saved is what `u` means; it takes its turn behind it.
            self._when_saved.append(self.undo)
            return
        if not self._done:
            self.say("Nothing to undo.")
            return
        self._take_step(self._done, self._undone, lambda step: step.undo, "Undone: {}.  ctrl+r does it again")

    def redo(self) -> None:
        if self._saving:
            self._when_saved.append(self.redo)
            return
        if not self._undone:
            self.say("Nothing to redo.")
            return
        self._take_step(self._undone, self._done, lambda step: step.redo, "Done again: {}.  u undoes")

    def _take_step(
        self,
        steps: list[Undoable],
        opposite: list[Undoable],
        way: Callable[[Undoable], Callable[[Tx], object]],
        words: str,
    ) -> None:
        """One step back or forth. A step that the book refuses is gone, unless it was only busy."""
        step = steps.pop()

        def taken(_: object) -> None:
            opposite.append(step)
            self.say(words.format(step.what), "good")
            step.then()

        def failed(refusal: DomainError) -> None:
            if isinstance(refusal, Busy):
                steps.append(step)
            self.refuse(refusal)

        self.change(way(step), taken, failed)

    def change(
        self,
        command: Callable[[Tx], T],
        done: Callable[[T], object],
        failed: Callable[[DomainError], object] | None = None,
    ) -> None:
        """Run one command in one transaction off the screen's thread; `done` hears its answer."""

        def work() -> T:
            with self.store.write(self.actor) as tx:
                return command(tx)

        def saved(answer: T) -> None:
            done(answer)
            self._saved()

        def refused(refusal: DomainError) -> None:
            (failed or self.refuse)(refusal)
            self._saved()

        self._saving += 1
        self.in_background(work, saved, failed=refused, writes=True, busy="saving")

    def _saved(self) -> None:
        """A command has ended; when it was the last one, an undo that waited for it goes on."""
        self._saving -= 1
        if not self._saving and self._when_saved:
            self._when_saved.popleft()()

    def report_unexpected(self, error: Exception) -> None:
        """After a bug nothing is being saved any more, and no undo waits for it."""
        self._saving = 0
        self._when_saved.clear()
        super().report_unexpected(error)

    def covered(self) -> None:
        """No file of a document is left where the viewer shows it from."""
        self.viewer.forget()

    def acts(self, actor: Actor) -> None:
        """Nobody takes back what somebody else has done."""
        if actor.user_id != self.actor.user_id:
            self._done.clear()
            self._undone.clear()
        super().acts(actor)

    # The palette.

    def commands(self) -> "Sequence[Command]":
        from tui.commands import commands

        return commands(self)

    def find(self, text: str) -> "Sequence[Found]":
        from tui.commands import find

        return find(self, text)

    def home_folder(self) -> str:
        """Where the book lies."""
        return str(Path(self.store.path).parent)

    def wear(self, theme: str) -> None:
        """Put a theme on, and keep it for the next start."""
        from tui.own_keys import wear

        wear(self, theme)

    def edit_keys(self) -> None:
        """keys.toml in the editor, then put to work."""
        from tui.own_keys import edit_keys

        edit_keys(self)

    def verify_log(self) -> None:
        """Check the chain over every fact, in the background, and say what was found (RJ2)."""
        from tui.verifying import begin_verify

        begin_verify(self)

    def show_invoice(self, invoice_id: str) -> None:
        """Open an invoice or draft, from wherever."""
        from tui.screens.invoice import Invoice

        self.go("invoices")
        self.push_screen(Invoice(invoice_id))

    def show_client(self, client_id: str) -> None:
        """Open a client's page, from wherever."""
        from tui.screens.client import Client

        self.go("clients")
        self.push_screen(Client(client_id))

    def show_documents(self, client_id: str, name: str) -> None:
        """Open all that was given out to a client, from wherever."""
        from tui.screens.document_list import Documents

        self.go("documents")
        self.push_screen(Documents(client_id, name))

    def show_payment(self, payment_id: str) -> None:
        """Open a payment or goodwill credit, from wherever."""
        from tui.screens.payment import Payment

        self.go("payments")
        self.push_screen(Payment(payment_id))

    def show_late_entries(self) -> None:
        """Open what was recorded into a closed time, from wherever."""
        from tui.screens.late_entries import LateEntries

        self.go("daysheet")
        self.push_screen(LateEntries())

    def show_outbox(self) -> None:
        """Open what is sent and has not left yet, from wherever."""
        from tui.screens.outbox import Outbox

        self.go("invoices")
        self.push_screen(Outbox())

    def sent(self, document_ids: Sequence[str], noun: str = "invoice") -> None:
        """Remember how to take back what was just sent or shared, as long as it has not left."""
        from core.delivery.commands import recall_shares
        from core.delivery.sharing import share_documents

        if document_ids:
            self.can_undo(
                f"sending {plural(len(document_ids), noun)}",
                lambda tx: recall_shares(tx, document_ids),
                lambda tx: share_documents(tx, document_ids),
            )
            self.say(f"{self.result[0]}.  u recalls", self.result[1])

    def show_cards(self, which: str) -> None:
        """Open failed cards, disputes or differences with the processor, from wherever."""
        from tui.screens.processor import CardProcessor

        self.go("payments")
        self.push_screen(CardProcessor(which))

    def show_late_fees(self) -> None:
        """Open the late fees, from wherever."""
        from tui.screens.late_fees import LateFees

        self.go("aging")
        self.push_screen(LateFees())

    def show_charges(self, client_id: str, period: Period = ALL_TIME) -> None:
        """Open what is unbilled of a client, from wherever."""
        from core.clients.queries import client
        from tui.screens.client_charges import ClientCharges

        def work() -> str:
            with self.store.read() as read:
                return str(client(read, client_id).client)

        def show(name: str) -> None:
            self.go("unbilled")
            self.push_screen(ClientCharges(client_id, period, [(client_id, name)]))

        self.hold_keys("charges")
        self.in_background(work, show, ended=lambda: self.release_keys("charges"))

    def on_mount(self) -> None:
        """Textual calls the frame's own as well."""
        self.set_timer(WARM_UP_SECONDS, lambda: self.in_background(self._warm_up, self._warmed_up))

    def on_data_changed(self, message: DataChanged) -> None:
        """Textual calls the frame's own as well, which lets the screens ask again; what stands above all of
        them is asked here."""

        def work() -> str:
            from tui.summary import summary

            with self.store.read() as read:
                return summary(read, self.today())

        def show(found: str) -> None:
            if found != self.summary:
                self.show_summary(found)

        self.in_background(work, show, failed=lambda _: None)

    def _warm_up(self) -> None:
        """Load in a thread what would otherwise hold up the first visit or the first command."""
        for name in places.NEEDED_LATER:
            import_module(name)

    def _warmed_up(self, _: None) -> None:
        """What was loaded is no garbage; to look for some in it would hold up a key."""
        gc.freeze()

    def on_unmount(self) -> None:
        super().on_unmount()
        self.viewer.forget()


def make_biller(
    store: Store,
    actor: Actor,
    today: Callable[[], date],
    *,
    home_runtime: str,
    exports: str,
    state: str,
    config: str = "",
    hint: str = "",
) -> Biller:
    """The app on an open book, with the practice's name and this computer's folders and keys."""
    from core.practice.queries import practice

    with store.read() as read:
        name = practice(read).name
    keymap, wrong = read_keymap(Path(config)) if config else ({}, "")
    chosen, wrong_too = read_config(Path(config)) if config else (DEFAULTS, "")
    made = Biller(
        store,
        actor,
        today,
        practice=name,
        runtime=Path(home_runtime),
        exports=Path(exports),
        report_folder=Path(state) / "reports",
        theme=os.environ.get("DAYSHEET_THEME") or str(chosen["theme"]),
        keymap=keymap,
        config=Path(config) if config else None,
        lock_after_minutes=int(chosen["lock_after_minutes"]),
        hint=hint,
    )
    if wrong or wrong_too:
        made.result = (wrong or wrong_too, "warn")
    return made
