"""Keys of one's own in a real terminal: the editor gets the screen, and its keys work when it closes."""

from __future__ import annotations

from pathlib import Path

from tests.homes import Home
from tests.tui.terminal import Terminal

EDITOR = """\
#!/bin/sh
printf 'the editor has the terminal\\r\\n'
printf '"settings.edit_file" = "E"\\n' > "$1"
"""


def test_e_lends_the_terminal_to_the_editor_and_the_chosen_key_works_after_it_and_after_a_restart(
    tmp_path: Path,
) -> None:
    home = Home.found(tmp_path / "home")
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    environ = {**home.environ, "EDITOR": str(editor), "VISUAL": ""}
    app = Terminal("-m", "tui.cli", env=environ)
    app.wait_for("TODAY")
    app.press("0e")
    app.wait_for("1 key of your own.")
    app.wait_for("E Edit keys.toml")
    assert b"the editor has the terminal" in app.raw
    app.press("/theme\r\rl")
    app.wait_for("Theme light.")
    app.end()
    again = Terminal("-m", "tui.cli", env=environ)
    again.wait_for("TODAY")
    again.press("0/theme\r")
    again.wait_for("light")
    again.wait_for("E Edit keys.toml")
    again.end()
