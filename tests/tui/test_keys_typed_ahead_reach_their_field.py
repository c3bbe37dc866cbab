"""Keys sent in one burst, faster than any screen opens."""

import threading

import pytest
from textual import events

from tests.tui.driving import send, settle
from tests.tui.samples import Gallery, PayStrip
from tui.palette import Found
from tui.screens.frame import FrameScreen


@pytest.mark.parametrize("amount", ["150", "99.50", "7"])
async def test_a_check_typed_in_one_burst_lands_in_the_right_fields(amount: str) -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3", "j", "p", *amount, "k", "1", "1", "8", "7", "enter"])
        await settle(pilot, lambda: "Recorded" in app.result[0])
        cents = amount if "." in amount else f"{amount}.00"
        assert app.result[0] == f"Recorded check 1187 ${cents} on 1001.  u undoes"


async def test_several_checks_in_one_burst() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3"])
        for row in range(3):
            send(app, ["j", "p", *f"{10 + row}", "k", *f"{500 + row}", "enter"])
        await settle(pilot, lambda: "1003" in app.result[0])
        assert app.result[0] == "Recorded check 502 $12.00 on 1003.  u undoes"


async def test_verbs_typed_ahead_wait_for_the_rows() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3", "G", "enter"])
        await settle(pilot)
        assert app.result[0] == "Opened i142."


async def test_the_palette_takes_a_burst_and_enter_waits_for_the_search() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, [":", *"1042", "enter"])
        await settle(pilot, lambda: "Open" in app.result[0])
        assert app.result[0] == "Open 1042."
        send(app, [":", *"run 2026-10", "enter"])
        await settle(pilot, lambda: "Run" in app.result[0])
        assert app.result[0] == "Run 2026-10."


class SlowSearch(Gallery):
    """Its search answers when told."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def find(self, text: str) -> list[Found]:
        if text == "1042":
            self.asked.set()
            self.may_answer.wait(5)
        return super().find(text)


async def test_keys_behind_an_enter_that_waits_for_the_search_are_for_what_it_opens() -> None:
    app = SlowSearch()
    app.SAFETY_SECONDS = 600
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, [":", *"1042", "enter", "3"])
        while not app._holds:
            await pilot.pause()
        app.may_answer.set()
        await settle(pilot)
        assert app.result[0] == "Open 1042."
        assert app.current_mode == "invoices"


async def test_a_palette_closed_while_it_searches_leaves_no_error_behind() -> None:
    app = SlowSearch()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, [":", *"1042"])
        while not app.asked.is_set():
            await pilot.pause()
        send(app, ["escape", "3"])
        app.may_answer.set()
        await settle(pilot)
        assert app.current_mode == "invoices"
        assert len(app.screen_stack) == 1


async def test_go_chord_does_not_fire_the_letters_own_verb() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["g", "i", "G", "g", "g"])
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, FrameScreen)
        assert screen.PLACE == "invoices"
        assert screen.grid.cursor_id == "i0"
        send(app, ["g", "p"])
        await settle(pilot)
        assert app.current_mode == "payments"
        assert app.frame is not None
        assert app.frame.strip is None


async def test_a_paste_goes_to_the_field_as_one_plain_line() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3", "p"])
        assert app._driver is not None
        app._driver.send_message(events.Paste("12.50\x1b]52;c;x\x07\nsecond line"))
        await settle(pilot)
        assert app.frame is not None
        strip = app.frame.strip
        assert isinstance(strip, PayStrip)
        assert strip.amount.typed.startswith("12.50␛]52")
        assert "second" not in strip.amount.typed


async def test_a_hold_ends_by_itself() -> None:
    app = Gallery()
    app.SAFETY_SECONDS = 0.05
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.hold_keys("never released")
        send(app, ["3"])
        await settle(pilot)
        assert app.current_mode == "invoices"


async def test_a_key_that_closes_what_it_was_typed_into_holds_up_nothing() -> None:
    app = Gallery()
    app.SAFETY_SECONDS = 600
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["?", "?", "3"])
        await settle(pilot, lambda: app.current_mode == "invoices")
        assert len(app.screen_stack) == 1
