"""provider: who renders care, and their CPT licences."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from core.store import Read
    from tui.door import Door

PROVIDER = ("credentials", "npi", "licence", "licence_state", "portal_message")


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of, texts, whole_number

    verb = deeds_of(parser, common)
    verb("list", "every provider and their CPT licences", provider_list)
    add = verb("add", "somebody who renders care", provider_add)
    add.add_argument("name")
    edit = verb("edit", "correct a provider", provider_edit)
    edit.add_argument("provider", metavar="P", help="part of the name, or the id")
    texts(edit, "name")
    for one in (add, edit):
        texts(one, *PROVIDER)
        one.add_argument("--supervisor", metavar="P", help="who supervises them; none for nobody")
    works = edit.add_mutually_exclusive_group()
    works.add_argument("--inactive", action="store_true", help="does not work here any more")
    works.add_argument("--active", action="store_true", help="works here again")
    licence = verb("licence", "license a provider for CPT codes", provider_licence)
    licence.add_argument("provider", metavar="P")
    licence.add_argument("--year", type=whole_number(2000, 2100), required=True)
    licence.add_argument("--once", action="store_true", help="for that year only; it does not renew")


def provider_list(door: "Door") -> int:
    from core.practice.queries import providers

    with door.store().read() as read:
        rows = providers(read)
    door.answer(
        {"providers": [{**row._asdict(), "active": bool(row.active)} for row in rows]},
        door.table(
            ("Name", "Credentials", "NPI", "Licence", "Supervisor", "CPT licence from"),
            [
                (
                    r.name,
                    r.credentials,
                    r.npi,
                    f"{r.licence_state} {r.licence}".strip(),
                    r.supervisor,
                    r.licences or "none",
                )
                for r in rows
            ],
        ),
    )
    return 0


def provider_add(door: "Door") -> int:
    from core.practice.commands import add_provider

    with door.store().write(door.actor()) as tx:
        add_provider(tx, name=door.options.name, **door.given(*PROVIDER), **_supervisor(door, tx))
    return provider_list(door)


def _supervisor(door: "Door", read: "Read") -> "dict[str, str | None]":
    """The supervisor that was typed; none takes them away."""
    from core.practice.queries import find_named, providers

    typed = door.options.supervisor
    if typed is None:
        return {}
    found = None if typed.strip().casefold() == "none" else find_named(providers(read), "provider", typed)
    return {"supervisor_id": found}


def provider_edit(door: "Door") -> int:
    from core.errors import UsageError
    from core.practice.commands import change_provider
    from core.practice.queries import find_named, providers

    options = door.options
    values = door.given("name", *PROVIDER)
    if options.active or options.inactive:
        values["active"] = bool(options.active)
    if not values and options.supervisor is None:
        raise UsageError("Say what to correct, such as --npi, --licence, --supervisor or --inactive.")
    with door.store().write(door.actor()) as tx:
        values |= _supervisor(door, tx)
        change_provider(tx, find_named(providers(tx), "provider", options.provider), **values)
    return provider_list(door)


def provider_licence(door: "Door") -> int:
    from core.practice.commands import license_provider
    from core.practice.queries import find_named, providers

    options = door.options
    with door.store().write(door.actor()) as tx:
        provider_id = find_named(providers(tx), "provider", options.provider)
        license_provider(tx, provider_id, first_year=options.year, renews=not options.once)
    return provider_list(door)
