"""explain and report: why an amount is what it is, who owes how long, the day's sheet, closing a month."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import date

    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of

    if name == "explain":
        parser.add_argument(
            "subject", metavar="SUBJECT", help="an invoice number, a payment's id or a client"
        )
        parser.set_defaults(run=explain)
        return
    verb = deeds_of(parser, common)

    ar = verb("ar", "who owes how much and for how long, as of any day", report_ar)
    ar.add_argument("--as-of", metavar="DAY", help="the day it is asked for (today)")
    ar.add_argument("--basis", default="due", metavar="B", help="days past due (default), or invoice")
    ar.add_argument("--layout", default="standard", metavar="L", help="standard (default) or simple")
    ar.add_argument("--csv", metavar="FILE", help="also write it there")
    sheet = verb("day-sheet", "charges, payments and refunds of a day, from opening to closing", day_sheet)
    sheet.add_argument("--on", metavar="DAY", help="the day (today)")
    sheet.add_argument("--office", metavar="O", help="of one office")
    close = verb("close", "close a month: what is dated into it later is flagged", report_close)
    close.add_argument("--through", required=True, metavar="DAY", help="the last day that is closed")
    close.add_argument("--note", default="", metavar="T")
    verb("late-entries", "what was recorded into a closed time", late_entries)


def _day(door: "Door", typed: str | None, read: "Read") -> "date":
    from core.dates import parse_today

    return door.today(read) if typed is None else parse_today(typed)


def explain(door: "Door") -> int:
    """The entries that add up to what a client owes, an invoice has open, a payment has left."""
    from core.books.explained import explain_typed

    with door.store().read() as read:
        found = explain_typed(read, door.options.subject, door.today(read))
    text = [found.title]
    text += door.table(
        ("Date", "What", "Amount"),
        [
            *((e.on, e.text, door.money(e.amount_cents)) for e in found.entries),
            *([] if door.options.plain else [("", "", door.money(found.amount_cents))]),
        ],
        right=(2,),
    )
    data = {
        "kind": found.kind,
        "subject_id": found.subject_id,
        "title": found.title,
        "amount_cents": found.amount_cents,
        "entries": [entry._asdict() for entry in found.entries],
    }
    door.answer(data, text)
    return 0


def report_ar(door: "Door") -> int:
    """Aging by guarantor. It must tie out to the ledger, or it says so and ends with 4."""
    from core.ledger.aging import aging

    options = door.options
    with door.store().read() as read:
        as_of = _day(door, options.as_of, read)
        found = aging(read, as_of, basis=options.basis, layout=options.layout)
    if options.csv is not None:
        from core.books.aging_csv import aging_csv
        from core.security.files import write_where_said

        write_where_said(
            options.csv,
            aging_csv(found),
            home=door.home.data,
            exports=door.home.exports,
            key_file=door.key_file,
        )
    if found.totals.total_cents != found.ledger_cents:
        door.refuse(
            "does_not_tie",
            f"The report says {door.money(found.totals.total_cents)} and the ledger"
            f" {door.money(found.ledger_cents)}. Run `daysheet doctor`.",
        )
    text = []
    if not options.json:
        last = [] if options.plain else [found.totals._replace(guarantor="Total")]
        places = len(found.buckets)
        text = door.table(
            ("Who", *found.buckets, "Credit", "Total"),
            [
                (
                    row.guarantor,
                    *(door.money(cents) for cents in row.cents),
                    door.money(-row.credit_cents),
                    door.money(row.total_cents),
                )
                for row in [*found.rows, *last]
            ],
            right=range(1, places + 3),
        )
        if not options.plain:
            word = "due date" if found.basis == "due" else "invoice date"
            text.insert(0, f"As of {found.as_of_on}, by {word}")
            text.append(f"The ledger says {door.money(found.ledger_cents)}")
    door.answer(
        {
            "as_of_on": found.as_of_on.isoformat(),
            "basis": found.basis,
            "layout": found.layout,
            "buckets": list(found.buckets),
            "rows": [row._asdict() for row in found.rows],
            "totals": {
                "cents": found.totals.cents,
                "credit_cents": found.totals.credit_cents,
                "total_cents": found.totals.total_cents,
            },
            "ledger_cents": found.ledger_cents,
        },
        text,
    )
    return 4 if door.errors else 0


def day_sheet(door: "Door") -> int:
    """A day of the practice or an office. It must balance to the ledger, or it says so and ends with 4."""
    from core.ledger.day_sheet import day_sheet
    from core.practice.queries import find_named, offices

    options = door.options
    with door.store().read() as read:
        on = _day(door, options.on, read)
        office_id = None if options.office is None else find_named(offices(read), "office", options.office)
        sheet = day_sheet(read, on, office_id=office_id)
    if sheet.closing_cents != sheet.ledger_cents:
        door.refuse(
            "does_not_balance",
            f"The day closes at {door.money(sheet.closing_cents)} and the ledger says"
            f" {door.money(sheet.ledger_cents)}. Run `daysheet doctor`.",
        )
    rows = [
        ("Opening", sheet.opening_cents),
        ("Charges", sheet.charges_cents),
        *((f"Payments, {method.replace('_', ' ')}", -cents) for method, cents in sheet.payments.items()),
        ("Adjustments", -sheet.adjustments_cents),
        ("Refunds", sheet.refunds_cents),
        ("Closing", sheet.closing_cents),
    ]
    text = [] if options.plain else [f"{sheet.on}{'' if options.office is None else f', {options.office}'}"]
    rows.append(("Deposit", sheet.deposit_cents))
    text += door.table(("", "Amount"), [(what, door.money(cents)) for what, cents in rows], right=(1,))
    if not options.plain:
        text += door.table(
            ("", "", ""),
            [(e.kind.replace("_", " "), e.text, door.money(e.amount_cents)) for e in sheet.entries],
            right=(2,),
        )
    door.answer(
        {
            "on": sheet.on.isoformat(),
            "office_id": sheet.office_id,
            "charges_cents": sheet.charges_cents,
            "payments": sheet.payments,
            "adjustments_cents": sheet.adjustments_cents,
            "refunds_cents": sheet.refunds_cents,
            "opening_cents": sheet.opening_cents,
            "closing_cents": sheet.closing_cents,
            "deposit_cents": sheet.deposit_cents,
            "ledger_cents": sheet.ledger_cents,
            "entries": [
                {"on": e.on, "kind": e.kind, "text": e.text, "amount_cents": e.amount_cents}
                for e in sheet.entries
            ],
        },
        text,
    )
    return 4 if door.errors else 0


def report_close(door: "Door") -> int:
    """Close every day up to one; what is dated into it later is flagged, never refused."""
    from core.dates import parse_entered_day
    from core.payments.closing import close_through

    through = parse_entered_day(door.options.through)
    with door.store().write(door.actor()) as tx:
        close_id = close_through(tx, through, today=door.today(tx), note=door.options.note)
    door.answer({"close_id": close_id, "through_on": through.isoformat()}, [f"Closed through {through}."])
    return 0


def late_entries(door: "Door") -> int:
    """What was recorded with a day that was closed already."""
    from core.ledger import closing

    with door.store().read() as read:
        rows = closing.late_entries(read)
        through = closing.closed_through(read)
    text = ["Nothing was recorded into a closed time."]
    if rows or door.options.plain:
        text = door.table(
            ("Dated", "What", "Number", "Closed through", "Recorded", "By", "Amount"),
            [
                (r.on, r.kind.replace("_", " "), r.number, r.closed_through_on, r.recorded_at, r.actor,
                 door.money(r.amount_cents))
                for r in rows
            ],
            right=(6,),
        )  # fmt: skip
    door.answer(
        {
            "closed_through_on": None if through is None else through.isoformat(),
            "entries": [row._asdict() for row in rows],
        },
        text,
    )
    return 0
