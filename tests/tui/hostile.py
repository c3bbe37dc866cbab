"""An app whose data wants to be more than text; `python -m tests.tui.gallery hostile` runs it."""

from collections.abc import Sequence
from typing import ClassVar

from tests.hostile.payloads import PAYLOADS
from tui.app import FrameApp, Place
from tui.keys import verb
from tui.palette import Found
from tui.screens.frame import FrameScreen
from tui.strips.asking import AskText
from tui.widgets.columns import money_column, words_column
from tui.widgets.rows import Row, Rows


class HostileList(FrameScreen[None]):
    PLACE = "list"
    HEADING = PAYLOADS[0]
    COLUMNS = (
        words_column("Number", least=6, most=8),
        words_column("Client", least=10),
        money_column("Total"),
    )
    BINDINGS: ClassVar = [
        verb("p", "ask_text", "Strip", id="hostile.strip"),
        verb("s", "ask", "Question", id="hostile.ask"),
        verb("r", "crash", "Crash", id="hostile.crash"),
        verb("b", "background", "Background crash", id="hostile.background"),
    ]

    def load(self) -> None:
        return None

    def fill(self, view: None) -> None:
        rows = [Row(f"r{at}", (text, text, 123_456)) for at, text in enumerate(PAYLOADS)]
        self.grid.show_rows(Rows(rows))
        self.show_totals(PAYLOADS[1])

    def opened(self, record_id: str) -> None:
        self.frame_app.say(PAYLOADS[int(record_id[1:])])

    def action_ask_text(self) -> None:
        self.open_strip(AskText(PAYLOADS[2], label=PAYLOADS[4], value=PAYLOADS[3]), lambda _: None)

    def action_ask(self) -> None:
        self.ask(PAYLOADS[1], PAYLOADS[0], lambda: None)

    def action_crash(self) -> None:
        client = PAYLOADS[0]
        raise KeyError(client)

    def action_background(self) -> None:
        self.frame_app.in_background(self._fail, lambda _: None)

    def _fail(self) -> None:
        raise KeyError("Jane Roe")


class Hostile(FrameApp):
    PLACES = (Place("list", "List", "1", "l", HostileList),)

    def find(self, text: str) -> Sequence[Found]:
        return [Found(payload, payload, lambda: None) for payload in PAYLOADS]
