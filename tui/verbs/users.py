"""user and key: who may work in the book, and what opens it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from core.store import Read
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
        recovery = what.add_parser("recovery", help="another recovery code; shown once", parents=[common])
        recovery.set_defaults(run=key_recovery)
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
    from core.practice.users import add_user

    with door.store().write(door.actor()) as tx:
        add_user(tx, name=door.options.name, role=Role(door.options.role))
    return user_list(door)


def user_role(door: "Door") -> int:
    from core.actors import Role
    from core.security.slots import give_role

    role = Role(door.options.role)
    give_role(door.store(), door.actor(), _slots(door), lambda read: _meant(door, read), role)
    return user_list(door)


def user_remove(door: "Door") -> int:
    from core.security.slots import take_user_out

    take_user_out(door.store(), door.actor(), _slots(door), lambda read: _meant(door, read))
    return user_list(door)


def _meant(door: "Door", read: "Read") -> str:
    from core.practice.queries import find_named, users

    return find_named(users(read), "user", door.options.user)


def _slots(door: "Door") -> str:
    import os

    from core.security.unlock import KEYS

    return os.path.join(door.home.data, KEYS)  # noqa: PTH118


def key_list(door: "Door") -> int:
    from core.security.keys import Keys

    door.store()
    slots = Keys.load(_slots(door)).slots()
    door.answer(
        {"keys": slots}, door.table(("Kind", "Of"), [(slot["kind"], slot["label"]) for slot in slots])
    )
    return 0


def key_machine(door: "Door") -> int:
    """Write a machine key file; whoever can read it can open the book."""
    from core.security.slots import add_machine_key

    add_machine_key(door.store(), door.actor(), _slots(door), door.options.file)
    door.answer({"file": door.options.file}, [f"{door.options.file} opens the book. Keep it private."])
    return 0


def key_passphrase(door: "Door") -> int:
    """Give a user a passphrase, or another one."""
    from core.errors import UsageError
    from core.practice.queries import find_named, users
    from core.security.keys import read_key_file
    from core.security.slots import set_passphrase

    store = door.store()
    with store.read() as read:
        user_id = find_named(users(read), "user", door.options.user)
        name = next(row.name for row in users(read) if row.user_id == user_id)
    if door.options.new_key_file:
        secret, machine = read_key_file(door.options.new_key_file)
        if machine is not None:
            raise UsageError("The new key file holds a machine key; it is to hold a passphrase.")
    else:
        secret = door.ask_new_passphrase(f"New passphrase of {name}")
    set_passphrase(store, door.actor(), _slots(door), user_id=user_id, name=name, passphrase=secret)
    door.answer({"user": name}, [f"{name} opens the book with the new passphrase."])
    return 0


def key_recovery(door: "Door") -> int:
    """Make another recovery code; the old one stops."""
    from core.security.slots import renew_recovery_code

    code = renew_recovery_code(door.store(), door.actor(), _slots(door))
    door.answer(
        {"recovery_code": code},
        [
            "Recovery code, shown only now; write it down and keep it away from this computer:",
            f"  {code}",
            "The old one does not open the book any more.",
        ],
    )
    return 0
