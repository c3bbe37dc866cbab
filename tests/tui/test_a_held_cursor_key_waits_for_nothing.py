"""A cursor key is done on the spot, and what is typed behind it still means the row it came to."""

import pytest

from tests.tui.driving import send, settle
from tests.tui.samples import Gallery


async def test_moves_and_verbs_in_one_burst_act_in_their_order() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3"])
        await settle(pilot)
        send(app, ["j", "j", "down", "k", "enter", "j"])
        await settle(pilot)
        assert app.result[0] == "Opened i2."


async def test_a_key_held_down_has_moved_the_cursor_as_often_as_it_came() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3"])
        await settle(pilot)
        send(app, ["down"] * 60)
        await settle(pilot)
        assert app.frame is not None
        assert app.frame.grid.place == 60


async def test_a_key_behind_a_g_leads_to_a_screen_though_it_moves_too() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3"])
        await settle(pilot)
        send(app, ["G", "g", "j"])
        await settle(pilot)
        assert app.frame is not None
        assert app.frame.grid.place == app.frame.grid.row_count - 1
        assert "leads nowhere" in app.result[0]


@pytest.mark.parametrize("key", ["n", "j"])
async def test_a_key_of_ones_own_moves_and_the_old_one_does_not(key: str) -> None:
    app = Gallery(keymap={"list.down": "n"})
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3"])
        await settle(pilot)
        send(app, [key])
        await settle(pilot)
        assert app.frame is not None
        assert app.frame.grid.place == (1 if key == "n" else 0)
