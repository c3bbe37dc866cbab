"""office: the places that the practice works in."""

from tui.verbs.practice import ADDRESS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of, texts

    verb = deeds_of(parser, common)
    verb("list", "every office", office_list)
    add = verb("add", "another office", office_add)
    add.add_argument("code")
    edit = verb("edit", "correct an office, or close it", office_edit)
    edit.add_argument("office", metavar="O", help="its code, part of the name, or the id")
    edit.add_argument("--code", metavar="TEXT")
    edit.add_argument("--close", action="store_true", help="the practice does not work there any more")
    for one in (add, edit):
        texts(one, "name", *ADDRESS)


def office_list(door: "Door") -> int:
    from core.practice.queries import offices

    with door.store().read() as read:
        rows = offices(read)
    door.answer(
        {"offices": [row._asdict() for row in rows]},
        door.table(("Code", "Name", "City"), [(row.code, row.name, row.city) for row in rows]),
    )
    return 0


def office_add(door: "Door") -> int:
    from core.practice.commands import add_office

    with door.store().write(door.actor()) as tx:
        add_office(tx, code=door.options.code, name=door.options.name or "", **door.given(*ADDRESS))
    return office_list(door)


def office_edit(door: "Door") -> int:
    from core.errors import UsageError
    from core.practice.commands import change_office
    from core.practice.queries import find_named, offices

    values = door.given("code", "name", *ADDRESS)
    if door.options.close:
        values["archived"] = True
    if not values:
        raise UsageError("Say what to correct, such as --street or --phone, or --close.")
    with door.store().write(door.actor()) as tx:
        rows = offices(tx)
        by_code = [row.office_id for row in rows if row.code.casefold() == door.options.office.casefold()]
        office_id = by_code[0] if len(by_code) == 1 else ""
        names = [(row.office_id, row.name) for row in rows]
        change_office(tx, office_id or find_named(names, "office", door.options.office), **values)
    return office_list(door)
