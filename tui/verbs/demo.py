"""demo: a sample practice, last month billed with its documents on disk, and the app on it."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import date

    from core.actors import Actor
    from core.store import Store, Tx
    from tui.door import Door

PASSPHRASE = "sample practice"  # noqa: S105  invented clients only, and said on screen
KEY_FILE = "demo.key"


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    parser.add_argument("--headless", action="store_true", help="print the result; do not open the app")
    parser.set_defaults(run=demo)


def demo(door: "Door") -> int:
    """Make it, bill it, show it."""
    from core.books.sample import make_sample
    from core.books.sample.history import bill_the_year
    from core.dates import local_day, parse_today, system_now
    from core.practice.queries import practice
    from core.security.files import check_target, write_where_said
    from core.security.found import found_book
    from tui.new_book import computer_user
    from tui.present import plural

    folder = _fresh_home(door)
    fixed = os.environ.get("DAYSHEET_TODAY")
    today = parse_today(fixed) if fixed else local_day(system_now(), "America/New_York")

    def fill(tx: "Tx") -> None:
        make_sample(tx, today)

    key_file = os.path.join(folder, KEY_FILE)  # noqa: PTH118
    check_target(key_file, home=folder, new=True)
    door.say(f"Making a sample practice in {folder} ...")
    founded = found_book(folder, passphrase=PASSPHRASE, owner=computer_user(), fill=fill, clock=system_now)
    write_where_said(key_file, PASSPHRASE.encode() + b"\n", home=folder, new=True)
    store = founded.store
    report = bill_the_year(
        store, founded.actor, today, each=lambda month: door.say(f"  billed {month.month_of()}")
    )
    door.say(f"  billed last month: {plural(len(report.billed), 'client')}")
    documents = _export(store, [(one.invoice_id, one.number) for one in report.billed], folder)
    with store.read() as read:
        name = practice(read).name
        data = {
            "home": folder,
            "key_file": key_file,
            "practice": name,
            "clients": read.value("SELECT count(*) FROM client"),
            "charges": read.value("SELECT count(*) FROM charge"),
            "invoices": len(report.billed),
            "total_cents": report.total_cents,
            "documents": documents,
            "all_invoices": read.value("SELECT count(*) FROM invoice_issue"),
            "exports": os.path.join(folder, "exports"),  # noqa: PTH118
        }
    opens = sys.stdin.isatty() and sys.stdout.isatty() and not (door.options.headless or door.options.json)
    if opens:
        return _open(folder, store, founded.actor, today)
    store.close()
    total = door.money(report.total_cents)
    door.answer(
        data,
        [
            f"{name}: {data['clients']} clients, {data['charges']} charges in a year.",
            f"Last month: {plural(data['invoices'], 'invoice')}, {total}, sent.",
            f"{documents} PDFs are in {data['exports']}.",
            f"Open it: DAYSHEET_HOME={folder} DAYSHEET_KEY_FILE={key_file} {_program()}",
        ],
    )
    return 0


def _program() -> str:
    """How this program was called, so that the line can be pasted."""
    called = sys.argv[0]
    return called if os.path.basename(called) == "daysheet" else "daysheet"  # noqa: PTH119


def _fresh_home(door: "Door") -> str:
    """The folder that was named, or a new one."""
    import tempfile

    if door.options.home or os.environ.get("DAYSHEET_HOME"):
        return door.home.data
    return tempfile.mkdtemp(prefix="daysheet-demo-")


def _export(store: "Store", invoices: "list[tuple[str, str]]", folder: str) -> int:
    """Write last month's documents to the demo's export folder; answers how many."""
    from pathlib import Path

    from core.documents.keep import document_bytes
    from tui.viewer import write_private_file

    with store.read() as read:
        for invoice_id, number in invoices:
            write_private_file(Path(folder) / "exports", f"{number}.pdf", document_bytes(read, invoice_id))
    return len(invoices)


def _open(folder: str, store: "Store", actor: "Actor", today: "date") -> int:
    from tui.home import Home
    from tui.opening import run_screens

    return run_screens(
        Home(folder), store, actor, lambda: today, hint=f"The sample's passphrase is: {PASSPHRASE}"
    )
