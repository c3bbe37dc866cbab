"""Sync and conflicts: how this office stands to its hub, and what people must decide (RI3)."""

import os
from collections import namedtuple
from collections.abc import Sequence
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult

from core.conflicts.conflict import Conflict
from core.conflicts.queries import open_conflicts
from core.dates import zone
from core.errors import DomainError
from core.practice.queries import practice
from core.replication.office import NoHub
from core.replication.standing import OfficeStanding, is_hub, office_standing
from core.store import Read, Tx
from tui.cells import in_lines
from tui.keys import verb
from tui.present import local_stamp, plural
from tui.screens.book_screen import BookScreen
from tui.tones import Piece
from tui.widgets.columns import Column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows

SyncView = namedtuple("SyncView", "conflicts standing hub timezone")

TOLD_LINES = 4
MEANS = {
    "ours": "kept ours",
    "theirs": "kept theirs",
    "edit": "edited by hand",
    "void": "void",
    "credit-note": "credited",
    "new-draft": "billed again as edited",
    "seen": "seen",
    "not-duplicate": "no duplicate",
}
ASKS = {
    "billed_twice": "Void the other invoice",
    "duplicate_payment": "Reverse the other payment",
}
"""What keeping a side does that others have seen, so that it is asked for first."""


class Conflicts(BookScreen[SyncView]):
    """One row a conflict with both values; Enter opens the record. Decided once, it is gone everywhere."""

    PLACE = "sync"
    HEADING = "Sync & conflicts"
    EMPTY = "No conflicts."
    QUICK_FILTERS = ("to decide", "all")
    COLUMNS = (
        Column("When", width=16, drop=2),
        words_column("What", least=12, most=22, drop=1),
        words_column("Of", least=12, most=36),
        words_column("Ours", least=14, most=40),
        words_column("Theirs", least=14, most=40),
    )
    BINDINGS: ClassVar = [
        verb("less_than_sign", "keep('ours')", "Ours", id="sync.ours", help="Keep what this office has"),
        verb("greater_than_sign", "keep('theirs')", "Theirs", id="sync.theirs",
             help="Take what the other office has"),
        verb("e", "edit", "Edit", id="sync.edit", help="Neither: type the value", counted=False),
        verb("V", "settle('void')", "Void", id="sync.void",
             help="Call the invoice off that came second"),
        verb("a", "settle('credit-note')", "Credit note", id="sync.credit_note",
             help="Credit what is asked twice"),
        verb("b", "settle('new-draft')", "New draft", id="sync.new_draft",
             help="Void what was sent and bill it again as edited"),
        verb("r", "run_now", "Run", id="sync.run", help="Reach for the hub now", counted=False),
        verb("x", "seen", "Seen", id="sync.seen", help="Leave it as it is; of a payment: no duplicate"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    Conflicts > #body > Grid { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._conflicts: dict[str, Conflict] = {}

    def compose_body(self) -> ComposeResult:
        yield Line(id="hub")
        yield Line(id="trouble")
        yield Grid(self.COLUMNS, empty_text=self.EMPTY)
        for number in range(TOLD_LINES):
            yield Line(id=f"told{number}")

    # What it shows.

    def ask_book(self, read: Read) -> SyncView:
        try:
            standing = office_standing(read)
        except NoHub:
            standing = None
        quiet = self.quick_filter == "all"
        return SyncView(open_conflicts(read, quiet=quiet), standing, is_hub(read), practice(read).timezone)

    def fill(self, view: SyncView) -> None:
        local = zone(view.timezone)
        self._conflicts = {one.conflict_id: one for one in view.conflicts}
        self._show_hub(view, local)
        self.grid.empty_text = _empty(view, local)
        self.grid.show_rows(Rows([_row(one, local) for one in view.conflicts]))
        self.grid.forget_marks(self._conflicts.keys())
        self.show_totals(plural(len(view.conflicts), "conflict"))
        self._tell()

    def _show_hub(self, view: SyncView, local: tzinfo) -> None:
        standing: OfficeStanding | None = view.standing
        pieces: list[Piece] = [(" This book has no hub; it is in one place.", "muted")]
        if view.hub:
            pieces = [(" This is the hub.", "")]
        elif standing is not None:
            met = local_stamp(standing.last_ok_at, local) if standing.last_ok_at else "never"
            waits = plural(standing.unsent, "row") if standing.unsent else "nothing"
            pieces = [
                (f" Hub {standing.url}   last in touch {met}   ", ""),
                (f"waits to be sent: {waits}", "warn" if standing.trouble and standing.unsent else ""),
            ]
            if standing.documents:
                pieces.append((f", {plural(standing.documents, 'document')}", ""))
        self.query_one("#hub", Line).show(pieces)
        trouble = self.query_one("#trouble", Line)
        words = standing.words if standing is not None else ""
        trouble.show([(f" {words}", "warn")])
        trouble.display = bool(words)

    def _tell(self) -> None:
        """The row under the cursor in full, as every office reads it."""
        one = self._conflicts.get(self.grid.cursor_id or "")
        told = in_lines(one.text, self.app.size.width - 2)[:TOLD_LINES] if one else []
        for number in range(TOLD_LINES):
            line = self.query_one(f"#told{number}", Line)
            line.show([(f" {told[number]}", "")] if number < len(told) else [])
            line.display = number < len(told)

    def on_grid_moved(self, event: Grid.Moved) -> None:
        super().on_grid_moved(event)
        self._tell()

    def opened(self, record_id: str) -> None:
        one = self._conflicts[record_id]
        if one.subject_kind == "invoice":
            from tui.screens.invoice import Invoice

            self.app.push_screen(Invoice(one.subject_id))
        elif one.subject_kind == "payment":
            from tui.screens.payment import Payment

            self.app.push_screen(Payment(one.subject_id))
        elif one.subject_kind in ("client", "guarantor"):
            self._open_client(one)
        else:
            self.biller.go("settings")

    def _open_client(self, one: Conflict) -> None:
        from core.clients.queries import clients_of

        app = self.biller

        def work() -> str:
            if one.subject_kind == "client":
                return one.subject_id
            with app.store.read() as read:
                return next((str(row.client_id) for row in clients_of(read, one.subject_id)), "")

        def known(client_id: str) -> None:
            if client_id:
                app.show_client(client_id)
            else:
                app.say("This guarantor stands for no client.", "warn")

        app.in_background(work, known)

    # Deciding.

    def _fitting(self, *answers: str) -> list[tuple[Conflict, str]]:
        """Those of the chosen that one of these answers fits, each with it."""
        found = [self._conflicts[i] for i in self.chosen if i in self._conflicts]
        return [
            (one, next(a for a in answers if a in one.answers))
            for one in found
            if set(answers) & set(one.answers)
        ]

    def allowed(self, action: str) -> bool:
        offers = {"keep": ("ours",), "edit": ("edit",), "seen": ("seen", "not-duplicate")}
        if action == "settle":
            return bool(self._fitting("void", "credit-note", "new-draft"))
        return action not in offers or bool(self._fitting(*offers[action]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "settle":
            return bool(self._fitting(str(parameters[0])))
        return super().check_action(action, parameters)

    def action_keep(self, side: str) -> None:
        chosen = self._fitting(side)
        asks = [ASKS[one.kind] for one, _ in chosen if one.kind in ASKS]
        if not asks:
            self._decide(chosen)
        elif len(chosen) == 1:
            kept = chosen[0][0].left if side == "ours" else chosen[0][0].right
            self.ask(
                f"{asks[0]}, keep {kept.value} of {kept.office}?", "does it", lambda: self._decide(chosen)
            )
        else:
            words = f"Decide {plural(len(chosen), 'conflict')}; {len(asks)} void or reverse the other side?"
            self.ask(words, "does it", lambda: self._decide(chosen))

    def action_settle(self, answer: str) -> None:
        chosen = self._fitting(answer)
        numbers = ", ".join(
            (one.stands if one.kind == "edited_while_sent" else one.other).value for one, _ in chosen[:3]
        )
        more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
        words = {"void": "Void", "credit-note": "Credit what is asked twice on", "new-draft": "Bill again"}
        if chosen:
            self.ask(f"{words[answer]} {numbers}{more}?", "does it", lambda: self._decide(chosen))

    def action_run_now(self) -> None:
        """The daemon need not wait until it tries again by itself."""
        from core.nudge import DAEMON, NOW, nudge

        app = self.biller
        folder = os.path.dirname(app.store.path) or "."  # noqa: PTH120

        def asked(heard: bool) -> None:
            if heard:
                app.say("The hub is reached for now.", "good")
            else:
                app.say("Nobody keeps this book in step. Run `syncd office` beside the screens.", "warn")

        app.in_background(lambda: nudge(folder, DAEMON, word=NOW), asked)

    def action_seen(self) -> None:
        self._decide(self._fitting("seen", "not-duplicate"))

    def action_edit(self) -> None:
        from tui.strips.asking import AskText

        chosen = self._fitting("edit")[:1]
        if chosen:
            one = chosen[0][0]
            strip = AskText(
                one.column.replace("_", " "), value=one.left.value, keep_as=one.conflict_id, width=50
            )
            self.open_strip(strip, lambda typed: self._decide(chosen, value=typed))

    def _decide(
        self, chosen: Sequence[tuple[Conflict, str]], *, value: str = "", money: str | None = None
    ) -> None:
        from core.conflicts.commands import Resolved, resolve, take_back
        from core.invoicing.voiding import MoneyIsOnIt

        if not chosen:
            return
        app = self.biller
        decided: list[Resolved] = []

        def do(tx: Tx) -> list[Resolved]:
            today = app.today()
            return [
                resolve(tx, one.conflict_id, answer, today=today, value=value, money=money)
                for one, answer in chosen
            ]

        def undo(tx: Tx) -> None:
            for one in decided:
                take_back(tx, one)

        def again(tx: Tx) -> None:
            decided[:] = do(tx)

        def done(answers: list[Resolved]) -> None:
            decided[:] = answers
            self.grid.clear_marks()
            what = (
                f"{MEANS[answers[0].answer].capitalize()}: {answers[0].text}"
                if len(answers) == 1
                else f"{plural(len(answers), 'conflict')} decided"
            )
            if all(one.can_undo for one in answers):
                self.done(what, undo, again)
            else:
                app.say(f"{what}.", "good")

        def refused(refusal: DomainError) -> None:
            if isinstance(refusal, MoneyIsOnIt) and money is None and self.is_current:
                ways = [("c", "keep it as credit"), ("r", "refund it")]
                become = {"c": "credit", "r": "refund"}
                self.choose(
                    str(refusal), ways, lambda way: self._decide(chosen, value=value, money=become[way])
                )
                return
            app.refuse(refusal)

        app.change(do, done, refused)


def _empty(view: SyncView, local: tzinfo) -> str:
    standing = view.standing
    if standing is None or standing.trouble or not standing.last_ok_at:
        return Conflicts.EMPTY
    return f"In step since {local_stamp(standing.last_ok_at, local)[-5:]}."


def _row(one: Conflict, local: tzinfo) -> Row:
    return Row(
        one.conflict_id,
        (
            local_stamp(one.at, local),
            one.kind.replace("_", " "),
            one.subject,
            one.left.value,
            one.right.value,
        ),
        one.loud,
        one.text,
    )
