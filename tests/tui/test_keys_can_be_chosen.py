"""keys.toml: keys by the id of their binding."""

from __future__ import annotations

from pathlib import Path

from tests.tui.driving import send, settle
from tests.tui.samples import Gallery
from tui.keymap import read_keymap


def test_no_file_means_the_keys_as_they_come(tmp_path: Path) -> None:
    assert read_keymap(tmp_path) == ({}, "")


def test_a_line_for_each_binding(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text('"frame.go_2" = "m"\n"list.down" = "j,n"\n')
    assert read_keymap(tmp_path) == ({"frame.go_2": "m", "list.down": "j,n"}, "")


def test_a_wrong_line_is_named_and_the_others_hold(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text('"frame.go_2" = "m"\n"list.down" = 3\n')
    assert read_keymap(tmp_path) == ({"frame.go_2": "m"}, "keys.toml: write a key in quotes for list.down.")


def test_a_file_that_is_no_toml_is_said_and_does_not_stop_the_app(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text("= = =")
    assert read_keymap(tmp_path) == ({}, "keys.toml cannot be read; the keys are as they come.")


async def test_an_action_that_lost_its_key_is_named_once() -> None:
    app = Gallery(keymap={"frame.filter": "f"})
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot, lambda: app.result[0])
        assert app.result == ("keys.toml takes the key of: Next quick filter.", "warn")
        app.say("")
        send(app, ["3", "j", "f"])
        await settle(pilot)
        assert app.result[0] == ""
        assert app.frame is not None
        assert app.frame.strip is not None


async def test_two_keys_can_be_swapped_without_a_word() -> None:
    app = Gallery(keymap={"frame.filter": "f", "frame.quick_filter": "slash"})
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        send(app, ["3", "f"])
        await settle(pilot)
        assert app.result[0] == ""
        assert app.frame is not None
        assert app.frame.strip is not None
