"""RJ3: a key slot names its user; a user who was removed opens nothing; the practice keeps an owner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.actors import Role
from core.errors import NotFound
from core.practice.queries import UserInactive
from core.practice.users import LastOwner, add_user, change_role, remove_user
from core.security.keys import WrongPassphrase
from core.security.unlock import acting, open_with_file, open_with_passphrase
from core.trouble import NoBook
from tests.builders import OWNER, Book, fixed_clock
from tests.homes import Home
from tui.cli import main


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.found(tmp_path_factory.mktemp("users") / "home")


def test_the_machine_key_acts_as_the_service_user(home: Home) -> None:
    opened = open_with_file(str(home.folder), str(home.key_file), fixed_clock)
    actor = acting(opened, str(home.folder))
    opened.store.close()
    assert (actor.name, actor.role) == ("machine", Role.SERVICE)


def test_the_passphrase_acts_as_the_owner_and_a_wrong_one_as_nobody(home: Home) -> None:
    opened = open_with_passphrase(str(home.folder), "correct horse battery", fixed_clock)
    assert acting(opened, str(home.folder)).role is Role.OWNER
    opened.store.close()
    with pytest.raises(WrongPassphrase):
        open_with_passphrase(str(home.folder), "incorrect horse battery", fixed_clock)


def test_a_user_who_was_removed_opens_nothing(home: Home, tmp_path: Path) -> None:
    copy = home.copy_to(tmp_path / "copy")
    with copy.open() as store, store.write(OWNER) as tx:
        add_user(tx, name="Second", role=Role.OWNER)
        remove_user(tx, tx.value("SELECT id FROM \"user\" WHERE role = 'service'"))
        remove_user(tx, tx.value("SELECT id FROM \"user\" WHERE name = 'Olive Owner'"))
    with pytest.raises(UserInactive):
        open_with_file(str(copy.folder), str(copy.key_file), fixed_clock)
    with pytest.raises(UserInactive):
        open_with_passphrase(str(copy.folder), "correct horse battery", fixed_clock)


def test_another_service_user_does_not_lend_the_machine_key_its_rights(home: Home, tmp_path: Path) -> None:
    copy = home.copy_to(tmp_path / "copy")
    with copy.open() as store, store.write(OWNER) as tx:
        remove_user(tx, tx.value("SELECT id FROM \"user\" WHERE role = 'service'"))
        add_user(tx, name="Robot", role=Role.SERVICE)
    with pytest.raises(UserInactive):
        open_with_file(str(copy.folder), str(copy.key_file), fixed_clock)


def test_no_verb_reads_for_a_user_who_was_removed(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = home.copy_to(tmp_path / "copy")
    with copy.open() as store, store.write(OWNER) as tx:
        remove_user(tx, tx.value("SELECT id FROM \"user\" WHERE role = 'service'"))
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    for words in (["client", "list"], ["invoice", "list"], ["audit", "verify"], ["doctor"], ["key", "list"]):
        assert main([*words, "--json"]) == 4, words
        assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "user_inactive"


def test_no_book_is_said_before_any_key_is_tried(tmp_path: Path) -> None:
    with pytest.raises(NoBook):
        open_with_passphrase(str(tmp_path), "correct horse battery", fixed_clock)


def test_the_last_owner_stays(book: Book) -> None:
    with book.write() as tx:
        first = add_user(tx, name="First", role=Role.OWNER)
        other = add_user(tx, name="Other", role=Role.BILLER)
    with pytest.raises(LastOwner), book.write() as tx:
        remove_user(tx, first)
    with pytest.raises(LastOwner), book.write() as tx:
        change_role(tx, first, Role.BILLER)
    with book.write() as tx:
        change_role(tx, other, Role.OWNER)
        remove_user(tx, first)
    with pytest.raises(LastOwner), book.write() as tx:
        remove_user(tx, other)


def test_a_biller_can_be_removed_where_there_is_one_owner(book: Book) -> None:
    with book.write() as tx:
        add_user(tx, name="First", role=Role.OWNER)
        biller = add_user(tx, name="Other", role=Role.BILLER)
        remove_user(tx, biller)
        change_role(tx, biller, Role.READER)


def test_a_user_who_is_not_there_cannot_be_changed(book: Book) -> None:
    with book.write() as tx:
        add_user(tx, name="First", role=Role.OWNER)
    with pytest.raises(NotFound), book.write() as tx:
        change_role(tx, "nobody", Role.OWNER)
