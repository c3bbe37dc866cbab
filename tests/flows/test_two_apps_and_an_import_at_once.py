"""RC1, RA5: two people take payments while a third brings clients in, all on one book at the same time.

No update is lost, nobody is told of locks, and the cursor moves meanwhile. Small: ten checks each.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from random import Random

from core.books.checkup import checkup
from core.store import Store
from tests.architecture.source import ROOT
from tests.builders import OWNER
from tests.flows.typed_ahead import Check, bill, checks, paid
from tests.homes import Home
from tests.sizes import sized
from tests.tui.terminal import Terminal

EACH = sized(10, 50)
"""Checks that each app records."""
CLIENTS = sized(300, 5_000)
"""How many one import brings; imports follow each other until the apps are done."""


def clients_file(folder: Path, first: int) -> Path:
    path = folder / f"clients-{first}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("external_id", "given_name", "family_name"))
        out.writerows((f"x{first + at}", "Imported", f"Person{first + at}") for at in range(CLIENTS))
    return path


def importing(home: Home, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "import", "clients", str(path), "--json"],
        cwd=ROOT, env=home.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def in_invoices(home: Home) -> Terminal:
    app = Terminal("-m", "tui.cli", env=home.environ)
    app.wait_for("1TODAY")
    app.press("3")
    app.wait_for("INVOICES")
    app.wait_for("Client Aaaa")
    return app


def record(app: Terminal, check: Check, move: str) -> None:
    app.press(f"p{check.typed}{move}")


def test_no_payment_is_lost_and_no_lock_is_shown(tmp_path: Path) -> None:
    """One app goes down the list and the other up, until they have met."""
    home = Home.found(tmp_path / "home")
    with home.open() as store:
        numbers = bill(store, 2 * EACH)
    random = Random(3)
    one, two = checks(random, numbers[:EACH], 1000), checks(random, numbers[: EACH - 1 : -1], 5000)
    first, second = in_invoices(home), in_invoices(home)
    second.press("G")
    imported, brought = importing(home, clients_file(tmp_path, 0)), 1
    for down, up in zip(one, two, strict=True):
        record(first, down, "j")
        record(second, up, "k")
        first.wait_for(f"{down.reference} $")
        second.wait_for(f"{up.reference} $")
        if imported.poll() is not None:
            assert json.loads(imported.communicate()[0])["data"]["clients"] == CLIENTS
            imported, brought = importing(home, clients_file(tmp_path, brought * CLIENTS)), brought + 1
    out, err = imported.communicate(timeout=120)
    assert json.loads(out)["data"]["clients"] == CLIENTS, err
    for app in (first, second):
        app.press("\x11")
        assert app.finish() == 0
        for word in (b"locked", b"Another program", b"SQLITE"):
            assert word not in app.raw
    with home.open() as store, store.read() as read:
        assert paid(read) == sorted(check.kept for check in (*one, *two))
        assert read.value("SELECT count(*) FROM client WHERE name LIKE 'Imported%'") == brought * CLIENTS
        assert [check for check in checkup(read) if not check.ok] == []
    print(f"2 apps, {2 * EACH} checks, {brought} imports of {CLIENTS} clients: nothing lost")


def test_a_commit_that_waits_says_saving_and_keys_go_on(tmp_path: Path) -> None:
    """Somebody holds the book's write lock; the cursor moves, and the payment goes through behind it."""
    home = Home.found(tmp_path / "home")
    with home.open() as store:
        (number, _) = bill(store, 2)
        (check,) = checks(Random(5), [number], 7)
        app = in_invoices(home)
        with store.write(OWNER):
            record(app, check, "")
            app.wait_for("saving")
            assert_cursor_moves(app)
            assert paid_now(store) == []
        app.wait_for(f"{check.reference} $")
        assert paid_now(store) == [check.kept]
    app.press("\x11")
    assert app.finish() == 0
    assert b"locked" not in app.raw


def assert_cursor_moves(app: Terminal) -> None:
    app.press("j")
    app.wait_for("> N-00002")
    app.press("k")
    app.wait_for("> N-00001")


def paid_now(store: Store) -> list[tuple[str, str, int, str, int]]:
    with store.read() as read:
        return paid(read)
