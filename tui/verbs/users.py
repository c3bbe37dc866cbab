"""user and key: who may work in the book, and what opens it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from core.security.keys import Keys
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from core.actors import Role

    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help=f"every {name}", parents=[common])
    if name == "key":
        listing.set_defaults(run=key_list)
        machine = what.add_parser("machine", help="write a machine key for unattended jobs", parents=[common])
        machine.add_argument("file", metavar="FILE")
        machine.set_defaults(run=key_machine)
        person = what.add_parser("passphrase", help="a passphrase of their own for a user", parents=[common])
        person.add_argument("user", metavar="USER")
        person.add_argument("--new-key-file", metavar="FILE", help="file with the new passphrase")
        person.set_defaults(run=key_passphrase)
        return
    listing.set_defaults(run=user_list)
    roles = tuple(role.value for role in Role)
    add = what.add_parser("add", help="somebody who may work in the book", parents=[common])
    add.add_argument("name")
    add.add_argument("--role", choices=roles, default="biller")
    add.set_defaults(run=user_add)
    role = what.add_parser("role", help="give a user another role", parents=[common])
    role.add_argument("user", metavar="USER")
    role.add_argument("role", choices=roles)
    role.set_defaults(run=user_role)
    remove = what.add_parser("remove", help="a user may no longer act", parents=[common])
    remove.add_argument("user", metavar="USER")
    remove.set_defaults(run=user_remove)


def user_list(door: "Door") -> int:
    from core.practice.queries import users

    with door.store().read() as read:
        rows = users(read)
    door.answer(
        {"users": [{**row._asdict(), "active": bool(row.active)} for row in rows]},
        door.table(
            ("Name", "Role", ""), [(row.name, row.role, "" if row.active else "removed") for row in rows]
        ),
    )
    return 0


def user_add(door: "Door") -> int:
    from core.actors import Role
    from core.practice.commands import add_user

    with door.store().write(door.actor()) as tx:
        add_user(tx, name=door.options.name, role=Role(door.options.role))
    return user_list(door)


def user_role(door: "Door") -> int:
    from core.actors import Role
    from core.practice.commands import change_role
    from core.practice.queries import find_named, users

    with door.store().write(door.actor()) as tx:
        change_role(tx, find_named(users(tx), "user", door.options.user), Role(door.options.role))
    return user_list(door)


def user_remove(door: "Door") -> int:
    from core.practice.commands import remove_user
    from core.practice.queries import find_named, users

    with door.store().write(door.actor()) as tx:
        remove_user(tx, find_named(users(tx), "user", door.options.user))
    return user_list(door)


def _keys(door: "Door") -> "Keys":
    import os

    from core.security.keys import Keys
    from core.security.unlock import KEYS

    return Keys.load(os.path.join(door.home.data, KEYS))  # noqa: PTH118


def key_list(door: "Door") -> int:
    door.store()
    slots = _keys(door).slots()
    door.answer(
        {"keys": slots}, door.table(("Kind", "Of"), [(slot["kind"], slot["label"]) for slot in slots])
    )
    return 0


def key_machine(door: "Door") -> int:
    """Write a machine key file; whoever can read it can open the book."""
    from core.security.slots import add_machine_key

    add_machine_key(door.store(), door.actor(), _keys(door), door.options.file)
    door.answer({"file": door.options.file}, [f"{door.options.file} opens the book. Keep it private."])
    return 0


def key_passphrase(door: "Door") -> int:
    """Give a user a passphrase, or another one."""
    from core.practice.queries import find_named, users
    from core.security.keys import read_key_file
    from core.security.slots import set_passphrase

    store = door.store()
    with store.read() as read:
        user_id = find_named(users(read), "user", door.options.user)
        name = next(row.name for row in users(read) if row.user_id == user_id)
    if door.options.new_key_file:
        secret = read_key_file(door.options.new_key_file)[0]
    else:
        secret = door.ask_passphrase(f"New passphrase of {name}: ")
    set_passphrase(store, door.actor(), _keys(door), user_id, name, secret)
    door.answer({"user": name}, [f"{name} opens the book with the new passphrase."])
    return 0
