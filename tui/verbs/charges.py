"""charge: what somebody owes for without a session, and taking back one made in error."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    summary = "a charge without a session, such as a report or materials"
    add = what.add_parser("add", help=summary, description=summary, parents=[common])
    add.set_defaults(run=charge_add)
    add.add_argument("--client", required=True, metavar="C")
    says = add.add_mutually_exclusive_group(required=True)
    says.add_argument("--text", metavar="T", help="what it is for, as bills say it")
    says.add_argument("--code", metavar="CODE", help="a service of the practice, at its fee or --amount")
    add.add_argument("--amount", metavar="A")
    add.add_argument("--on", metavar="DAY", help="date of service (today)")
    add.add_argument("--provider", metavar="P", help="who rendered it; a CPT code needs one with a licence")
    add.add_argument("--office", metavar="O", help="where (this computer's office)")
    summary = "take back a charge that nothing bills"
    void = what.add_parser("void", help=summary, description=summary, parents=[common])
    void.set_defaults(run=charge_void)
    void.add_argument("charge", metavar="ID", help="the charge's id or its last 8 characters")
    void.add_argument("--reason", required=True, metavar="T", help="why; kept in the audit log")
    summary = "what a client is charged for, and what bills it"
    listing = what.add_parser("list", help=summary, description=summary, parents=[common])
    listing.set_defaults(run=charge_list)
    listing.add_argument("--client", required=True, metavar="C")


def charge_add(door: "Door") -> int:
    """Write in a charge; it waits in the unbilled queue."""
    from core.clients.queries import find_client
    from core.dates import parse_entered_day
    from core.errors import UsageError
    from core.money import parse_cents
    from core.practice.queries import find_named, offices, own_office, providers, service_of
    from core.sessions.commands import write_in_charge

    options = door.options
    cents = None if options.amount is None else parse_cents(options.amount)
    if cents is None and options.code is None:
        raise UsageError("Say how much with --amount, or name a service of the practice with --code.")
    with door.store().write(door.actor()) as tx:
        text, system, code = options.text, "LOCAL", ""
        if options.code is not None:
            service = service_of(tx, options.code)
            text, system, code = service.description, service.code_system, service.code
            cents = service.rate_cents if cents is None else cents
        office, provider = options.office, options.provider
        charge_id = write_in_charge(
            tx,
            client_id=find_client(tx, options.client),
            service_on=door.today(tx) if options.on is None else parse_entered_day(options.on),
            description=text,
            amount_cents=cents or 0,
            office_id=own_office(tx) if office is None else find_named(offices(tx), "office", office),
            provider_id=None if provider is None else find_named(providers(tx), "provider", provider),
            code_system=system,
            code=code,
        )
    with door.store().read() as read:
        return _answer(door, read, charge_id)


def charge_void(door: "Door") -> int:
    from core.sessions.commands import void_charge
    from core.sessions.queries import find_charge

    with door.store().write(door.actor()) as tx:
        charge_id = find_charge(tx, door.options.charge)
        void_charge(tx, charge_id, reason=door.options.reason)
    with door.store().read() as read:
        return _answer(door, read, charge_id)


def _shown(row: "Any") -> "dict[str, Any]":
    return row._asdict()  # type: ignore[no-any-return]


def _answer(door: "Door", read: "Read", charge_id: str) -> int:
    from core.sessions.queries import charge

    row = charge(read, charge_id)
    where = row.number or row.status
    text = [f"{row.charge_id[-8:]}  {row.service_on}  {row.client}  {row.description}"]
    text += [f"{door.money(row.amount_cents)}  {where}"]
    door.answer(_shown(row), text)
    return 0


def charge_list(door: "Door") -> int:
    from core.clients.queries import find_client
    from core.sessions.queries import charges_of_client

    with door.store().read() as read:
        rows = charges_of_client(read, find_client(read, door.options.client))
    text = door.table(
        ("Id", "Date", "Code", "Description", "Amount", "Billed"),
        [
            (r.charge_id[-8:], r.service_on, r.code, r.description, door.money(r.amount_cents),
             r.number or r.status)
            for r in rows
        ],
        right=(4,),
    )  # fmt: skip
    door.answer({"charges": [_shown(r) for r in rows]}, text)
    return 0
