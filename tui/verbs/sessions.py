"""session: show, edit, mark, bill: what became of it, and what it says beside its charge for insurers."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import whole_number

    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    show = what.add_parser("show", help="its diagnoses, place and services", parents=[common])
    show.set_defaults(run=session_show)
    edit = what.add_parser("edit", help="complete what a superbill needs", parents=[common])
    edit.set_defaults(run=session_edit)
    summary = "say what became of an appointment"
    mark = what.add_parser("mark", help=summary, description=summary, parents=[common])
    mark.set_defaults(run=session_mark)
    summary = "draft one session; finalised first where it was not"
    bill = what.add_parser("bill", help=summary, description=summary, parents=[common])
    bill.set_defaults(run=session_bill)
    for one in (show, edit, mark, bill):
        one.add_argument("session", metavar="S", help="its id, the end of it, or an external id")
    mark.add_argument("status", choices=("kept", "no-show", "late-cancel", "cancelled", "scheduled"))
    edit.add_argument("--diagnoses", metavar="CODES", help='ICD-10-CM, most important first: "F41.1 F32.A"')
    edit.add_argument("--place", metavar="POS", help="two-digit place of service, such as 11")
    edit.add_argument("--service", type=whole_number(1, 99), default=1, help="which of its services (1)")
    edit.add_argument("--modifiers", help='of that service, up to four: "95 GT"; "" takes them away')
    edit.add_argument("--pointers", help="letters of the diagnoses the service was for, such as AB")


def session_show(door: "Door") -> int:
    from core.sessions.queries import find_session

    with door.store().read() as read:
        return _answer(door, read, find_session(read, door.options.session).session_id)


def session_edit(door: "Door") -> int:
    from core.errors import NotFound, UsageError
    from core.sessions.correcting import correct_service, correct_session, session_page
    from core.sessions.queries import find_session

    store, options = door.store(), door.options
    of_session = options.diagnoses is not None or options.place is not None
    of_service = options.modifiers is not None or options.pointers is not None
    if not of_session and not of_service:
        raise UsageError("Say what to complete: --diagnoses, --place, --modifiers or --pointers.")
    with store.write(door.actor()) as tx:
        session_id = find_session(tx, options.session).session_id
        if of_session:
            correct_session(tx, session_id, diagnoses=options.diagnoses, place_of_service=options.place)
        if of_service:
            lines = session_page(tx, session_id).lines
            if options.service > len(lines):
                raise NotFound(f"The session has {len(lines)} services, not {options.service}.")
            line_id = lines[options.service - 1].line_id
            correct_service(tx, session_id, line_id, modifiers=options.modifiers, pointers=options.pointers)
    with store.read() as read:
        return _answer(door, read, session_id)


def _answer(door: "Door", read: "Read", session_id: str) -> int:
    from core.sessions.correcting import session_page
    from core.text import plain

    page = session_page(read, session_id)
    data = {
        "session_id": page.session_id,
        "service_on": page.service_on,
        "status": page.status,
        "place_of_service": page.place,
        "diagnoses": [{"system": system, "code": code} for system, code in page.diagnoses],
        "services": [line._asdict() for line in page.lines],
    }
    codes = " ".join(code for _, code in page.diagnoses)
    text = [plain(f"{page.service_on} {page.status}, place {page.place or '-'}, diagnoses {codes or '-'}")]
    text += door.table(
        ("Service", "System", "Code", "Modifiers", "Pointers"),
        [(line.position, line.code_system, line.code, line.modifiers, line.pointers) for line in page.lines],
    )
    door.answer(data, text)
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
