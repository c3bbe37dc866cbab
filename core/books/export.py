"""Own your books: everything a practice has recorded, as CSV files in a folder (RJ4).

A file a noun, read row by row in one read transaction, so that all files show one moment and a long
book needs no more memory than a short one. `README.txt` in the folder says how to read them, and
`columns.csv` names every column with its unit.
"""

from collections.abc import Iterator
from typing import NamedTuple

from core.actors import Actor
from core.books.commands import record_export
from core.books.csv_cells import csv_line, text_cell
from core.books.sheets import WITHHELD, Sheet, file_of, sheets
from core.practice.queries import practice
from core.security.folder import Folder, folder_where_said
from core.store import Read, Store
from core.text import plain

COLUMNS = "columns.csv"
README = "README.txt"
_PIECE_BYTES = 1 << 18


class Written(NamedTuple):
    """A file of the export and how many rows it holds."""

    file: str
    rows: int


def take_csv(
    store: Store, actor: Actor, folder: str, *, home: str, exports: str, replace: bool = False
) -> list[Written]:
    """Take everything along as CSV files; the log tells who did. Raises: as `export_csv`."""
    with store.write(actor) as tx:
        record_export(tx, form="csv")
    with store.read() as read:
        return export_csv(read, folder, home=home, exports=exports, replace=replace)


def export_csv(read: Read, folder: str, *, home: str, exports: str, replace: bool = False) -> list[Written]:
    """Write every file of the practice's book into a folder, all of them or none.

    `replace`: an earlier export in the folder gives way; a folder with anything else in it is refused.
    Raises: FolderInUse, CannotWrite, UnreadableText.
    """
    own = practice(read)
    made = sheets(own.currency)
    ours = {sheet.file for sheet in made} | {COLUMNS, README}
    with folder_where_said(folder, home=home, exports=exports, ours=ours, replace=replace) as target:
        written = [_write(read, target, sheet) for sheet in made]
        columns = list(_columns(made))
        target.write(COLUMNS, columns)
        written.append(Written(COLUMNS, len(columns) - 1))
        readme = _readme(own.name, own.currency, made, written)
        target.write(README, [readme.encode()])
    return written


def _write(read: Read, target: Folder, sheet: Sheet) -> Written:
    rows = 0

    def lines() -> Iterator[bytes]:
        nonlocal rows
        cells = [column.cell for column in sheet.columns]
        yield csv_line(column.name for column in sheet.columns)
        for row in read.each(sheet.sql):
            rows += 1
            yield csv_line([write(value) for write, value in zip(cells, row, strict=True)])

    target.write(sheet.file, _pieces(lines()))
    return Written(sheet.file, rows)


def _pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in pieces of a size that a disk likes."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _columns(made: list[Sheet]) -> Iterator[bytes]:
    yield csv_line(("file", "column", "unit"))
    for sheet in made:
        for column in sheet.columns:
            yield csv_line(map(text_cell, (sheet.file, column.name, column.unit)))


_HOW_TO_READ = """\
Everything that {practice} has recorded in Daysheet, as CSV files.

HOW TO READ THEM
- UTF-8 without a byte order mark, cells between commas, lines that end in CR LF, quotes doubled
  (RFC 4180). In Excel use Data, From Text/CSV, and choose UTF-8; a double click may garble accents.
- Text is in quotes, numbers are not. Nothing at all between two commas means that there is no value.
- Money is a whole number of hundredths in columns that end in _cents, and the same amount in {currency}
  with its point in the column beside it. Quantities likewise, in thousandths: units_milli and units.
- Days are YYYY-MM-DD in the practice's time zone; instants (at, starts_at) are UTC.
- Text that begins with [ or {{ is JSON.
- Text that a spreadsheet could take for a formula (= + - @, a tab or another control character, their
  full-width forms, also behind spaces) or that begins with an apostrophe has ONE APOSTROPHE put before
  it. To have a text as it was recorded, take one apostrophe away from its front if there is one.
  Numbers are never changed: -12.50 is a negative amount.
- Columns that end in _id name the row of another file; columns.csv says of which, and what every other
  column counts. Where that row has a name, the next column repeats it, for reading only.
- Facts are never edited. Each has the site that recorded it and its number there (site, no), when (at)
  and by whom (actor). Where two offices recorded the same thing, counts is 1 for the one that counts.
- Invoices, lines, payments and allocations are facts, so balances are not in any file: they follow from
  them. `daysheet books journal` writes the double-entry journal in which they are added up.

WHAT IS NOT IN HERE
- The PDFs: documents.csv names them by their SHA-256; `daysheet invoice pdf` writes one.
- Keys and passphrases, which are in no file of the book.
{withheld}
THE FILES
"""


def _readme(name: str, currency: str, made: list[Sheet], written: list[Written]) -> str:
    withheld = "".join(
        f"- {column} of {file_of(table)}: {reason}.\n" for (table, column), reason in WITHHELD.items()
    )
    text = _HOW_TO_READ.format(practice=plain(name), currency=plain(currency), withheld=withheld)
    rows = dict(written)
    files = "".join(f"{sheet.file}, {rows[sheet.file]} rows\n    {sheet.about}\n" for sheet in made)
    return f"{text}{files}{COLUMNS}, {rows[COLUMNS]} rows\n    Every column of every file, with its unit.\n"
