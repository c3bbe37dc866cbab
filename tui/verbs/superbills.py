"""superbill: make, lint, list, show, pdf."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.dates import Period
    from core.delivery.superbills import Preview, SuperbillKey
    from core.ledger.superbill_facts import Skipped
    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from core.ledger.choices import CHOICES

    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    make = what.add_parser("make", help="one for each provider who saw the client", parents=[common])
    make.set_defaults(run=superbill_make)
    make.add_argument("--out", metavar="FILE", help="also write the PDF here")
    lint = what.add_parser("lint", help="what is missing for it; writes nothing", parents=[common])
    lint.set_defaults(run=superbill_lint)
    for one in (make, lint):
        one.add_argument("--client", metavar="C", required=True, help="part of the name, or an id")
        one.add_argument("--provider", metavar="P", help="part of the name, or the id")
        one.add_argument("--month", metavar="YYYY-MM", help="a month (the last one)")
        one.add_argument("--from", dest="from_on", metavar="DAY", help="first date of service")
        one.add_argument("--to", dest="to_on", metavar="DAY", help="last date of service")
        words = CHOICES["superbill_payee"].words
        one.add_argument("--payee", choices=words, help="whom the insurer is asked to pay")
        one.add_argument(
            "--leave-out",
            action="store_true",
            help="without sessions that lack a diagnosis, place or pointer",
        )
    listing = what.add_parser("list", help="every superbill that was made", parents=[common])
    listing.add_argument("--client", metavar="C")
    listing.set_defaults(run=superbill_list)
    show = what.add_parser("show", help="what a superbill says", parents=[common])
    show.set_defaults(run=superbill_show)
    pdf = what.add_parser("pdf", help="write the newest version, as it is kept", parents=[common])
    pdf.add_argument("--out", metavar="FILE", required=True)
    pdf.set_defaults(run=superbill_pdf)
    for one in (show, pdf):
        one.add_argument("superbill", metavar="ID", help="its id, or the last 8 characters of it")


def _days(door: "Door", read: "Read") -> "Period":
    """The range that was asked for; last month by itself. Raises: UsageError, NotADate, PeriodBackwards."""
    from core.dates import between, parse_entered_day, parse_month, previous_month
    from core.errors import UsageError

    options = door.options
    named = [options.from_on is not None, options.to_on is not None]
    if options.month is not None and any(named):
        raise UsageError("Say a --month, or --from and --to.")
    if options.month is not None:
        return parse_month(options.month)
    if not any(named):
        return previous_month(door.today(read))
    if not all(named):
        raise UsageError("A superbill has a first and a last day: say both --from and --to.")
    return between(parse_entered_day(options.from_on), parse_entered_day(options.to_on))


def _keys(door: "Door", read: "Read") -> "list[SuperbillKey]":
    from core.clients.queries import find_client
    from core.delivery.superbills import keys_for
    from core.practice.queries import find_named, providers

    options = door.options
    days = _days(door, read)
    assert days.from_on is not None
    assert days.to_on is not None
    provider = options.provider
    return keys_for(
        read,
        find_client(read, options.client),
        None if provider is None else find_named(providers(read), "provider", provider),
        from_on=days.from_on,
        to_on=days.to_on,
        made_on=door.today(read),
        payee=options.payee,
        leave_out=options.leave_out,
    )


def superbill_lint(door: "Door") -> int:
    """What `make` would answer; exit 0 where nothing is missing, 4 where something is."""
    from core.delivery.superbills import preview

    with door.store().read() as read:
        return _answer(door, [preview(read, key) for key in _keys(door, read)], {})


def superbill_make(door: "Door") -> int:
    """One for each provider; a range with a field missing makes none for that provider."""
    from core.delivery.making import make_documents
    from core.delivery.superbills import SUPERBILL, preview
    from core.errors import UsageError
    from tui.verbs.made import check_out

    check_out(door)
    store = door.store()
    with store.read() as read:
        keys = _keys(door, read)
        if door.options.out is not None and len(keys) > 1:
            raise UsageError("More than one provider saw this client. Name one with --provider for --out.")
    made = {one.key: one for one in make_documents(store, door.actor(), SUPERBILL, keys)}
    document_id = made[keys[0]].document_id
    if door.options.out is not None and document_id is not None:
        _write(door, document_id)
    with store.read() as read:
        return _answer(door, [preview(read, key) for key in keys], made)


def _answer(door: "Door", previews: "list[Preview]", made: "dict[Any, Any]") -> int:
    """Each superbill with what is missing and what was skipped; several beside one another."""
    from tui.door import DONE, PARTLY, REFUSED

    shown = [_shown(one, made.get(one.key)) for one in previews]
    refused = 0
    for one in previews:
        outcome = made.get(one.key)
        refusal = one.refusal or (outcome.refusal if outcome is not None else None)
        if refusal is not None:
            refused += 1
            door.refuse(refusal.code, str(refusal), one.key.provider_id)
    first = shown[0]
    data: dict[str, Any] = dict(first) if len(shown) == 1 else {
        "document_id": None,
        "lines": sum(one["lines"] for one in shown),
        "missing": [lack for one in shown for lack in one["missing"]],
    }  # fmt: skip
    data["superbills"] = shown
    door.answer(data, [line for one in shown for line in _text(door, one)])
    if not refused:
        return DONE
    return REFUSED if refused == len(shown) else PARTLY


def _shown(one: "Preview", outcome: "Any") -> "dict[str, Any]":
    view, key = one.view, one.key
    return {
        "document_id": outcome.document_id if outcome is not None else None,
        "version": outcome.version if outcome is not None else None,
        "new": bool(outcome is not None and outcome.new),
        "client_id": key.client_id,
        "provider_id": key.provider_id,
        "provider": one.provider,
        "from_on": key.from_on.isoformat(),
        "to_on": key.to_on.isoformat(),
        "lines": one.services,
        "charged_cents": view.charged_cents if view is not None else None,
        "paid_cents": view.paid_cents if view is not None else None,
        "balance_cents": view.balance_cents if view is not None else None,
        "missing": [lack._asdict() for lack in one.lacks],
        "skipped": [_skip(skipped) for skipped in one.skipped],
    }


def _skip(skipped: "Skipped") -> "dict[str, str]":
    return {
        "session_id": skipped.session_id,
        "on": skipped.service_on,
        "what": skipped.what,
        "reason": skipped.reason,
    }


def _text(door: "Door", one: "dict[str, Any]") -> "list[str]":
    from core.text import plain
    from tui.present import plural

    head = f"{one['provider']}, {one['from_on']} to {one['to_on']}: {plural(one['lines'], 'service')}"
    if one["charged_cents"] is not None:
        head += f", charged {door.money(one['charged_cents'])}, paid {door.money(one['paid_cents'])}"
    if one["document_id"]:
        head += f". Superbill {one['document_id'][-8:]}, version {one['version']}"
    lines = [plain(head)]
    lines += [plain(f"  missing  {m['who']}: {m['label']} {m['problem']}") for m in one["missing"]]
    lines += [plain(f"  skipped  {s['on']} {s['what']}: {s['reason']}") for s in one["skipped"]]
    return lines


def superbill_list(door: "Door") -> int:
    from core.clients.queries import find_client
    from core.delivery.superbills import superbills

    with door.store().read() as read:
        client_id = None if door.options.client is None else find_client(read, door.options.client)
        rows = superbills(read, client_id)
    door.answer(
        {"superbills": [row._asdict() for row in rows]},
        door.table(
            ("Id", "Client", "Provider", "From", "To", "Version", "Charged", "Paid"),
            [
                (r.superbill_id[-8:], r.client, r.provider, r.from_on, r.to_on, r.version,
                 door.money(r.charged_cents), door.money(r.paid_cents))
                for r in rows
            ],
            right=(5, 6, 7),
        ),
    )  # fmt: skip
    return 0


def superbill_show(door: "Door") -> int:
    """What the newest version says, as it was frozen when it was made."""
    from core.delivery.superbills import find_superbill, frozen_superbill

    with door.store().read() as read:
        row = find_superbill(read, door.options.superbill)
        content = frozen_superbill(read, row.superbill_id)
    text = [
        f"Superbill {row.superbill_id[-8:]}, version {row.version}, made {row.made_on}",
        f"{content['client']}, by {content['provider']}, {row.from_on} to {row.to_on}",
        "diagnoses: " + " ".join(content["diagnoses"]),
    ]
    text += door.table(
        ("Date", "POS", "Code", "Modifiers", "Dx", "Charge", "Paid", "Balance"),
        [
            (ln["service_on"], ln["place"], ln["code"], ln["modifiers"], ln["pointers"],
             door.money(ln["charged_cents"]), door.money(ln["paid_cents"]), door.money(ln["balance_cents"]))
            for ln in content["lines"]
        ],
        right=(5, 6, 7),
    )  # fmt: skip
    door.answer({**row._asdict(), "content": content}, text)
    return 0


def superbill_pdf(door: "Door") -> int:
    from core.delivery.superbills import find_superbill

    with door.store().read() as read:
        row = find_superbill(read, door.options.superbill)
    size = _write(door, row.superbill_id)
    data = {**row._asdict(), "out": door.options.out, "bytes": size}
    door.answer(data, [f"Superbill {row.superbill_id[-8:]} is in {door.options.out}."])
    return 0


def _write(door: "Door", superbill_id: str) -> int:
    """Write the newest version where it was said. Answers its size. Raises: NotFound, OutsideFailure."""
    from core.documents.keep import document_bytes
    from core.security.files import write_where_said

    with door.store().read() as read:
        content = document_bytes(read, superbill_id)
    write_where_said(
        door.options.out, content, home=door.home.data, exports=door.home.exports, key_file=door.key_file
    )
    return len(content)
