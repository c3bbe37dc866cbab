"""Cursor, marks, filter and order belong to records, not to places on the screen."""

from collections.abc import Sequence
from datetime import date

from textual.app import ComposeResult
from textual.geometry import Region

from tests.tui.driving import send, settle
from tui.app import FrameApp, Place
from tui.screens.frame import FrameScreen
from tui.widgets.columns import Column, day_column, lay_out, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import LazyRows, Row, Rows

COLUMNS = (words_column("Client"), day_column("Due"), money_column("Balance"))


def rows(names: Sequence[str]) -> list[Row]:
    return [Row(name, (name, date(2026, 10, 1), 100 * at)) for at, name in enumerate(names)]


class List(FrameScreen[None]):
    PLACE = "list"
    COLUMNS = COLUMNS
    EMPTY = "Nothing here."

    def load(self) -> None:
        return None

    def fill(self, view: None) -> None:
        if not self.grid.loaded:
            self.grid.show_rows(Rows(rows(["José", "Łukasz", "Mia", "Zoë", "Anna"])))


class ListApp(FrameApp):
    PLACES = (Place("list", "List", "1", "l", List),)


def painted(grid: Grid) -> list[str]:
    return [line.text.rstrip() for line in grid.render_lines(Region(0, 0, grid.size.width, grid.size.height))]


async def test_cursor_and_marks_stay_with_their_records() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        send(app, ["j", "space"])
        await settle(pilot)
        assert grid.cursor_id == "Mia"
        grid.show_rows(Rows(rows(["Anna", "Bea", "José", "Łukasz", "Mia", "Zoë"])))
        assert grid.cursor_id == "Mia"
        assert grid.chosen_ids == ["Łukasz"]
        grid.sort_rows(0)
        assert grid.cursor_id == "Mia"
        grid.filter_rows("luk")
        assert grid.cursor_id == "Łukasz"
        assert grid.chosen_ids == ["Łukasz"]
        grid.filter_rows("zoe")
        assert grid.hidden_marks == 1


async def test_filter_ignores_case_and_accents_and_takes_several_words() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        for typed, found in (
            ("JOSE", ["José"]),
            ("lukasz 10-01", ["Łukasz"]),
            ("4.00", ["Anna"]),
            ("xx", []),
        ):
            grid.filter_rows(typed)
            assert [row.id for row in map(grid.row_at, range(grid.row_count))] == found
        assert 'Nothing matches "xx"' in painted(grid)[2]


async def test_marking_range_all_and_invert() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        send(app, ["v", "j", "j", "v"])
        await settle(pilot)
        assert grid.chosen_ids == ["José", "Łukasz", "Mia"]
        send(app, ["~"])
        await settle(pilot)
        assert grid.chosen_ids == ["Zoë", "Anna"]
        send(app, ["*"])
        await settle(pilot)
        assert len(grid.marks) == 5
        send(app, ["*"])
        await settle(pilot)
        assert len(grid.marks) == 0


async def test_esc_clears_the_nearest_thing_first() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        send(app, ["space", "/", "m", "i", "enter", "v"])
        await settle(pilot)
        assert (grid.arrangement.filter_text, len(grid.marks)) == ("mi", 1)
        send(app, ["escape"])
        await settle(pilot)
        assert grid.marks.anchor is None
        send(app, ["escape"])
        await settle(pilot)
        assert (grid.arrangement.filter_text, len(grid.marks)) == ("", 1)
        send(app, ["escape"])
        await settle(pilot)
        assert len(grid.marks) == 0


async def test_signs_are_characters_not_only_colours() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        grid.show_rows(Rows([row._replace(attention=row.id == "b") for row in rows("abc")]))
        grid.mark_ids(["a", "b"])
        assert [line[:4] for line in painted(grid)[1:4]] == [">* a", "*! b", "   c"]


async def test_a_hundred_thousand_rows_are_not_read_to_be_opened() -> None:
    asked: list[tuple[int, int]] = []

    def fetch(start: int, stop: int) -> list[Row]:
        asked.append((start, stop))
        return [Row(f"r{at}", (f"Client {at}", date(2026, 10, 1), at)) for at in range(start, stop)]

    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        grid.show_rows(LazyRows(100_000, fetch))
        await settle(pilot)
        send(app, ["G"])
        await settle(pilot)
        assert "Client 99999" in painted(grid)[-1]
        assert grid.cursor_id == "r99999"
        assert len(asked) <= 4
        assert max(stop - start for start, stop in asked) <= 256


async def test_an_empty_list_says_what_to_do() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        grid.show_rows(Rows())
        assert painted(grid)[2] == "   Nothing here."
        send(app, ["j", "G", "space", "enter", "v", "*", "~"])
        await settle(pilot)
        assert grid.cursor_id is None


def test_money_is_shown_whole_and_names_give_way() -> None:
    columns = [
        words_column("Number", least=6, most=8),
        words_column("Client", least=12),
        day_column("Due", drop=2),
        money_column("Total", drop=1),
        money_column("Balance"),
    ]
    needed = [0, 0, 10, 14, 14]
    for width in range(30, 160):
        widths = lay_out(columns, needed, width)
        assert widths[4] == 14
        assert widths[3] in (0, 14)
        shown = [cells for cells in widths if cells]
        assert sum(shown) + 2 * (len(shown) - 1) <= width
    assert lay_out(columns, needed, 40)[2] == 0


async def test_an_amount_wider_than_its_column_widens_it() -> None:
    app = ListApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        grid = app.screen.query_one(Grid)
        grid.show_rows(Rows([Row("a", ("王小明" * 30, date(2026, 10, 1), 99_999_999_999))]))
        line = painted(grid)[1]
        assert line.endswith("999,999,999.99")
        assert "…" in line


async def test_two_lists_on_a_screen_take_turns() -> None:
    class Two(List):
        def compose_body(self) -> ComposeResult:
            yield Grid([Column("A")], id="one")
            yield Grid([Column("B")], id="two")

    class TwoApp(FrameApp):
        PLACES = (Place("list", "List", "1", "l", Two),)

    app = TwoApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        frame = app.frame
        assert frame is not None
        assert frame.grid.id == "one"
        send(app, ["tab"])
        await settle(pilot)
        assert frame.grid.id == "two"
