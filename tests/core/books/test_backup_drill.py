"""RJ1: the drill. Back up while others work, lose the home, restore, and the books answer the same."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

import core.security.keys
from core.actors import Actor, Role
from core.audit import entries, verify
from core.books.backup import back_up
from core.books.checkup import checkup
from core.books.container import DamagedBackup, Secret, WrongBackupKey
from core.books.restore import restore_book
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.aging import aging, ledger_cents
from core.practice.commands import BadSeries, change_practice
from core.replication.elsewhere import SeriesInUse
from core.security.found import RemainsOfABook
from core.security.slots import set_passphrase, take_user_out
from core.security.unlock import acting, open_with_file, open_with_passphrase
from core.store import Store
from core.sync.stamp import site_of
from core.trouble import BookExists, DamagedBook, DiskFull
from tests.builders import OWNER, TODAY, fixed_clock
from tests.core.books.drill import (
    PASSPHRASE,
    Practice,
    answers,
    assert_nothing_readable,
    files,
    issue_one,
    pay,
    rows,
    years_before,
)
from tests.crash.forked import start, wait_for
from tests.homes import client_with_sessions


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.security.keys, "ARGON2", {"memory_kib": 64, "iterations": 1, "lanes": 1})
        return Practice.found(tmp_path_factory.mktemp("drill") / "home")


@pytest.fixture
def practice(made: Practice, tmp_path: Path) -> Practice:
    return made.copy_to(tmp_path / "home")


def test_rj1_a_restored_book_holds_every_row_and_answers_the_same(practice: Practice, tmp_path: Path) -> None:
    before, asked = rows(practice.home.folder), answers(practice.home.folder)
    practice.back_up(tmp_path / "file")
    practice.restore(tmp_path / "file", tmp_path / "again", Secret(PASSPHRASE))
    after = rows(tmp_path / "again")
    assert answers(tmp_path / "again") == asked
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"audit_entry", "site", "sync_clock", "sync_chain"}
    for name in ("audit_entry", "site", "sync_chain"):
        assert [row for row in after[name] if row in before[name]] == before[name]
        assert len(after[name]) == len(before[name]) + 1


def test_rj1_a_backup_made_under_a_writer_is_one_moment_of_the_book(
    practice: Practice, tmp_path: Path
) -> None:
    """Another process bills as fast as it can: client, sessions, invoice and payment at once."""
    ready, wrote = os.pipe()
    stop = tmp_path / "stop"

    def work() -> None:
        os.close(ready)  # so that it ends with the test, however that ends
        with practice.home.open() as store:
            while not stop.exists():
                with store.write(OWNER) as tx:
                    provider_id = tx.value("SELECT id FROM provider")
                    client_id = client_with_sessions(tx, provider_id, "Zoe", "Archer")
                    issue_drafts(tx, [create_draft(tx, client_id=client_id, today=TODAY)], today=TODAY)
                    pay(tx, client_id, 10_000)
                os.write(wrote, b".")

    pid = start(work)
    os.close(wrote)
    acknowledged = 0
    with os.fdopen(ready, "rb", buffering=0) as pipe:
        for number in range(3):
            acknowledged += len(pipe.read(65_536))
            made = practice.back_up(tmp_path / f"file{number}")
            practice.restore(tmp_path / f"file{number}", tmp_path / f"again{number}")
            opened = open_with_passphrase(str(tmp_path / f"again{number}"), PASSPHRASE, fixed_clock)
            with opened.store.read() as read:
                turns = read.value("SELECT count(*) FROM client") - 3
                assert turns >= acknowledged > 0
                assert read.rows(WHOLE) == [(4 * (turns + 3), 4 * (turns + 3), turns + 2, 0, turns + 1)]
                assert ledger_cents(read, TODAY) == aging(read, TODAY).totals.total_cents
                assert made.manifest["last_number"] == f"N-{turns + 2:05}"
                assert verify(read).ok
                heads = [[site, no, head.hex()] for site, no, head in read.rows("SELECT * FROM sync_chain")]
                assert made.manifest["facts"][0] in heads
            opened.store.close()
        stop.touch()
        while pipe.read(65_536):
            pass
    assert wait_for(pid) == 0


WHOLE = """
SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM charge), (SELECT count(*) FROM invoice_issue),
       (SELECT sum(total_cents) FROM invoice_issue) - (SELECT sum(amount_cents) FROM invoice_line),
       (SELECT count(*) FROM payment)
"""


def test_rj1_a_book_whose_keys_are_damaged_is_not_backed_up_into_a_file_that_nobody_opens(
    practice: Practice, tmp_path: Path
) -> None:
    practice.back_up(tmp_path / "file")
    good = (tmp_path / "file").read_bytes()
    (practice.home.folder / "keys.json").write_text("{")
    with pytest.raises(core.security.keys.DamagedKeys):
        practice.back_up(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == good


@pytest.mark.parametrize("way", ["passphrase", "recovery code", "machine key"])
def test_rj1_each_key_alone_restores_and_opens_the_book(practice: Practice, tmp_path: Path, way: str) -> None:
    practice.back_up(tmp_path / "file")
    kept = tmp_path / "kept.key"
    practice.home.key_file.rename(kept)
    for path in practice.home.folder.iterdir():
        path.unlink()
    secret = {
        "passphrase": Secret(PASSPHRASE),
        "recovery code": Secret(practice.recovery_code.lower().replace("-", " ")),
        "machine key": Secret(*core.security.keys.read_key_file(str(kept))),
    }[way]
    restore_book(str(tmp_path / "file"), str(practice.home.folder), secret, clock=fixed_clock)
    folder = str(practice.home.folder)
    for opened, name in (
        (open_with_passphrase(folder, PASSPHRASE, fixed_clock), "Olive Owner"),
        (open_with_passphrase(folder, practice.recovery_code, fixed_clock), "Recovery code"),
        (open_with_file(folder, str(kept), fixed_clock), "machine"),
    ):
        assert acting(opened, folder).name == name
        with opened.store.read() as read:
            assert [check for check in checkup(read) if not check.ok] == []
        opened.store.close()


def test_rj1_the_wrong_key_is_told_and_leaves_nothing(practice: Practice, tmp_path: Path) -> None:
    practice.back_up(tmp_path / "file")
    other = core.security.keys.new_recovery_code()
    for secret in (Secret("another passphrase"), Secret(other), Secret("", bytes(32)), Secret("")):
        with pytest.raises(WrongBackupKey, match="when it was made"):
            practice.restore(tmp_path / "file", tmp_path / "again", secret)
        with pytest.raises(WrongBackupKey):
            practice.check(tmp_path / "file", tmp_path, secret)
    assert not (tmp_path / "again").exists()


def test_rj1_a_backup_opens_with_the_keys_of_its_own_day(practice: Practice, tmp_path: Path) -> None:
    with practice.home.open() as store:
        owner = store_value(store, "SELECT id FROM \"user\" WHERE role = 'owner'")
        slots = str(practice.home.folder / "keys.json")
        practice.back_up(tmp_path / "before")
        set_passphrase(store, OWNER, slots, user_id=owner, name="Olive", passphrase="another passphrase")
        practice.back_up(tmp_path / "after")
    assert practice.check(tmp_path / "before", tmp_path, Secret(PASSPHRASE)).wrong == ()
    with pytest.raises(WrongBackupKey):
        practice.check(tmp_path / "after", tmp_path, Secret(PASSPHRASE))
    assert practice.check(tmp_path / "after", tmp_path, Secret("another passphrase")).wrong == ()


def test_rj1_a_user_who_was_removed_cannot_restore_what_came_after(
    practice: Practice, tmp_path: Path
) -> None:
    from core.practice.users import add_user

    with practice.home.open() as store:
        slots = str(practice.home.folder / "keys.json")
        with store.write(OWNER) as tx:
            gone = add_user(tx, name="Gus Gone", role=Role.BILLER)
        set_passphrase(store, OWNER, slots, user_id=gone, name="Gus", passphrase="his passphrase")
        practice.back_up(tmp_path / "before")
        take_user_out(store, OWNER, slots, lambda _: gone)
    practice.back_up(tmp_path / "after")
    assert practice.restore(tmp_path / "before", tmp_path / "a", Secret("his passphrase")).site > 1
    with pytest.raises(WrongBackupKey):
        practice.restore(tmp_path / "after", tmp_path / "b", Secret("his passphrase"))


def store_value(store: Store, sql: str) -> str:
    with store.read() as read:
        return str(read.value(sql))


# The restored book is another site.


def test_rj1_no_invoice_number_and_no_fact_is_given_twice_after_a_restore(
    practice: Practice, tmp_path: Path
) -> None:
    practice.back_up(tmp_path / "file")
    restored = practice.restore(tmp_path / "file", tmp_path / "again")
    with practice.home.open() as lost:
        went_on = issue_one(lost)
        theirs = facts_of(lost)
    opened = open_with_passphrase(str(tmp_path / "again"), PASSPHRASE, fixed_clock)
    goes_on = issue_one(opened.store)
    ours = facts_of(opened.store)
    opened.store.close()
    assert (went_on, goes_on) == ("N-00003", f"{restored.series}-00001")
    same = theirs.keys() & ours.keys()
    assert {place: theirs[place] for place in same} == {place: ours[place] for place in same}
    assert same == {place for place in theirs if place[1] <= restored.manifest["facts"][0][1]}
    assert len(same) < len(theirs)
    assert len(same) < len(ours)


def facts_of(store: Store) -> dict[tuple[int, int], bytes]:
    """The chain's head at each site and number."""
    from core.audit import _chained

    with store.read() as read:
        assert verify(read).ok
        return {(site, no): chain for site, no, *_, chain in _chained(read) if no}


def test_rj1_a_restored_book_says_in_its_log_where_it_came_from(practice: Practice, tmp_path: Path) -> None:
    made = practice.back_up(tmp_path / "file")
    restored = practice.restore(tmp_path / "file", tmp_path / "again", Secret(PASSPHRASE))
    opened = open_with_passphrase(str(tmp_path / "again"), PASSPHRASE, fixed_clock)
    with opened.store.read() as read:
        (entry,) = [one for one in entries(read) if one.verb == "book.restored"]
        site = read.rows("SELECT number, series, office_id FROM site ORDER BY number")
    opened.store.close()
    assert (entry.actor, entry.site, entry.no) == ("Olive Owner", restored.site, 1)
    assert made.sha256 in entry.detail
    assert '"from_site":1' in entry.detail
    assert '"last_number":"N-00002"' in entry.detail
    assert site == [(1, "N", site[0][2]), (restored.site, restored.series, site[0][2])]
    assert 2048 <= restored.site <= 4095
    assert restored.series.startswith("N")


def test_rj1_a_book_restored_again_and_again_takes_a_higher_site_each_time(
    practice: Practice, tmp_path: Path
) -> None:
    home, sites, series = practice.home.folder, [1], ["N"]
    for turn in range(4):
        opened = open_with_passphrase(str(home), PASSPHRASE, fixed_clock)
        back_up(opened.store, OWNER, str(home), str(tmp_path / "file"), program="test")
        opened.store.close()
        home = tmp_path / f"again{turn}"
        restored = practice.restore(tmp_path / "file", home)
        sites.append(restored.site)
        series.append(restored.series)
    assert sites == sorted(set(sites))
    assert len(set(series)) == 5


def test_rj1_letters_of_ones_own_are_taken_unless_they_were_used(practice: Practice, tmp_path: Path) -> None:
    practice.back_up(tmp_path / "file")
    with pytest.raises(SeriesInUse, match="N-"):
        practice.restore(tmp_path / "file", tmp_path / "again", series="N")
    for letters in ("n", "NNNNN", "N1", "É"):
        with pytest.raises(BadSeries):
            practice.restore(tmp_path / "file", tmp_path / "again", series=letters)
    assert not (tmp_path / "again").exists()
    assert practice.restore(tmp_path / "file", tmp_path / "again", series="M").series == "M"


def test_rj1_edits_after_a_restore_are_later_than_all_before_even_by_a_slow_clock(
    practice: Practice, tmp_path: Path
) -> None:
    practice.back_up(tmp_path / "file")
    restored = restore_book(
        str(tmp_path / "file"), str(tmp_path / "again"), practice.machine, clock=years_before
    )
    newest = practice.home.value("SELECT max(_h) FROM client")
    opened = open_with_passphrase(str(tmp_path / "again"), PASSPHRASE, years_before)
    with opened.store.write(OWNER) as tx:
        change_practice(tx, phone="555 0199")
        stamp = tx.value("SELECT max(_h) FROM practice")
    opened.store.close()
    assert stamp > newest
    assert site_of(stamp) == restored.site


# Where it may not go, and what is left.


def test_rj1_a_home_with_a_book_or_remains_of_one_is_never_touched(
    practice: Practice, tmp_path: Path
) -> None:
    practice.back_up(tmp_path / "file")
    before = {path.name: path.read_bytes() for path in practice.home.folder.iterdir()}
    with pytest.raises(BookExists):
        practice.restore(tmp_path / "file", practice.home.folder)
    assert {path.name: path.read_bytes() for path in practice.home.folder.iterdir()} == before
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "book.db-wal").write_bytes(b"not taken in yet")
    with pytest.raises(RemainsOfABook):
        practice.restore(tmp_path / "file", tmp_path / "moved")
    assert files(tmp_path / "moved") == ["book.db-wal"]


def test_rj1_keys_without_a_book_are_kept_under_a_number(practice: Practice, tmp_path: Path) -> None:
    practice.back_up(tmp_path / "file")
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "keys.json").write_text("of a book that was moved")
    practice.restore(tmp_path / "file", tmp_path / "again")
    assert files(tmp_path / "again") == ["book.db", "keys.json", "keys.json.1"]
    assert (tmp_path / "again" / "keys.json.1").read_text() == "of a book that was moved"


def test_rj1_nothing_is_readable_and_no_file_open_to_others(practice: Practice, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = practice.back_up(tmp_path / "file")
        practice.restore(tmp_path / "file", tmp_path / "again")
    finally:
        os.umask(before)
    assert_nothing_readable(tmp_path)
    assert (tmp_path / "again").stat().st_mode & 0o777 == 0o700
    assert files(practice.home.folder) == ["book.db", "keys.json", "machine.key"]
    assert files(tmp_path) == ["again", "file", "home"]
    data = (tmp_path / "file").read_bytes()
    assert (made.bytes, made.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_rj1_the_same_book_twice_gives_files_without_a_common_chunk(
    practice: Practice, tmp_path: Path
) -> None:
    practice.back_up(tmp_path / "a")
    practice.back_up(tmp_path / "b")
    a, b = ((tmp_path / name).read_bytes()[4096:] for name in "ab")
    assert not {a[i : i + 64] for i in range(0, len(a), 64)} & {b[i : i + 64] for i in range(0, len(b), 64)}


def test_rj1_who_backed_up_and_what_stands_in_the_log(practice: Practice, tmp_path: Path) -> None:
    reader = Actor("rita", "Rita Reader", Role.READER)
    with practice.home.open() as store:
        made = back_up(store, reader, str(practice.home.folder), str(tmp_path / "file"), program="test")
        with store.read() as read:
            (entry,) = [one for one in entries(read) if one.verb == "book.backed_up"]
    assert (entry.actor, made.logged) == ("rita", None)
    assert made.sha256 in entry.detail


def test_rj1_a_book_that_cannot_be_written_is_backed_up_all_the_same(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull

    with practice.home.open() as store:
        monkeypatch.setattr(Store, "write", full)
        made = back_up(store, OWNER, str(practice.home.folder), str(tmp_path / "file"), program="test")
    assert isinstance(made.logged, DiskFull)
    assert practice.check(tmp_path / "file", tmp_path).sha256 == made.sha256


def test_rj1_a_book_not_in_order_is_backed_up_as_it_is_and_that_is_said(
    practice: Practice, tmp_path: Path
) -> None:
    """A chain that somebody broke must not keep today's work out of the backup."""
    with practice.home.open() as store:
        connection = store._connect()
        connection.execute("DROP TRIGGER charge_no_update")
        connection.execute("UPDATE charge SET amount_cents = 1 WHERE no = (SELECT min(no) FROM charge)")
        connection.close()
    made = practice.back_up(tmp_path / "file")
    assert set(made.wrong) == {"changes are captured", "facts are unaltered"}
    assert practice.check(tmp_path / "file", tmp_path).wrong == made.wrong
    assert practice.restore(tmp_path / "file", tmp_path / "again").wrong == made.wrong


def test_rj1_a_fact_from_around_the_store_stays_with_the_site_that_it_names(
    practice: Practice, tmp_path: Path
) -> None:
    with practice.home.open() as store:
        connection = store._connect()
        connection.execute(
            "INSERT INTO audit_entry (id, site, at, actor, verb, subject_kind, subject_id, detail, reason)"
            " VALUES ('x', 1, '2026-10-31T15:00:00Z', 'tool', 'v', 'k', 's', '{}', '')"
        )
        connection.close()
    made = practice.back_up(tmp_path / "file")
    assert made.wrong == ("facts are unaltered",)  # it waits for its number
    practice.restore(tmp_path / "file", tmp_path / "again")
    opened = open_with_passphrase(str(tmp_path / "again"), PASSPHRASE, fixed_clock)
    with opened.store.read() as read:
        assert verify(read).ok
        assert read.value("SELECT no FROM audit_entry WHERE id = 'x'") == made.manifest["facts"][0][1] + 1
    opened.store.close()


def test_rj1_a_book_with_a_damaged_page_is_not_backed_up_over_a_good_one(
    practice: Practice, tmp_path: Path
) -> None:
    practice.back_up(tmp_path / "file")
    good = (tmp_path / "file").read_bytes()
    book = practice.home.folder / "book.db"
    data = bytearray(book.read_bytes())
    for page in range(20, len(data) // 4096, 7):
        data[page * 4096 + 99] ^= 1
    book.write_bytes(data)
    with pytest.raises(DamagedBook):
        practice.back_up(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == good
    assert files(tmp_path) == ["file", "home"]
    assert "book.db.copying" not in files(practice.home.folder)


def test_rj1_what_is_sealed_is_held_against_its_manifest(practice: Practice, tmp_path: Path) -> None:
    """Somebody with the key may seal anything; it is still refused in a sentence."""
    from core.books import backup

    real = backup._describe
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backup, "_describe", lambda *a: {**real(*a), "facts": [[1, 5, "00"]]})
        practice.back_up(tmp_path / "file")
    with pytest.raises(DamagedBackup):
        practice.restore(tmp_path / "file", tmp_path / "again")
    assert not (tmp_path / "again").exists()
