"""Textual may paint a field once more that has just left the screen, when its styles are gone."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.geometry import Region

from tui.strips.note import NoteArea


class OneNote(App[None]):
    def compose(self) -> ComposeResult:
        yield NoteArea("sent again", compact=True)


async def test_a_paint_after_it_left_finds_nothing_and_no_bug() -> None:
    async with OneNote().run_test() as pilot:
        area = pilot.app.query_one(NoteArea)
        assert "sent again" in "".join(line.text for line in area.render_lines(Region(0, 0, 20, 3)))
        await area.remove()
        assert [line.text.strip() for line in area.render_lines(Region(0, 0, 20, 3))] == ["", "", ""]
