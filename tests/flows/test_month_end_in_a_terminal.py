"""A biller's month-end from the first file to the last statement, in a real terminal, by keys alone.

One story at two sizes; after each step a second program says what the books hold. The counts of keys are
those of `ux.md` 4. Run with DAYSHEET_CAPTURES=FOLDER to look at every screen on the way.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from core.audit import verify
from tests.flows.month_end import CLIENTS, SIZES, Biller, small_practice
from tests.homes import Home

MONTH = len(CLIENTS) * 45_000
"""Three sessions each, at $150.00."""

PART, TOO_MUCH = 5, 6
CHECKS = [(f"N-{number:05}", 1000 + number) for number in range(1, 10)]
"""Nine checks on the row, from the overdue invoice on; the fifth is for part, the sixth for too much."""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return small_practice(tmp_path_factory.mktemp("small") / "home")


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def biller(small: Home, tmp_path: Path, request: pytest.FixtureRequest) -> Biller:
    return Biller(small.copy_to(tmp_path / "home"), *request.param)


def test_rb5_the_month_end_from_the_first_file_to_the_last_statement(biller: Biller) -> None:
    bring_in(biller)
    with biller.at():
        biller.sees("TODAY", "Clients unbilled for September 2026", "Invoices overdue")
        biller.look_at_screen("today")
        find_what_needs_attention(biller)
        mend_the_address(biller)
        mend_the_licence(biller)
        bill_and_send(biller)
        bill_what_came_late(biller)
        record_checks_on_the_row(biller)
        record_a_check_from_anywhere(biller)
        refund_what_was_too_much(biller)
        void_and_bill_again(biller)
        look_at_the_accounts(biller)
        age_and_make_statements(biller)
        share_the_statements(biller)
        close_the_day(biller)
        biller.press("\x11")
        assert biller.app.finish() == 0
    with biller.home.open() as store, store.read() as read:
        assert verify(read).ok


def bring_in(biller: Biller) -> None:
    folder = biller.home.folder
    biller.command("import", "clients", str(folder / "clients.csv"), says="brought 12 clients")
    biller.command("import", "sessions", str(folder / "sessions.csv"), says="36 charges, 5,400.00")
    found = biller.books("unbilled", "list")
    assert (found["charges"], found["total_cents"]) == (36, MONTH)


def find_what_needs_attention(biller: Biller) -> None:
    """The month's first two keys; those who cannot be billed stand first, each with the reason."""
    biller.app.keys_pressed = 0
    biller.press("2", "UNBILLED", "Bell, Amara", "no postal address")
    biller.look_at_screen("unbilled")
    biller.press("B", "Ready 10 · $4,500.00   Left out 2", "! Lopez, Noa", "! Moreau, Zoé", "no CPT licence")
    biller.look_at_screen("run-preview")


def mend_the_address(biller: Biller) -> None:
    """On the row; the preview shows at once that she can be billed."""
    counted = biller.app.keys_pressed
    biller.press("e", "Address of Noa Lopez", "city [Springfield")
    biller.press("11 Oak Street", "street [11 Oak Street")
    biller.look_at_screen("address-strip")
    biller.press("\r", "Address of Noa Lopez changed.  u undoes", "Ready 11 · $4,950.00   Left out 1")
    biller.look_at_screen("run-preview-one-mended")
    biller.app.keys_pressed = counted


def mend_the_licence(biller: Biller) -> None:
    """In Settings; back at the preview nobody is left out."""
    counted = biller.app.keys_pressed
    biller.press("0", "SETTINGS", "Time zone")
    biller.look_at_screen("settings")
    biller.press("/quinn\r", "filter: quinn", "no CPT licence")
    biller.press("\r", "CPT licence")
    biller.look_at_screen("settings-choice")
    biller.press("l", "first year")
    biller.look_at_screen("settings-strip")
    biller.press("\r", "Quinn Newman has a CPT licence.", "CPT licence from 2026")
    biller.look_at_screen("settings-licensed")
    biller.press("2", "Ready 12 · $5,400.00   Left out 0")
    biller.look_at_screen("run-preview-all-ready")
    biller.app.keys_pressed = counted


def bill_and_send(biller: Biller) -> None:
    """The careful way: drafts, a look at them, then out; five keys in all."""
    biller.press("b", "12 marked", "draft")
    biller.look_at_screen("drafts")
    biller.press("s")
    biller.say_yes("Send 12 invoices, $5,400.00?")
    biller.sees("Sending: 12 done", "N-00013", "open 13")
    biller.look_at_screen("sent")
    assert biller.app.keys_pressed == len("2B") + len("bsy")
    sent = biller.invoices("sent")
    assert (len(sent), sum(one["total_cents"] for one in sent)) == (12, MONTH)


def bill_what_came_late(biller: Biller) -> None:
    """Two sessions noted afterwards are billed with four keys."""
    biller.books("import", "sessions", str(biller.home.folder / "late.csv"))
    biller.app.keys_pressed = 0
    biller.press("2BS")
    biller.say_yes("Send 2 invoices, $300.00, 2 by mail?")
    biller.sees("Sending September 2026: 2 done", "N-00015")
    biller.look_at_screen("late-ones-sent")
    assert biller.app.keys_pressed == 4
    biller.press("2", "All charges are billed.")
    biller.look_at_screen("unbilled-empty")
    assert biller.books("unbilled", "list")["charges"] == 0


def record_checks_on_the_row(biller: Biller) -> None:
    """Three keys and the digits each; one more goes down to the next row."""
    biller.press("3", "INVOICES", "N-00001")
    biller.press("gg", ">! N-00001")
    for at, (number, check) in enumerate(CHECKS, 1):
        digits = {1: "", PART: "100", TOO_MUCH: "475"}.get(at, "450")
        biller.app.keys_pressed = 0
        biller.press("p" if at == 1 else "jp", f"Pay {number}")
        if at <= 2:
            biller.look_at_screen("pay-strip")
        biller.press(f"{digits}k{check}")
        if at == TOO_MUCH:
            biller.sees("credit 25.00")
            biller.press("\r", "Enter again keeps $25.00 as credit.")
            biller.look_at_screen("pay-more-than-owed")
        biller.press("\r", f"Recorded check {check} ")
        moved, again = int(at > 1), int(at == TOO_MUCH)
        assert biller.app.keys_pressed == 3 + len(digits) + len(str(check)) + moved + again
    biller.sees("partly paid", "overdue 0")
    biller.look_at_screen("checks-recorded")
    paid = {one["number"]: one["paid_cents"] for one in biller.invoices() if one["paid_cents"]}
    assert paid == dict.fromkeys((number for number, _ in CHECKS), 45_000) | {
        "N-00001": 15_000,
        "N-00005": 10_000,
    }


def record_a_check_from_anywhere(biller: Biller) -> None:
    """From another screen, the payer by two letters: six keys and the digits."""
    biller.press("5", "AGENDA")
    biller.look_at_screen("agenda")
    biller.app.keys_pressed = 0
    biller.press("Pmo", "> Zoé Moreau $450.00")
    biller.look_at_screen("payer")
    biller.press("\r", "From Zoé Moreau", "N-00013 [450.00")
    biller.press("200k1187", "N-00013 [200.00")
    biller.look_at_screen("split-before-enter")
    biller.press("\r", "Recorded check 1187 $200.00 on N-00013.  u undoes")
    assert biller.app.keys_pressed == 6 + len("200") + len("1187")
    assert len(biller.books("payment", "list")["payments"]) == 10


def refund_what_was_too_much(biller: Biller) -> None:
    """The credit of the check that was too high, from Payments."""
    biller.press("6", "PAYMENTS", "unapplied $25.00")
    biller.look_at_screen("payments")
    biller.press("/1006\r", "filter: 1006")
    biller.press("F", "Refund check 1006")
    biller.press("25\tpaid too much", "paid too much")
    biller.look_at_screen("refund-strip")
    biller.press("\r")
    biller.say_yes("Refund $25.00 of check 1006")
    biller.sees("$25.00 of check 1006 refunded.")
    biller.press("\r", "refunded $25.00")
    biller.look_at_screen("payment-refunded")
    found = biller.books("payment", "list")["payments"]
    assert [one["refunded_cents"] for one in found if one["reference"] == "1006"] == [2_500]


def void_and_bill_again(biller: Biller) -> None:
    biller.press(":N-00012\r", "N-00012 · sent")
    biller.look_at_screen("invoice")
    biller.press("V", "Void N-00012, $450.00")
    biller.press("wrong guarantor", "wrong guarantor")
    biller.look_at_screen("void-strip")
    biller.press("\r")
    biller.say_yes("Void N-00012, $450.00?")
    biller.sees("N-00012 is void.", "N-00012 · void")
    biller.look_at_screen("void")
    biller.press("b", "Draft made in place of N-00012", "replaces N-00012")
    biller.look_at_screen("billed-again")
    biller.press("s")
    biller.say_yes("Send this draft as an invoice, $450.00?")
    biller.sees("Sent N-00016 to Noa Lopez.  u recalls", "N-00016 · sent")
    biller.look_at_screen("billed-again-sent")
    of_lopez = {one["number"]: one["status"] for one in biller.invoices() if one["client"] == "Noa Lopez"}
    assert of_lopez == {"N-00012": "void", "N-00016": "sent"}


def look_at_the_accounts(biller: Biller) -> None:
    biller.press("4", "CLIENTS", "Archer, Ann")
    biller.look_at_screen("clients")
    biller.press("f", "filter: owing", gone=["Archer, Ann"])
    biller.press("/lopez\r", "filter: owing")
    biller.press("\r", "Invoice N-00016")
    biller.look_at_screen("client")
    biller.press("m", "^j New line")
    biller.look_at_screen("note-strip")
    biller.press("sent again to the right address\r", "sent again to the right address")
    biller.look_at_screen("client-noted")


def age_and_make_statements(biller: Biller) -> None:
    """Everybody with a balance, marked with two keys, one strip."""
    biller.press("8", "AR aging", "Noa Lopez")
    biller.look_at_screen("aging")
    owed = biller.books("report", "ar")
    assert owed["totals"]["total_cents"] == owed["ledger_cents"] == 225_000
    biller.press("f", "filter: owing")
    biller.press("*", "7 marked")
    biller.press("t", "7 statements, $2,250.00")
    biller.look_at_screen("statements-strip")
    biller.press("\t\t10-31", "10-31")
    biller.press("\r", "7 statements made (7 shows them).")
    biller.look_at_screen("statements-made")
    assert len(biller.books("statement", "list")["statements"]) == 7


def share_the_statements(biller: Biller) -> None:
    biller.press("7", "DOCS", "Statement")
    biller.look_at_screen("documents")
    biller.press("/statement\r", "filter: statement")
    biller.press("*", "7 marked")
    biller.press("s")
    biller.say_yes("Share 7 documents?")
    biller.sees("7 done")
    biller.look_at_screen("statements-shared")


def close_the_day(biller: Biller) -> None:
    biller.press("gd", "Day sheet", "Closing")
    biller.look_at_screen("day-sheet")
    biller.press("gl", "Audit log")
    biller.look_at_screen("audit-log")
    biller.press("?", "type to search the keys")
    biller.look("help")
    biller.press("\x1b", gone=["type to search the keys"])
    biller.press(":", "screen, command, client")
    biller.look("palette")
    biller.press("outbox\r", "Outbox")
    biller.look_at_screen("outbox")
    biller.press("1", "TODAY")
    biller.look_at_screen("today-at-the-end")
