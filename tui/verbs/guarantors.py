"""guarantor: list, ledger, add, edit; and who owes what part of a client's charges (`client shares`)."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import date

    from core.store import Read
    from tui.door import Door

ADDRESS = ("street", "street_2", "city", "state", "postal_code", "country", "email", "phone")


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import texts
    from tui.verbs.ledger_page import range_arguments

    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    listing = what.add_parser("list", help="everybody who owes or may owe", parents=[common])
    listing.set_defaults(run=guarantor_list)
    ledger = what.add_parser("ledger", help="the account of all their clients together", parents=[common])
    ledger.add_argument("guarantor", metavar="G", help="part of the name, an id or an external id")
    range_arguments(ledger)
    ledger.set_defaults(run=guarantor_ledger)
    add = what.add_parser("add", help="add somebody who will owe a share", parents=[common])
    add.add_argument("--name", required=True)
    add.set_defaults(run=guarantor_add)
    edit = what.add_parser("edit", help="correct a name or an address", parents=[common])
    edit.add_argument("guarantor", metavar="G", help="part of the name, an id or an external id")
    edit.add_argument("--name")
    edit.set_defaults(run=guarantor_edit)
    for one in (add, edit):
        texts(one, *ADDRESS)


def share_arguments(shares: "ArgumentParser", common: "ArgumentParser") -> None:
    """`client shares C [list]`, `client shares C set G=50% G=20.00 G=rest`, `client shares C end`."""
    shares.add_argument("client", metavar="C")
    deeds = shares.add_subparsers(dest="deed", metavar="DEED")
    listing = deeds.add_parser("list", help="who owes what part, from which day on", parents=[common])
    setting = deeds.add_parser("set", help="share the charges from a day on", parents=[common])
    setting.add_argument(
        "shares",
        metavar="GUARANTOR=SHARE",
        nargs="+",
        help="50%% of each charge, 20.00 of each charge, or rest; several who take the rest share it evenly",
    )
    ending = deeds.add_parser("end", help="from a day on, one guarantor owes all again", parents=[common])
    for one in (setting, ending):
        one.add_argument("--from", dest="from_on", metavar="DAY", help="first date of service (else today)")
    shares.set_defaults(run=shares_list)
    listing.set_defaults(run=shares_list)
    setting.set_defaults(run=shares_set)
    ending.set_defaults(run=shares_end)


def guarantor_list(door: "Door") -> int:
    from core.clients.queries import guarantors

    with door.store().read() as read:
        rows = guarantors(read)
    text = []
    if not door.options.json:
        text = door.table(
            ("Guarantor", "Street", "City", "E-mail", "Clients"),
            [(r.guarantor, r.street, r.city, r.email, r.clients) for r in rows],
            right=(4,),
        )
    door.answer({"guarantors": [row._asdict() for row in rows]}, text)
    return 0


def guarantor_ledger(door: "Door") -> int:
    """The account of somebody who owes; its balance is the total of their row in `report ar`."""
    from core.clients.queries import address, find_guarantor
    from core.ledger.entries import guarantor_ledger
    from tui.verbs.ledger_page import answer_ledger, period_of

    with door.store().read() as read:
        period = period_of(door, read)
        guarantor_id = find_guarantor(read, door.options.guarantor)
        name = address(read, guarantor_id).name
        ledger = guarantor_ledger(read, guarantor_id, period=period)
    return answer_ledger(door, ledger, name, {"guarantor": name, "guarantor_id": guarantor_id})


def guarantor_add(door: "Door") -> int:
    from core.clients.commands import add_guarantor

    store = door.store()
    with store.write(door.actor()) as tx:
        guarantor_id = add_guarantor(tx, name=door.options.name, **door.given(*ADDRESS))
    with store.read() as read:
        return _answer_guarantor(door, read, guarantor_id)


def guarantor_edit(door: "Door") -> int:
    from core.clients.commands import change_guarantor
    from core.clients.queries import find_guarantor
    from core.errors import UsageError

    store, given = door.store(), door.given("name", *ADDRESS)
    if not given:
        raise UsageError("Say what to correct, such as --street or --email.")
    with store.write(door.actor()) as tx:
        guarantor_id = find_guarantor(tx, door.options.guarantor)
        change_guarantor(tx, guarantor_id, **given)
    with store.read() as read:
        return _answer_guarantor(door, read, guarantor_id)


def _answer_guarantor(door: "Door", read: "Read", guarantor_id: str) -> int:
    from core.clients.queries import address
    from core.text import plain

    home = address(read, guarantor_id)
    town = " ".join(part for part in (home.city, home.state, home.postal_code) if part)
    text = plain(", ".join(part for part in (home.name, home.street, home.street_2, town) if part))
    door.answer({"guarantor_id": guarantor_id, "guarantor": home.name, "address": home._asdict()}, [text])
    return 0


def shares_list(door: "Door") -> int:
    from core.clients.queries import find_client

    with door.store().read() as read:
        return _answer_shares(door, read, find_client(read, door.options.client))


def shares_set(door: "Door") -> int:
    from functools import partial

    from core.clients.queries import find_client, find_guarantor
    from core.clients.shares import parse_share, set_shares

    store = door.store()
    with store.write(door.actor()) as tx:
        client_id = find_client(tx, door.options.client)
        shares = [parse_share(typed, partial(find_guarantor, tx)) for typed in door.options.shares]
        set_shares(tx, client_id, shares, effective_from=_first_day(door, tx))
    with store.read() as read:
        return _answer_shares(door, read, client_id)


def shares_end(door: "Door") -> int:
    from core.clients.queries import find_client
    from core.clients.shares import end_shares

    store = door.store()
    with store.write(door.actor()) as tx:
        client_id = find_client(tx, door.options.client)
        end_shares(tx, client_id, effective_from=_first_day(door, tx))
    with store.read() as read:
        return _answer_shares(door, read, client_id)


def _first_day(door: "Door", read: "Read") -> "date":
    from core.dates import parse_entered_day

    return door.today(read) if door.options.from_on is None else parse_entered_day(door.options.from_on)


def _answer_shares(door: "Door", read: "Read", client_id: str) -> int:
    from core.clients.queries import client
    from core.clients.shares import share_words, shares_of
    from core.text import plain

    row, rows = client(read, client_id), shares_of(read, client_id)
    text = [plain(f"{row.guarantor} owes every charge of {row.client}.")]
    if rows:
        text = door.table(
            ("From", "To", "Guarantor", "Owes"),
            [(r.effective_from, r.effective_to or "", r.guarantor, share_words(r)) for r in rows],
        )
    door.answer(
        {
            "client_id": client_id,
            "client": row.client,
            "guarantor": row.guarantor,
            "shares": [
                {
                    "share_id": r.share_id,
                    "guarantor_id": r.guarantor_id,
                    "guarantor": r.guarantor,
                    "kind": r.kind,
                    "percent_bps": r.share_bps,
                    "fixed_cents": r.share_cents,
                    "from_on": r.effective_from,
                    "to_on": r.effective_to,
                }
                for r in rows
            ],
        },
        text,
    )
    return 0
