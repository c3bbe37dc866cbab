import subprocess
import sys
import threading
from pathlib import Path
from typing import ClassVar

from textual.message import Message

from core.errors import Busy, DomainError
from tests.tui.driving import Clock, send, settle
from tui.app import FrameApp, Place
from tui.messages import DataChanged
from tui.screens.frame import FrameScreen
from tui.screens.refused_keys import BURST_SECONDS
from tui.watch import DataWatch
from tui.widgets.columns import words_column
from tui.widgets.rows import Row, Rows


class Counting(FrameScreen[int]):
    PLACE = "one"
    COLUMNS = (words_column("Name"),)
    loads: ClassVar[dict[str, int]] = {}

    def load(self) -> int:
        self.loads[self.PLACE] = self.loads.get(self.PLACE, 0) + 1
        return self.loads[self.PLACE]

    def fill(self, view: int) -> None:
        self.grid.show_rows(Rows([Row("a", (f"load {view}",))]))


class Other(Counting):
    PLACE = "two"


class Refusing(Counting):
    PLACE = "three"

    def load(self) -> int:
        raise DomainError("The book is locked.")


class Three(FrameApp):
    PLACES = (
        Place("one", "One", "1", "o", Counting),
        Place("two", "Two", "2", "t", Other),
        Place("three", "Three", "3", "h", Refusing),
    )


async def test_the_screen_in_front_reloads_and_others_when_they_are_looked_at() -> None:
    Counting.loads.clear()
    app = Three()
    async with app.run_test() as pilot:
        await settle(pilot)
        send(app, ["2"])
        await settle(pilot)
        assert Counting.loads == {"one": 1, "two": 1}
        app.post_message(DataChanged(2))
        await settle(pilot)
        assert Counting.loads == {"one": 1, "two": 2}
        send(app, ["1"])
        await settle(pilot, lambda: Counting.loads["one"] == 2)
        assert Counting.loads == {"one": 2, "two": 2}


async def test_a_refused_load_is_said_in_the_status_line() -> None:
    app = Three()
    async with app.run_test() as pilot:
        await settle(pilot)
        send(app, ["3"])
        await settle(pilot)
        assert app.result == ("The book is locked.", "warn")


async def test_back_returns_to_the_place_before() -> None:
    app = Three()
    async with app.run_test() as pilot:
        await settle(pilot)
        send(app, ["2", "h"])
        await settle(pilot)
        assert app.current_mode == "one"
        send(app, ["2", "q"])
        await settle(pilot)
        assert app.current_mode == "one"


async def test_keys_can_be_rebound_by_their_id() -> None:
    clock = Clock()
    app = Three(keymap={"frame.go_2": "m"}, clock=clock)
    async with app.run_test() as pilot:
        await settle(pilot)
        send(app, ["2"])
        await settle(pilot)
        assert app.current_mode == "one"
        assert app.result[0] == "2 does nothing on this screen. ? shows the keys."
        clock.now += BURST_SECONDS + 0.1
        send(app, ["m"])
        await settle(pilot)
        assert app.current_mode == "two"


class Slow(Counting):
    """Its first two answers come when told, each in its turn."""

    gates: ClassVar[list[threading.Event]] = []
    shown: ClassVar[list[int]] = []

    def fill(self, view: int) -> None:
        self.shown.append(view)
        super().fill(view)

    def load(self) -> int:
        number = super().load()
        if number <= len(self.gates):
            self.gates[number - 1].wait(30)
        return number


class OfSlow(FrameApp):
    PLACES = (Place("one", "One", "1", "o", Counting), Place("slow", "Slow", "2", "s", Slow))


async def test_an_answer_that_was_overtaken_lets_no_key_through_before_the_rows_are_there() -> None:
    """Something else is asked while a page opens; keys typed for it wait for the second answer."""
    Counting.loads.clear()
    Slow.PLACE, Slow.gates = "slow", [threading.Event(), threading.Event()]
    app = OfSlow()
    async with app.run_test() as pilot:
        await settle(pilot)
        send(app, ["2"])
        while Counting.loads.get("slow") != 1:
            await pilot.pause()
        assert isinstance(app.screen, Slow)
        app.screen.renew()
        while Counting.loads["slow"] != 2:
            await pilot.pause()
        Slow.gates[0].set()
        while app._asked != 1:
            await pilot.pause()
        assert app.screen in app._holds
        Slow.gates[1].set()
        await settle(pilot)
        assert not app._holds


async def test_an_answer_shows_though_others_write_all_the_time() -> None:
    """Commits while a page is asked drop no answer: it is shown, and then asked once more for all of them."""
    Counting.loads.clear()
    Slow.shown.clear()
    Slow.PLACE, Slow.gates = "slow", [threading.Event(), threading.Event()]
    app = OfSlow()
    async with app.run_test() as pilot:
        await settle(pilot)
        send(app, ["2"])
        while Counting.loads.get("slow") != 1:
            await pilot.pause()
        for version in range(2, 9):
            app.post_message(DataChanged(version))
        await pilot.pause()
        Slow.gates[0].set()
        while Counting.loads["slow"] != 2:
            await pilot.pause()
        assert Slow.shown == [1]
        Slow.gates[1].set()
        await settle(pilot)
        assert Counting.loads["slow"] == 2


def test_the_watch_posts_its_first_look_and_changes_and_outlives_a_busy_database() -> None:
    answers = iter([1, 1, 2, -1, 2, 3])
    posted: list[int] = []
    enough = threading.Event()

    class Listener:
        def post_message(self, message: Message) -> bool:
            assert isinstance(message, DataChanged)
            posted.append(message.version)
            return True

    def version() -> int:
        number = next(answers, None)
        if number is None:
            enough.set()
            return 3
        if number < 0:
            raise Busy("later")
        return number

    watch = DataWatch(Listener(), version, every_seconds=0.001)  # type: ignore[arg-type]
    watch.start()
    assert enough.wait(5)
    watch.stop()
    assert posted == [1, 2, 3]


def test_the_frame_starts_light() -> None:
    code = (
        "import sys, tui.app, tui.screens.frame;"
        "heavy = {'sqlalchemy', 'sqlmodel', 'fpdf', 'stripe', 'alembic', 'pydantic', 'cryptography'};"
        "late = {'tui.palette', 'tui.help', 'tui.screens.notice', 'tui.strips.question', 'rich.traceback',"
        "'tui.strips.strip', 'tui.strips.fields', 'tui.strips.choices'};"
        "print(sorted((heavy | late) & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert ran.stdout.strip() == "[]", ran.stdout + ran.stderr


def test_the_launcher_loads_no_textual() -> None:
    code = "import sys, tui.launch; print(sorted({'textual', 'rich'} & set(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert ran.stdout.strip() == "[]", ran.stdout + ran.stderr
