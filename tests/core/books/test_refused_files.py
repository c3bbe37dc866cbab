"""RA5: a file that cannot be read as a whole is refused with one sentence that says where and why."""

import io
import time
import tracemalloc
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from core.actors import Actor
from core.books.clients import import_clients
from core.books.csv_file import MAX_BYTES, MAX_ROWS, FileRefused, NoFile, Unreadable, open_csv
from core.store import Store

HEADER = b"external_id,given_name,family_name\n"


class Endless(io.RawIOBase):
    """A stream that goes on for 1 GB without a line end."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        if self.given >= 1_000_000_000:
            return b""
        assert size > 0, "a file from elsewhere is read in pieces"
        self.given += size
        return b"x" * size


def refusal(book: Store, owner: Actor, data: bytes) -> str:
    with pytest.raises(FileRefused) as caught, book.write(owner) as tx:
        import_clients(tx, io.BytesIO(data))
    with book.read() as read:
        assert read.value("SELECT count(*) FROM client") == 0
    return str(caught.value)


def test_ra5_one_gigabyte_of_one_line_is_refused_early_and_in_little_memory() -> None:
    stream = Endless()
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(FileRefused, match=r"line 1: the line is longer than 262,144 bytes"):
        open_csv(cast(BinaryIO, stream))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stream.given < 1_000_000
    assert peak < 2_000_000
    assert time.process_time() - began < 5


def test_ra5_one_gigabyte_of_nothing_on_disk_is_refused_early(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    with pytest.raises(FileRefused, match=r"^huge\.csv, line 1: there is a NUL byte"):
        open_csv(path)


def test_ra5_a_file_over_the_size_limit(book: Store, owner: Actor) -> None:
    line = b"x" * 99 + b"\n"
    assert refusal(book, owner, HEADER + line * (MAX_BYTES // 100)) == (
        "input: the file is larger than 20 MiB. Split it."
    )


def test_ra5_a_file_with_too_many_rows(book: Store, owner: Actor) -> None:
    rows = b"".join(b"%d,A,B\n" % n for n in range(MAX_ROWS + 1))
    assert "more than 200,000 rows" in refusal(book, owner, HEADER + rows)


def test_ra5_a_missing_column_is_named(book: Store, owner: Actor) -> None:
    assert refusal(book, owner, b"external_id,given_name\n1,A\n") == (
        'input, line 1: the column "family_name" is missing.'
    )


def test_ra5_another_delimiter_is_recognised(book: Store, owner: Actor) -> None:
    assert 'seem to be separated by ";"' in refusal(
        book, owner, b"external_id;given_name;family_name\n1;A;B\n"
    )


def test_ra5_a_column_that_is_there_twice(book: Store, owner: Actor) -> None:
    assert "there twice" in refusal(book, owner, b"external_id,given_name,family_name,Family Name\n1,A,B,C\n")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "input: the file is empty; its first line must name the columns."),
        (HEADER + b"1,A,B\n2,\0,C\n", "line 3: there is a NUL byte, so this is not a CSV text file."),
        (
            HEADER + b"1,A,B\r\n2,Jos\xe9,C\r\n",
            'line 3: the text is not UTF-8. Save it again as "CSV UTF-8".',
        ),
        (HEADER + b"1,A,B\n2,Jos\xc3", 'line 3: the text is not UTF-8. Save it again as "CSV UTF-8".'),
        (HEADER + b'1,A,B\n2,"A,C\n3,D,E\n', "line 3: the quotes do not match."),
        (HEADER + b'1,"A"x,B\n', "line 2: the quotes do not match."),
        (HEADER + b"1,A," + b"B" * 70_000 + b"\n", "line 2: a field is longer than 65,536 characters"),
        (HEADER + b'1,A,"' + b"B\n" * 70_000, "line 2: a field is longer than 65,536 characters"),
    ],
)
def test_ra5_faults_of_a_file_name_the_line(book: Store, owner: Actor, data: bytes, sentence: str) -> None:
    assert sentence in refusal(book, owner, data)


def test_ra5_a_character_split_between_two_pieces_is_read(book: Store, owner: Actor) -> None:
    padding = b"1,A," + b"B" * (65_536 - len(HEADER) - 10) + b"\n"
    data = HEADER + padding + "2,Łukasz,ÜÜÜÜ\n".encode()
    file = open_csv(io.BytesIO(data[:65_530] + data[65_530:]))
    assert [record.cells[1] for record in file.rows()] == ["A", "Łukasz"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_ra5_lines_are_counted_as_an_editor_does(ends: str) -> None:
    text = ends.join(["a,b", '1,"x', 'y"', "", "2,z"])
    file = open_csv(io.BytesIO(b"\xef\xbb\xbf" + text.encode()))
    assert file.header == ["a", "b"]
    assert [record.line for record in file.rows()] == [2, 5]


def test_ra5_a_file_that_is_not_there_and_one_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NoFile):
        open_csv(tmp_path / "absent.csv")
    with pytest.raises(Unreadable):
        open_csv(tmp_path)
