"""P6: a cursor key asks for the lines that changed, and the screen shows what painting all of it would."""

from __future__ import annotations

from pathlib import Path

from textual._compositor import ChopsUpdate
from textual.geometry import Region
from textual.messages import Update

from tests.builders import Book
from tests.tui.on_a_book import biller_on
from tui.widgets.lines import StatusLine
from tui.widgets.near import NearCompositor


async def test_a_part_of_the_screen_is_what_the_whole_shows_there(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        for keys in (["4"], ["j"], ["p"], ["escape", "1"]):
            await app.press(*keys)
            compositor = app.app.screen._compositor
            assert isinstance(compositor, NearCompositor)
            whole = app.seen().splitlines()
            for y in range(app.app.size.height):
                line = Region(0, y, app.app.size.width, 1)
                chops = compositor._render_chops(line, {y}.__contains__)
                text = "".join(strip.text for strip in chops[y].values() if strip is not None)
                assert text.rstrip() == whole[y], (keys, y)


async def test_a_cursor_key_asks_for_two_lines_of_the_list(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("4")
        grid, asked = app.screen.grid, list[int]()
        plain = grid.render_lines

        def render_lines(crop: Region) -> object:
            asked.append(crop.height)
            return plain(crop)

        grid.render_lines = render_lines  # type: ignore[method-assign,assignment]
        await app.press("j")
        assert asked
        assert max(asked) == 2


async def test_p6_a_cursor_key_is_painted_before_anything_else_is_done(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("4")
        painted = list[object]()
        app.app._display = lambda screen, renderable: painted.append(renderable)  # type: ignore[method-assign]
        move = app.app.move_of("j")
        assert move is not None
        move()
        [update] = painted
        assert isinstance(update, ChopsUpdate)
        assert len(update.spans) == 2
        await app.settled()
        assert [one for one in painted[1:] if one] == [], "nothing of it is painted again"


async def test_what_waits_to_be_painted_is_not_forgotten_over_a_cursor_key(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("4")
        painted = list[ChopsUpdate]()
        app.app._display = lambda screen, renderable: painted.append(renderable)  # type: ignore[method-assign,arg-type]
        status = app.screen.query_one(StatusLine)
        status.show_result("Recorded", "good")
        status._repaint_required = False  # it has told its screen
        await app.screen._on_update(Update(status))
        move = app.app.move_of("j")
        assert move is not None
        move()
        await app.settled()
        assert status.region.y in {y for update in painted if update for y, _, _ in update.spans}
