"""What a person chooses for this computer from the screens: keys of their own, and how the screens look."""

import os
import shlex
import subprocess

from textual.app import SuspendNotSupported

from tui.config import choose
from tui.keymap import NAME, TEMPLATE, all_lost_keys, read_keymap
from tui.present import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.biller import Biller


def wear(app: "Biller", theme: str) -> None:
    """Put a theme on, and keep it for the next start."""
    folder = app.config
    app.theme = theme
    if folder is None:
        app.say(f"Theme {theme}, until you quit.")
    else:
        app.in_background(
            lambda: choose(folder, "theme", theme), lambda _: app.say(f"Theme {theme}.", "good")
        )
    if (frame := app.frame) is not None:
        frame.reload()


def edit_keys(app: "Biller") -> None:
    """Suspend the screens for the editor; VISUAL, else EDITOR, else vi."""
    if app.config is None:
        app.say("There is no folder for keys of your own here.", "warn")
        return
    path = app.config / NAME
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    try:
        if not path.exists():
            app.config.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_text(TEMPLATE, encoding="utf-8")
        with app.suspend():
            ended = subprocess.run([*editor, str(path)], check=False)  # noqa: S603  the person's own choice
    except SuspendNotSupported:
        app.say(f"This terminal cannot be lent to an editor. Edit {path} and press f5.", "warn")
    except OSError as error:
        app.say(f"{editor[0]} cannot be run: {error.strerror}. Set EDITOR, or edit {path}.", "warn")
    else:
        if ended.returncode != 0:
            app.say(f"{editor[0]} ended with {ended.returncode}; the keys are as they were.", "warn")
            return
        read_again(app)


def read_again(app: "Biller") -> None:
    """Put keys.toml to work, and say what it leaves without a key."""
    assert app.config is not None
    keymap, wrong = read_keymap(app.config)
    if wrong:
        app.say(wrong, "warn")
        return
    app.set_keymap(keymap)
    lost = sorted(all_lost_keys(keymap, app.PLACES))
    if lost:
        app.say(f"{NAME} takes the key of: {', '.join(lost)}.", "warn")
    else:
        app.say(f"{plural(len(keymap), 'key')} of your own.", "good")
    if (frame := app.frame) is not None:
        frame.reload()
