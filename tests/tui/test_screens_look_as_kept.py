"""Each screen in its main states, compared cell by cell with what was kept of it (`make snapshots`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import count, groupby
from pathlib import Path

import pytest

from core.clients.commands import change_client, note_client
from core.dates import month_period
from core.delivery.estimates import make_estimate
from core.delivery.making import make_document
from core.delivery.receipts import make_receipt
from core.delivery.sending import finish
from core.delivery.statements import make_statement
from core.delivery.superbills import SUPERBILL, SuperbillKey
from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.lines import add_manual_line
from core.ledger.estimate_view import EstimateItem, EstimateRequest
from core.ledger.statement_view import statement_key
from core.ledger.summaries import keep
from core.payments.card import CardSeen
from core.payments.card_file import ask_charge, keep_card, say_charge
from core.payments.commands import give_credit, record_payment
from core.portal.commands import Allowed, grant_access
from core.practice.commands import add_service, change_practice, change_provider
from core.practice.mail import set_mail_server
from core.sessions.correcting import correct_session
from core.store import Store
from core.tables import CardConsent
from tests.builders import OWNER, TODAY, Book, fixed_clock
from tests.hostile.ways import PUSHED
from tests.tui.on_a_book import biller_on
from tests.tui.snapshot import FOLDER, compare
from tui.places import PLACES

SMALL, LARGE = (80, 24), (140, 40)
KEYS = {place.name: [place.key] if place.key else ["g", place.letter] for place in PLACES}
ZED = [*"/zzz", "enter"]
"""A filter that nothing fits."""
SEEN = "seen"
"""Between two keys: what the first did has been read again before the second is pressed."""


class Dice:
    """What ids and codes are drawn from; here always the same."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, number: int) -> None:
        self._numbers = count(number)

    def __call__(self, size: int) -> bytes:
        return hashlib.shake_256(b"%d" % next(self._numbers)).digest(size)


@pytest.fixture(scope="module", autouse=True)
def dice() -> Iterator[Dice]:
    with pytest.MonkeyPatch.context() as patch:
        made = Dice()
        patch.setattr("os.urandom", made)
        yield made


@pytest.fixture(scope="module")
def kept_book(dice: Dice, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Made from the same draws, whichever test comes first."""
    dice.begin(0)
    book = Book(tmp_path_factory.mktemp("kept"), key=b"k" * 32)
    _bill(book, _people(book))
    return book


@pytest.fixture(autouse=True)
def _fresh(dice: Dice, kept_book: Book) -> None:
    dice.begin(1_000_000)


@pytest.fixture
def book(kept_book: Book, tmp_path: Path) -> Iterator[Book]:
    """The same book for every test, and each may change its own."""
    kept_book.store.copy_to(str(tmp_path / "book.db"))
    made = object.__new__(Book)
    made.folder, made.key = tmp_path, kept_book.key
    made.store = Store.open(str(tmp_path / "book.db"), kept_book.key, fixed_clock, keep)
    yield made
    made.store.close()


def _people(book: Book) -> dict[str, str]:
    """Clients who were seen; one has no address, one has an appointment today."""
    with book.write() as tx:
        change_practice(tx, tax_id="12-3456789")
        change_provider(tx, book.provider_id, licence="12345", licence_state="MA")
        add_service(
            tx, code_system="CPT", code="90834", description="Psychotherapy, 45 min", rate_cents=15_000
        )
    found = {}
    for given, family in (("Ann", "Archer"), ("Bob", "Baker"), ("Chloé", "Côté"), ("王", "小明")):
        found[given] = book.client(given, family)
        for day in (date(2026, 8, 20), date(2026, 9, 3), date(2026, 9, 10)):
            session_id = book.session(found[given], day)
            with book.write() as tx:
                correct_session(tx, session_id, diagnoses="F41.1", place_of_service="11")
    book.session(book.client("Dan", "Drifter", street=""), date(2026, 9, 4))
    book.session(found["Ann"], TODAY, status="scheduled", final=False)
    with book.write() as tx:
        for client_id in found.values():
            change_client(tx, client_id, birth_on="1990-04-05")
        note_client(tx, found["Ann"], "Prefers paper bills; call before a reminder goes out.", today=TODAY)
    return found


def _bill(book: Book, who: dict[str, str]) -> None:
    """August is billed and late, partly paid; a draft waits; each kind of document was made."""
    with book.write() as tx:
        tx.fresh()
        drafts = []
        for client_id in who.values():
            first = tx.value(FIRST_CHARGE, id=client_id)
            drafts.append(create_draft(tx, client_id=client_id, charge_ids=[first], today=TODAY))
        issued = issue_drafts(tx, drafts, today=date(2026, 9, 1))
        waiting = create_draft(tx, client_id=who["Bob"], today=TODAY, notes="Thank you.")
        add_manual_line(tx, waiting, description="Report to the school", rate_cents=5_000)
    finish(book.store, OWNER, [one.invoice_id for one in issued], today=TODAY)
    with book.write() as tx:
        owes = {
            name: tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=one)
            for name, one in who.items()
        }
        paid = record_payment(
            tx, guarantor_id=owes["Ann"], amount_cents=10_000, method="check", reference="1186",
            received_on=TODAY, today=TODAY, invoice_id=issued[0].invoice_id,
        )  # fmt: skip
        give_credit(tx, guarantor_id=owes["Bob"], amount_cents=2_500, reason="Waited long", today=TODAY)
    september = month_period(date(2026, 9, 1))
    assert september.from_on is not None
    assert september.to_on is not None
    make_receipt(book.store, OWNER, paid.payment_id, today=TODAY)
    make_statement(book.store, OWNER, statement_key(owes["Ann"], september), today=TODAY)
    key = SuperbillKey(who["Ann"], book.provider_id, september.from_on, september.to_on, TODAY)
    make_document(book.store, OWNER, SUPERBILL, key)
    items = (EstimateItem("90834", "Psychotherapy, 45 min", 40, 15_000),)
    care = EstimateRequest(who["Ann"], book.provider_id, TODAY, date(2027, 10, 30), items, ("F41.1",))
    make_estimate(book.store, OWNER, care, today=TODAY)


FIRST_CHARGE = "SELECT charge_id FROM unbilled WHERE client_id = :id ORDER BY service_on LIMIT 1"

FILLED = {
    **KEYS,
    "runpreview": ["2", "B"], "clientcharges": ["2", "enter"], "draft": ["3", "enter"],
    "invoice": [*":N-00001", "enter"], "client": ["4", "enter"], "payment": ["6", "enter"],
    "document": ["7", "enter"], "textpage": ["7", "enter", "enter"],
    "superbillcheck": [*"4/dan", "enter", "i", "enter"],
    "latefees": [*":latefees", "enter"], "lateentries": [*":late", "enter"], "outbox": [*":outbox", "enter"],
    "explain": ["4", *":explain", "enter"], "logentrypage": ["g", "l", "enter"],
    "mailpreview": ["0", *"/test mail", "enter", "o"],
    "access": ["4", "a"], "cardsonfile": ["4", "C"], "cardprocessor": [*":cards", "enter"],
}  # fmt: skip
"""Every screen with something on it."""

OF_CARDS = ("access", "cardsonfile", "cardprocessor")
"""Screens that need a card that failed and somebody who may come into the portal."""


def _let_in_and_fail(book: Book) -> None:
    """Ann's parent may come into the portal, and the card that they keep there has expired."""
    with book.write() as tx:
        client_id, owes = tx.rows("SELECT id, guarantor_id FROM client WHERE name = 'Ann Archer'")[0]
        invoice_id = tx.value("SELECT invoice_id FROM invoice_issue WHERE number = 'N-00001'")
        set_mail_server(tx, host="smtp.example.com", sender="office@example.com")
        grant_access(
            tx, client_id=client_id, guarantor_id=owes, email="pia@example.org", name="Pia Parent",
            allowed=Allowed(superbills=False),
        )  # fmt: skip
        agreed = CardConsent(
            guarantor_id=owes, version="2026-11", words="w", agreed_at="2026-10-01T00:00:00.000Z",
            person="Pia Parent",
        )  # fmt: skip
        keep_card(tx, owes, tx.add(agreed), CardSeen("pm_1", "visa", "4242", 12, 2034))
        card_id = tx.value("SELECT id FROM saved_card")
        charge_id = ask_charge(tx, card_id, invoice_id, today=TODAY)
        say_charge(tx, charge_id, "declined", code="expired_card", processor_ref="pi_1", today=TODAY)


STATES = {
    **{f"{name}-nothing": [*KEYS[name], *ZED] for name in ("unbilled", "invoices", "clients", "payments",
                                                          "documents", "aging", "settings", "log")},
    **{f"{name}-marked": [*KEYS[name], "space", "space"] for name in ("unbilled", "invoices", "clients",
                                                                     "documents", "aging")},
    "invoices-strip": ["3", "G", "p"], "invoices-question": ["2", "B", "S"],
    "client-strip": ["4", "t"], "documents-strip": ["7", "E", *"ann", "enter"],
    "agenda-strip": ["5", "n"], "settings-strip": ["0", "enter"], "invoice-note": ["3", "enter", "m"],
    "help": ["?"], "palette": [*":a"], "payer": ["P", *"an"],
    "invoices-refused": ["3", "G", "p", *"9999", "enter"],
    "documents-refused": ["7", "E", *"ann", "enter", *"90000", "enter"],
    "aging-refused": ["8", "p", *"0", "enter"],
    "invoices-undone": ["3", "D", SEEN, "u"],
}  # fmt: skip
"""Filtered to nothing, marked, with a strip, after a refusal, after an undo."""


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "140x40"])
@pytest.mark.parametrize("name", FILLED)
async def test_a_screen_with_something_on_it(
    book: Book, tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    if name in OF_CARDS:
        _let_in_and_fail(book)
    async with biller_on(book, tmp_path, size=size) as app:
        await app.press(*FILLED[name])
        compare(f"{name}-{size[0]}x{size[1]}", app.app)


@pytest.mark.parametrize("name", KEYS)
async def test_a_screen_of_an_empty_book(tmp_path: Path, name: str) -> None:
    empty = Book(tmp_path, key=b"k" * 32)
    async with biller_on(empty, tmp_path) as app:
        await app.press(*KEYS[name])
        compare(f"{name}-empty", app.app)
    empty.store.close()


@pytest.mark.parametrize("name", STATES)
async def test_a_screen_in_its_other_states(book: Book, tmp_path: Path, name: str) -> None:
    async with biller_on(book, tmp_path) as app:
        for seen, keys in groupby(STATES[name], key=lambda key: key == SEEN):
            if not seen:
                await app.press(*keys)
        compare(name, app.app)


@pytest.mark.parametrize("name", ["invoices", "client"])
@pytest.mark.parametrize("theme", ["light", "ansi-dark"])
async def test_a_screen_in_other_colours(book: Book, tmp_path: Path, name: str, theme: str) -> None:
    async with biller_on(book, tmp_path) as app:
        app.app.theme = theme
        await app.press(*FILLED[name])
        compare(f"{name}-{theme}", app.app)


def test_every_screen_is_kept() -> None:
    screens = {place.name for place in PLACES} | {name.lower() for name in PUSHED}
    assert screens - set(FILLED) == {"failures"}, "they are shown after a job, in test_jobs_report_once"
    kept = {path.stem for path in FOLDER.glob("*.txt")}
    wanted = {f"{name}-{size}" for name in FILLED for size in ("80x24", "140x40")}
    wanted |= {f"{name}-empty" for name in KEYS} | set(STATES)
    wanted |= {f"{name}-{theme}" for name in ("invoices", "client") for theme in ("light", "ansi-dark")}
    assert kept == wanted, "`make snapshots` keeps what is new; what is gone is deleted by hand"
