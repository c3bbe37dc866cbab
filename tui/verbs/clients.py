"""client: list, show, ledger, add, edit, note, shares, coverage."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.clients.queries import NoteRow
    from core.store import Read
    from tui.door import Door

ADDRESS = ("street", "street_2", "city", "state", "postal_code", "country", "email", "phone")
OWN = ("street", "street_2", "city", "state", "postal_code", "phone")
"""What the client has of its own, beside the address of who owes."""


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import texts
    from tui.verbs.coverage import coverage_arguments
    from tui.verbs.guarantors import share_arguments
    from tui.verbs.ledger_page import range_arguments

    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help="every client by family name", parents=[common])
    listing.set_defaults(run=client_list)
    show = what.add_parser("show", help="a client: address, unbilled, invoices", parents=[common])
    show.add_argument("client", metavar="C", help="part of the name, an id or an external id")
    show.set_defaults(run=client_show)
    ledger = what.add_parser("ledger", help="everything on the account, with its balance", parents=[common])
    ledger.add_argument("client", metavar="C")
    range_arguments(ledger)
    ledger.set_defaults(run=client_ledger)
    add = what.add_parser("add", help="add a client who owes for itself", parents=[common])
    add.add_argument("--given", default="")
    add.add_argument("--family", default="")
    add.add_argument("--birth-on", metavar="DAY", help="date of birth")
    add.add_argument("--bill-to", choices=("client", "insurance", "hybrid"), default="client")
    add.set_defaults(run=client_add)
    edit = what.add_parser("edit", help="correct a client, or the address of who owes", parents=[common])
    edit.add_argument("client", metavar="C")
    _own_arguments(edit)
    edit.set_defaults(run=client_edit)
    note = what.add_parser(
        "note", help="note something about a client's billing, or take a note away", parents=[common]
    )
    note.add_argument("client", metavar="C")
    note.add_argument("words", metavar="TEXT", nargs="?", help="the note; never on a document")
    note.add_argument("--text", help="the same")
    note.add_argument("--take-away", metavar="ID", help="a note's id or its last 8 characters")
    note.set_defaults(run=client_note)
    shares = what.add_parser("shares", help="share a client's charges between guarantors", parents=[common])
    share_arguments(shares, common)
    for one in (add, edit):
        texts(one, *ADDRESS)
    coverage = what.add_parser("coverage", help="a client's insurance", parents=[common])
    coverage_arguments(coverage, common)


def _own_arguments(edit: "ArgumentParser") -> None:
    """What is the client's own, as superbills and insurers need it."""
    own = edit.add_argument_group("the client itself", "beside the address of who owes")
    own.add_argument("--given", help="given name, as on the insurance card; together with --family")
    own.add_argument("--family")
    own.add_argument("--birth-on", metavar="DAY", help="date of birth")
    for field in OWN:
        own.add_argument(
            f"--own-{field.replace('_', '-')}", dest=f"own_{field}", help="where it is not that of who owes"
        )
    own.add_argument("--referrer", help="who referred the client")
    own.add_argument("--referrer-npi")


def client_list(door: "Door") -> int:
    from core.clients.queries import clients

    with door.store().read() as read:
        rows = clients(read)
    text = []
    if not door.options.json:
        text = door.table(
            ("Client", "Owes", "Bill to", "City"), [(r.client, r.guarantor, r.bill_to, r.city) for r in rows]
        )
    door.answer({"clients": [_shown(r) for r in rows]}, text)
    return 0


def _shown(row: "Any") -> "dict[str, Any]":
    return {
        "client_id": row.client_id,
        "client": row.client,
        "guarantor": row.guarantor,
        "bill_to": row.bill_to,
        "active": bool(row.active),
        "email": row.email,
        "birth_on": row.birth_on,
        "external_id": row.external_id,
    }


def client_show(door: "Door") -> int:
    from core.clients.queries import find_client

    with door.store().read() as read:
        return _answer(door, read, find_client(read, door.options.client))


def _answer(door: "Door", read: "Read", client_id: str) -> int:
    from core.clients.queries import address, client, notes, own_facts
    from core.dates import ALL_TIME
    from core.ledger.invoices import invoices
    from core.ledger.unbilled import unbilled_charges
    from core.text import plain
    from tui.present import plural
    from tui.verbs.invoice_page import head

    today = door.today(read)
    row = client(read, client_id)
    home = address(read, row.guarantor_id)
    charges = unbilled_charges(read, ALL_TIME, today, client_id=client_id)
    bills = invoices(read, today=today.isoformat(), client_id=client_id)
    total = sum(charge.amount_cents for charge in charges)
    data = {
        **_shown(row),
        "own": own_facts(read, client_id),
        "address": home._asdict(),
        "unbilled": {"charges": len(charges), "total_cents": total},
        "invoices": [head(bill) for bill in bills],
        "balance_cents": sum(bill.balance_cents for bill in bills if bill.status != "draft"),
        "notes": [_note(note) for note in notes(read, client_id)],
    }
    town = " ".join(part for part in (home.city, home.state, home.postal_code) if part)
    text = [
        row.client,
        f"owes: {home.name}, {home.street}, {town}",
        f"unbilled: {plural(len(charges), 'charge')}, {door.money(total)}",
    ]
    text = [plain(line) for line in text]
    text += door.table(
        ("Number", "Due", "Status", "Balance"),
        [
            (b.number or "draft", b.due_on or "", b.status.replace("_", " "), door.money(b.balance_cents))
            for b in bills
        ],
        right=(3,),
    )
    text += [plain(f"{note['on']} {note['text']}  ({note['id'][-8:]})") for note in data["notes"]]
    door.answer(data, text)
    return 0


def client_ledger(door: "Door") -> int:
    """The client's account in order, with a running balance; its notes below."""
    from core.clients.queries import client, find_client, notes
    from core.ledger.entries import client_ledger
    from tui.verbs.ledger_page import answer_ledger, period_of

    with door.store().read() as read:
        period = period_of(door, read)
        client_id = find_client(read, door.options.client)
        name = client(read, client_id).client
        ledger = client_ledger(read, client_id, period=period)
        noted = [_note(note) for note in notes(read, client_id)]
    who = {"client": name, "client_id": client_id, "notes": noted}
    return answer_ledger(door, ledger, name, who, [f"{note['on']} {note['text']}" for note in noted])


def _note(note: "NoteRow") -> "dict[str, Any]":
    return {"id": note.note_id, "on": note.noted_on, "text": note.text}


def client_note(door: "Door") -> int:
    from core.clients.commands import note_client, take_note_away
    from core.clients.queries import find_client, find_note
    from core.errors import UsageError

    store, options = door.store(), door.options
    if [options.words, options.text, options.take_away].count(None) != 2:
        raise UsageError("Say the note once: daysheet client note CLIENT TEXT; or which to --take-away.")
    with store.write(door.actor()) as tx:
        client_id = find_client(tx, options.client)
        if options.take_away is not None:
            take_note_away(tx, find_note(tx, client_id, options.take_away))
        else:
            note_client(tx, client_id, options.words or options.text or "", today=door.today(tx))
    with store.read() as read:
        return _answer(door, read, client_id)


def _address(door: "Door") -> "dict[str, Any]":
    return {
        field: getattr(door.options, field) for field in ADDRESS if getattr(door.options, field) is not None
    }


def _own(door: "Door") -> "dict[str, str | None]":
    """What was typed of the client itself. Raises: UsageError, NotADate."""
    from core.clients.commands import sort_name
    from core.dates import parse_entered_day
    from core.errors import UsageError

    options = door.options
    values: dict[str, str | None] = {
        name: getattr(options, typed)
        for name, typed in [*((field, f"own_{field}") for field in OWN), ("referrer", "referrer"),
                            ("referrer_npi", "referrer_npi")]
        if getattr(options, typed) is not None
    }  # fmt: skip
    if (options.given is None) != (options.family is None):
        raise UsageError("A name is corrected whole: say both --given and --family.")
    if options.given is not None:
        given, family = options.given.strip(), options.family.strip()
        values["name"] = f"{given} {family}".strip()
        values["sort_name"] = sort_name(given, family)
    if options.birth_on is not None:
        values["birth_on"] = parse_entered_day(options.birth_on).isoformat() if options.birth_on else None
    return values


def client_add(door: "Door") -> int:
    from core.clients.commands import add_client
    from core.dates import parse_entered_day

    options = door.options
    store = door.store()
    birth_on = parse_entered_day(options.birth_on) if options.birth_on is not None else None
    with store.write(door.actor()) as tx:
        client_id = add_client(
            tx,
            given=options.given,
            family=options.family,
            bill_to=options.bill_to,
            birth_on=birth_on,
            **_address(door),
        )
    with store.read() as read:
        return _answer(door, read, client_id)


def client_edit(door: "Door") -> int:
    from core.clients.commands import change_client, change_guarantor
    from core.clients.queries import client, find_client
    from core.errors import UsageError

    store, given, own = door.store(), _address(door), _own(door)
    if not given and not own:
        raise UsageError("Say what to correct, such as --street, --email or --birth-on.")
    with store.write(door.actor()) as tx:
        client_id = find_client(tx, door.options.client)
        if own:
            change_client(tx, client_id, **own)
        if given:
            change_guarantor(tx, client(tx, client_id).guarantor_id, **given)
    with store.read() as read:
        return _answer(door, read, client_id)
