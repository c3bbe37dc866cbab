"""security.md 6: `init` killed at any moment leaves a book that opens, or none at all and init goes again."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

import core.security.keys
from core.audit import verify
from core.practice.commands import found_practice
from core.security.files import CannotWrite, NotThere
from core.security.found import RemainsOfABook, found_book
from core.security.unlock import acting, open_with_file, open_with_passphrase
from core.store import Store, Tx
from core.trouble import BookExists, NoBook
from tests.builders import TODAY, fixed_clock
from tests.crash.forked import dies_at, events_of, in_child, spread, start, wait_for
from tests.sizes import sized

PASSPHRASE = "correct horse battery"


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cheapest key derivation there is; what is under proof is the order of the steps."""
    monkeypatch.setattr(core.security.keys, "ARGON2", {"memory_kib": 8, "iterations": 1, "lanes": 1})


def fill(tx: Tx) -> None:
    found_practice(
        tx, name="Elm Street", timezone="America/New_York", office_code="N", series="N", terms_days=30,
        today=TODAY,
    )  # fmt: skip


def init(folder: Path) -> None:
    found_book(
        str(folder), passphrase=PASSPHRASE, owner="Olive", fill=fill, clock=fixed_clock,
        machine_key_file=str(folder / "machine.key"),
    ).store.close()  # fmt: skip


def works(folder: Path) -> None:
    """Passphrase and machine key open the book, and its chain is whole."""
    for opened in (
        open_with_passphrase(str(folder), PASSPHRASE, fixed_clock),
        open_with_file(str(folder), str(folder / "machine.key"), fixed_clock),
    ):
        assert acting(opened, str(folder)).name in ("Olive", "machine")
        with opened.store.read() as read:
            assert verify(read).ok
        opened.store.close()
    names = {path.name for path in folder.iterdir()}
    kept = {name for name in names if name.rpartition(".")[2].isdigit()}
    assert names - kept == {"book.db", "keys.json", "machine.key"}
    assert {name.rpartition(".")[0] for name in kept} <= {"keys.json", "machine.key"}


def test_init_killed_at_any_event_leaves_a_book_that_opens_or_goes_again(tmp_path: Path) -> None:
    target = tmp_path / "home"
    count = events_of(lambda: init(target), folder=str(tmp_path))
    shutil.rmtree(target)
    made = 0
    for point in spread(count, sized(20, 10_000)):
        dies_at(point, lambda: init(target), folder=str(tmp_path))
        if (target / "book.db").exists():
            made += 1
            with pytest.raises(BookExists):
                init(target)
        else:
            with pytest.raises(NoBook):
                open_with_passphrase(str(target), PASSPHRASE, fixed_clock)
            init(target)
        works(target)
        shutil.rmtree(target)
    print(f"\ndied at {sized(20, count)} of {count} events; {made} times the book was there already")


def test_of_two_inits_at_once_one_makes_the_book_and_the_other_says_so(tmp_path: Path) -> None:
    for _ in range(sized(5, 50)):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))

        def late() -> None:
            try:
                init(folder)  # noqa: B023  waited for below
            except BookExists:
                raise SystemExit(4) from None

        racers = [start(late) for _ in range(3)]
        assert sorted(wait_for(pid) for pid in racers) == [0, 4, 4]
        works(folder)


def test_an_init_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    def refuse(tx: Tx) -> None:
        fill(tx)
        raise RuntimeError("refused")

    with pytest.raises(RuntimeError):
        found_book(str(tmp_path), passphrase=PASSPHRASE, owner="O", fill=refuse, clock=fixed_clock)
    assert list(tmp_path.iterdir()) == []


def test_an_init_on_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    """RLIMIT_FSIZE ends every write past 200 kB, as a full disk does."""

    def starved() -> None:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        from core.errors import DomainError

        try:
            init(tmp_path)
        except DomainError:
            raise SystemExit(6) from None

    assert in_child(starved) == 6
    assert list(tmp_path.iterdir()) == []
    init(tmp_path)
    works(tmp_path)


def test_store_create_alone_refuses_a_book_that_is_there(tmp_path: Path) -> None:
    path = str(tmp_path / "book.db")
    Store.create(path, bytes(32), fixed_clock, site=1).close()
    with pytest.raises(BookExists):
        Store.create(path, bytes(32), fixed_clock, site=1)


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_an_init_beside_the_log_of_a_moved_book_is_refused_and_touches_nothing(
    tmp_path: Path, suffix: str
) -> None:
    (tmp_path / f"book.db{suffix}").write_bytes(b"not taken in yet")
    with pytest.raises(RemainsOfABook, match=f"book.db{suffix}"):
        init(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"book.db{suffix}"]


def test_the_keys_of_a_moved_book_are_kept_under_a_number(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "book.db").rename(tmp_path / "moved.db")
    keys, machine = (tmp_path / "keys.json").read_bytes(), (tmp_path / "machine.key").read_bytes()
    init(tmp_path)
    assert (tmp_path / "keys.json.1").read_bytes() == keys
    assert (tmp_path / "machine.key.1").read_bytes() == machine


def test_an_init_refused_for_its_machine_key_file_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "home"
    target.mkdir()
    (target / "machine.key").write_text("somebody else's")
    (target / "keys.json").write_text("of another book")
    with pytest.raises(NotThere, match="is there already"):
        init(target)
    assert (target / "machine.key").read_text() == "somebody else's"
    (target / "machine.key").unlink()
    with pytest.raises(CannotWrite):
        found_book(
            str(target), passphrase=PASSPHRASE, owner="O", fill=fill, clock=fixed_clock,
            machine_key_file=str(target / "nowhere" / "machine.key"),
        )  # fmt: skip
    assert [path.name for path in target.iterdir()] == ["keys.json"]
    assert (target / "keys.json").read_text() == "of another book"
