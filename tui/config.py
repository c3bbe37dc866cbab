"""What a person has chosen for this computer: config.toml, a line for each choice.

theme = "light"
"""

import json
import os
from pathlib import Path

from core.errors import NotFound, OutsideFailure, UsageError
from core.text import plain

NAME = "config.toml"

CHOICES: dict[str, tuple[str, ...]] = {"theme": ("dark", "light", "ansi-dark", "ansi-light")}
"""What can be chosen, the first one where nothing was."""


class NoSuchChoice(NotFound):
    code = "no_choice"

    def __init__(self, name: str) -> None:
        super().__init__(f'There is no choice "{plain(name)[:40]}". There is: {", ".join(CHOICES)}.')


class BadChoice(UsageError):
    code = "bad_choice"

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f'"{plain(value)[:40]}" is no {name}. One of: {", ".join(CHOICES[name])}.')


def read_config(folder: Path) -> dict[str, str]:
    """Every choice with its value; a line that makes no sense is passed over."""
    chosen = {name: values[0] for name, values in CHOICES.items()}
    path = folder / NAME
    if path.exists():
        import tomllib  # most have no such file, and the first paint waits for this

        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            return chosen
        chosen |= {name: value for name, value in found.items() if value in CHOICES.get(name, ())}
    return chosen


def set_config(folder: Path, name: str, value: str) -> None:
    """Keep a choice for the next start. Raises: NoSuchChoice, BadChoice, OutsideFailure."""
    if name not in CHOICES:
        raise NoSuchChoice(name)
    if value not in CHOICES[name]:
        raise BadChoice(name, value)
    chosen = read_config(folder) | {name: value}
    text = "".join(f"{known} = {json.dumps(chosen[known])}\n" for known in CHOICES)
    path, beside = folder / NAME, folder / f"{NAME}.new"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)  # noqa: PTH105
    except OSError as error:
        raise OutsideFailure(f"{path} cannot be written: {error.strerror}.") from None
