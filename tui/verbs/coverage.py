"""payer: list, add, edit; and a client's policies (`client coverage C list|add|edit|end`)."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.store import Read
    from tui.door import Door

CONTACT = ("street", "city", "state", "postal_code", "phone")
TEXTS = ("member_number", "group_number", "subscriber")
DAYS = ("subscriber_birth_on", "starts_on", "ends_on")


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import texts

    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help="every insurer", parents=[common])
    listing.set_defaults(run=payer_list)
    add = what.add_parser("add", help="an insurer", parents=[common])
    add.add_argument("name")
    add.set_defaults(run=payer_add)
    edit = what.add_parser("edit", help="correct an insurer", parents=[common])
    edit.add_argument("payer", metavar="PAYER", help="part of the name, or the id")
    edit.add_argument("--name")
    edit.set_defaults(run=payer_edit)
    for one in (add, edit):
        texts(one, *CONTACT)


def coverage_arguments(parser: "ArgumentParser", common: "ArgumentParser") -> None:
    """`client coverage C [list]`, `add --payer P`, `edit [WHICH]`, `end [WHICH] --on DAY`."""
    from core.clients.coverage import RELATIONS
    from tui.arguments import texts, whole_number

    parser.add_argument("client", metavar="C")
    parser.set_defaults(run=coverage_list)
    deeds = parser.add_subparsers(dest="deed", metavar="DEED")
    listing = deeds.add_parser("list", help="every policy and the days it held", parents=[common])
    listing.set_defaults(run=coverage_list)
    add = deeds.add_parser("add", help="another policy", parents=[common])
    add.add_argument("--payer", required=True, help="part of the insurer's name, or the id")
    add.set_defaults(run=coverage_add)
    edit = deeds.add_parser("edit", help="correct a policy", parents=[common])
    edit.add_argument("--payer", help="part of the insurer's name, or the id")
    edit.set_defaults(run=coverage_edit)
    end = deeds.add_parser("end", help="the last day of a policy", parents=[common])
    end.add_argument("--on", metavar="DAY", help="its last day (today)")
    end.set_defaults(run=coverage_end)
    for one in (edit, end):
        one.add_argument("which", metavar="WHICH", nargs="?", help="insurer, member number or id")
    for one in (add, edit):
        texts(one, *TEXTS)
        one.add_argument("--relation", choices=RELATIONS, help="of the client to the subscriber")
        one.add_argument("--subscriber-birth-on", metavar="DAY")
        one.add_argument("--from", dest="starts_on", metavar="DAY", help="first day it held")
        one.add_argument("--to", dest="ends_on", metavar="DAY", help="last day it held")
        one.add_argument("--rank", type=whole_number(1, 9), help="1 primary, 2 secondary")


def payer_list(door: "Door") -> int:
    from core.clients.coverage import payers

    with door.store().read() as read:
        rows = payers(read)
    door.answer(
        {"payers": [row._asdict() for row in rows]},
        door.table(
            ("Insurer", "City", "Phone", "Policies"),
            [(row.name, row.city, row.phone, row.coverages) for row in rows],
            right=(3,),
        ),
    )
    return 0


def payer_add(door: "Door") -> int:
    from core.clients.coverage import add_payer

    with door.store().write(door.actor()) as tx:
        add_payer(tx, name=door.options.name, **door.given(*CONTACT))
    return payer_list(door)


def payer_edit(door: "Door") -> int:
    from core.clients.coverage import change_payer, find_payer
    from core.errors import UsageError

    values = door.given("name", *CONTACT)
    if not values:
        raise UsageError("Say what to correct, such as --name or --phone.")
    with door.store().write(door.actor()) as tx:
        change_payer(tx, find_payer(tx, door.options.payer), **values)
    return payer_list(door)


def _policy(door: "Door") -> "dict[str, Any]":
    """What was typed of a policy. Raises: NotADate."""
    from core.dates import parse_entered_day

    values = door.given(*TEXTS, "relation", "rank", *DAYS)
    return {name: parse_entered_day(value) if name in DAYS else value for name, value in values.items()}


def coverage_list(door: "Door") -> int:
    from core.clients.queries import find_client

    with door.store().read() as read:
        return _answer(door, read, find_client(read, door.options.client))


def coverage_add(door: "Door") -> int:
    from core.clients.coverage import add_coverage, find_payer
    from core.clients.queries import find_client

    store, values = door.store(), _policy(door)
    with store.write(door.actor()) as tx:
        client_id = find_client(tx, door.options.client)
        add_coverage(tx, client_id=client_id, payer_id=find_payer(tx, door.options.payer), **values)
    with store.read() as read:
        return _answer(door, read, client_id)


def coverage_edit(door: "Door") -> int:
    from core.clients.coverage import change_coverage, coverages, find_coverage, find_payer
    from core.clients.queries import find_client
    from core.errors import UsageError

    store, values = door.store(), _policy(door)
    if not values and door.options.payer is None:
        raise UsageError("Say what to correct, such as --member-number or --group-number.")
    with store.write(door.actor()) as tx:
        client_id = find_client(tx, door.options.client)
        if door.options.payer is not None:
            values["payer_id"] = find_payer(tx, door.options.payer)
        change_coverage(tx, find_coverage(coverages(tx, client_id), door.options.which).coverage_id, **values)
    with store.read() as read:
        return _answer(door, read, client_id)


def coverage_end(door: "Door") -> int:
    from core.clients.coverage import change_coverage, coverages, find_coverage
    from core.clients.queries import find_client
    from core.dates import parse_entered_day

    store, on = door.store(), door.options.on
    with store.write(door.actor()) as tx:
        client_id = find_client(tx, door.options.client)
        policy = find_coverage(coverages(tx, client_id), door.options.which)
        change_coverage(
            tx, policy.coverage_id, ends_on=door.today(tx) if on is None else parse_entered_day(on)
        )
    with store.read() as read:
        return _answer(door, read, client_id)


def _answer(door: "Door", read: "Read", client_id: str) -> int:
    from core.clients.coverage import coverages
    from core.clients.queries import client

    rows = coverages(read, client_id)
    door.answer(
        {
            "client_id": client_id,
            "client": client(read, client_id).client,
            "coverages": [row._asdict() for row in rows],
        },
        door.table(
            ("Insurer", "Member", "Group", "Subscriber", "Relation", "From", "To", "Id"),
            [
                (r.payer, r.member_number, r.group_number, r.subscriber, r.relation, r.starts_on or "",
                 r.ends_on or "", r.coverage_id[-8:])
                for r in rows
            ],
        ),
    )  # fmt: skip
    return 0
