"""The theme that was chosen is on the first screen, not only the next one that is put on."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from tests.tui.driving import settle
from tests.tui.samples import Gallery
from tui.themes import DARK, LIGHT
from tui.widgets.grid import Grid


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
async def test_the_first_screen_wears_the_chosen_theme(theme: Theme) -> None:
    app = Gallery(theme=theme.name)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.screen.background_colors[1] == Color.parse(theme.background or "")
        cursor = app.screen.query_one(Grid).get_component_styles("grid--cursor").background
        assert cursor == Color.parse(theme.variables["block-cursor-background"])
        assert app.has_class(f"-theme-{theme.name}")
        assert app.has_class("-dark-mode") is theme.dark
        assert app.has_class("-light-mode") is not theme.dark


async def test_another_theme_put_on_takes_the_first_one_off() -> None:
    app = Gallery(theme="light")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.theme = "dark"
        await settle(pilot)
        assert app.screen.background_colors[1] == Color.parse(DARK.background or "")
        assert not app.has_class("-theme-light")


async def test_a_list_that_was_painted_takes_the_colours_of_another_theme() -> None:
    app = Gallery(theme="light")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        before = grid.get_component_styles("grid--cursor").background
        app.theme = "dark"
        await settle(pilot)
        after = grid.get_component_styles("grid--cursor").background
        assert (before, after) == (
            Color.parse(LIGHT.variables["block-cursor-background"]),
            Color.parse(DARK.variables["block-cursor-background"]),
        )
