"""statement: make, list, show, pdf."""

from tui.verbs.statement_words import CHOICES, data_of, period_asked, said, write_pdf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.ledger.statement_view import StatementKey, StatementView
    from core.ledger.statements import StatementRow
    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of

    verb = deeds_of(parser, common)

    make = verb("make", "make a statement, or those of all with a balance; run twice, it makes nothing new",
                statement_make)  # fmt: skip
    make.add_argument("--client", metavar="C", help="one client's part of the account")
    make.add_argument("--guarantor", metavar="G", help="the account with all clients; with --client, whose")
    make.add_argument("--all-with-balance", action="store_true", help="one for each account that is not at 0")
    make.add_argument(
        "--only", choices=("balance", "owing", "seen"),
        help="whose: not at zero (default), with an open invoice, or seen in the range",
    )  # fmt: skip
    make.add_argument("--month", metavar="YYYY-MM", help="the days of a month (last month)")
    make.add_argument("--from", dest="from_on", metavar="DAY", help="first day")
    make.add_argument("--to", dest="to_on", metavar="DAY", help="last day")
    make.add_argument("--kind", choices=tuple(CHOICES), default="activity",
                      help="all that happened (default), or only the open invoices")  # fmt: skip
    make.add_argument("--comment", metavar="TEXT", default="", help="printed beside the sums")
    make.add_argument("--out", metavar="FILE|DIR", help="write it to a file; several, to a folder")
    make.add_argument("--dry-run", action="store_true", help="only say what it would come to")
    listing = verb("list", "statements by the day they were made", statement_list)
    listing.add_argument("--client", metavar="C")
    listing.add_argument("--guarantor", metavar="G")
    show = verb("show", "all that a statement says", statement_show)
    show.add_argument("statement", metavar="ID", help="an id or its last eight characters")
    pdf = verb("pdf", "write the document", statement_pdf)
    pdf.add_argument("statement", metavar="ID")
    pdf.add_argument("--out", required=True, metavar="FILE")


def statement_make(door: "Door") -> int:
    """One statement, or a batch."""
    from core.errors import UsageError

    options = door.options
    if options.all_with_balance or options.only:
        if options.client is not None or options.guarantor is not None:
            raise UsageError("--all-with-balance and --only go without --client and --guarantor.")
        from tui.verbs.statement_batch import make_batch

        return make_batch(door)
    if options.client is None and options.guarantor is None:
        raise UsageError("Say whose: --client, --guarantor or --all-with-balance.")
    return _make_one(door)


def _key(door: "Door", read: "Read") -> "StatementKey":
    from core.clients.queries import client, find_client, find_guarantor
    from core.ledger.statement_view import statement_key

    options = door.options
    client_id = None if options.client is None else find_client(read, options.client)
    if options.guarantor is not None:
        guarantor_id = find_guarantor(read, options.guarantor)
    else:
        assert client_id is not None
        guarantor_id = client(read, client_id).guarantor_id
    return statement_key(
        guarantor_id, period_asked(door, read), client_id=client_id, kind=CHOICES[options.kind],
        comment=options.comment,
    )  # fmt: skip


def _make_one(door: "Door") -> int:
    from core.delivery.statements import make_statement
    from core.documents.keep import document_bytes
    from core.ledger.statement_view import statement_view
    from core.ledger.statements import statement_row
    from tui.verbs.made import check_out

    check_out(door, folder=True)
    store = door.store()
    with store.read() as read:
        key, today = _key(door, read), door.today(read)
        if door.options.dry_run:
            return _would_say(door, statement_view(read, key, today=today))
    made = make_statement(store, door.actor(), key, today=today)
    with store.read() as read:
        row = statement_row(read, key.statement_id)
        content = document_bytes(read, key.statement_id) if door.options.out is not None else b""
    data: dict[str, Any] = {**data_of(row), "new": made.new}
    where = ""
    if door.options.out is not None:
        target = write_pdf(door, row, door.options.out, content)
        data |= {"out": target, "bytes": len(content)}
        where = f" It is in {target}."
    door.answer(data, [f"{said(door, row)}{'' if made.new else ', made before and still true'}.{where}"])
    return 0


def _would_say(door: "Door", view: "StatementView") -> int:
    """What it would come to, without making it."""
    from core.ids import short

    data = {
        "document_id": view.document_id,
        "dry_run": True,
        "kind": view.kind,
        "from_on": None if view.from_on is None else view.from_on.isoformat(),
        "to_on": view.to_on.isoformat(),
        "opening_cents": view.opening_cents,
        "closing_cents": view.closing_cents,
        "credit_cents": view.credit_cents,
        "lines": len(view.lines) + len(view.items),
    }
    money = door.money
    change = f"from {money(view.opening_cents)} to {money(view.closing_cents)}"
    door.answer(data, [f"Statement {short(view.document_id)} would go {change}."])
    return 0


def statement_list(door: "Door") -> int:
    from core.clients.queries import find_client, find_guarantor
    from core.ids import short
    from core.ledger.statements import statements

    options = door.options
    with door.store().read() as read:
        rows = statements(
            read,
            client_id=None if options.client is None else find_client(read, options.client),
            guarantor_id=None if options.guarantor is None else find_guarantor(read, options.guarantor),
        )
    text = []
    if not options.json:
        text = door.table(
            ("Statement", "Made", "Whose", "Client", "Kind", "From", "To", "Opening", "Closing", "Version"),
            [
                (
                    short(row.document_id), row.made_on, row.guarantor, row.client,
                    row.kind.replace("_", " "), row.from_on, row.to_on, door.money(row.opening_cents),
                    door.money(row.closing_cents), row.version,
                )
                for row in rows
            ],
            right=(7, 8, 9),
        )  # fmt: skip
    door.answer({"statements": [data_of(row) for row in rows]}, text)
    return 0


def statement_show(door: "Door") -> int:
    """What it said when it was made, whatever happened since."""
    from core.ledger.statements import find_statement, statement_content, statement_row

    with door.store().read() as read:
        statement_id = find_statement(read, door.options.statement)
        row = statement_row(read, statement_id)
        content = statement_content(read, statement_id)
    text = _page(door, row, content) if not door.options.json else []
    kept = ("bill_to", "clients", "previous", "earlier", "earlier_cents", "lines", "items", "sums",
            "credit_cents", "aging", "comment")  # fmt: skip
    door.answer({**data_of(row), **{name: content[name] for name in kept}}, text)
    return 0


def _page(door: "Door", row: "StatementRow", content: "dict[str, Any]") -> "list[str]":
    plain = door.options.plain
    text = []
    if not plain:
        days = f"{row.from_on} to {row.to_on}" if row.from_on else f"up to {row.to_on}"
        text = [f"{said(door, row)}, {days}, made {row.made_on}", *content["bill_to"]]
        if content["previous"]:
            before = content["previous"]
            text.append(
                f"previous statement to {before['to_on']}: {door.money(before['closing_cents'])};"
                f" changes to an earlier period: {door.money(content['earlier_cents'])}"
            )
        text += [f"opening {door.money(row.opening_cents)}"] if row.kind == "activity" else []
    text += door.table(
        ("Date", "What", "Client", "Amount", "Balance"),
        [
            (line["on"], line["text"], line["client"], door.money(line["amount_cents"]),
             door.money(line["balance_cents"]))
            for line in content["lines"]
        ] if row.kind == "activity" else [
            (item["issued_on"], f"Invoice {item['number']}", item["client"],
             door.money(item["asked_cents"]), door.money(item["balance_cents"]))
            for item in content["items"]
        ],
        right=(3, 4),
    )  # fmt: skip
    if not plain:
        text.append(
            f"closing {door.money(row.closing_cents)}, of it credit on no invoice"
            f" {door.money(-content['credit_cents'])}"
        )
        ages = ", ".join(f"{name} {door.money(cents)}" for name, cents in content["aging"])
        text += [f"by age: {ages}", *content["comment"].splitlines()]
    return text


def statement_pdf(door: "Door") -> int:
    """Write the newest version, as it is kept."""
    from core.documents.keep import document_bytes
    from core.ledger.statements import find_statement, statement_row

    with door.store().read() as read:
        statement_id = find_statement(read, door.options.statement)
        row = statement_row(read, statement_id)
        content = document_bytes(read, statement_id)
    target = write_pdf(door, row, door.options.out, content)
    door.answer(
        {**data_of(row), "out": target, "bytes": len(content)}, [f"{said(door, row)} is in {target}."]
    )
    return 0
