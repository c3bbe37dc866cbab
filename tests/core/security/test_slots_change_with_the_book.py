"""security.md 5.2: keys.json and the book change so that no crash, race or removal shuts an owner out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import core.security.keys
from core.actors import Actor, Role
from core.practice.users import LastOwner, add_user
from core.security.files import NotThere
from core.security.keys import Keys, WrongPassphrase
from core.security.slots import (
    NoOwnerWithKey,
    add_machine_key,
    give_role,
    renew_recovery_code,
    set_passphrase,
    take_user_out,
)
from core.security.unlock import acting, open_with_passphrase
from core.store import Tx
from tests.builders import OWNER, fixed_clock
from tests.crash.forked import start, wait_for
from tests.homes import Home

FIRST, NEW = "correct horse battery", "another passphrase"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.security.keys, "ARGON2", {"memory_kib": 64, "iterations": 2, "lanes": 2})


class Practice:
    """A home with a first and a second owner; the second has no key yet."""

    def __init__(self, folder: Path) -> None:
        self.home = Home.found(folder)
        self.slots = str(folder / "keys.json")
        with self.home.open() as store, store.write(OWNER) as tx:
            self.first = tx.value("SELECT id FROM \"user\" WHERE role = 'owner'")
            self.second = add_user(tx, name="Second", role=Role.OWNER)

    def do(self, command: Callable[..., Any], *args: Any, **named: Any) -> Any:
        with self.home.open() as store:
            return command(store, OWNER, self.slots, *args, **named)

    def opens(self, secret: str) -> Actor:
        opened = open_with_passphrase(str(self.home.folder), secret, fixed_clock)
        opened.store.close()
        return acting(opened, str(self.home.folder))

    def give(self, user_id: str, passphrase: str) -> None:
        self.do(set_passphrase, user_id=user_id, name="Somebody", passphrase=passphrase)


@pytest.fixture
def practice(tmp_path: Path, quick: None) -> Practice:
    return Practice(tmp_path / "home")


def test_another_passphrase_takes_the_place_of_the_first(practice: Practice) -> None:
    practice.give(practice.first, NEW)
    assert practice.opens(NEW).user_id == practice.first
    with pytest.raises(WrongPassphrase):
        practice.opens(FIRST)


def test_a_commit_that_fails_leaves_the_old_passphrase_working(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Tx) -> None:
        raise OSError("no disk")

    with monkeypatch.context() as patch:
        patch.setattr(Tx, "_save_head", fails)
        with pytest.raises(OSError):
            practice.give(practice.first, NEW)
    assert practice.opens(FIRST).user_id == practice.first


def test_two_at_once_lose_no_slot(practice: Practice) -> None:
    racers = [
        start(lambda: practice.give(practice.first, NEW)),
        start(lambda: practice.give(practice.second, "second passphrase")),
    ]
    assert [wait_for(pid) for pid in racers] == [0, 0]
    assert practice.opens(NEW).user_id == practice.first
    assert practice.opens("second passphrase").user_id == practice.second


def test_the_last_owner_with_a_passphrase_stays(practice: Practice) -> None:
    with pytest.raises(NoOwnerWithKey, match="key passphrase"):
        practice.do(take_user_out, lambda _: practice.first)
    with pytest.raises(NoOwnerWithKey, match="key passphrase"):
        practice.do(give_role, lambda _: practice.first, Role.BILLER)
    assert practice.opens(FIRST).role is Role.OWNER


def test_a_user_who_is_taken_out_takes_their_slots_along_and_the_recovery_code_stays(
    practice: Practice,
) -> None:
    code = practice.do(renew_recovery_code)
    practice.give(practice.second, NEW)
    practice.do(take_user_out, lambda _: practice.first)
    kinds = [(slot["kind"], slot["user"]) for slot in Keys.load(practice.slots).slots()]
    assert ("passphrase", practice.first) not in kinds
    assert practice.opens(code).role is Role.OWNER
    with pytest.raises(LastOwner):
        practice.do(take_user_out, lambda _: practice.second)


def test_another_recovery_code_stops_the_old_one_and_is_in_the_log(practice: Practice) -> None:
    old, new = practice.do(renew_recovery_code), practice.do(renew_recovery_code)
    assert practice.opens(new).name == "Recovery code"
    with pytest.raises(WrongPassphrase):
        practice.opens(old)
    assert practice.home.value("SELECT count(*) FROM audit_entry WHERE verb = 'key.recovery_renewed'") == 2


def test_a_machine_key_is_not_written_over_a_file_and_leaves_none_when_it_fails(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path(practice.slots).read_bytes()
    with pytest.raises(NotThere):
        practice.do(add_machine_key, str(practice.home.key_file))

    def fails(*_: object, **__: object) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(Keys, "save", fails)
    with pytest.raises(OSError):
        practice.do(add_machine_key, str(tmp_path / "other.key"))
    assert Path(practice.slots).read_bytes() == before
    assert not (tmp_path / "other.key").exists()
