from datetime import date

import pytest
from textual.pilot import Pilot

from core.errors import DomainError
from tests.tui.driving import send, settle
from tests.tui.samples import TODAY, Gallery, PayStrip
from tui.strips.asking import AskDay, AskMoney, AskText
from tui.strips.choices import letters_for
from tui.strips.fields import Words
from tui.strips.typed import NotATypedDay, parse_typed_day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("t", "2026-10-31"),
        ("-1", "2026-10-30"),
        ("+7", "2026-11-07"),
        ("10-31", "2026-10-31"),
        ("31", "2026-10-31"),
        ("1", "2026-11-01"),
        ("9/3", "2026-09-03"),
        ("1-15", "2027-01-15"),
        ("2026-2-28", "2026-02-28"),
        (" 2026-10-31 ", "2026-10-31"),
    ],
)
def test_dates_take_what_people_type(typed: str, day: str) -> None:
    assert parse_typed_day(typed, TODAY) == date.fromisoformat(day)


def test_a_month_and_day_means_the_nearest_year() -> None:
    assert parse_typed_day("12-28", date(2027, 1, 3)) == date(2026, 12, 28)
    assert parse_typed_day("2-29", date(2027, 6, 1)) == date(2028, 2, 29)
    assert parse_typed_day("30", date(2026, 3, 5)) == date(2026, 3, 30)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "13-01",
        "2-30",
        "2026-02-30",
        "32",
        "١٢",
        "-9999",
        "10-31-26",
        "0000-1-1",
        "0001-01-01",
        "1899-12-31",
        "2200-1-1",
    ],
)
def test_anything_else_is_refused_in_words(typed: str) -> None:
    with pytest.raises(NotATypedDay, match="is not a date"):
        parse_typed_day(typed, date(2026, 6, 15))


def test_menu_letters_are_different_and_belong_to_their_words() -> None:
    assert letters_for(["Number", "Client", "Due", "Date", "Name"]) == ["n", "c", "d", "a", "m"]


async def in_list(app: Gallery, pilot: Pilot[None]) -> None:
    await settle(pilot)
    send(app, ["3"])
    await settle(pilot)


def strip_of(app: Gallery) -> PayStrip:
    assert app.frame is not None
    strip = app.frame.strip
    assert isinstance(strip, PayStrip)
    return strip


async def test_typing_replaces_the_preset_and_a_letter_goes_to_the_reference() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await in_list(app, pilot)
        send(app, ["j", "p"])
        await settle(pilot)
        assert strip_of(app).amount.typed == "462.50"
        send(app, [*"150", "k", *"88"])
        await settle(pilot)
        strip = strip_of(app)
        assert (strip.amount.typed, strip.reference.typed) == ("150", "88")


async def test_a_wrong_field_is_named_in_words_and_nothing_is_lost() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await in_list(app, pilot)
        send(app, ["p", *"1.5.0", "tab", *"77", "enter"])
        await settle(pilot)
        strip = strip_of(app)
        assert strip.query_one("#refusal", Words).display
        assert app.focused is strip.amount.input
        assert (strip.amount.typed, strip.reference.typed) == ("1.5.0", "77")
        send(app, ["end", "backspace", "backspace"])
        await settle(pilot)
        assert not strip.query_one("#refusal", Words).display


async def test_esc_closes_and_the_text_comes_back_for_the_same_record_only() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await in_list(app, pilot)
        send(app, ["p", *"12", "escape", "j", "p"])
        await settle(pilot)
        assert strip_of(app).amount.typed == "462.50"
        send(app, ["escape", "k", "p"])
        await settle(pilot)
        assert strip_of(app).amount.typed == "12"
        send(app, ["enter", "p"])
        await settle(pilot)
        assert strip_of(app).amount.typed == "0.00"


async def test_answers_have_types() -> None:
    app = Gallery()
    answers: list[object] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await in_list(app, pilot)
        assert app.frame is not None
        app.frame.open_strip(AskMoney("Refund"), answers.append)
        send(app, [*"1,234.5", "enter"])
        await settle(pilot)
        app.frame.open_strip(AskDay("As of", today=lambda: TODAY), answers.append)
        send(app, ["-", "1", "enter"])
        await settle(pilot)
        app.frame.open_strip(AskText("Reason"), answers.append)
        send(app, ["enter", *"typed/twice?", "enter"])
        await settle(pilot)
        assert answers == [123_450, date(2026, 10, 30), "typed/twice?"]


async def test_a_refusal_of_the_whole_answer_keeps_the_strip_open() -> None:
    class Never(AskText):
        def read(self) -> str:
            raise DomainError("Not today.", subject="text")

    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await in_list(app, pilot)
        assert app.frame is not None
        strip = Never("Reason")
        app.frame.open_strip(strip, lambda _: None)
        send(app, ["a", "enter"])
        await settle(pilot)
        assert app.frame.strip is strip


async def test_sort_menu_sorts_and_again_turns_round() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await in_list(app, pilot)
        assert app.frame is not None
        send(app, ["z", "b"])
        await settle(pilot)
        assert (app.frame.grid.arrangement.sort_column, app.frame.grid.arrangement.reverse) == (5, False)
        send(app, ["z", "b", "z", "x"])
        await settle(pilot)
        assert (app.frame.grid.arrangement.sort_column, app.frame.grid.arrangement.reverse) == (5, True)
        balances = [app.frame.grid.row_at(place).values[5] for place in range(20)]
        assert balances == sorted(balances, reverse=True)
