"""What a person has chosen for this computer: config.toml in the home's configuration folder.

lock_after_minutes = 15
theme = "dark"
"""

from pathlib import Path

from core.errors import UsageError
from core.text import plain

NAME = "config.toml"
LOCK_AFTER_MINUTES = 15
THEMES = ("dark", "light", "ansi-dark", "ansi-light")
Chosen = dict[str, int | str]
DEFAULTS: Chosen = {"lock_after_minutes": LOCK_AFTER_MINUTES, "theme": THEMES[0]}
MOST_MINUTES = 480
MEANS = {
    "lock_after_minutes": f"minutes without a key until the app locks, 1 to {MOST_MINUTES}; 0 is never",
    "theme": f"how the screens look, one of {', '.join(THEMES)}",
}


class NoSuchSetting(UsageError):
    code = "no_such_setting"

    def __init__(self, name: str) -> None:
        super().__init__(f'There is no setting "{plain(name)[:40]}". There are: {", ".join(DEFAULTS)}.')


class BadSetting(UsageError):
    code = "bad_setting"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is {MEANS[name]}.")


class UnreadableConfig(UsageError):
    code = "unreadable_config"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} cannot be read as TOML. Mend it, or take it away, and try again.")


def read_config(folder: Path) -> tuple[Chosen, str]:
    """What is chosen, and what is wrong with the file in words; a wrong line is passed over."""
    path = folder / NAME
    if not path.exists():
        return dict(DEFAULTS), ""
    try:
        found = _load(path)
    except UnreadableConfig:
        return dict(DEFAULTS), f"{NAME} cannot be read; everything is as it comes."
    chosen = {name: found.get(name, default) for name, default in DEFAULTS.items()}
    wrong = [name for name, value in chosen.items() if not _fits(name, value)]
    kept = {
        name: value if name not in wrong and isinstance(value, int | str) else DEFAULTS[name]
        for name, value in chosen.items()
    }
    return kept, f"{NAME}: {wrong[0]} is {MEANS[wrong[0]]}." if wrong else ""


def choose(folder: Path, name: str, typed: str) -> None:
    """Set one thing; every other line of the file stays as it is.

    Raises: NoSuchSetting, BadSetting, UnreadableConfig, CannotWrite.
    """
    import json
    import re

    from core.security.files import write_private

    if name not in DEFAULTS:
        raise NoSuchSetting(name)
    number = typed.isascii() and typed.isdigit() and len(typed) <= 4
    value = int(typed) if number else typed
    if not _fits(name, value):
        raise BadSetting(name)
    path, line = folder / NAME, f"{name} = {json.dumps(value)}"
    _load(path)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    places = [at for at, text in enumerate(lines) if re.match(rf"\s*{name}\s*=", text)]
    if places:
        lines[places[0]] = line
    else:
        lines.insert(0, line)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(str(path), ("\n".join(lines) + "\n").encode())


def _fits(name: str, value: object) -> bool:
    if name == "theme":
        return value in THEMES
    return type(value) is int and 0 <= value <= MOST_MINUTES


def _load(path: Path) -> dict[str, object]:
    """Raises: UnreadableConfig."""
    import tomllib

    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise UnreadableConfig(path) from None
