from tests.tui.driving import Clock, send, settle
from tests.tui.samples import Gallery
from tui.strips.question import Question


def asked(app: Gallery) -> bool:
    return app.frame is not None and isinstance(app.frame.strip, Question)


async def ask(app: Gallery, pilot, typed: list[str], yes: list[str]) -> None:  # type: ignore[no-untyped-def]
    await settle(pilot)
    assert app.frame is not None
    app.frame.ask("Send 2 invoices?", "sends", lambda: yes.append("yes"), on_cancel=lambda: yes.append("no"))
    send(app, typed)
    await settle(pilot)


async def test_keys_typed_before_it_was_drawn_and_in_the_first_moment_are_dropped() -> None:
    clock, heard = Clock(), list[str]()
    app = Gallery(clock=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await ask(app, pilot, ["y", "y", "enter", "x"], heard)
        assert asked(app)
        clock.now += 0.29
        send(app, ["y", "x"])
        await settle(pilot)
        assert asked(app)
        assert heard == []
        clock.now += 0.02
        send(app, ["y"])
        await settle(pilot)
        assert heard == ["yes"]
        assert not asked(app)


async def test_any_other_key_cancels_and_does_nothing_else() -> None:
    for key in ("enter", "Y", "space", "escape", "3", "q", "ctrl+p"):
        clock, heard = Clock(), list[str]()
        app = Gallery(clock=clock)
        async with app.run_test(size=(80, 24)) as pilot:
            await ask(app, pilot, [], heard)
            clock.now += 1
            send(app, [key])
            await settle(pilot)
            assert heard == ["no"], key
            assert app.current_mode == "today", key
            assert len(app.screen_stack) == 1, key


async def test_the_verb_and_yes_in_one_burst_do_not_send() -> None:
    clock = Clock()
    app = Gallery(clock=clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3", "*", "s", "y", "y"])
        await settle(pilot)
        assert asked(app)
        assert not app.jobs.running
