"""Starting, the book is asked once before anything is painted."""

from tests.tui.driving import settle
from tests.tui.samples import Gallery


async def test_the_first_answer_starts_the_watch() -> None:
    app = Gallery(data_version=lambda: 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app._watch is not None
        assert app._watch.looks > 0


async def test_an_answer_later_on_starts_no_second_watch() -> None:
    app = Gallery(data_version=lambda: 1)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        watch = app._watch
        app.renew_all()
        await settle(pilot)
        assert app._watch is watch
