"""Names that want to be more than text: in a month's work, in every document, from every command.

A verb that is not listed here fails the test that looks for it; the screens are walked, each with every
field, by `test_hostile_text_on_every_screen`.
"""

from __future__ import annotations

import csv
import io
import json
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pypdf
import pytest

from core.actors import Role
from core.books.csv_cells import original
from core.books.export import README
from core.clients.commands import change_client, change_guarantor, note_client
from core.clients.coverage import add_coverage, add_payer
from core.clients.queries import find_client
from core.delivery.making import make_document
from core.delivery.superbills import SUPERBILL, SuperbillKey
from core.documents.keep import document_bytes
from core.payments.closing import close_through
from core.payments.commands import give_credit, record_payment
from core.practice.commands import add_office, add_service, change_practice, change_provider, set_late_fee
from core.practice.policies import LateFeeRule
from core.practice.users import add_user, change_role
from core.sessions.commands import ServiceLine
from core.sessions.correcting import correct_session
from tests.builders import OWNER, TODAY
from tests.core.books.checkers import hledger_cents, needs_hledger, transactions
from tests.homes import Home, client_with_sessions, provider_of
from tests.hostile.payloads import PAYLOADS
from tests.hostile.verbs import JANE, reads
from tests.tui.terminal import ODD, Terminal, assert_only_text
from tui.biller import Biller
from tui.cli import main
from tui.strips.question import DEAF_SECONDS

STREET = "\x1b[31m1 Elm\x1b]52;c;aGk=\x07 St\x9b2J"
NOTE = "Thanks\n" + "\n".join(PAYLOADS[:7])


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Every name in the book is a payload; two clients are held back."""
    home = Home.found(tmp_path_factory.mktemp("hostile") / "home", practice=PAYLOADS[1] + PAYLOADS[0])
    with home.open() as store, store.write(OWNER) as tx:
        change_practice(tx, footer=NOTE, street=STREET, phone=PAYLOADS[3])
        add_office(tx, code=PAYLOADS[2], name=PAYLOADS[0])
        add_service(tx, code_system="local", code="X1", description=PAYLOADS[5], rate_cents=100)
        add_user(tx, name=PAYLOADS[0], role=Role.BILLER)
        rule = LateFeeRule("percent", 0, 1000, 1, "outstanding", 0, 0)
        set_late_fee(tx, rule=rule, effective_from=date(2026, 1, 1), today=date(2026, 1, 1))
        provider_id = provider_of(tx, PAYLOADS[6] + PAYLOADS[0])
        days = [date(2026, 9, 3)]
        for number, payload in enumerate(PAYLOADS):
            line = ServiceLine("CPT", "90834", "", payload, 1000, 15_000)
            family = "[/b]" if number == 0 else payload
            given = JANE if number == 0 else "Jane"
            street = "" if number in (1, 2) else STREET + payload
            client_id = client_with_sessions(
                tx, provider_id, given, family, days, [line], street=street, city=payload
            )
            guarantor_id = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
            change_guarantor(tx, guarantor_id, name=payload)
            note_client(tx, client_id, payload[:2_000], today=TODAY)
            record_payment(
                tx,
                guarantor_id=guarantor_id,
                amount_cents=1_000,
                method="check",
                reference=payload[:200],
                note=payload[:200],
                received_on=TODAY,
                today=TODAY,
                allocations=[],
            )
        give_credit(tx, guarantor_id=guarantor_id, amount_cents=500, reason=PAYLOADS[0], today=TODAY)
    return home


@pytest.fixture
def home(hostile_home: Home, tmp_path: Path) -> Home:
    return hostile_home.copy_to(tmp_path / "home")


# In a terminal.


def walk(app: Terminal) -> None:
    """Open every screen, go through its rows, and open what lies over it."""
    app.wait_for("Clients unbilled for September 2026")
    for place in Biller.PLACES:
        app.press(place.key or f"g{place.letter}")
        app.wait_for(place.title.upper() if place.key else f" {place.title} ")
        app.press("Gggjj?")
        app.wait_for("What they do")
        app.press("?")
        app.wait_for("What they do", gone=True)
        app.press(":jane")
        app.wait_for("╭")
        app.wait_for("│ > ")
        app.press("\x1b")
        app.wait_for("╭", gone=True)
        app.press("/jane\r")
        app.wait_for("filter: jane")
        app.press("\x1b")
        app.wait_for("filter: jane", gone=True)
    app.press("2gg\r")
    app.wait_for("unbilled · September 2026")
    app.press("J" * len(PAYLOADS) + "qB")
    app.wait_for("Left out 2")
    app.press("e")
    close(app, "Address of")
    app.press("S")
    say_yes(app, "Send 12 invoices")
    app.wait_for("12 done")
    app.press("gg\r" + "J" * 12)
    app.wait_for("12 of 12")
    app.press("\tjjw")
    app.wait_for("Written:")
    app.press("q")
    app.wait_for("1 of 12", gone=True)
    app.press("2*b")
    app.wait_for("2 drafts made")
    app.press("3f*s")
    say_yes(app, "Send 2 invoices")
    app.wait_for("2 failed")
    app.stand_for(DEAF_SECONDS + 0.1)
    app.press("\r")
    app.wait_for("Why")
    app.press("\rm")
    close(app, "Note on the invoice")
    app.press("al")
    close(app, "New line")
    app.press("er")
    close(app, "Rate of")
    app.press("qq3n")
    app.wait_for("New draft for")
    app.press("jane")
    close(app, "New draft for")
    walk_money(app)
    walk_agenda(app)
    walk_log_and_settings(app)
    walk_documents(app)
    app.press("1")
    app.wait_for("TODAY")


def walk_documents(app: Terminal) -> None:
    """What was sent, its versions, and its text where there is no viewer."""
    app.press("7")
    app.wait_for("27 documents")
    app.press("Ggg\r")
    app.wait_for("sha256")
    app.press("J" * 27)
    app.wait_for("27 of 27")
    app.press("\tGgg\t")
    app.press("w")
    app.wait_for("Written:")
    app.press("o")
    app.wait_for("Text of the page")
    app.press("Ggg/jane\r")
    app.wait_for("filter: jane")
    app.press("\x1b")
    app.wait_for("filter: jane", gone=True)
    app.press("qq3")
    app.wait_for(" Outbox ")
    app.press("q")
    app.wait_for(" Why ")
    app.press("q")
    app.wait_for("filter: sent")
    app.press("ggo")
    app.wait_for("Text of the page")
    app.press("q:documents jane\r")
    app.wait_for("More than one client fits")
    app.press(f":documents {JANE}\r")
    app.wait_for("7DOCS")
    app.press("q")


def walk_money(app: Terminal) -> None:
    """Every strip and page that money has, on names, references and notes that want to be more."""
    app.press("3")
    app.wait_for("3INVOICES")
    app.press("ffgg")
    app.wait_for("filter: sent")
    for key, shown in (("p", "check no. ["), ("W", "bad debt, why ["), ("V", "because [")):
        app.press(key)
        close(app, shown)
    app.press("Hd")
    app.wait_for("because [")
    app.press(PAYLOADS[0] + "\r")
    app.wait_for("is on hold, disputed")
    app.press("u")
    app.wait_for("Undone:")
    app.press("p1\r")
    app.wait_for("Recorded check $1.00")
    app.press("u")
    app.wait_for("Undone: Recorded check")
    app.press("P")
    app.wait_for("Payment from")
    app.press("jane")
    close(app, "Payment from")
    app.press(":explain 1\r")
    app.wait_for(" Why ")
    app.press("Ggg6")
    app.wait_for("6PAYMENTS")
    app.press("gg\r")
    app.wait_for("amount $")
    app.press("J" * 4)
    for key, shown in (("F", "by [check"), ("V", "because [")):
        app.press(key)
        close(app, shown)
    app.press("qff")
    app.wait_for("filter: credit balances")
    app.press("Ggg\r")
    app.wait_for("Billing notes")
    app.press("J" * len(PAYLOADS) + "K" * len(PAYLOADS) + "\tjj\t")
    app.press("i")
    app.wait_for("Superbill for")
    app.press("\r")
    app.wait_for("missing or malformed")
    app.press("jj\r")
    close(app, "Esc Close")
    app.press("Gggq")
    app.wait_for("Billing notes")
    app.press("e")
    app.wait_for("Shares  [")
    app.press("jane=50% jane=rest\r")
    close(app, "Shares  [")
    app.press("m")
    close(app, "^j New line")
    app.press("fff")
    close(app, "Ledger  from [")
    app.press("t")
    app.wait_for("Statement for")
    app.press("o\t\t\t" + PAYLOADS[0] + "\r")
    app.wait_for("o opens it")
    app.press("8")
    app.wait_for("8AR")
    app.wait_for("by due date")
    app.press("Gggw")
    app.wait_for("Written:")
    app.press("*t")
    app.wait_for("statements, $")
    app.press("\r")
    app.wait_for("statements made")
    app.press("gdGgg")
    app.wait_for("Opening")
    app.press(":outbox\rGgg")
    app.wait_for("Outbox")


def walk_agenda(app: Terminal) -> None:
    """A day of sessions, and its week; the strip that charges one of them; who is billed already."""
    app.press(":agenda 2026-09-03\r")
    app.wait_for("Thursday, September 3, 2026")
    app.press("Gggn")
    close(app, "Enter writes it in")
    app.press("e")
    close(app, "late-cancel")
    app.press("d")
    app.wait_for("Aug 31 to Sep 6, 2026")
    app.press("\r")
    app.wait_for("3INVOICES")
    app.press("q")
    app.wait_for(" Outbox ")


def walk_log_and_settings(app: Terminal) -> None:
    """Entries whole, found by name; fields that the machine's user may only look at."""
    app.press("gl")
    app.wait_for("Audit log")
    app.press("/jane\r")
    app.wait_for("filter: jane")
    app.press("gg\r")
    app.wait_for("at North")
    app.press("J" * 12)
    app.press("q")
    app.press("\x1b")
    app.wait_for("filter: jane", gone=True)
    app.press(":verify\r")
    app.wait_for("The log is in order")
    app.press("0gg")
    app.wait_for("0SETTINGS")
    app.press("Ggg\r")
    app.wait_for("does not allow this")


def walk_late(app: Terminal) -> None:
    """Two months later: fees fall due, are charged and let go."""
    app.wait_for("1TODAY")
    app.press("gded12-30\rec")
    say_yes(app, "Close the book through 2026-12-30?")
    app.wait_for("Closed through 2026-12-30.")
    app.press(":latefees\r")
    app.wait_for("days past due on")
    app.press("Gggr")
    say_yes(app, "Charge 12 late fees on 12 invoices")
    app.wait_for("12 late fees charged")
    app.press("W")
    app.wait_for("because [")
    app.press(PAYLOADS[0] + "\r")
    app.wait_for("waived.  u undoes")
    app.press("\r")
    app.wait_for("fee waiver")
    app.press("gd")
    app.wait_for("12 late entries into closed days")
    app.press("L")
    app.wait_for("closed through 2026-12-30")
    app.press("Ggg:late\r")
    app.wait_for("Late entries   12 entries")
    app.press("0/footer\r\r")
    close(app, "^j New line")
    app.press("\x1b")
    app.wait_for("filter: footer", gone=True)
    app.press("/jane\r")
    app.wait_for("filter: jane")
    app.press("Gggjj\r")
    close(app, "Esc Close")


def close(app: Terminal, shown: str) -> None:
    """Close a strip. A key right behind Esc would be read as one chord with it."""
    app.wait_for(shown)
    app.press("\x1b")
    app.wait_for(shown, gone=True)


def say_yes(app: Terminal, question: str) -> None:
    app.wait_for(question)
    app.stand_for(DEAF_SECONDS + 0.1)
    app.press("y")


def test_work_with_such_clients_shows_them_as_plain_text(home: Home) -> None:
    app = Terminal("-m", "tui.cli", env=home.environ)
    walk(app)
    for line in range(1, 8):
        app.press(f"\x1b[<0;8;{line}M\x1b[<0;8;{line}m")
    app.press("3")
    app.wait_for("3INVOICES")
    app.press("/click\r")
    app.wait_for(JANE)
    assert app.child.isalive()
    app.child.kill(signal.SIGTERM)
    assert app.finish() == 143
    assert_only_text(app.raw)
    with home.open() as store, store.write(OWNER) as tx:
        for (user_id,) in tx.rows("SELECT id FROM \"user\" WHERE role = 'service'"):
            change_role(tx, user_id, Role.OWNER)
    later = {**home.environ, "DAYSHEET_TODAY": "2026-12-31"}
    app = Terminal("-m", "tui.cli", env=later)
    walk_late(app)
    app.child.kill(signal.SIGTERM)
    assert app.finish() == 143
    assert_only_text(app.raw)
    assert not list((home.folder / "reports").glob("*")), "no bug was reported"


# In documents.


def test_the_documents_show_it_as_plain_text(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--month", "2026-09", "--send", "--yes", *options(home)]) == 0
    capsys.readouterr()
    texts = []
    with home.open() as store, store.read() as read:
        for (invoice_id,) in read.rows("SELECT invoice_id FROM invoice_issue"):
            reader = pypdf.PdfReader(io.BytesIO(document_bytes(read, invoice_id)))
            assert not any(page.get("/Annots") for page in reader.pages)
            assert not {"/OpenAction", "/AA", "/Names"} & set(reader.trailer["/Root"])  # type: ignore[call-overload]
            texts.append("\n".join(page.extract_text() for page in reader.pages))
    assert len(texts) == 12
    for text in texts:
        assert not ODD.findall(text)
    assert any(JANE in text for text in texts)


def test_the_statements_show_it_as_plain_text(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--month", "2026-09", "--send", "--yes", *options(home)]) == 0
    for kind in ("activity", "open"):
        words = ["statement", "make", "--all-with-balance", "--from", "2026-01-01", "--kind", kind]
        assert main([*words, "--comment", NOTE, *options(home)]) == 0
    capsys.readouterr()
    with home.open() as store, store.read() as read:
        found = [document_bytes(read, one) for (one,) in read.rows("SELECT statement_id FROM statement")]
    assert len(found) > 20
    for content in found:
        reader = pypdf.PdfReader(io.BytesIO(content))
        assert not any(page.get("/Annots") for page in reader.pages)
        assert not {"/OpenAction", "/AA", "/Names"} & set(reader.trailer["/Root"])  # type: ignore[call-overload]
        assert not ODD.findall("\n".join(page.extract_text() for page in reader.pages))


# In what leaves the house.


def test_the_exported_books_hold_it_only_as_text(home: Home, tmp_path: Path) -> None:
    assert main(["run", "--month", "2026-09", "--send", "--yes", *options(home)]) == 0
    folder = tmp_path / "csv"
    assert main(["books", "export", "--csv", str(folder), *options(home)]) == 0
    assert not ODD.findall((folder / README).read_text(encoding="utf-8"))
    with (folder / "clients.csv").open(encoding="utf-8", newline="") as file:
        names = {original(row["name"]) for row in csv.DictReader(file, strict=True)}
    assert {f"Jane {payload}" for payload in PAYLOADS[1:]} < names
    for form in ("hledger", "beancount"):
        path = tmp_path / f"book.{form}"
        assert main(["books", "journal", "--out", str(path), "--format", form, *options(home)]) == 0
        assert not ODD.findall(path.read_text(encoding="utf-8"))
    assert len(transactions(tmp_path / "book.beancount")) == 12 + len(PAYLOADS) + 1, "invoices, money"


@needs_hledger
def test_hledger_reads_the_journal_of_it(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "book.journal"
    assert main(["run", "--month", "2026-09", "--send", "--yes", *options(home)]) == 0
    assert main(["books", "journal", "--out", str(path), *options(home)]) == 0
    assert sum(hledger_cents(path).values()) == 0


# From commands.


def superbill_of_jane(home: Home) -> str:
    """A superbill whose every text is a payload; answers its id."""
    with home.open() as store:
        with store.write(OWNER) as tx:
            client_id = find_client(tx, JANE)
            (provider_id,) = tx.rows("SELECT id FROM provider")[0]
            change_practice(
                tx, tax_id="12-3456789", city=PAYLOADS[2], state=PAYLOADS[3], postal_code=PAYLOADS[4]
            )
            change_provider(tx, provider_id, licence=PAYLOADS[5], licence_state="MA", credentials=PAYLOADS[0])
            change_client(tx, client_id, birth_on="1990-04-05", referrer=PAYLOADS[0], phone=PAYLOADS[1])
            payer_id = add_payer(tx, name=PAYLOADS[2], phone=PAYLOADS[3])
            add_coverage(tx, client_id=client_id, payer_id=payer_id, member_number=PAYLOADS[4],
                         group_number=PAYLOADS[5], subscriber=PAYLOADS[6], relation="other")  # fmt: skip
            for (session_id,) in tx.rows("SELECT id FROM session WHERE client_id = :id", id=client_id):
                correct_session(tx, session_id, diagnoses="F41.1", place_of_service="11")
        days = {"from_on": date(2026, 9, 1), "to_on": date(2026, 9, 30)}
        key = SuperbillKey(client_id, provider_id, made_on=TODAY, **days)
        made = make_document(store, OWNER, SUPERBILL, key)
    assert made.document_id is not None
    return made.document_id


def test_a_superbill_shows_it_as_plain_text(home: Home) -> None:
    superbill_id = superbill_of_jane(home)
    with home.open() as store, store.read() as read:
        reader = pypdf.PdfReader(io.BytesIO(document_bytes(read, superbill_id)))
    text = "".join(page.extract_text() for page in reader.pages)
    assert JANE in text
    assert not any(page.get("/Annots") for page in reader.pages)
    assert not ODD.findall(text.replace("\n", " "))


WRITES = [
    [
        "estimate",
        "make",
        "--client",
        JANE,
        "--provider",
        PAYLOADS[1],
        "--from",
        "2026-09-01",
        "--to",
        "2026-12-31",
        "--service",
        "90834",
        "--visits",
        "1",
        "--rate",
        "1",
        "--separately",
        NOTE,
    ],
    [
        "estimate",
        "make",
        "--client",
        JANE,
        "--provider",
        PAYLOADS[0],
        "--from",
        "2026-09-01",
        "--to",
        "2026-12-31",
        "--service",
        "X1",
        "--visits",
        "1",
        "--separately",
        NOTE,
    ],
    [
        "estimate",
        "make",
        "--client",
        JANE,
        "--provider",
        PAYLOADS[0],
        "--from",
        "2026-09-01",
        "--to",
        "2026-12-31",
        "--service",
        PAYLOADS[0],
        "--visits",
        "1",
    ],
    ["estimate", "list", "--client", JANE],
    ["estimate", "override", PAYLOADS[0], "--up-to", "1", "--reason", PAYLOADS[1]],
    ["sync", "resolve", PAYLOADS[0], "--keep", "seen", "--note", PAYLOADS[1]],
    ["payment", "receipt", "PAYMENT"],
    ["payment", "receipt", PAYLOADS[1]],
    ["invoice", "credit-note", "2", "--amount", "1", "--reason", PAYLOADS[4]],
    ["invoice", "pdf", "2", "--credit-note", PAYLOADS[3], "--out", "x.pdf"],
    ["practice", "edit", "--portal-address", PAYLOADS[0]],
    ["practice", "edit", "--logo", PAYLOADS[1]],
    ["client", "edit", JANE, "--city", PAYLOADS[2]],
    ["guarantor", "add", "--name", PAYLOADS[3], "--city", PAYLOADS[2]],
    ["client", "shares", JANE, "set", f"{PAYLOADS[3]}=50%", f"{JANE}=rest", "--from", "2026-11-01"],
    ["client", "shares", JANE, "set", f"{PAYLOADS[4]}=50%", "--from", "2026-11-01"],
    ["client", "shares", JANE],
    ["guarantor", "edit", PAYLOADS[4], "--city", "Lynn"],
    ["invoice", "new", "--client", JANE, "--empty", "--notes", NOTE],
    ["client", "show", PAYLOADS[4]],
    ["invoice", "show", PAYLOADS[5]],
    ["run", "--month", PAYLOADS[0]],
    ["invoice", "hold", "1", "--kind", "held", "--reason", PAYLOADS[1]],
    ["invoice", "hold", "1", "--end"],
    ["invoice", "hold", "2", "--kind", "disputed", "--reason", PAYLOADS[3]],
    ["invoice", "show", "2"],
    ["latefee", "list", "--as-of", "2026-12-31"],
    ["latefee", "waive", PAYLOADS[2], "--reason", PAYLOADS[0]],
    ["agenda", "--on", PAYLOADS[0]],
    ["session", "mark", PAYLOADS[0], "kept"],
    ["session", "bill", PAYLOADS[1]],
    ["statement", "make", "--client", JANE, "--month", "2026-09", "--comment", NOTE],
    ["statement", "make", "--guarantor", PAYLOADS[3], "--kind", "open", "--comment", PAYLOADS[0]],
    ["statement", "make", "--all-with-balance", "--month", "2026-09", "--comment", PAYLOADS[1], "--dry-run"],
    ["statement", "make", "--all-with-balance", "--month", "2026-09", "--comment", PAYLOADS[1]],
    ["statement", "make", "--client", PAYLOADS[0], "--out", PAYLOADS[1]],
    ["statement", "list"],
    ["statement", "show", PAYLOADS[0]],
    ["charge", "add", "--client", JANE, "--text", PAYLOADS[0], "--amount", "5"],
    ["audit", "list", "--kind", PAYLOADS[0]],
    ["audit", "show", PAYLOADS[1]],
    ["config", "set", PAYLOADS[0], PAYLOADS[1]],
    ["config", "set", "theme", PAYLOADS[1]],
    ["office", "edit", PAYLOADS[0], "--city", "Lynn"],
    ["service", "edit", PAYLOADS[0], "--rate", "1"],
    ["charge", "void", PAYLOADS[0], "--reason", "r"],
    ["client", "note", JANE, PAYLOADS[3]],
    ["client", "note", JANE, "--take-away", PAYLOADS[3]],
    ["run", "--all", "--dry-run", "--leave-out", PAYLOADS[1]],
    ["run", "--all", "--dry-run", "--leave-out", JANE],
    ["invoice", "new", "--client", JANE, "--empty"],
    ["invoice", "edit", PAYLOADS[1], "--add-unbilled"],
    ["payment", "add", "--client", JANE, "--amount", "5", "--method", PAYLOADS[0]],
    ["payment", "add", "--client", JANE, "--amount", "5", "--method", "cash", "--allocate", PAYLOADS[0]],
    ["payment", "add", "--guarantor", PAYLOADS[4], "--amount", PAYLOADS[4], "--method", "cash"],
    ["payment", "show", PAYLOADS[0]],
    ["documents", "show", PAYLOADS[0]],
    ["documents", "list", "--client", PAYLOADS[1], "--kind", PAYLOADS[2]],
    ["documents", "list", "--client", PAYLOADS[1]],
    ["payment", "apply", "--client", PAYLOADS[0]],
    ["explain", PAYLOADS[1]],
    ["report", "ar", "--basis", PAYLOADS[0]],
    ["invoice", "reverse", PAYLOADS[0], "--reason", "r"],
    ["invoice", "void", "1", "--reason", PAYLOADS[0], "--keep-credit"],
    ["invoice", "show", "1"],
    [PAYLOADS[1]],
]


def options(home: Home) -> list[str]:
    return ["--home", str(home.folder), "--key-file", str(home.key_file)]


@pytest.fixture
def signals_kept() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_backup_and_restore_print_plain_text(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], signals_kept: None
) -> None:
    file = str(tmp_path / f"{PAYLOADS[0]}.backup".replace("/", ""))
    for form in ([], ["--plain"], ["--json"]):
        there = str(tmp_path / "-".join(["new", *form]))
        for arguments in (
            ["backup", file], ["backup", file, "--check"], ["restore", file, "--home", there],
            ["restore", file], ["restore", PAYLOADS[1]], ["backup", PAYLOADS[2] + "/x"],
        ):  # fmt: skip
            own = [] if "--home" in arguments else ["--home", str(home.folder)]
            code = main([*arguments, *form, *own, "--key-file", str(home.key_file)])
            out, err = capsys.readouterr()
            assert code == (0 if arguments[1] == file and (arguments[0] == "backup" or not own) else code)
            for text in (out, err):
                shown = text.replace("\t", " ") if form == ["--plain"] else text
                assert not ODD.findall(shown), (arguments, form)


def test_every_command_prints_plain_text(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, signals_kept: None
) -> None:
    monkeypatch.setenv("DAYSHEET_TODAY", "2026-10-31")
    assert main(["run", "--month", "2026-09", "--send", "--yes", *options(home)]) == 0
    with home.open() as store, store.write(OWNER) as tx:
        close_through(tx, date(2026, 9, 30), today=date(2026, 10, 31), note=PAYLOADS[0])
        for (user_id,) in tx.rows("SELECT id FROM \"user\" WHERE role = 'service'"):
            change_role(tx, user_id, Role.OWNER)
    paid = ["payment", "add", "--client", JANE, "--amount", "1000", "--method", "check", "--on", "2026-08-01"]
    assert main([*paid, "--reference", PAYLOADS[1], "--note", PAYLOADS[2], *options(home)]) == 0
    made = superbill_of_jane(home)
    assert main(["statement", "make", "--client", JANE, "--kind", "open", *options(home)]) == 0
    named = {
        "PAYMENT": home.value("SELECT id FROM payment"),
        "STATEMENT": home.value("SELECT statement_id FROM statement"),
        "SESSION": home.value("SELECT id FROM session"),
        "SUPERBILL": made,
    }
    capsys.readouterr()
    for words in [*reads(JANE).values(), *WRITES]:
        arguments = [named.get(word, word) for word in words]
        for form in ([], ["--plain"], ["--json"]):
            main([*arguments, *form, *options(home)])
            out, err = capsys.readouterr()
            for text in (out, err):
                shown = text.replace("\t", " ") if form == ["--plain"] else text
                assert not ODD.findall(shown), (arguments, form)
            if form == ["--json"]:
                assert json.loads(out)["errors"] is not None
    monkeypatch.setenv("DAYSHEET_TODAY", "2026-12-31")
    for arguments in (
        ["latefee", "run", "--dry-run"], ["latefee", "run", "--yes"], ["latefee", "list"],
        ["invoice", "show", "3"],
    ):  # fmt: skip
        assert main([*arguments, *options(home)]) == 0
        out, err = capsys.readouterr()
        assert not ODD.findall(out + err), arguments
