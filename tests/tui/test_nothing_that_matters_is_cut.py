"""Questions, totals and names are read whole at 80 columns where there is any way to show them whole."""

from __future__ import annotations

from tests.tui.driving import settle
from tests.tui.samples import Gallery
from tui.cells import in_lines
from tui.widgets.columns import lay_out, words_column
from tui.widgets.lines import ListTitle


def seen(app: Gallery) -> list[str]:
    lines = app.screen._compositor.render_strips(app.size)
    return ["".join(segment.text for segment in line).rstrip() for line in lines]


async def test_a_long_question_is_read_to_its_end() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.frame is not None
        question = (
            "Refund $1,450.00 of check 1008 of Lærke Hansen-Kowalska as paid by check;"
            " what it leaves open on N-00008, N-00009, N-00010 reopens, owed again?"
        )
        app.frame.ask(question, "refunds", lambda: None)
        await settle(pilot)
        shown = seen(app)
        at = next(i for i, line in enumerate(shown) if line.startswith(" Refund"))
        assert " ".join(line.strip() for line in shown[at : at + 3]) == (
            question + " y refunds · any other key cancels"
        )
        assert all(line.startswith(" ") for line in shown[at : at + 3])


def test_a_name_is_not_cut_beside_a_column_that_stands_half_empty() -> None:
    columns = [words_column("Document", least=10), words_column("Of", least=10)]
    assert lay_out(columns, [12, 25], 40) == [13, 25]
    assert lay_out(columns, [0, 0], 40) == [19, 19]
    assert sum(lay_out(columns, [50, 50], 40)) == 38


async def test_of_a_lists_totals_the_last_step_out_and_no_amount_is_cut() -> None:
    app = Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        title = app.screen.query_one(ListTitle)
        notes = [("filter: owing", ""), ("   7 marked", "")]
        for cents in ("$2,250.00", "$2,250,000.00", "$2,250,000,000.00"):
            title.show_list("AR aging", f"by due date · open {cents} · net {cents}", notes)  # type: ignore[arg-type]
            text = "".join(segment.text for segment in title.render_line(0))
            assert text.rstrip().endswith("7 marked")
            assert text.count(cents) == text.count("$")


def test_a_sentence_takes_as_many_lines_as_it_needs() -> None:
    assert in_lines("one two three", 8) == ["one two", "three"]
    assert in_lines("", 8) == [""]
    assert in_lines("unbreakable", 4) == ["unbreakable"]
