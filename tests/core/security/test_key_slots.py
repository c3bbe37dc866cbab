"""security.md 5.2: who has a passphrase, the recovery code or the machine key opens the book; nobody else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import core.security.keys
from core.errors import DomainError
from core.security.files import CannotWrite, write_private
from core.security.keys import (
    RECOVERY,
    DamagedKeys,
    KeyFileUnreadable,
    Keys,
    ShortPassphrase,
    WrongPassphrase,
    machine_key_text,
    new_data_key,
    new_recovery_code,
    read_key_file,
)
from tests.crash.forked import DIED, in_child

DATA_KEY = bytes(range(32))
PASSPHRASE = "correct horse battery"
CODE = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.security.keys, "ARGON2", {"memory_kib": 64, "iterations": 2, "lanes": 2})


@pytest.fixture
def keys(tmp_path: Path, quick: None) -> Keys:
    made = Keys.fresh(str(tmp_path / "keys.json"), "book-1")
    made.add_secret("passphrase", "olive", "Olive", PASSPHRASE, DATA_KEY)
    made.add_secret("recovery", "olive", "recovery", CODE, DATA_KEY)
    made.add_machine("robot", "machine", DATA_KEY)
    made.save()
    return Keys.load(made.path)


def document(keys: Keys) -> dict[str, Any]:
    return dict(json.loads(Path(keys.path).read_text()))


def changed(keys: Keys, change: Callable[[dict[str, Any]], object]) -> Keys:
    whole = document(keys)
    change(whole)
    Path(keys.path).write_text(json.dumps(whole))
    return Keys.load(keys.path)


def test_the_passphrase_opens_and_says_whose_it_is(keys: Keys) -> None:
    assert keys.unlock(PASSPHRASE) == (DATA_KEY, "olive")


@pytest.mark.parametrize(
    "wrong", ["", "correct horse batter", PASSPHRASE + " ", PASSPHRASE.upper(), "\x00", "\udcff"]
)
def test_another_passphrase_does_not(keys: Keys, wrong: str) -> None:
    with pytest.raises(WrongPassphrase):
        keys.unlock(wrong)


def test_a_passphrase_is_one_however_its_accents_are_typed(keys: Keys) -> None:
    keys.add_secret("passphrase", "zoe", "Zoë", "Zo\u00eb und Ren\u00e9", DATA_KEY)
    assert keys.unlock("Zoe\u0308 und Rene\u0301") == (DATA_KEY, "zoe")


@pytest.mark.parametrize(
    "typed",
    [CODE, CODE.lower(), CODE.replace("-", ""), CODE.replace("-", " "), f"  {CODE}\n",
     CODE.replace("0", "O").replace("1", "I"), CODE.replace("0", "o").replace("1", "l"),
     CODE.replace("V", "U")],
)  # fmt: skip
def test_the_recovery_code_opens_however_it_is_copied(keys: Keys, typed: str) -> None:
    assert keys.unlock(typed) == (DATA_KEY, RECOVERY)


@pytest.mark.parametrize("typed", [CODE[:-1], CODE + "A", CODE[::-1], CODE.replace("A", "B")])
def test_a_recovery_code_copied_wrong_does_not(keys: Keys, typed: str) -> None:
    with pytest.raises(WrongPassphrase):
        keys.unlock(typed)


def test_a_new_recovery_code_has_160_bits_and_no_letter_to_mistake() -> None:
    codes = {new_recovery_code() for _ in range(500)}
    assert len(codes) == 500
    letters = set("".join(codes)) - {"-"}
    assert letters == set("ABCDEFGHJKMNPQRSTVWXYZ0123456789")
    assert {len(code.replace("-", "")) for code in codes} == {32}


def test_the_machine_key_stands_for_the_service_user_and_no_other_key_does(keys: Keys) -> None:
    assert keys.machine_user(DATA_KEY) == "robot"
    with pytest.raises(WrongPassphrase):
        keys.machine_user(new_data_key())


def test_the_key_file_holds_no_key(keys: Keys) -> None:
    held = Path(keys.path).read_bytes().lower()
    assert DATA_KEY.hex().encode() not in held
    assert PASSPHRASE.encode() not in held
    assert all(set(slot) == {"kind", "user", "label"} for slot in keys.slots())


def test_the_real_derivation_takes_64_mib_three_times(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    made = Keys.fresh(str(tmp_path / "keys.json"), "book")
    made.add_secret("passphrase", "olive", "Olive", PASSPHRASE, DATA_KEY)
    kdf = made._document["slots"][0]["kdf"]
    assert kdf == {"name": "argon2id", "memory_kib": 65_536, "iterations": 3, "lanes": 4}
    assert made.unlock(PASSPHRASE)[0] == DATA_KEY


@pytest.mark.parametrize(
    ("column", "value"),
    [("memory_kib", 32), ("iterations", 1), ("lanes", 1), ("name", "argon2i"), ("extra", 1)],
)
def test_a_weaker_derivation_put_in_the_slots_is_refused(keys: Keys, column: str, value: object) -> None:
    weaker = changed(keys, lambda whole: [slot["kdf"].update({column: value}) for slot in whole["slots"][:2]])
    with pytest.raises(WrongPassphrase):
        weaker.unlock(PASSPHRASE)


@pytest.mark.parametrize("change", [{"kind": "recovery"}, {"user": "eve"}, {"label": "Eve"}])
def test_a_slot_made_out_to_somebody_else_is_refused(keys: Keys, change: dict[str, str]) -> None:
    forged = changed(keys, lambda whole: whole["slots"][0].update(change))
    with pytest.raises(WrongPassphrase):
        forged.unlock(PASSPHRASE)


def test_a_slot_of_another_book_is_refused(keys: Keys) -> None:
    other = changed(keys, lambda whole: whole.update(book="book-2"))
    with pytest.raises(WrongPassphrase):
        other.unlock(PASSPHRASE)


@pytest.mark.parametrize("kdf", [{"memory_kib": 1 << 30}, {"iterations": 1 << 40}, {"lanes": 10**6}])
def test_a_slot_that_asks_for_the_whole_computer_is_refused_at_once(keys: Keys, kdf: dict[str, int]) -> None:
    greedy = changed(keys, lambda whole: whole["slots"][0]["kdf"].update(kdf))
    with pytest.raises(DamagedKeys):
        greedy.unlock(PASSPHRASE)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "1", '"x"', "{}", '{"version": 2, "book": "b", "slots": []}',
     '{"version": 1, "slots": []}', '{"version": 1, "book": "b", "slots": {}}',
     '{"version": 1, "book": 7, "slots": []}', '{"version": 1, "book": "b", "slots": [1]}',
     '{"version": 1, "book": "b", "slots": [null]}', '{"version": 1, "book": "b", "slots": [{"kind": []}]}',
     '{"version": 1, "book": "b", "slots": [{"kind": "machine", "user": {}, "label": 1}]}',
     '{"version": 1, "book": "b", "slots": [' + '{"kind": "", "user": "", "label": ""},' * 1000 + "{}]}",
     "[" * 100_000, '{"version": NaN}', "\xff\xfe"],
)  # fmt: skip
def test_a_damaged_key_file_is_told_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "keys.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(DamagedKeys, match="the book is unharmed"):
        Keys.load(str(tmp_path / "keys.json"))


def test_a_missing_key_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DamagedKeys):
        Keys.load(str(tmp_path / "keys.json"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
SLOT_KEYS = ("kind", "user", "label", "kdf", "salt", "nonce", "wrapped")


@given(place=st.sampled_from((*SLOT_KEYS, "kdf.memory_kib", "kdf.iterations", "kdf.lanes")), value=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_whatever_stands_in_a_slot_nothing_but_a_refusal_comes_out(
    keys: Keys, place: str, value: object
) -> None:
    whole = json.loads(json.dumps(keys._document))
    slot = whole["slots"][0]
    *inner, last = place.split(".")
    holder = slot["kdf"] if inner else slot
    was, holder[last] = holder.get(last), value
    damaged = Keys(keys.path, whole)
    try:
        assert damaged.unlock(PASSPHRASE) == (DATA_KEY, "olive")
        assert value == was
    except DomainError:
        pass
    assert damaged.unlock(CODE) == (DATA_KEY, RECOVERY), "one damaged slot shut out the recovery code"
    damaged.slots()
    assert damaged.machine_user(DATA_KEY) == "robot"


def test_a_short_passphrase_is_refused_and_the_old_one_stays(keys: Keys) -> None:
    with pytest.raises(ShortPassphrase):
        keys.add_secret("passphrase", "olive", "Olive", "short", DATA_KEY)
    assert keys.unlock(PASSPHRASE)[1] == "olive"
    keys.add_secret("passphrase", "olive", "Olive", "another passphrase", DATA_KEY)
    assert keys.drop("passphrase", "olive", keep=1)
    assert keys.unlock("another passphrase")[1] == "olive"
    with pytest.raises(WrongPassphrase):
        keys.unlock(PASSPHRASE)


def test_the_key_files_are_private_whatever_the_umask_and_whatever_lay_there(
    keys: Keys, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        (tmp_path / "keys.json.new").write_text("left by a crash")
        keys.save()
        write_private(str(tmp_path / "machine.key"), machine_key_text(DATA_KEY))
    finally:
        os.umask(before)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "keys.json": 0o600,
        "machine.key": 0o600,
    }


def test_a_save_killed_at_any_step_leaves_the_old_file_or_the_new_one(keys: Keys) -> None:
    """The steps are the calls of `os`; the child ends before each of them in turn."""
    old = document(keys)
    steps = ("unlink", "open", "fdopen", "fsync", "replace", "close")
    seen = set()
    for step in steps:
        for nth in (1, 2):
            Path(keys.path).write_text(json.dumps(old))
            code = in_child(lambda step=step, nth=nth: die_before(keys, step, nth))  # type: ignore[misc]
            assert code in (0, DIED)
            found = Keys.load(keys.path)
            assert found.unlock(PASSPHRASE)[0] == DATA_KEY
            seen.add(len(found.slots()))
    assert seen == {3, 4}


def die_before(keys: Keys, step: str, nth: int) -> None:
    real, calls = getattr(os, step), []

    def deadly(*arguments: Any, **named: Any) -> Any:
        calls.append(step)
        if len(calls) == nth:
            os._exit(DIED)
        return real(*arguments, **named)

    keys.add_machine("other", "other", DATA_KEY)
    setattr(os, step, deadly)
    keys.save()


def test_a_disk_that_takes_only_half_keeps_the_old_file(keys: Keys) -> None:
    old = Path(keys.path).read_bytes()

    def starved() -> None:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        with pytest.raises(CannotWrite):
            keys.save()

    assert in_child(starved) == 0
    assert Path(keys.path).read_bytes() == old
    assert sorted(path.name for path in Path(keys.path).parent.iterdir()) == ["keys.json"]


def key_file(tmp_path: Path, data: bytes, mode: int = 0o600) -> str:
    path = tmp_path / "key"
    path.write_bytes(data)
    path.chmod(mode)
    return str(path)


def test_a_key_file_holds_a_passphrase_or_a_machine_key(tmp_path: Path) -> None:
    assert read_key_file(key_file(tmp_path, b"one two\r\nsecond line\n")) == ("one two", None)
    assert read_key_file(key_file(tmp_path, machine_key_text(DATA_KEY))) == ("", DATA_KEY)


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"x" * 4097, b"\xff\xfe\x00", b"daysheet-machine-key-1", b"daysheet-machine-key-1 zz\n",
     b"daysheet-machine-key-1 " + b"00" * 31 + b"\n"],
)  # fmt: skip
def test_a_key_file_of_another_shape_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(KeyFileUnreadable):
        read_key_file(key_file(tmp_path, data))


def test_a_machine_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileUnreadable, match="chmod 600"):
        read_key_file(key_file(tmp_path, machine_key_text(DATA_KEY), 0o640))


def test_a_key_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(KeyFileUnreadable):
            read_key_file(str(path))


def test_a_pipe_as_key_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(KeyFileUnreadable, match="no ordinary file"):
        read_key_file(str(tmp_path / "pipe"))
