"""What the palette offers beyond the places: commands by name, invoices by number, clients by letters.

Loaded with the palette, so that the first paint does not wait for it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from core.dates import Period, between, parse_day, parse_month, previous_month
from core.errors import DomainError, NotFound
from tui.palette import Command, Found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.biller import Biller

MOST_FOUND = 20


def commands(app: "Biller") -> Sequence[Command]:
    """Every command of the palette; those that take something get what was typed behind the name."""
    return (
        Command("run", "preview the billing of a month, or of two days", partial(_run, app), "[2026-10]"),
        Command("agenda", "the appointments of a day", partial(_agenda_on, app), "[2026-10-15]"),
        Command("export", "write everything as CSV files", partial(_export, app), "[folder]"),
        Command("journal", "write a double-entry journal", partial(_journal, app), "[hledger|beancount]"),
        Command("explain", "the entries behind an amount", partial(_explain, app), "[1042]"),
        Command("documents", "everything given out to a client", partial(_documents, app), "[client]"),
        Command("late", "what was recorded into a closed time", lambda _: app.show_late_entries()),
        Command("late fees", "what is due, charged, to be let go", lambda _: app.show_late_fees()),
        Command("cards", "cards that could not be charged", lambda _: app.show_cards("failed cards")),
        Command("disputes", "card payments that a bank disputes", lambda _: app.show_cards("disputes")),
        Command(
            "differences", "the processor's list beside the book", lambda _: app.show_cards("differences")
        ),
        Command("verify", "replay the audit log's chain", lambda _: app.verify_log()),
        Command("outbox", "what is sent and has not left yet", lambda _: app.show_outbox()),
        Command("failures", "what the last job could not do", lambda _: app.list_failures()),
        Command("lock", "cover the screens and close the book", lambda _: app.lock()),
    )


def find(app: "Biller", text: str) -> Sequence[Found]:
    """Invoices by number, clients by a few letters of the name. Runs in a thread."""
    from core.clients.queries import clients
    from core.ledger.invoices import find_invoice, invoice
    from core.text import search_key

    found: list[Found] = []
    with app.store.read() as read:
        try:
            row = invoice(read, find_invoice(read, text), today=app.today().isoformat())
            found.append(
                Found(
                    row.number or "draft",
                    f"{row.client} · {row.status.replace('_', ' ')}",
                    partial(app.show_invoice, row.invoice_id),
                )
            )
        except NotFound:
            pass
        words = search_key(text).split()
        for client in clients(read):
            if all(word in search_key(client.client) for word in words):
                found.append(Found(client.client, "client", partial(app.show_client, client.client_id)))
            if len(found) >= MOST_FOUND:
                break
    return found


def _run(app: "Biller", typed: str) -> None:
    from tui.screens.run_preview import RunPreview

    try:
        period = _period(typed) if typed else previous_month(app.today())
    except DomainError as refusal:
        app.refuse(refusal)
        return
    app.go("unbilled")
    app.push_screen(RunPreview(period))


def _agenda_on(app: "Biller", typed: str) -> None:
    from tui.screens.agenda import Agenda

    try:
        day = parse_day(typed) if typed else None
    except DomainError as refusal:
        app.refuse(refusal)
        return
    app.go("agenda")
    app.to_bottom()

    def arrived() -> None:
        if isinstance(app.screen, Agenda):
            app.screen.show_day(day)

    app.call_after_refresh(arrived)


def _export(app: "Biller", typed: str) -> None:
    """Into the folder for exports where no other is named; there an earlier one of today gives way."""
    from core.books.export import take_csv

    folder = Path(typed).expanduser() if typed else app.exports / f"books-{app.today()}"

    def work() -> None:
        take_csv(
            app.store,
            app.actor,
            str(folder),
            home=app.home_folder(),
            exports=str(app.exports),
            replace=not typed,
        )

    _take_along(app, work, folder)


def _journal(app: "Biller", typed: str) -> None:
    """Into the folder for exports, in place of an earlier one of today."""
    from core.books.journal import take_journal

    form = typed or "hledger"
    ending = "beancount" if form == "beancount" else "journal"
    path = app.exports / f"books-{app.today()}.{ending}"
    _take_along(
        app,
        lambda: take_journal(
            app.store,
            app.actor,
            str(path),
            form=form,
            home=app.home_folder(),
            exports=str(app.exports),
        ),
        path,
    )


def _take_along(app: "Biller", write: Callable[[], object], target: Path) -> None:
    def work() -> None:
        if target.parent == app.exports:
            app.exports.mkdir(mode=0o700, parents=True, exist_ok=True)
        write()

    app.in_background(work, lambda _: app.say(f"Written: {target}", "good"), writes=True, busy="exporting")


def _explain(app: "Biller", typed: str) -> None:
    """Of an invoice, a client or a payment that is named, or of the one in front."""
    from core.books.explained import explain_typed
    from tui.screens.book_screen import BookScreen
    from tui.screens.explain import Explain

    front = app.frame
    what = typed or (front.subject if isinstance(front, BookScreen) else "")
    if not what:
        app.say("Say of what: an invoice number, a client, or a payment.", "warn")
        return
    today, place = app.today(), app.current_mode
    app.push_screen(Explain(place, lambda read: explain_typed(read, what, today)))


def _documents(app: "Biller", typed: str) -> None:
    """Of a client who is named, else the screen of all."""
    from core.clients.queries import client, find_client

    if not typed:
        app.go("documents")
        return

    def work() -> tuple[str, str]:
        with app.store.read() as read:
            client_id = find_client(read, typed)
            return client_id, str(client(read, client_id).client)

    app.in_background(work, lambda found: app.show_documents(*found))


def _period(typed: str) -> Period:
    """`2026-10`, or `2026-10-01 2026-10-15`. Raises: NotAMonth, NotADate, PeriodBackwards."""
    first, _, last = typed.partition(" ")
    return between(parse_day(first), parse_day(last.strip())) if last else parse_month(first)
