"""RC1: checks in one burst, on a busy machine, with amounts that are known: not one may be wrong.

Small: a few bursts in one process and ten in a pseudo terminal; large (`make prove`): ten times that.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.builders import Book
from tests.flows.typed_ahead import Check, bill, busy_machine, checks, paid
from tests.homes import Home
from tests.sizes import sized
from tests.tui.driving import send
from tests.tui.on_a_book import biller_on
from tests.tui.terminal import Terminal

RUNS = sized(10, 100)
BURSTS = sized(4, 40)
EACH = 3
"""Checks in one burst."""
RUNS_OF_ONE_APP = 5


def as_keys(typed: str) -> list[str]:
    return ["enter" if letter == "\r" else letter for letter in typed]


async def test_raw_events_all_at_once_pay_what_was_typed(tmp_path: Path) -> None:
    """The cursor goes down the list and each row is paid from where it stands."""
    book, random = Book(tmp_path), Random(7)
    numbers = bill(book.store, BURSTS * EACH)
    wanted = checks(random, numbers, 1000)
    async with biller_on(book, tmp_path) as app:
        send(app.app, ["3"])
        for start in range(0, len(wanted), EACH):
            burst = wanted[start : start + EACH]
            for check in burst:
                send(app.app, ["p", *as_keys(check.typed), "j"])
            await app.until(lambda last=burst[-1]: _is_paid(book, last))  # type: ignore[misc]
    with book.store.read() as read:
        assert paid(read) == sorted(check.kept for check in wanted)
    book.store.close()


def _is_paid(book: Book, check: Check) -> bool:
    with book.store.read() as read:
        return bool(read.value("SELECT 1 FROM payment WHERE reference = :one", one=check.reference))


def test_bursts_in_a_terminal_of_a_busy_machine_pay_what_was_typed(tmp_path: Path) -> None:
    """On the row, by the payer's invoice number, and from the invoice's own page."""
    home, random = Home.found(tmp_path / "home"), Random(11)
    with home.open() as store:
        numbers = bill(store, RUNS * EACH)
    wanted: list[Check] = []
    with busy_machine():
        for first in range(0, RUNS, RUNS_OF_ONE_APP):
            app = Terminal("-m", "tui.cli", env=home.environ)
            app.wait_for("1TODAY", seconds=120)
            for run in range(first, min(first + RUNS_OF_ONE_APP, RUNS)):
                some = checks(random, numbers[run * EACH : (run + 1) * EACH], 10_000 + run * EACH)
                app.press(("" if run == first else "q") + _burst(some, run))
                app.wait_for(f"{some[-1].reference} $", seconds=120)
                wanted += some
            app.press("\x11")
            assert app.finish() == 0
    with home.open() as store, store.read() as read:
        found = paid(read)
    wrong = _wrong(found, wanted)
    print(f"{RUNS} bursts of {EACH} checks on a busy machine, {len(wrong)} wrong")
    assert wrong == []
    assert len(found) == len(wanted)


def _burst(some: list[Check], run: int) -> str:
    """Three ways to pay, none of which waits for a screen."""
    row, payer, page = some
    down = "j" * run * EACH
    return f"3gg{down}p{row.typed}P{payer.number[2:].lstrip('0')}\r{payer.typed}3gg{down}jj\rp{page.typed}"


def _wrong(
    found: list[tuple[str, str, int, str, int]], wanted: list[Check]
) -> list[tuple[str, str, int, str, int]]:
    """Every payment that nobody typed, amount, method, reference and invoice together."""
    kept = {check.kept for check in wanted}
    return [one for one in found if one not in kept]


def test_a_wrong_amount_would_be_found() -> None:
    (check,) = checks(Random(1), ["N-00001"], 1)
    assert _wrong([check.kept], [check]) == []
    assert _wrong([(*check.kept[:2], check.cents * 10, *check.kept[3:])], [check]) != []
