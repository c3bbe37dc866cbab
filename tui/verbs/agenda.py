"""agenda and session: the appointments of a day or a period, marking one, drafting one."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import date

    from core.dates import Period
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    if name == "agenda":
        parser.add_argument("--on", metavar="DAY", help="this day (today)")
        parser.add_argument("--from", dest="from_on", metavar="DAY", help="first day")
        parser.add_argument("--to", dest="to_on", metavar="DAY", help="last day")
        parser.add_argument("--unbilled", action="store_true", help="only what waits to be billed")
        parser.set_defaults(run=agenda_list)
        return
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    summary = "say what became of an appointment"
    mark = what.add_parser("mark", help=summary, description=summary, parents=[common])
    mark.add_argument("session", metavar="ID", help="the session's id or the end of it, or its external id")
    mark.add_argument("status", choices=("kept", "no-show", "late-cancel", "cancelled", "scheduled"))
    mark.set_defaults(run=session_mark)
    summary = "draft one session; finalised first where it was not"
    bill = what.add_parser("bill", help=summary, description=summary, parents=[common])
    bill.add_argument("session", metavar="ID")
    bill.set_defaults(run=session_bill)


def _period(door: "Door", today: "date") -> "Period":
    from core.dates import Period, between, parse_entered_day
    from core.errors import UsageError

    options = door.options
    if options.from_on is None and options.to_on is None:
        day = today if options.on is None else parse_entered_day(options.on)
        return Period(day, day)
    if options.on is not None:
        raise UsageError("Say --on for one day, or --from and --to for several.")
    first = today if options.from_on is None else parse_entered_day(options.from_on)
    return between(first, max(first, today) if options.to_on is None else parse_entered_day(options.to_on))


def agenda_list(door: "Door") -> int:
    from core.dates import zone
    from core.practice.timezone import timezone
    from core.sessions.agenda import WAITS, agenda

    with door.store().read() as read:
        today = door.today(read)
        period = _period(door, today)
        rows = agenda(read, period, today=today)
        local = zone(timezone(read))
    if door.options.unbilled:
        rows = [row for row in rows if row.state in WAITS]
    waiting = [row for row in rows if row.state in WAITS]
    cents = sum(row.amount_cents or 0 for row in waiting)
    text = []
    if not door.options.json:
        from core.ids import short
        from tui.billed import billed_words
        from tui.present import local_time, plural

        text = door.table(
            ("Id", "Day", "Time", "Client", "Services", "Provider", "Amount", "Billing"),
            [
                (short(r.session_id), r.service_on, local_time(r.starts_at, local), r.client, r.services,
                 r.provider, "" if r.amount_cents is None else door.money(r.amount_cents), billed_words(r))
                for r in rows
            ],
            right=(6,),
        )  # fmt: skip
        if not door.options.plain:
            text.append(f"{plural(len(rows), 'appointment')}, unbilled {len(waiting)}, {door.money(cents)}")
    door.answer(
        {
            "from_on": str(period.from_on),
            "to_on": str(period.to_on),
            "sessions": [row._asdict() for row in rows],
            "unbilled": len(waiting),
            "unbilled_cents": cents,
        },
        text,
    )
    return 0


def session_mark(door: "Door") -> int:
    from core.sessions.commands import mark_session
    from core.sessions.queries import find_session

    with door.store().write(door.actor()) as tx:
        session_id = find_session(tx, door.options.session).session_id
        status = door.options.status.replace("-", "_")
        before = mark_session(tx, session_id, status, today=door.today(tx))
    door.answer(
        {"session_id": session_id, "status": status, "before": before},
        [f"{session_id[-8:]}: {door.options.status}, was {before.replace('_', '-')}"],
    )
    return 0


def session_bill(door: "Door") -> int:
    """A draft for each who owes; numbers come when they are issued."""
    from core.invoicing.commands import bill_session
    from core.ledger.invoices import invoice
    from core.sessions.queries import find_session

    with door.store().write(door.actor()) as tx:
        today = door.today(tx)
        draft_ids = bill_session(tx, find_session(tx, door.options.session).session_id, today=today)
    with door.store().read() as read:
        rows = [invoice(read, draft_id, today=today.isoformat()) for draft_id in draft_ids]
    from core.ids import short

    text = [f"Draft {short(row.invoice_id)} for {row.client}, {door.money(row.total_cents)}." for row in rows]
    door.answer({"invoices": [row._asdict() for row in rows]}, text)
    return 0
