"""unbilled and run: what waits to be billed, and billing it."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from datetime import date
    from typing import Any

    from core.dates import Period
    from core.invoicing.billing_run import Preview, Proposal
    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    if name == "unbilled":
        what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
        listing = what.add_parser("list", help="by client, with count and sum", parents=[common])
        listing.add_argument("--from", dest="from_on", metavar="DAY")
        listing.add_argument("--to", dest="to_on", metavar="DAY")
        listing.set_defaults(run=unbilled_list)
        return
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--month", metavar="YYYY-MM", help="bill this month (last month where none is named)")
    when.add_argument("--all", action="store_true", help="bill everything up to today")
    when.add_argument("--from", dest="from_on", metavar="DAY", help="first date of service")
    parser.add_argument("--to", dest="to_on", metavar="DAY", help="last date of service")
    parser.add_argument(
        "--leave-out", action="append", default=[], metavar="C", help="not this client; again for each"
    )
    parser.add_argument("--send", action="store_true", help="issue and send outright, not only drafts")
    parser.add_argument("--dry-run", action="store_true", help="show what would be billed; write nothing")
    parser.set_defaults(run=run)


def unbilled_list(door: "Door") -> int:
    from core.dates import between, parse_day
    from core.ledger.unbilled import unbilled_by_client

    options = door.options
    period = between(
        parse_day(options.from_on) if options.from_on is not None else None,
        parse_day(options.to_on) if options.to_on is not None else None,
    )
    with door.store().read() as read:
        rows = unbilled_by_client(read, period, door.today(read))
    count, total = sum(row.charges for row in rows), sum(row.total_cents for row in rows)
    text = ["All charges are billed."]
    if rows and not options.json:
        text = door.table(
            ("Client", "Charges", "From", "To", "Total"),
            [(r.client, r.charges, r.first_on, r.last_on, door.money(r.total_cents)) for r in rows],
            right=(1, 4),
        )
        if not door.options.plain:
            from tui.present import plural

            text.append(f"{plural(len(rows), 'client')}, {plural(count, 'charge')}, {door.money(total)}")
    door.answer(
        {
            "clients": [
                {
                    "client_id": r.client_id,
                    "client": r.client,
                    "charges": r.charges,
                    "first_on": r.first_on,
                    "last_on": r.last_on,
                    "total_cents": r.total_cents,
                }
                for r in rows
            ],
            "charges": count,
            "total_cents": total,
        },
        text,
    )
    return 0


def _period(door: "Door", today: "date") -> "Period":
    from core.dates import ALL_TIME, between, parse_day, parse_month, previous_month
    from core.errors import UsageError

    options = door.options
    if options.to_on is not None and (options.month is not None or options.all):
        raise UsageError("--to goes with --from, not with --month or --all.")
    if options.month is not None:
        return parse_month(options.month)
    if options.all:
        return ALL_TIME
    if options.from_on is not None or options.to_on is not None:
        return between(
            parse_day(options.from_on) if options.from_on is not None else None,
            parse_day(options.to_on) if options.to_on is not None else None,
        )
    return previous_month(today)


def _left_out(door: "Door", read: "Read") -> "set[str]":
    """The clients that are named to be left out. Raises: NoClient."""
    from core.clients.queries import find_client

    return {find_client(read, typed) for typed in door.options.leave_out}


def _without(preview: "Preview", left_out: "set[str]") -> "Preview":
    ready = [one for one in preview.ready if one.client_id not in left_out]
    return preview._replace(ready=ready, total_cents=sum(one.total_cents for one in ready))


def run(door: "Door") -> int:
    """Bill a period: preview, one question, then drafts or invoices sent."""
    from core.invoicing.billing_run import propose
    from tui.present import plural

    options = door.options
    with door.store().read() as read:
        today = door.today(read)
        preview = _without(propose(read, _period(door, today), today), _left_out(door, read))
    if options.dry_run:
        _answer(door, preview, [_proposed(p) for p in preview.ready], preview.total_cents)
        return 0
    from core.delivery.run import carry_out, unfinished

    count = len(preview.ready)
    deed = "Send" if options.send else "Draft"
    broken = unfinished(door.store()) if options.send else []
    if preview.ready or broken:
        more = f" and finish sending {len(broken)} of a run that was broken off" if broken else ""
        question = f"{deed} {plural(count, 'invoice')}, {door.money(preview.total_cents)}{more}?"
        if not door.confirm(question):
            door.say("Nothing was billed.")
            _answer(door, preview, [], 0)
            return 0
    done = 0

    def after_chunk(billed: "Sequence[object]", passed_over: "Sequence[object]") -> None:
        nonlocal done
        done += len(billed) + len(passed_over)
        door.progress(done, count)

    report = carry_out(
        door.store(), door.actor(), preview, today=today, send=options.send, after_chunk=after_chunk
    )
    for one in [*report.finished, *report.billed]:
        if one.trouble:
            door.refuse("no_document", f"{one.number} is issued and not sent: {one.trouble}", one.number)
    for one in report.finished:
        door.say(f"{one.number} of an earlier run: {one.status}.")
    for passed in report.passed_over:
        door.say(f"{passed.client} was billed by somebody else meanwhile, or cannot be billed any more.")
    payers = {(p.client_id, p.guarantor_id): p.payer for p in preview.ready}
    made = [
        {
            "id": one.invoice_id,
            "number": one.number,
            "client": one.client,
            "client_id": one.client_id,
            "payer": payers.get((one.client_id, one.guarantor_id), ""),
            "total_cents": one.total_cents,
            "due_on": one.due_on.isoformat(),
            "status": one.status,
        }
        for one in report.billed
    ]
    finished = [{"id": one.invoice_id, "number": one.number, "status": one.status} for one in report.finished]
    passed_over = [{"client": p.client, "client_id": p.client_id} for p in report.passed_over]
    _answer(door, preview, made, report.total_cents, finished, passed_over)
    return 7 if door.errors else 0


def _proposed(proposal: "Proposal") -> "dict[str, Any]":
    return {
        "id": None,
        "number": None,
        "client": proposal.client,
        "client_id": proposal.client_id,
        "payer": proposal.payer,
        "total_cents": proposal.total_cents,
        "due_on": proposal.due_on.isoformat(),
        "status": "proposed",
    }


def _named(one: "dict[str, Any]") -> str:
    """The client, and who owes where the charges are shared."""
    return f"{one['client']} ({one['payer']})" if one["payer"] else str(one["client"])


def _answer(
    door: "Door",
    preview: "Preview",
    made: "list[dict[str, Any]]",
    total_cents: int,
    finished: "Sequence[dict[str, Any]]" = (),
    passed_over: "Sequence[dict[str, Any]]" = (),
) -> None:
    from tui.present import plural

    first, last = preview.period
    held = [
        {"client": p.client, "client_id": p.client_id, "payer": p.payer, "reason": "; ".join(p.holds)}
        for p in preview.held
    ]
    warned = [
        {"client": p.client, "client_id": p.client_id, "payer": p.payer, "warning": w}
        for p in preview.ready
        for w in p.warnings
    ]
    text = door.table(
        ("Number", "Client", "Due", "Status", "Total"),
        [
            (m["number"] or "", _named(m), m["due_on"], m["status"], door.money(m["total_cents"]))
            for m in made
        ],
        right=(4,),
    )
    if not door.options.plain:
        if held:
            text.append("")
            text += door.table(("Held back", "Why"), [(_named(h), h["reason"]) for h in held])
        text += ["", f"{plural(len(made), 'invoice')}, {door.money(total_cents)}; held back {len(held)}"]
    door.answer(
        {
            "from_on": first.isoformat() if first else None,
            "to_on": last.isoformat() if last else None,
            "ready": len(preview.ready),
            "held_back": held,
            "warnings": warned,
            "invoices": made,
            "finished": list(finished),
            "passed_over": list(passed_over),
            "total_cents": total_cents,
        },
        text,
    )
