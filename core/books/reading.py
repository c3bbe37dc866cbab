"""Walks the rows of import files: what can be read goes on, what cannot is written down with its line.

An import goes over its files twice: once to find every fault, once to write what is sound. So nothing
large is held, and a session of which one line is refused is refused as a whole, never billed in part.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from core.books.csv_file import CsvFile, Record
from core.books.fields import Fault, Row, Shape
from core.books.outcome import Refused

T = TypeVar("T")


class Source(NamedTuple):
    """A file with the shape its rows are read in; `label` names it where there are several."""

    file: CsvFile
    shape: Shape
    label: str = ""


def shaped(
    file: CsvFile,
    columns: Mapping[str, str],
    needed: tuple[str, ...],
    *,
    words: Mapping[str, Mapping[str, str]] | None = None,
    defaults: Mapping[str, str] | None = None,
    dates: str = "iso",
    label: str = "",
) -> Source:
    """Raises: FileRefused, where a needed column is missing."""
    places = file.places(columns, needed)
    return Source(file, Shape(places, columns, len(file.header), words or {}, defaults or {}, dates), label)


class Reading:
    """What one import has found wrong so far, and which sessions that spoils."""

    def __init__(self) -> None:
        self._refused: dict[tuple[str, int], str] = {}
        self._spoiled: dict[str, int] = {}

    @property
    def refused(self) -> tuple[Refused, ...]:
        ordered = sorted(self._refused.items(), key=lambda item: item[0])
        return tuple(
            Refused(line, f"{label}, {reason}" if label else reason) for (label, line), reason in ordered
        )

    def refuse(self, source: Source, line: int, reason: str, *, owner: str | None = None) -> None:
        """Write down why a row cannot come in; `owner` is the session that it spoils."""
        self._refused.setdefault((source.label, line), reason)
        if owner is not None:
            self._spoiled.setdefault(owner, line)

    def each(
        self, source: Source, read: Callable[[Row], T | None], *, owner: str | None = None
    ) -> Iterator[tuple[int, T]]:
        """Every row that can be read, with its line. `owner` is the field that names its session."""
        for record in source.file.rows():
            try:
                found = read(Row(record, source.shape))
            except Fault as fault:
                self.refuse(source, record.line, fault.reason)
                if owner is not None:
                    self._spoil(source.shape, record, owner)
            else:
                if found is not None:
                    yield record.line, found

    def _spoil(self, shape: Shape, record: Record, owner: str) -> None:
        place = shape.places[owner]
        if place < len(record.cells):
            self._spoiled.setdefault(record.cells[place].strip(), record.line)

    def sound(self, source: Source, line: int, owner: str) -> bool:
        """Whether the row's session may come in; where it may not, the row is refused with it."""
        by = self._spoiled.get(owner)
        if by is not None:
            self.refuse(source, line, f"line {by} of the same session cannot be imported.")
        return by is None
