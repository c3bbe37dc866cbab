"""A CSV file from elsewhere, read so that no file can hurt: bounded, checked, named by line and column.

Whole-file faults (size, a line without end, NUL, not UTF-8, a missing column) are found before the
first row is used. Line numbers are those a person sees in an editor. Rules: `security.md` T17.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from core.errors import DomainError, NotFound, OutsideFailure
from core.text import plain

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_LINE = 256 * 1024
MAX_FIELD = 64 * 1024
_CHUNK = 64 * 1024
_LINE_END = re.compile(rb"[\r\n]")


class FileRefused(DomainError):
    """The file as a whole cannot be read; nothing of it was used."""

    code = "file_refused"

    def __init__(self, file: str, reason: str, *, line: int | None = None) -> None:
        where = plain(file) if line is None else f"{plain(file)}, line {line}"
        super().__init__(f"{where}: {reason}", subject=file)
        self.file = file
        self.line = line


class NoFile(NotFound):
    code = "no_file"

    def __init__(self, file: str) -> None:
        super().__init__(f"There is no file {plain(file)}.", subject=file)


class Unreadable(OutsideFailure):
    code = "unreadable"

    def __init__(self, file: str) -> None:
        super().__init__(f"{plain(file)} cannot be read. Check that it is a file and that you may read it.")


class Record(NamedTuple):
    """One row of a file: the line it begins on, and its cells."""

    line: int
    cells: list[str]


class CsvFile:
    """A checked file in memory: its header, and its rows as often as they are asked for."""

    def __init__(self, name: str, data: bytes, delimiter: str) -> None:
        self.name = name
        self.digest = sha256(data).hexdigest()
        self._data = data
        self._delimiter = delimiter
        first = next(self._records(), None)
        if first is None:
            raise FileRefused(name, "the file is empty; its first line must name the columns.")
        self.header = [cell.strip() for cell in first.cells]

    def places(self, columns: Mapping[str, str], needed: Iterable[str]) -> dict[str, int]:
        """Where each field stands in a row; `columns` says which column each field is read from.

        Raises: FileRefused, for a needed column that is missing and for one that is there twice.
        """
        at: dict[str, int] = {}
        twice = set()
        for place, column in enumerate(map(column_key, self.header)):
            if at.setdefault(column, place) != place:
                twice.add(column)
        missing = [columns[field] for field in needed if column_key(columns[field]) not in at]
        if missing:
            raise FileRefused(self.name, self._missing(missing), line=1)
        found = {field: at[column_key(name)] for field, name in columns.items() if column_key(name) in at}
        for field in found:
            if column_key(columns[field]) in twice:
                raise FileRefused(self.name, f'the column "{columns[field]}" is there twice.', line=1)
        return found

    def beside(self, columns: Mapping[str, str]) -> tuple[str, ...]:
        """The columns that no field is read from, as the file calls them."""
        known = {column_key(name) for name in columns.values()}
        return tuple(name for name in self.header if name and column_key(name) not in known)

    def _missing(self, columns: list[str]) -> str:
        named = ", ".join(f'"{plain(column)}"' for column in columns)
        sentence = (
            f"the column {named} is missing." if len(columns) == 1 else f"columns are missing: {named}."
        )
        other = next((mark for mark in ";\t|" if len(self.header) == 1 and mark in self.header[0]), None)
        if other is not None:
            shown = "a tab" if other == "\t" else f'"{other}"'
            sentence += f" Its columns seem to be separated by {shown} rather than a comma."
        return sentence

    def rows(self) -> Iterator[Record]:
        """The rows below the header; empty lines are passed over.

        Raises: FileRefused, for too many rows, a field too long and a quote that is never closed.
        """
        records = self._records()
        next(records)
        for count, record in enumerate(records, 1):
            if count > MAX_ROWS:
                raise FileRefused(
                    self.name, f"the file has more than {MAX_ROWS:,} rows. Split it and import the parts."
                )
            yield record

    def _records(self) -> Iterator[Record]:
        csv.field_size_limit(MAX_FIELD)
        lines = io.TextIOWrapper(io.BytesIO(self._data), encoding="utf-8-sig", newline="")
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise FileRefused(self.name, _quoting(error), line=line) from None
            if cells and (len(cells) > 1 or cells[0].strip()):
                yield Record(line, cells)


def column_key(name: str) -> str:
    """A column's name, so that "External ID" and "external_id" are the same."""
    return name.strip().casefold().replace(" ", "_")


def _quoting(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"a field is longer than {MAX_FIELD:,} characters; a closing quote may be missing."
    return 'the quotes do not match. A quote inside a quoted field is written twice: "".'


def open_csv(source: Path | BinaryIO, *, name: str = "", delimiter: str = ",") -> CsvFile:
    """Read a file, or a stream such as standard input, in bounded memory.

    Raises: NoFile, Unreadable, FileRefused.
    """
    if not isinstance(source, Path):
        return CsvFile(name or "input", _checked(source, name or "input"), delimiter)
    try:
        with source.open("rb") as stream:
            return CsvFile(source.name, _checked(stream, source.name), delimiter)
    except FileNotFoundError:
        raise NoFile(str(source)) from None
    except OSError:
        raise Unreadable(str(source)) from None


def _checked(stream: BinaryIO, name: str) -> bytes:
    """Everything in the stream, looked at as it comes, so that reading stops at the first fault."""
    data = bytearray()
    decoder = codecs.getincrementaldecoder("utf-8")()
    line_from = 0
    while chunk := stream.read(_CHUNK):
        begin = len(data)
        data += chunk
        if len(data) > MAX_BYTES:
            raise FileRefused(name, f"the file is larger than {MAX_BYTES >> 20} MiB. Split it.")
        if (nul := chunk.find(b"\0")) >= 0:
            raise FileRefused(
                name, "there is a NUL byte, so this is not a CSV text file.", line=_line(data, begin + nul)
            )
        line_from = _longest(data, begin, line_from, name)
        _decode(decoder, chunk, data, begin, name)
    _decode(decoder, b"", data, len(data), name, final=True)
    return bytes(data)


def _longest(data: bytearray, begin: int, line_from: int, name: str) -> int:
    """Where the last line begins, having checked that none is too long."""
    for match in _LINE_END.finditer(data, begin):
        if match.start() - line_from > MAX_LINE:
            break
        line_from = match.end()
    else:
        if len(data) - line_from <= MAX_LINE:
            return line_from
    raise FileRefused(name, f"the line is longer than {MAX_LINE:,} bytes.", line=_line(data, line_from))


def _decode(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    data: bytearray,
    begin: int,
    name: str,
    *,
    final: bool = False,
) -> None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        at = max(0, begin + len(chunk) - len(error.object) + error.start)
        raise FileRefused(
            name, 'the text is not UTF-8. Save it again as "CSV UTF-8".', line=_line(data, at)
        ) from None


def _line(data: bytearray, at: int) -> int:
    """The number of the line a byte lies on."""
    mark = b"\n" if b"\n" in data[:at] else b"\r"
    return data.count(mark, 0, at) + 1
