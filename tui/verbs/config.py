"""config and keys: what a person has chosen for this computer, and the keys they have changed."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    if name == "keys":
        check = what.add_parser("check", help="what keys.toml changes, and what it leaves without a key",
                                parents=[common])  # fmt: skip
        check.set_defaults(run=keys_check)
        return
    what.add_parser("path", help="where the file is", parents=[common]).set_defaults(run=config_path)
    get = what.add_parser("get", help="every choice, or one", parents=[common])
    get.add_argument("name", nargs="?")
    get.set_defaults(run=config_get)
    put = what.add_parser("set", help="keep a choice, such as theme light", parents=[common])
    put.add_argument("name")
    put.add_argument("value")
    put.set_defaults(run=config_set)


def config_path(door: "Door") -> int:
    from pathlib import Path

    from tui.config import NAME

    path = str(Path(door.home.config) / NAME)
    door.answer({"path": path}, [path])
    return 0


def config_get(door: "Door") -> int:
    from pathlib import Path

    from tui.config import NoSuchChoice, read_config

    chosen, name = read_config(Path(door.home.config)), door.options.name
    if name is not None:
        if name not in chosen:
            raise NoSuchChoice(name)
        chosen = {name: chosen[name]}
    door.answer({"config": chosen}, door.table(("Choice", "Value"), list(chosen.items())))
    return 0


def config_set(door: "Door") -> int:
    from pathlib import Path

    from tui.config import set_config

    set_config(Path(door.home.config), door.options.name, door.options.value)
    return config_get(door)


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
