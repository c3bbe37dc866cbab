"""The keys a person has chosen: keys.toml, a line for each binding, by its id.

"invoices.send" = "S"
"list.down" = "j,down,n"
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from textual.dom import DOMNode

from core.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.app import Place

NAME = "keys.toml"


def read_keymap(folder: Path) -> tuple[dict[str, str], str]:
    """The chosen keys, and what is wrong with the file in words; a wrong line is passed over."""
    if not (folder / NAME).exists():
        return {}, ""
    import tomllib  # most have no such file, and the first paint waits for this

    try:
        found = tomllib.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}, f"{NAME} cannot be read; the keys are as they come."
    chosen = {name: keys for name, keys in found.items() if isinstance(keys, str) and keys.strip()}
    wrong = sorted(plain(name) for name in found.keys() - chosen.keys())
    return chosen, f"{NAME}: write a key in quotes for {', '.join(wrong)}." if wrong else ""


def lost_keys(keymap: Mapping[str, str], kinds: Iterable[type[DOMNode]]) -> set[str]:
    """What has no key any more, in words, because another binding of the same list or screen took it.

    Textual itself says nothing of it.
    """
    lost = set()
    for kind in kinds:
        by_key = kind._merge_bindings().key_to_bindings
        own_ids = {binding.id for bindings in by_key.values() for binding in bindings}
        taken = {key.strip() for name, keys in keymap.items() if name in own_ids for key in keys.split(",")}
        lost |= {
            binding.description or binding.action
            for key in taken
            for binding in by_key.get(key, ())
            if binding.id not in keymap
        }
    return lost


def all_lost_keys(keymap: Mapping[str, str], places: "Iterable[Place]") -> set[str]:
    """The same over every list, and every screen that has a place."""
    from tui.widgets.grid import Grid

    return lost_keys(keymap, [Grid, *(type(place.make()) for place in places)])


TEMPLATE = """\
# Keys of your own, a line for each: "binding id" = "key" or "key,another key".
# The help of a screen (?) shows what each key does; `daysheet keys check` tells of clashes.
# "invoices.send" = "S"
# "list.down" = "j,down,n"
"""
"""What the file holds when it is opened for the first time."""
