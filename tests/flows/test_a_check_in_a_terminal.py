"""A check in a real terminal of 80 by 24: few keys, the split before Enter, a reversal that shows (RC1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from core.dates import ALL_TIME
from core.delivery.sending import send
from core.invoicing.commands import create_draft
from core.ledger.unbilled import unbilled_charges
from tests.builders import OWNER, TODAY
from tests.homes import Home, client_with_sessions, provider_of
from tests.tui.terminal import Terminal
from tui.strips.question import DEAF_SECONDS

NAMES = (("Ann", "Archer"), ("Mia", "Lee"), ("Tom", "Zeller"))


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """N-00001 of Ann, N-00002 and N-00003 of Mia, N-00004 of Tom; Mia's first one is overdue."""
    home = Home.found(tmp_path_factory.mktemp("checks") / "home")
    with home.open() as store:
        with store.write(OWNER) as tx:
            provider_id = provider_of(tx)
            ids = [
                client_with_sessions(tx, provider_id, given, family, [date(2026, 9, 3), date(2026, 9, 10)])
                for given, family in NAMES
            ]
        for client_id in (ids[0], ids[1], ids[1], ids[2]):
            with store.write(OWNER) as tx:
                charges = unbilled_charges(tx, ALL_TIME, TODAY, client_id=client_id)
                some = charges[:1] if client_id == ids[1] else charges
                day = date(2026, 9, 15) if len(charges) == 2 and client_id == ids[1] else TODAY
                draft_id = create_draft(
                    tx, client_id=client_id, today=day, charge_ids=[one.charge_id for one in some]
                )
            send(store, OWNER, [draft_id], today=day)
    return home


@pytest.fixture
def home(sent: Home, tmp_path: Path) -> Home:
    return sent.copy_to(tmp_path / "home")


@pytest.fixture
def app(home: Home) -> Iterator[Terminal]:
    terminal = Terminal("-m", "tui.cli", env=home.environ)
    terminal.wait_for("TODAY")
    yield terminal
    terminal.end()


def in_invoices(app: Terminal) -> None:
    app.press("3")
    app.wait_for("N-00004")
    app.keys_pressed = 0


def test_rc1_a_check_on_the_row_is_p_amount_k_number_enter(app: Terminal, home: Home) -> None:
    in_invoices(app)
    app.press("p150k1042\r")
    assert app.keys_pressed == 3 + len("150") + len("1042")
    app.wait_for("Recorded check 1042 $150.00 on N-00001.  u undoes")
    app.wait_for("partly paid")
    assert home.value("SELECT reference FROM payment") == "1042"


def test_rc1_the_payer_first_is_six_keys_and_the_digits(app: Terminal, home: Home) -> None:
    app.keys_pressed = 0
    app.press("Pmi\r200k1042\r")
    assert app.keys_pressed == 6 + len("200") + len("1042")
    app.wait_for("Recorded check 1042 $200.00 on N-00002 and 1 other.  u undoes")
    with home.open() as store, store.read() as read:
        parts = read.rows("SELECT number, paid_cents FROM invoice_balance AS b JOIN invoice_issue AS i"
                          " ON i.id = b.issue_id WHERE paid_cents > 0 ORDER BY number")  # fmt: skip
    assert parts == [("N-00002", 15_000), ("N-00003", 5_000)]


def test_rc1_an_invoice_number_in_place_of_letters(app: Terminal) -> None:
    app.press("P4\r")
    app.wait_for("Pay N-00004")
    app.press("\r")
    app.wait_for("Recorded check $300.00 on N-00004.")


def test_rc1_the_split_is_on_screen_before_enter_and_each_part_can_be_typed(
    app: Terminal, home: Home
) -> None:
    app.press("Pmi\r")
    app.wait_for("From Mia Lee")
    app.press("200k1042")
    app.wait_for("N-00002 [150.00")
    app.wait_for("N-00003 [50.00")
    assert home.value("SELECT count(*) FROM payment") == 0
    app.press("\t\t100")
    app.wait_for("N-00003 [100.00")
    app.press("\r")
    app.wait_for("Recorded check 1042 $200.00 on N-00002 and 1 other.")
    assert home.value("SELECT count(*) FROM allocation WHERE amount_cents = 10000") == 2


def test_rc1_what_is_over_is_said_and_kept_as_credit_by_a_second_enter(app: Terminal, home: Home) -> None:
    in_invoices(app)
    app.press("p330\r")
    app.wait_for("Amount is more than the balance, $300.00. Enter again keeps $30.00 as credit.")
    app.press("\r")
    app.wait_for("$30.00 kept as credit.")
    assert home.value("SELECT left_cents FROM money_left") == 3_000


def test_rc1_u_undoes_by_a_reversal_that_shows(app: Terminal, home: Home) -> None:
    in_invoices(app)
    app.press("p150k1042\r")
    app.wait_for("Recorded check 1042")
    app.press("u")
    app.wait_for("Undone: Recorded check 1042 $150.00 on N-00001.")
    app.wait_for("partly paid", gone=True)
    app.press("6")
    app.wait_for("PAYMENTS")
    app.wait_for("reversed")
    app.wait_for("1042")
    assert home.value("SELECT count(*) FROM payment") == 1
    assert home.value("SELECT count(*) FROM payment_reversal") == 1
    assert home.value("SELECT count(*) FROM audit_entry WHERE verb = 'payment.reversed'") == 1


def test_rb6_void_with_money_on_it_asks_one_question(app: Terminal, home: Home) -> None:
    in_invoices(app)
    app.press("p100\r")
    app.wait_for("Recorded check $100.00")
    app.wait_for("partly paid")
    app.press("Vwrong rate\rcccc")
    app.wait_for("of which $100.00 is paid?")
    app.wait_for("c keeps the money as credit")
    app.stand_for(DEAF_SECONDS + 0.1)
    assert home.value("SELECT count(*) FROM invoice_void") == 0, "keys typed ahead answer nothing"
    app.press("c")
    # The machine key's role may take payments and no more; who may void is tested with the screens.
    app.wait_for("Your role (service) does not allow this (void).")
    assert home.value("SELECT count(*) FROM invoice_void") == 0
