"""RJ1, T10: a backup with anything wrong in it is refused in a sentence, and nothing of it is used."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

import core.security.keys
from core.books.backup import back_up
from core.books.container import (
    CHECKSUM,
    CHUNK,
    MAGIC,
    TAG,
    DamagedBackup,
    NewerBackup,
    NoBackup,
    NotABackup,
    Secret,
    WrongBackupKey,
)
from core.errors import DomainError
from core.security.files import BeingWritten, CannotWrite, NotThere, written_whole
from core.trouble import DiskFull, DiskTrouble
from tests.builders import OWNER
from tests.core.books.drill import PASSPHRASE, Practice, files
from tests.crash.forked import in_child
from tests.sizes import sized

BLOCK = CHUNK + TAG


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core.security.keys, "ARGON2", {"memory_kib": 64, "iterations": 1, "lanes": 1})
        return Practice.found(tmp_path_factory.mktemp("damage") / "home")


@pytest.fixture(scope="module")
def sound(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    target = tmp_path_factory.mktemp("sound") / "file"
    practice.back_up(target)
    return target.read_bytes()


def header_length(data: bytes) -> int:
    """All before the first chunk: magic, length, document, the file's key wrapped, checksum."""
    return len(MAGIC) + 4 + int.from_bytes(data[16:20], "big") + 60 + CHECKSUM


def assert_refused(practice: Practice, folder: Path, data: bytes, what: object) -> None:
    """Neither restored nor passed by the check; the home that was to be is not there."""
    (folder / "bad").write_bytes(data)
    with pytest.raises((DamagedBackup, NotABackup), match="bad"):
        practice.restore(folder / "bad", folder / "again")
        pytest.fail(f"restored with {what}")
    assert files(folder) == ["bad"], what


def test_rj1_every_flipped_bit_is_refused_and_leaves_no_home(
    practice: Practice, sound: bytes, tmp_path: Path
) -> None:
    chance = random.Random(7)
    start = header_length(sound)
    flips = [chance.randrange(len(sound) * 8) for _ in range(sized(300, 3000))]
    flips += [chance.randrange(start * 8) for _ in range(sized(200, 2000))]
    for bit in flips:
        data = bytearray(sound)
        data[bit // 8] ^= 1 << bit % 8
        assert_refused(practice, tmp_path, bytes(data), f"bit {bit} flipped")
    print(f"\n{len(flips)} flips, every one refused")


def test_rj1_every_byte_of_the_header_counts_for_the_passphrase_as_well(
    practice: Practice, sound: bytes, tmp_path: Path
) -> None:
    """A damaged slot is damage, and is never told as a wrong passphrase."""
    for at in range(0, header_length(sound), 37):
        data = bytearray(sound)
        data[at] ^= 0x20
        (tmp_path / "bad").write_bytes(data)
        with pytest.raises((DamagedBackup, NotABackup)):
            practice.check(tmp_path / "bad", tmp_path, Secret(PASSPHRASE))


def test_rj1_a_backup_cut_off_anywhere_is_refused(practice: Practice, sound: bytes, tmp_path: Path) -> None:
    start = header_length(sound)
    edges = [start + BLOCK * n for n in range(len(sound) // BLOCK + 1)]
    chance = random.Random(8)
    cuts = {0, 1, 15, 16, 19, 20, start - 1, len(sound) - 1, *edges, *(edge + 1 for edge in edges)}
    cuts |= {chance.randrange(len(sound)) for _ in range(100)}
    for cut in sorted(cut for cut in cuts if cut < len(sound)):
        assert_refused(practice, tmp_path, sound[:cut], f"cut at {cut}")


def test_rj1_chunks_out_of_place_are_refused(practice: Practice, sound: bytes, tmp_path: Path) -> None:
    start = header_length(sound)
    chunks = [sound[at : at + BLOCK] for at in range(start, len(sound), BLOCK)]
    assert len(chunks) > 5
    ways: dict[str, list[bytes]] = {
        "two swapped": [chunks[1], chunks[0], *chunks[2:]],
        "last two swapped": [*chunks[:-2], chunks[-1], chunks[-2]],
        "one twice": [chunks[0], *chunks],
        "the last twice": [*chunks, chunks[-1]],
        "one left out": [*chunks[:2], *chunks[3:]],
        "the first left out": chunks[1:],
        "the last left out": chunks[:-1],
        "something after the end": [*chunks, b"x"],
        "a whole chunk after the end": [*chunks, bytes(BLOCK)],
        "nothing but the last": chunks[-1:],
        "none": [],
    }
    for what, put in ways.items():
        assert_refused(practice, tmp_path, sound[:start] + b"".join(put), what)


def test_rj1_chunks_or_header_of_another_backup_are_refused(
    practice: Practice, sound: bytes, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other_file = tmp_path_factory.mktemp("other") / "file"
    practice.back_up(other_file)
    other = other_file.read_bytes()
    start, theirs = header_length(sound), header_length(other)
    assert_refused(practice, tmp_path, sound[:start] + other[theirs:], "another's payload")
    mixed = sound[: start + BLOCK] + other[theirs + BLOCK : theirs + 2 * BLOCK] + sound[start + 2 * BLOCK :]
    assert_refused(practice, tmp_path, mixed, "another's chunk")


def with_document(data: bytes, change: Callable[[dict[str, object]], object]) -> bytes:
    """The backup with another header, and a checksum that fits: by hand, not by chance."""
    length = int.from_bytes(data[16:20], "big")
    document = json.loads(data[20 : 20 + length])
    change(document)
    text = json.dumps(document).encode()
    start = MAGIC + len(text).to_bytes(4, "big") + text + data[20 + length : 80 + length]
    return start + hashlib.sha256(start).digest() + data[header_length(data) :]


HOSTILE: tuple[object, ...] = (None, [], {}, "", "x", -1, 1 << 80, 1.5, True, [[]] * 3, {"a": {}}, "\ud800")


def test_rj1_a_header_made_by_hand_is_refused_and_never_a_crash(
    practice: Practice, sound: bytes, tmp_path: Path
) -> None:
    """Every value of the header and of its slots, replaced by values of every other kind."""
    document = json.loads(sound[20 : 20 + int.from_bytes(sound[16:20], "big")])
    paths = list(_paths(document))
    assert len(paths) > 20
    for path in paths:
        for value in HOSTILE:

            def put(
                doc: object,
                path: tuple[object, ...] = path,
                value: object = value,
            ) -> None:
                for key in path[:-1]:
                    doc = doc[key]  # type: ignore[index]
                doc[path[-1]] = value  # type: ignore[index]

            data = with_document(sound, put)
            (tmp_path / "bad").write_bytes(data)
            for secret in (practice.machine, Secret(PASSPHRASE)):
                with pytest.raises((DamagedBackup, NewerBackup, WrongBackupKey)):
                    practice.restore(tmp_path / "bad", tmp_path / "again", secret)
            assert files(tmp_path) == ["bad"], (path, value)


def _paths(value: object, above: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The way to each value inside a JSON document."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [above] if above else []
    for key, inner in below:
        found += _paths(inner, (*above, key))
    return found


def test_rj1_other_files_are_no_backups(practice: Practice, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("Dear practice")
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    for name in ("text", "empty", "folder", "/dev/null"):
        with pytest.raises(NotABackup, match="is no backup"):
            practice.restore(tmp_path / name, tmp_path / "again")
    with pytest.raises(NoBackup):
        practice.restore(tmp_path / "nowhere", tmp_path / "again")
    with pytest.raises(NotABackup):
        practice.restore(practice.home.folder / "book.db", tmp_path / "again")


def test_rj1_a_backup_of_a_newer_daysheet_says_so(practice: Practice, sound: bytes, tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(with_document(sound, lambda document: document.update(version=2)))
    with pytest.raises(NewerBackup, match="newer Daysheet"):
        practice.restore(tmp_path / "new", tmp_path / "again")


# Where a backup is written.


def test_rj1_a_home_that_cannot_hold_the_copy_is_told_in_a_sentence(
    practice: Practice, tmp_path: Path
) -> None:
    in_the_way = practice.home.folder / "book.db.copying"
    in_the_way.mkdir()
    with pytest.raises(CannotWrite, match=r"book\.db\.copying"):
        practice.back_up(tmp_path / "file")
    in_the_way.rmdir()
    assert files(tmp_path) == []


def test_rj1_a_backup_goes_onto_nothing_or_a_backup_and_never_into_the_home(
    practice: Practice, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "folder").mkdir()
    targets = (
        tmp_path / "link", tmp_path / "folder", Path("/dev/null"),
        practice.home.folder / "book.db", practice.home.folder / "keys.json",
        practice.home.folder / "book.db.copying", practice.home.folder / "inside",
    )  # fmt: skip
    for target in targets:
        with pytest.raises(NotThere):
            practice.back_up(target)
    with pytest.raises(CannotWrite):
        practice.back_up(tmp_path / "nowhere" / "file")
    assert not (tmp_path / "elsewhere").exists()
    assert not (practice.home.folder / "inside").exists()


def made(practice: Practice, target: Path) -> Path:
    practice.back_up(target)
    return target


def test_rj1_two_programs_never_mix_in_one_file(practice: Practice, tmp_path: Path) -> None:
    target = tmp_path / "file"
    with written_whole(str(target), home=str(practice.home.folder)) as file:
        file.write(MAGIC + b"first")
        assert in_child(lambda: refused_as(BeingWritten, lambda: practice.back_up(target))) == 0
    assert target.read_bytes() == MAGIC + b"first"
    practice.back_up(target)
    assert len(target.read_bytes()) > 1000
    assert files(tmp_path) == ["file"]


def refused_as(kind: type[DomainError], deed: Callable[[], object]) -> None:
    with pytest.raises(kind):
        deed()


def test_rj1_a_backup_that_fails_leaves_the_one_before(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = made(practice, tmp_path / "file").read_bytes()

    def fails(*_: object) -> None:
        raise OSError(5, "no disk")

    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(CannotWrite):
        practice.back_up(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == good
    assert files(tmp_path) == ["file"]


@pytest.mark.parametrize("where", ["copy", "container", "restore", "check"])
def test_rj1_a_full_disk_leaves_what_was_there_and_says_so(
    practice: Practice, tmp_path: Path, where: str
) -> None:
    """RLIMIT_FSIZE ends every write past a size, as a full disk does."""
    good = made(practice, tmp_path / "file").read_bytes()
    with practice.home.open() as store:
        store.copy_to(str(tmp_path / "copy"))
    # The sealed file is longer than the copy by its header, its manifest and the tags.
    copied = (tmp_path / "copy").stat().st_size
    limit = {"copy": 200_000, "container": copied + 500, "restore": 300_000, "check": 300_000}[where]
    (tmp_path / "copy").unlink()

    def starved() -> None:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if where == "restore":
            refused_as(CannotWrite, lambda: practice.restore(tmp_path / "file", tmp_path / "again"))
        elif where == "check":
            refused_as(CannotWrite, lambda: practice.check(tmp_path / "file", tmp_path))
        else:
            with pytest.raises((DiskFull, DiskTrouble) if where == "copy" else CannotWrite):
                practice.back_up(tmp_path / "file")

    assert in_child(starved) == 0
    assert (tmp_path / "file").read_bytes() == good
    assert files(tmp_path) == ["file"]
    assert files(practice.home.folder) == ["book.db", "keys.json", "machine.key"]
    practice.back_up(tmp_path / "file")
    assert practice.check(tmp_path / "file", tmp_path).wrong == ()


def test_rj1_a_big_book_takes_no_more_memory_than_a_small_one(practice: Practice, tmp_path: Path) -> None:
    """64 MB of documents go through backup, check and restore within 24 MB."""
    big = practice.copy_to(tmp_path / "big")
    with big.home.open() as store, store.write(OWNER) as tx:
        for number in range(64):
            tx.execute(
                "INSERT INTO blob (sha256, content) VALUES (:n, randomblob(1000000))", {"n": str(number)}
            )

    def frugal() -> None:
        import resource

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with big.home.open() as store:
            back_up(store, OWNER, str(big.home.folder), str(tmp_path / "file"), program="test")
        big.check(tmp_path / "file", tmp_path)
        big.restore(tmp_path / "file", tmp_path / "again")
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f"\n{(tmp_path / 'file').stat().st_size:,} bytes, {grown:,} KiB more memory")
        raise SystemExit(0 if grown < 24_000 else 3)

    assert in_child(frugal) == 0
    assert (tmp_path / "file").stat().st_size > 64_000_000
