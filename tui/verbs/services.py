"""service: what the practice renders, in its own words and at its fees."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of, whole_number

    verb = deeds_of(parser, common)
    verb("list", "every service and its fee", service_list)
    add = verb("add", "a service in the practice's own words", service_add)
    add.add_argument("code")
    add.add_argument("--system", default="CPT", choices=("CPT", "HCPCS", "SNOMED", "LOCAL"))
    add.add_argument("--description", required=True)
    add.add_argument("--rate", required=True, metavar="A")
    add.add_argument("--unit-minutes", type=whole_number(1, 1440))
    edit = verb("edit", "another description or fee for what is recorded next", service_edit)
    edit.add_argument("code")
    edit.add_argument("--description")
    edit.add_argument("--rate", metavar="A")
    edit.add_argument("--unit-minutes", type=whole_number(1, 1440))
    edit.add_argument("--retire", action="store_true", help="take it from the list")


def service_list(door: "Door") -> int:
    from core.practice.queries import services

    with door.store().read() as read:
        rows = services(read)
    door.answer(
        {"services": [row._asdict() for row in rows]},
        door.table(
            ("System", "Code", "Description", "Rate"),
            [(row.code_system, row.code, row.description, door.money(row.rate_cents)) for row in rows],
            right=(3,),
        ),
    )
    return 0


def service_add(door: "Door") -> int:
    from core.money import parse_cents
    from core.practice.commands import add_service

    options = door.options
    with door.store().write(door.actor()) as tx:
        add_service(
            tx,
            code_system=options.system,
            code=options.code,
            description=options.description,
            rate_cents=parse_cents(options.rate),
            unit_minutes=options.unit_minutes,
        )
    return service_list(door)


def service_edit(door: "Door") -> int:
    """Charges keep the fee they were recorded with."""
    from core.errors import UsageError
    from core.money import parse_cents
    from core.practice.commands import change_service
    from core.practice.queries import service_of

    options = door.options
    values = door.given("description", "unit_minutes")
    if options.rate is not None:
        values["rate_cents"] = parse_cents(options.rate)
    if options.retire:
        values["archived"] = True
    if not values:
        raise UsageError("Say what to change: --description, --rate, --unit-minutes or --retire.")
    with door.store().write(door.actor()) as tx:
        change_service(tx, service_of(tx, options.code).service_id, **values)
    return service_list(door)
