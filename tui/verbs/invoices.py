"""invoice: list, show, new, edit, send, pdf, delete, hold, remind, void, rebill, write-off, credit-note,
reverse."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of, whole_number
    from tui.verbs.invoice_money import money_arguments
    from tui.verbs.reminders import remind_arguments

    deed = deeds_of(parser, common)

    def verb(name: str, summary: str, run: "Any", *, number: bool = True) -> "ArgumentParser":
        made = deed(name, summary, run)
        if number:
            made.add_argument("number", metavar="N", help="N-00042, bare digits, or a draft's short id")
        return made

    listing = verb("list", "drafts and invoices with their balance", invoice_list, number=False)
    listing.add_argument("--status", metavar="S", help="draft, sent, overdue, paid, written-off, void...")
    listing.add_argument("--client", metavar="C")
    verb("show", "an invoice with its lines and history", invoice_show)
    new = verb("new", "a draft of a client's unbilled charges", invoice_new, number=False)
    new.add_argument("--client", required=True, metavar="C")
    new.add_argument("--from", dest="from_on", metavar="DAY", help="first date of service")
    new.add_argument("--to", dest="to_on", metavar="DAY", help="last date of service")
    new.add_argument("--empty", action="store_true", help="with no charges, to write lines by hand")
    _draft_options(new)
    edit = verb("edit", "change a draft", invoice_edit)
    _draft_options(edit)
    edit.add_argument("--add-line", metavar="TEXT", help="a manual line; --amount says how much")
    edit.add_argument("--amount", metavar="A")
    edit.add_argument("--add-unbilled", action="store_true", help="what else of its client is unbilled")
    edit.add_argument(
        "--line", type=whole_number(1, 100_000), metavar="POS", help="the line to change, by its place"
    )
    edit.add_argument("--rate", metavar="A", help="another rate for --line")
    edit.add_argument("--units", metavar="U", help="other units for --line")
    edit.add_argument(
        "--remove-line",
        type=whole_number(1, 100_000),
        metavar="POS",
        help="take a line out; its charge is unbilled",
    )
    edit.add_argument("--discount", metavar="A|P%", help="take an amount or a percentage off the whole")
    edit.add_argument("--surcharge", metavar="A|P%", help="put an amount or a percentage on the whole")
    edit.add_argument("--label", default="", metavar="TEXT", help="what the discount or surcharge is called")
    verb("send", "issue, document and share", invoice_send)
    verb("delete", "delete a draft; its charges are unbilled again", invoice_delete)
    pdf = verb("pdf", "write the document", invoice_pdf)
    pdf.add_argument("--out", required=True, metavar="FILE")
    which = pdf.add_mutually_exclusive_group()
    which.add_argument(
        "--version", dest="which", type=whole_number(1, 100_000), metavar="V", help="not the newest"
    )
    which.add_argument(
        "--credit-note", nargs="?", const="", metavar="ID",
        help="its credit note instead; which one, where there are several",
    )  # fmt: skip
    which.add_argument(
        "--new-version", action="store_true", help="first keep a corrected one, with fees and payments so far"
    )
    hold = verb("hold", "do not chase an invoice for a while: no late fees, no reminders", invoice_hold)
    hold.add_argument("--kind", choices=("disputed", "insurer", "held"), help="why it is held")
    hold.add_argument("--reason", metavar="T", help="kept in the audit log")
    hold.add_argument("--end", action="store_true", help="chase it again from today on")
    money_arguments(verb)
    remind_arguments(verb)


def _draft_options(parser: "ArgumentParser") -> None:
    parser.add_argument("--due", metavar="DAY", help="due date (else by the terms)")
    parser.add_argument("--notes", metavar="TEXT", help="printed on the invoice")


def invoice_list(door: "Door") -> int:
    from core.ledger.invoices import invoices
    from core.ledger.standing import STANDINGS

    options = door.options
    status = options.status.replace("-", "_").replace(" ", "_") if options.status else None
    if status is not None and status not in STANDINGS:
        from core.errors import UsageError

        raise UsageError(f"There is no status {status}. One of: {', '.join(STANDINGS)}.")
    with door.store().read() as read:
        client_id = None
        if options.client:
            from core.clients.queries import find_client

            client_id = find_client(read, options.client)
        rows = invoices(read, today=door.today(read).isoformat(), status=status, client_id=client_id)
    text = []
    if not options.json:
        from core.ids import short

        text = door.table(
            ("Number", "Client", "Due", "Status", "Total", "Balance"),
            [
                (
                    r.number or short(r.invoice_id),
                    r.client,
                    r.due_on or "",
                    r.status.replace("_", " "),
                    door.money(r.total_cents),
                    door.money(r.balance_cents),
                )
                for r in rows
            ],
            right=(4, 5),
        )
    from tui.verbs.invoice_page import head

    door.answer({"invoices": [head(r) for r in rows]}, text)
    return 0


def invoice_show(door: "Door") -> int:
    from core.ledger.invoices import find_invoice
    from tui.verbs.invoice_page import answer

    with door.store().read() as read:
        return answer(door, read, find_invoice(read, door.options.number), door.today(read))


def invoice_new(door: "Door") -> int:
    from core.clients.queries import find_client
    from core.dates import between, parse_day, parse_entered_day
    from core.invoicing.commands import create_draft, create_drafts
    from core.ledger.unbilled import part_of, unbilled_charges
    from tui.verbs.invoice_page import answer, siblings_of

    options = door.options
    store, actor = door.store(), door.actor()
    period = between(
        parse_day(options.from_on) if options.from_on is not None else None,
        parse_day(options.to_on) if options.to_on is not None else None,
    )
    with store.write(actor) as tx:
        today = door.today(tx)
        client_id = find_client(tx, options.client)
        due = parse_entered_day(options.due) if options.due is not None else None
        notes = options.notes or ""
        if options.empty:
            made = [create_draft(tx, client_id=client_id, today=today, due_on=due, notes=notes, empty=True)]
        else:
            charges = unbilled_charges(tx, period, today, client_id=client_id)
            wanted = [part_of(charge) for charge in charges]
            made = create_drafts(
                tx, client_id=client_id, today=today, charge_ids=wanted, due_on=due, notes=notes
            )
    with store.read() as read:
        return answer(door, read, made[0], today, **siblings_of(read, made[1:], today))


def invoice_edit(door: "Door") -> int:
    from core.dates import parse_entered_day
    from core.errors import NotFound, UsageError
    from core.invoicing.commands import edit_draft
    from core.invoicing.lines import add_manual_line, add_unbilled, adjust_draft, change_line, remove_line
    from core.ledger.invoices import find_invoice, lines
    from core.money import parse_cents, parse_percent, parse_units
    from tui.verbs.invoice_page import answer

    options = door.options
    store, actor = door.store(), door.actor()
    if (options.rate is not None or options.units is not None) and options.line is None:
        raise UsageError("--rate and --units change one line; name it with --line.")
    if (options.add_line is None) != (options.amount is None):
        raise UsageError("A new line needs both --add-line and --amount.")
    with store.write(actor) as tx:
        today = door.today(tx)
        draft_id = find_invoice(tx, options.number)
        placed = lines(tx, draft_id)

        def line_at(place: int) -> str:
            if not 1 <= place <= len(placed):
                raise NotFound(f"There is no line {place}; the draft has {len(placed)}.")
            return str(placed[place - 1].line_id)

        edit_draft(
            tx,
            draft_id,
            due_on=parse_entered_day(options.due) if options.due is not None else None,
            notes=options.notes,
            today=today,
        )
        if options.line is not None:
            change_line(
                tx,
                line_at(options.line),
                rate_cents=parse_cents(options.rate) if options.rate is not None else None,
                units_milli=parse_units(options.units) if options.units is not None else None,
            )
        if options.remove_line is not None:
            remove_line(tx, line_at(options.remove_line))
        if options.add_line is not None:
            add_manual_line(
                tx, draft_id, description=options.add_line, rate_cents=parse_cents(options.amount)
            )
        if options.add_unbilled:
            add_unbilled(tx, draft_id, today=today)
        for kind, typed in (("discount", options.discount), ("surcharge", options.surcharge)):
            if typed is not None and typed.strip().endswith("%"):
                adjust_draft(tx, draft_id, kind=kind, label=options.label, percent_bps=parse_percent(typed))
            elif typed is not None:
                adjust_draft(tx, draft_id, kind=kind, label=options.label, flat_cents=parse_cents(typed))
    with store.read() as read:
        return answer(door, read, draft_id, today)


def invoice_send(door: "Door") -> int:
    from core.delivery.sending import send
    from core.ledger.invoices import find_invoice
    from tui.verbs.invoice_page import answer

    store, actor = door.store(), door.actor()
    with store.read() as read:
        today = door.today(read)
        invoice_id = find_invoice(read, door.options.number)
    send(store, actor, [invoice_id], today=today)
    with store.read() as read:
        return answer(door, read, invoice_id, today)


def invoice_hold(door: "Door") -> int:
    from core.errors import UsageError
    from core.invoicing.holding import end_hold, hold_invoice
    from tui.verbs.invoice_page import answer, issued_invoice

    options = door.options
    if options.end and (options.kind is not None or options.reason is not None):
        raise UsageError("--end takes no --kind and no --reason.")
    if not options.end and (options.kind is None or options.reason is None):
        raise UsageError("A hold needs --kind and --reason; --end ends it.")
    store, actor = door.store(), door.actor()
    with store.write(actor) as tx:
        today = door.today(tx)
        invoice_id = issued_invoice(tx, options.number, "hold", today)
        if options.end:
            end_hold(tx, invoice_id, today=today)
        else:
            hold_invoice(tx, invoice_id, kind=options.kind, reason=options.reason, today=today)
    with store.read() as read:
        return answer(door, read, invoice_id, today)


def invoice_delete(door: "Door") -> int:
    from core.invoicing.commands import delete_draft
    from core.ledger.invoices import find_invoice

    with door.store().write(door.actor()) as tx:
        draft_id = find_invoice(tx, door.options.number)
        delete_draft(tx, draft_id)
    door.answer({"id": draft_id}, ["The draft is deleted; its charges are unbilled again."])
    return 0


def invoice_pdf(door: "Door") -> int:
    """Write the newest document or another version, as it is kept; a draft has none."""
    from core.documents.keep import document_bytes
    from core.ledger.invoices import find_invoice
    from core.security.files import write_where_said
    from tui.verbs.invoice_page import head_of
    from tui.verbs.made import check_out

    check_out(door)
    if door.options.credit_note is not None:
        return _credit_note_pdf(door)
    if door.options.new_version:
        from core.delivery.correcting import correct_document

        with door.store().read() as read:
            today, invoice_id = door.today(read), find_invoice(read, door.options.number)
        correct_document(door.store(), door.actor(), invoice_id, today=today)
    with door.store().read() as read:
        invoice_id = find_invoice(read, door.options.number)
        content = document_bytes(read, invoice_id, door.options.which)
        data = head_of(read, invoice_id, door.today(read))
    target = door.options.out
    write_where_said(target, content, home=door.home.data, exports=door.home.exports, key_file=door.key_file)
    data.update(out=target, bytes=len(content))
    door.answer(data, [f"{data['number']} is in {target}."])
    return 0


def _credit_note_pdf(door: "Door") -> int:
    """Write the document of a credit note; it is made where there is none, and corrected where it changed."""
    from core.delivery.credit_notes import make_credit_note
    from core.ledger.invoices import find_invoice
    from core.payments.history import find_credit_note
    from tui.verbs.made import answer_made

    with door.store().read() as read:
        today, invoice_id = door.today(read), find_invoice(read, door.options.number)
        adjustment_id = find_credit_note(read, door.options.credit_note, invoice_id)
    made = make_credit_note(door.store(), door.actor(), adjustment_id, today=today)
    return answer_made(door, made, f"Credit note {adjustment_id[-8:]}", adjustment_id=adjustment_id)
