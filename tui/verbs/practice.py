"""practice, office, provider, service, policy: how the practice is set up."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction
    from collections.abc import Callable, Sequence
    from typing import Any

    from core.practice.policies import LateFeeRule
    from core.store import Read
    from tui.door import Door

ADDRESS = ("street", "street_2", "city", "state", "postal_code", "phone")
PRACTICE = ("name", "timezone", "tax_id", "npi", "email", "footer", "portal_message", *ADDRESS)
PROVIDER = ("credentials", "npi", "licence", "licence_state", "portal_message")
LATE_FEE_OPTIONS = ("grace", "every", "base", "cap")
POLICIES = ("terms", "no_show_fee", "late_cancel_fee", "late_fee")


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    _BUILDERS[name](what, common)


def _verb(
    what: "_SubParsersAction[Any]",
    common: "ArgumentParser",
    name: str,
    summary: str,
    run: "Callable[[Door], int]",
) -> "ArgumentParser":
    made: ArgumentParser = what.add_parser(name, help=summary, description=summary, parents=[common])
    made.set_defaults(run=run)
    return made


def _texts(parser: "ArgumentParser", fields: "Sequence[str]") -> None:
    for field in fields:
        parser.add_argument(f"--{field.replace('_', '-')}", dest=field, metavar="TEXT")


def _given(door: "Door", fields: "Sequence[str]") -> "dict[str, Any]":
    found = {field: getattr(door.options, field) for field in fields}
    return {field: value for field, value in found.items() if value is not None}


def _practice(what: "_SubParsersAction[Any]", common: "ArgumentParser") -> None:
    _verb(what, common, "show", "the practice as documents name it", practice_show)
    from core.ledger.choices import CHOICES

    for name in ("edit", "set"):
        edit = _verb(what, common, name, "change what documents say", practice_set)
        _texts(edit, PRACTICE)
        for choice, (words, says) in CHOICES.items():
            edit.add_argument(f"--{choice.replace('_', '-')}", dest=choice, choices=words, help=says)
        logo = edit.add_mutually_exclusive_group()
        logo.add_argument("--logo", metavar="FILE", help="a PNG on every document made from now on")
        logo.add_argument("--no-logo", action="store_true", help="documents carry no logo")
        portal = edit.add_mutually_exclusive_group()
        portal.add_argument("--portal-address", metavar="URL", help="pay links on invoices lead there")
        portal.add_argument("--no-portal-address", action="store_true", help="invoices carry no pay link")


def _office(what: "_SubParsersAction[Any]", common: "ArgumentParser") -> None:
    _verb(what, common, "list", "every office", office_list)
    add = _verb(what, common, "add", "another office", office_add)
    add.add_argument("code")
    edit = _verb(what, common, "edit", "correct an office, or close it", office_edit)
    edit.add_argument("office", metavar="O", help="its code, part of the name, or the id")
    edit.add_argument("--code", metavar="TEXT")
    edit.add_argument("--close", action="store_true", help="the practice does not work there any more")
    for one in (add, edit):
        _texts(one, ("name", *ADDRESS))


def _provider(what: "_SubParsersAction[Any]", common: "ArgumentParser") -> None:
    from tui.arguments import whole_number

    _verb(what, common, "list", "every provider and their CPT licences", provider_list)
    add = _verb(what, common, "add", "somebody who renders care", provider_add)
    add.add_argument("name")
    edit = _verb(what, common, "edit", "correct a provider", provider_edit)
    edit.add_argument("provider", metavar="P", help="part of the name, or the id")
    _texts(edit, ("name",))
    for one in (add, edit):
        _texts(one, PROVIDER)
        one.add_argument("--supervisor", metavar="P", help="who supervises them; none for nobody")
    works = edit.add_mutually_exclusive_group()
    works.add_argument("--inactive", action="store_true", help="does not work here any more")
    works.add_argument("--active", action="store_true", help="works here again")
    licence = _verb(what, common, "licence", "license a provider for CPT codes", provider_licence)
    licence.add_argument("provider", metavar="P")
    licence.add_argument("--year", type=whole_number(2000, 2100), required=True)
    licence.add_argument("--once", action="store_true", help="for that year only; it does not renew")


def _service(what: "_SubParsersAction[Any]", common: "ArgumentParser") -> None:
    from tui.arguments import whole_number

    _verb(what, common, "list", "every service and its fee", service_list)
    add = _verb(what, common, "add", "a service in the practice's own words", service_add)
    add.add_argument("code")
    add.add_argument("--system", default="CPT", choices=("CPT", "HCPCS", "SNOMED", "LOCAL"))
    add.add_argument("--description", required=True)
    add.add_argument("--rate", required=True, metavar="A")
    add.add_argument("--unit-minutes", type=whole_number(1, 1440))
    edit = _verb(what, common, "edit", "another description or fee for what is recorded next", service_edit)
    edit.add_argument("code")
    edit.add_argument("--description")
    edit.add_argument("--rate", metavar="A")
    edit.add_argument("--unit-minutes", type=whole_number(1, 1440))
    edit.add_argument("--retire", action="store_true", help="take it from the list")


def _policy(what: "_SubParsersAction[Any]", common: "ArgumentParser") -> None:
    from tui.arguments import whole_number

    _verb(what, common, "list", "every version of every rule", policy_list)
    put = _verb(what, common, "set", "a new version of a rule, in force from a day on", policy_set)
    put.add_argument("kind", choices=POLICIES, type=lambda typed: typed.replace("-", "_"))
    put.add_argument("value", help="days for terms, an amount for the fees; a late fee also P%% or none")
    put.add_argument("--from", dest="from_on", metavar="DAY", help="first day in force (today)")
    late = put.add_argument_group("late fee", "applies to invoices issued from the first day on")
    late.add_argument(
        "--grace", type=whole_number(1, 365), metavar="N", help="falls due N days after the due date"
    )
    late.add_argument(
        "--every", type=whole_number(1, 365), metavar="M", help="and again every M days (else once)"
    )
    late.add_argument("--base", choices=("outstanding", "original"), help="what P%% is of (outstanding)")
    late.add_argument("--cap", metavar="A", help="the most that all fees of one invoice come to")


_BUILDERS = {
    "practice": _practice,
    "office": _office,
    "provider": _provider,
    "service": _service,
    "policy": _policy,
}


def practice_show(door: "Door") -> int:
    from core.ledger.choices import choices
    from core.practice.queries import practice_profile

    with door.store().read() as read:
        profile = practice_profile(read)
        chosen = choices(read)
    door.answer(
        {"practice": profile, "choices": chosen},
        door.table(("Field", "Value"), [*profile.items(), *chosen.items()]),
    )
    return 0


def practice_set(door: "Door") -> int:
    from core.errors import UsageError
    from core.ledger.choices import CHOICES
    from core.practice.commands import change_practice
    from core.practice.portal import set_portal_address
    from core.practice.settings import choose

    options, values, chosen = door.options, _given(door, PRACTICE), _given(door, tuple(CHOICES))
    portal = "" if options.no_portal_address else options.portal_address
    if not values and not chosen and portal is None and options.logo is None and not options.no_logo:
        raise UsageError("Say what to change, such as --phone or --footer.")
    png = None if options.logo is None else _logo_of(options.logo)
    with door.store().write(door.actor()) as tx:
        if values:
            change_practice(tx, **values)
        for name, word in chosen.items():
            choose(tx, name, word)
        if portal is not None:
            set_portal_address(tx, portal)
        if png is not None or options.no_logo:
            from core.documents.practice_logo import set_logo

            set_logo(tx, png)
    return practice_show(door)


def _logo_of(path: str) -> bytes:
    """A logo from a file, checked before the book is locked.

    Raises: NoSuchFile, NotThere, CannotRead, LogoUnusable.
    """
    from core.documents.logo import MAX_BYTES, logo
    from core.security.files import read_at_most

    png = read_at_most(path, MAX_BYTES + 1)
    logo(png)
    return png


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
        add_office(tx, code=door.options.code, name=door.options.name or "", **_given(door, ADDRESS))
    return office_list(door)


def office_edit(door: "Door") -> int:
    from core.errors import UsageError
    from core.practice.commands import change_office
    from core.practice.queries import find_named, offices

    values = _given(door, ("code", "name", *ADDRESS))
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
        add_provider(tx, name=door.options.name, **_given(door, PROVIDER), **_supervisor(door, tx))
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
    values = _given(door, ("name", *PROVIDER))
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
    values = _given(door, ("description", "unit_minutes"))
    if options.rate is not None:
        values["rate_cents"] = parse_cents(options.rate)
    if options.retire:
        values["archived"] = True
    if not values:
        raise UsageError("Say what to change: --description, --rate, --unit-minutes or --retire.")
    with door.store().write(door.actor()) as tx:
        change_service(tx, service_of(tx, options.code).service_id, **values)
    return service_list(door)


def policy_list(door: "Door") -> int:
    import json

    from core.practice.queries import policies

    with door.store().read() as read:
        rows = policies(read)
    door.answer(
        {"policies": [{**row._asdict(), "rule": json.loads(row.rule)} for row in rows]},
        door.table(("Rule", "From", "Says"), [(row.kind, row.effective_from, row.rule) for row in rows]),
    )
    return 0


def _late_fee(door: "Door") -> "LateFeeRule | None":
    """The rule as typed; None for none."""
    from core.errors import UsageError
    from core.money import parse_cents, parse_percent
    from core.practice.policies import LateFeeRule

    options = door.options
    typed = options.value.strip()
    if typed == "none":
        if any(getattr(options, name) is not None for name in LATE_FEE_OPTIONS):
            raise UsageError("No late fee has no --grace, --every, --base or --cap.")
        return None
    if options.grace is None:
        raise UsageError("Say with --grace how many days after the due date a late fee falls due.")
    percent = typed.endswith("%")
    if not percent and options.base is not None:
        raise UsageError("--base is what a percentage is of; a flat fee has none.")
    cap_cents = 0
    if options.cap is not None:
        cap_cents = parse_cents(options.cap)
        if cap_cents <= 0:
            raise UsageError("--cap is an amount above zero.")
    return LateFeeRule(
        kind="percent" if percent else "flat",
        amount_cents=0 if percent else parse_cents(typed),
        percent_bps=parse_percent(typed) if percent else 0,
        grace_days=options.grace,
        base=options.base or "outstanding",
        every_days=options.every or 0,
        cap_cents=cap_cents,
    )


def policy_set(door: "Door") -> int:
    from core.dates import parse_entered_day
    from core.errors import UsageError
    from core.money import parse_cents
    from core.practice.commands import set_late_fee, set_missed_fee, set_terms

    options = door.options
    if options.kind != "late_fee" and any(getattr(options, name) is not None for name in LATE_FEE_OPTIONS):
        raise UsageError("--grace, --every, --base and --cap belong to a late fee.")
    with door.store().write(door.actor()) as tx:
        start = parse_entered_day(options.from_on) if options.from_on is not None else door.today(tx)
        if options.kind == "terms":
            if not (options.value.isascii() and options.value.isdigit() and len(options.value) <= 3):
                raise UsageError("Terms are a number of days from 0 to 365, such as 30.")
            set_terms(tx, days=int(options.value), effective_from=start)
        elif options.kind == "late_fee":
            set_late_fee(tx, rule=_late_fee(door), effective_from=start, today=door.today(tx))
        else:
            cents = parse_cents(options.value)
            set_missed_fee(tx, options.kind, amount_cents=cents, effective_from=start)
    return policy_list(door)
