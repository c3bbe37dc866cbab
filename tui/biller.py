"""The biller's app: the places, the book behind them, undo, and what the palette finds."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar, TypeVar

from core.actors import Actor
from core.clients.queries import ClientRow
from core.store import Store, Tx
from tui.app import FrameApp, Place
from tui.palette import Command, Found
from tui.screens.invoices import Invoices
from tui.screens.today import Today
from tui.screens.unbilled import Unbilled
from tui.viewer import Viewer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Undoable:
    """Something done that can be taken back: what it is called, and the two ways."""

    what: str
    undo: Callable[[Tx], object]
    redo: Callable[[Tx], object]


class Biller(FrameApp):
    """Daysheet on one open book."""

    PLACES: ClassVar = (
        Place("today", "Today", "1", "t", Today),
        Place("unbilled", "Unbilled", "2", "u", Unbilled),
        Place("invoices", "Invoices", "3", "i", Invoices),
    )

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
    ) -> None:
        super().__init__(
            practice=practice,
            theme=theme,
            report_folder=report_folder,
            data_version=store.data_version,
        )
        self.store = store
        self.actor = actor
        self.today = today
        self.exports = exports
        self.viewer = Viewer(runtime)
        self._done: list[Undoable] = []
        self._undone: list[Undoable] = []

    # Undo.

    def can_undo(self, what: str, undo: Callable[[Tx], object], redo: Callable[[Tx], object]) -> None:
        """Remember how to take back what was just done."""
        self._done.append(Undoable(what, undo, redo))
        self._undone.clear()

    def undo(self) -> None:
        if not self._done:
            self.say("Nothing to undo.")
            return
        step = self._done.pop()

        def undone(_: object) -> None:
            self._undone.append(step)
            self.say(f"Undone: {step.what}.  ctrl+r does it again", "good")

        self.change(step.undo, undone)

    def redo(self) -> None:
        if not self._undone:
            self.say("Nothing to redo.")
            return
        step = self._undone.pop()

        def redone(_: object) -> None:
            self._done.append(step)
            self.say(f"Done again: {step.what}.  u undoes", "good")

        self.change(step.redo, redone)

    def change(self, command: Callable[[Tx], T], done: Callable[[T], object]) -> None:
        """Run one command in one transaction off the screen's thread; `done` hears its answer."""

        def work() -> T:
            with self.store.write(self.actor) as tx:
                return command(tx)

        self.in_background(work, done, writes=True, busy="saving")

    # The palette.

    def commands(self) -> Sequence[Command]:
        return (
            Command("run", "preview the billing of a month", self._run, "[2026-10]"),
            Command("lock", "quit and lock the book", lambda _: self.leave()),
        )

    def _run(self, typed: str) -> None:
        from core.dates import parse_month, previous_month
        from core.errors import DomainError
        from tui.screens.run_preview import RunPreview

        try:
            period = parse_month(typed) if typed else previous_month(self.today())
        except DomainError as refusal:
            self.refuse(refusal)
            return
        self.go("unbilled")
        self.push_screen(RunPreview(period))

    def find(self, text: str) -> Sequence[Found]:
        """Invoices by number, clients by a few letters of the name. Runs in a thread."""
        from core.clients.queries import clients
        from core.errors import NotFound
        from core.ledger.invoices import find_invoice, invoice
        from core.text import search_key

        found: list[Found] = []
        with self.store.read() as read:
            try:
                row = invoice(read, find_invoice(read, text), today=self.today().isoformat())
                found.append(
                    Found(
                        row.number or "draft",
                        f"{row.client} · {row.status.replace('_', ' ')}",
                        lambda: self._open_invoice(row.invoice_id),
                    )
                )
            except NotFound:
                pass
            words = search_key(text).split()
            for client in clients(read):
                if all(word in search_key(client.client) for word in words):
                    found.append(Found(client.client, "client", self._client_opener(client)))
                if len(found) >= 20:
                    break
        return found

    def _open_invoice(self, invoice_id: str) -> None:
        from tui.screens.invoice import Invoice

        self.go("invoices")
        self.push_screen(Invoice(invoice_id))

    def _client_opener(self, client: ClientRow) -> Callable[[], None]:
        def open_client() -> None:
            from core.dates import ALL_TIME
            from tui.screens.client_charges import ClientCharges

            self.go("unbilled")
            self.push_screen(ClientCharges(client.client_id, client.client, ALL_TIME))

        return open_client

    def on_unmount(self) -> None:
        super().on_unmount()
        self.viewer.forget()


def make_biller(
    store: Store, actor: Actor, today: Callable[[], date], *, home_runtime: str, exports: str, state: str
) -> Biller:
    """The app on an open book, with the practice's name and this computer's folders."""
    from core.practice.queries import practice

    with store.read() as read:
        name = practice(read).name
    return Biller(
        store,
        actor,
        today,
        practice=name,
        runtime=Path(home_runtime),
        exports=Path(exports),
        report_folder=Path(state) / "reports",
        theme=os.environ.get("DAYSHEET_THEME", "dark"),
    )
