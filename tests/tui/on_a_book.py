"""The biller's app on a small book, driven by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TypeVar

from textual.pilot import Pilot

from tests.builders import OWNER, TODAY, Book
from tests.tui.driving import Clock, send, settle
from tui.biller import Biller
from tui.config import LOCK_AFTER_MINUTES
from tui.screens.frame import FrameScreen
from tui.strips.question import DEAF_SECONDS, Question
from tui.strips.strip import Strip
from tui.widgets.lines import FooterLine

S = TypeVar("S")


class Driver:
    """One running app and its keys; every call waits until the app has dealt with them."""

    def __init__(self, app: Biller, pilot: Pilot[None], clock: Clock) -> None:
        self.app = app
        self.pilot = pilot
        self.clock = clock

    async def press(self, *keys: str) -> None:
        """Send keys in one burst, by their names."""
        send(self.app, keys)
        await self.settled()

    async def settled(self) -> None:
        await self.until(lambda: not self.app.jobs.running)

    async def until(self, holds: Callable[[], object]) -> None:
        await settle(self.pilot, holds)

    async def say_yes(self) -> None:
        """Answer the question that stands, after reading it."""
        assert isinstance(self.screen.strip, Question)
        self.clock.now += DEAF_SECONDS + 0.1
        await self.press("y")

    @property
    def screen(self) -> FrameScreen[object]:
        screen = self.app.screen
        assert isinstance(screen, FrameScreen), screen
        return screen

    def on(self, kind: type[S]) -> S:
        """The screen in front, which must be of this kind."""
        screen = self.app.screen
        assert isinstance(screen, kind), screen
        return screen

    @property
    def question(self) -> str:
        strip = self.screen.strip
        assert isinstance(strip, Question)
        return strip.question

    @property
    def strip(self) -> Strip[object] | None:
        return self.screen.strip

    @property
    def said(self) -> str:
        return self.app.result[0]

    def column(self, place: int, grid_id: str = "") -> list[object]:
        """The raw values of one column, as shown."""
        from tui.widgets.grid import Grid

        grid = self.screen.query_one(f"#{grid_id}", Grid) if grid_id else self.screen.grid
        return [grid.row_at(at).values[place] for at in range(grid.row_count)]

    @property
    def footer(self) -> dict[str, str]:
        """The verbs in the footer, by key."""
        footer = self.screen.query_one(FooterLine)
        return {display: label for _, display, label in footer._verbs}

    def seen(self) -> str:
        """The screen as text."""
        lines = self.app.screen._compositor.render_strips(self.app.size)
        return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)


@asynccontextmanager
async def biller_on(
    book: Book,
    folder: Path,
    *,
    size: tuple[int, int] = (80, 24),
    today: date = TODAY,
    lock_after_minutes: int = LOCK_AFTER_MINUTES,
) -> AsyncIterator[Driver]:
    """Start the app on a book and wait until its first screen stands."""
    clock = Clock()
    app = Biller(
        book.store,
        OWNER,
        lambda: today,
        practice="Elm Street Therapy",
        runtime=folder / "runtime",
        exports=folder / "exports",
        report_folder=folder / "reports",
        clock=clock,
        idle_clock=clock,
        lock_after_minutes=lock_after_minutes,
    )
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot, clock)
        await driver.settled()
        yield driver
