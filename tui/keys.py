"""Keys of the app. A verb is a key that the footer shows; the rest are found in the help."""

from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding


@dataclass(frozen=True)
class Footing(Binding.Group):
    """How the footer shows a key. It travels as the binding's group, the one field Textual hands on.

    `counted` says the verb acts on the marked records, so that the footer names how many.
    `always` keeps it in the footer when others must step out. `unmarked` is another label while
    nothing is marked.
    """

    counted: bool = True
    always: bool = False
    unmarked: str = ""


def verb(
    key: str,
    action: str,
    label: str,
    *,
    id: str,
    help: str = "",
    counted: bool = True,
    unmarked: str = "",
) -> Binding:
    """A verb of a screen, shown in the footer while `check_action` allows it.

    `id` names it in keys.toml; `help` says more than the footer has room for; `unmarked` is what it
    does where nothing is marked, if that is not to the row under the cursor.
    """
    footing = Footing(counted=counted, unmarked=unmarked)
    return Binding(key, action, label, id=id, tooltip=help, group=footing)


def key_of(key: str, action: str, label: str, *, id: str, footer: bool = False) -> Binding:
    """A key that is the same on every screen; in the help, and in the footer only if told so."""
    return Binding(key, action, label, show=footer, id=id, group=Footing(counted=False, always=footer))


Direction = Literal[-1, 0, 1]
"""The previous period, this one, the next one."""

_SHOWN = {
    "slash": "/", "question_mark": "?", "colon": ":", "left_square_bracket": "[",
    "right_square_bracket": "]", "full_stop": ".", "comma": ",", "asterisk": "*", "tilde": "~",
    "less_than_sign": "<", "greater_than_sign": ">", "minus": "-", "plus": "+", "escape": "Esc",
    "enter": "Enter", "space": "Space", "pagedown": "PgDn", "pageup": "PgUp", "down": "↓", "up": "↑",
    "left": "←", "right": "→", "tab": "Tab", "home": "Home", "end": "End",
}  # fmt: skip


def shown_key(key: str) -> str:
    """A key as a person reads it: `slash` is /, `ctrl+p` is ^p, `upper_g` is G."""
    if key.startswith("ctrl+"):
        return "^" + shown_key(key.removeprefix("ctrl+"))
    if key.startswith("upper_"):
        return key.removeprefix("upper_").upper()
    return _SHOWN.get(key, key.upper() if len(key) > 1 and key[1:].isdigit() else key)
