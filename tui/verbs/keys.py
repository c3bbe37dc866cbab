"""keys: the keys that a person has changed on this computer."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    summary = "what keys.toml changes, and what it leaves without a key"
    check = what.add_parser("check", help=summary, description=summary, parents=[common])
    check.set_defaults(run=keys_check)


def keys_check(door: "Door") -> int:
    """4 where something has no key any more, or the file cannot be read."""
    from pathlib import Path

    from tui.biller import Biller
    from tui.keymap import NAME, all_lost_keys, read_keymap

    keymap, wrong = read_keymap(Path(door.home.config))
    lost = sorted(all_lost_keys(keymap, Biller.PLACES)) if keymap else []
    path = str(Path(door.home.config) / NAME)
    text = [path, *door.table(("What", "Keys"), sorted(keymap.items()))]
    if wrong:
        door.refuse("bad_keys_file", wrong)
    for name in lost:
        door.refuse("key_taken", f"{NAME} takes the key of: {name}.", name)
    door.answer({"path": path, "keys": keymap, "lost": lost}, text)
    return 4 if door.errors else 0
