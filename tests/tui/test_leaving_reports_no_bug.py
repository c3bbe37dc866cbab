"""An app that is left while keys still wait has no screens to hand them to, and no bug to report."""

from __future__ import annotations

import asyncio

from tests.tui.samples import Gallery
from tui.gate import KeyBarrier


async def test_a_look_for_waiting_keys_after_leaving_finds_nothing_to_do() -> None:
    app = Gallery()
    async with app.run_test():
        seq = app._key_seq
        app.exit()
    app._loop = asyncio.get_running_loop()
    app._look(seq, 0.0)
    assert app._safety is None


async def test_a_key_that_is_done_with_after_leaving_asks_no_screen() -> None:
    app = Gallery()
    async with app.run_test():
        seq = app._key_seq
    app._screen_stack.clear()
    await app.on_key_barrier(KeyBarrier(seq, 2))
