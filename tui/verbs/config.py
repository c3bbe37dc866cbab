"""config: what a person has chosen for this computer. It asks for no book."""

from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)

    def verb(called: str, summary: str) -> "ArgumentParser":
        made: ArgumentParser = what.add_parser(called, help=summary, description=summary, parents=[common])
        return made

    verb("path", "where the file is").set_defaults(run=config_path)
    get = verb("get", "what is chosen")
    get.add_argument("name", nargs="?", help="one setting; all of them without")
    get.set_defaults(run=config_get)
    put = verb("set", "choose something else")
    put.add_argument("name")
    put.add_argument("value")
    put.set_defaults(run=config_set)


def config_path(door: "Door") -> int:
    from tui.config import NAME

    path = str(Path(door.home.config) / NAME)
    door.answer({"path": path}, [path])
    return 0


def config_get(door: "Door") -> int:
    from tui.config import MEANS, NoSuchSetting, read_config

    chosen, wrong = read_config(Path(door.home.config))
    if wrong:
        door.say(wrong)
    name = door.options.name
    if name is not None and name not in chosen:
        raise NoSuchSetting(name)
    shown = {one: value for one, value in chosen.items() if name in (None, one)}
    door.answer(
        {"settings": shown},
        door.table(("Setting", "Value", "Means"), [(one, value, MEANS[one]) for one, value in shown.items()]),
    )
    return 0


def config_set(door: "Door") -> int:
    from tui.config import choose

    choose(Path(door.home.config), door.options.name, door.options.value)
    return config_get(door)
