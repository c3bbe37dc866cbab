"""T9: nobody there, nothing shown. The app locks, keeps what was typed, and opens where it was left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.actors import Role
from core.clients.commands import add_client
from core.invoicing.commands import issue_drafts
from core.practice.users import add_user
from core.security.keys import Keys
from core.trouble import BookLocked, WrongKey
from tests.builders import OWNER, TODAY, Book
from tests.homes import Home
from tests.tui.driving import send
from tests.tui.on_a_book import Driver, biller_on
from tests.tui.terminal import Terminal
from tui.config import choose, read_config
from tui.jobs import Job, each
from tui.locking import since_boot
from tui.screens.locked import Locked
from tui.screens.today import Today
from tui.strips.payment import PaymentStrip

PASSPHRASE, OTHERS = "eleven clean spoons", "seven dirty forks"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """Ann has an unbilled charge; Olive owns the book, Bill bills."""
    made = Book(tmp_path)
    made.session(made.client("Ann", "Archer"))
    keys = Keys.fresh(str(tmp_path / "keys.json"), "book")
    with made.write() as tx:
        olive = add_user(tx, name="Olive Owner", role=Role.OWNER)
        bill = add_user(tx, name="Bill Biller", role=Role.BILLER)
    keys.add_secret("passphrase", olive, "Olive Owner", PASSPHRASE, made.key)
    keys.add_secret("passphrase", bill, "Bill Biller", OTHERS, made.key)
    keys.save()
    yield made
    made.store.close()


def is_shut(book: Book) -> bool:
    """No key, no connection: nobody can read."""
    try:
        book.value("SELECT 1")
    except BookLocked:
        return not (book.store.is_open or book.store._idle or book.store._idle_writing)
    return False


async def wait_until(app: Driver, holds: Callable[[], object]) -> None:
    """While work is held up on purpose, and so the app cannot settle."""
    for _ in range(2_000):
        if holds():
            return
        await app.pilot.pause()
    raise AssertionError("it never was so")


async def lock(app: Driver) -> Locked:
    await app.press("ctrl+l")
    return app.on(Locked)


async def unlock(app: Driver, passphrase: str = PASSPHRASE) -> None:
    send(app.app, [*passphrase, "enter"])
    await app.until(lambda: not isinstance(app.app.screen, Locked))


async def test_it_locks_after_the_minutes_without_a_key(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        app.clock.now += 14 * 60
        app.app.lock_when_idle()
        await app.settled()
        app.on(Today)
        await app.press("j")
        app.clock.now += 14 * 60
        app.app.lock_when_idle()
        await app.settled()
        app.on(Today)
        app.clock.now += 60
        app.app.lock_when_idle()
        await app.settled()
        app.on(Locked)
        assert is_shut(book)


async def test_zero_minutes_is_never(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path, lock_after_minutes=0) as app:
        app.clock.now += 1e9
        app.app.lock_when_idle()
        assert not app.app.locked


async def test_nothing_of_the_book_shows_and_the_passphrase_leads_back(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2")
        assert "Archer" in app.seen()
        await lock(app)
        assert "Archer" not in app.seen()
        assert "Elm Street" not in app.seen()
        assert "Daysheet is locked" in app.seen()
        assert is_shut(book)
        await unlock(app)
        assert app.screen.PLACE == "unbilled"
        assert "Archer" in app.seen()
        assert app.said.startswith("Unlocked.")


async def test_what_was_typed_is_kept_and_is_still_where_one_types(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "slash", *"arch")
        await lock(app)
        await unlock(app)
        await app.press(*"er")
        strip = app.strip
        assert strip is not None
        assert next(iter(strip.texts().values())) == "archer"


async def test_a_wrong_passphrase_opens_nothing_and_says_so(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        locked = await lock(app)
        await app.press(*"open sesame", "enter")
        assert app.on(Locked) is locked
        assert "does not open this book" in app.seen()
        assert is_shut(book)
        await unlock(app)
        app.on(Today)


async def test_keys_do_nothing_behind_the_cover(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await lock(app)
        await app.press("2", "b", "escape", "ctrl+p", "ctrl+l", "f5", "tab")
        app.on(Locked)
        assert is_shut(book)
        assert len(app.app.screen_stack) == 2


async def test_who_unlocks_acts_and_takes_back_nothing_of_the_other(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "b")
        assert app.app._done
        await lock(app)
        await unlock(app, OTHERS)
        assert app.app.actor.name == "Bill Biller"
        assert app.said == "Unlocked. From now on Bill Biller acts."
        await app.press("u")
        assert app.said == "Nothing to undo."


async def test_files_shown_by_the_viewer_are_gone(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with biller_on(book, tmp_path) as app:
        monkeypatch.setenv("DISPLAY", ":0")
        monkeypatch.setattr("tui.viewer.shutil.which", lambda name: "/bin/true")
        app.app.viewer.show("N-00001", b"%PDF")
        assert list(tmp_path.glob("runtime/*"))
        await lock(app)
        assert not list(tmp_path.glob("runtime/*"))


async def test_a_job_goes_on_to_its_end_behind_the_cover_and_then_the_key_goes(
    book: Book, tmp_path: Path
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def add(name: str) -> None:
        begun.set()
        may_end.wait(30)
        with book.store.write(app.app.actor) as tx:
            add_client(tx, given=name, family="Job")

    async with biller_on(book, tmp_path) as app:
        app.app.start_job(Job("Adding", 2, each(["Uma", "Udo"], add)))
        await wait_until(app, lambda: begun.is_set())
        send(app.app, ["ctrl+l"])
        await wait_until(app, lambda: app.app.locked)
        assert book.store.is_open
        assert "Daysheet is locked" in app.seen()
        may_end.set()
        await wait_until(app, lambda: not book.store.is_open)
        assert is_shut(book)
        assert app.said == ""
        await unlock(app)
        await app.until(lambda: app.said == "Adding: 2 done")
        assert book.value("SELECT count(*) FROM client WHERE sort_name LIKE 'Job%'") == 2


async def test_what_a_thread_answers_shows_only_after_unlocking(book: Book, tmp_path: Path) -> None:
    """A page that was being opened must not open over the cover."""
    asked, may_answer = threading.Event(), threading.Event()

    def work() -> str:
        asked.set()
        may_answer.wait(30)
        return "answered"

    async with biller_on(book, tmp_path) as app:
        app.app.in_background(work, app.app.say)
        await wait_until(app, lambda: asked.is_set())
        send(app.app, ["ctrl+l"])
        await wait_until(app, lambda: app.app.locked)
        may_answer.set()
        await wait_until(app, lambda: not book.store.is_open)
        app.on(Locked)
        assert app.said != "answered"
        await unlock(app)
        await app.until(lambda: app.said == "answered")


async def test_what_others_did_meanwhile_is_there_after_unlocking(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("4")
        await lock(app)
        book.store.unlock(book.key)
        book.client("Zoe", "Later")
        book.store.lock()
        await unlock(app)
        await app.until(lambda: "Later, Zoe" in app.column(0))
        await app.press("j")
        assert app.app._watch is not None
        assert app.app._watch._thread.is_alive()


async def test_the_palette_locks_too(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *"lock", "enter")
        app.on(Locked)
        await unlock(app)
        app.on(Today)


async def test_a_payment_half_typed_survives(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "b", "3")
        await app.settled()
        with book.write() as tx:
            issue_drafts(tx, [tx.value("SELECT id FROM draft")], today=TODAY)
        await app.until(lambda: "N-00001" in app.column(0))
        await app.press("p", *"99k1187")
        assert isinstance(app.strip, PaymentStrip)
        await lock(app)
        await unlock(app)
        assert isinstance(app.strip, PaymentStrip)
        await app.press("enter")
        await app.until(lambda: "Recorded check 1187 $99.00" in app.said)
        assert book.value("SELECT amount_cents FROM payment") == 9_900


def test_a_key_that_no_longer_fits_leaves_the_store_locked(book: Book) -> None:
    book.store.lock()
    with pytest.raises(WrongKey):
        book.store.unlock(bytes(32))
    assert is_shut(book)
    book.store.unlock(book.key)
    assert book.value("SELECT 1") == 1


def test_the_minutes_are_chosen_in_a_file_and_other_lines_stay(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    assert read_config(folder) == ({"lock_after_minutes": 15, "theme": "dark"}, "")
    choose(folder, "lock_after_minutes", "5")
    file = folder / "config.toml"
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("# mine\n" + file.read_text() + 'other = "x"\n')
    choose(folder, "lock_after_minutes", "10")
    assert file.read_text() == '# mine\nlock_after_minutes = 10\nother = "x"\n'
    assert read_config(folder)[0] == {"lock_after_minutes": 10, "theme": "dark"}
    file.write_text("lock_after_minutes = 9999\n")
    chosen, wrong = read_config(folder)
    assert chosen == {"lock_after_minutes": 15, "theme": "dark"}
    assert "1 to 480" in wrong
    file.write_text("lock_after")
    assert "cannot be read" in read_config(folder)[1]


def test_a_computer_that_sleeps_is_no_activity() -> None:
    assert since_boot() <= since_boot()


def test_a_locked_terminal_holds_nothing_of_the_book(tmp_path: Path) -> None:
    """The whole alternate screen is painted over; there is no scrollback in it."""
    home = Home.found(tmp_path / "home")
    with home.open() as store, store.write(OWNER) as tx:
        for number in range(40):
            add_client(tx, given=f"Given{number}", family=f"Family{number}")
    app = Terminal("-m", "tui.cli", env=home.environ)
    app.wait_for("1TODAY")
    app.press("4")
    app.wait_for("Family17")
    app.press("\x0c")
    app.wait_for("Daysheet is locked")
    app.wait_for("Family", gone=True)
    assert "Elm Street" not in app.text
    assert b"\x1b[?1049l" not in app.raw
    app.press("correct horse battery\r")
    app.wait_for("Family17")
    app.press("\x11")
    assert app.finish() == 0
