"""RJ3: a key slot names its user; a user who was removed opens nothing; the practice keeps an owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.actors import Role
from core.errors import NotFound
from core.practice.commands import LastOwner, add_user, change_role, remove_user
from core.practice.queries import UserInactive
from core.security.keys import WrongPassphrase
from core.security.unlock import acting, open_with_file, open_with_passphrase
from core.store import NoBook
from tests.builders import Book, fixed_clock
from tests.homes import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.found(tmp_path_factory.mktemp("users") / "home")


def test_the_machine_key_acts_as_the_service_user(home: Home) -> None:
    opened = open_with_file(str(home.folder), str(home.key_file), fixed_clock)
    actor = acting(opened, str(home.folder), str(home.key_file))
    opened.store.close()
    assert (actor.name, actor.role) == ("machine", Role.SERVICE)


def test_the_passphrase_acts_as_the_owner_and_a_wrong_one_as_nobody(home: Home) -> None:
    opened = open_with_passphrase(str(home.folder), "correct horse battery", fixed_clock)
    assert acting(opened, str(home.folder), None).role is Role.OWNER
    opened.store.close()
    with pytest.raises(WrongPassphrase):
        open_with_passphrase(str(home.folder), "incorrect horse battery", fixed_clock)


def test_a_user_who_was_removed_may_not_act(home: Home, tmp_path: Path) -> None:
    copy = home.copy_to(tmp_path / "copy")
    with copy.open() as store:
        from tests.builders import OWNER

        with store.write(OWNER) as tx:
            remove_user(tx, tx.value("SELECT id FROM \"user\" WHERE role = 'service'"))
    opened = open_with_file(str(copy.folder), str(copy.key_file), fixed_clock)
    with pytest.raises(UserInactive):
        acting(opened, str(copy.folder), str(copy.key_file))
    opened.store.close()


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
