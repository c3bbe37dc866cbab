"""How the columns of another system's files become our fields: a mapping profile, which is data.

The generic profile names its columns like the fields below. A practice writes its own as TOML:

    source = "oldsystem"          # names the origin in ids; clients and sessions must share it
    dates = "mdy"                 # iso (2026-10-31), mdy (10/31/2026) or dmy (31/10/2026)
    delimiter = ";"

    [clients.columns]             # our field = "their column"
    external_id = "Client #"
    family_name = "Last"

    [clients.defaults]            # for fields that no column fills
    bill_to = "client"

    [sessions.words.status]       # their word = "our word"
    "Showed" = "kept"
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.books.csv_file import CsvFile, NoFile, Unreadable
from core.books.reading import Source, shaped
from core.errors import NotFound, UsageError
from core.text import plain

CLIENT_FIELDS = (
    "external_id", "given_name", "family_name", "birth_date", "street", "street_2", "city", "state",
    "postal_code", "country", "email", "phone", "bill_to", "office", "provider", "active", "left_on",
    "guarantor_external_id", "guarantor_name", "guarantor_street", "guarantor_street_2", "guarantor_city",
    "guarantor_state", "guarantor_postal_code", "guarantor_country", "guarantor_email", "guarantor_phone",
)  # fmt: skip
"""external_id, given_name and family_name are needed; a client without a guarantor owes for itself."""

SESSION_FIELDS = (
    "external_id", "client_external_id", "start", "end", "minutes", "status", "provider", "office",
    "place_of_service", "bill_to", "diagnoses", "code_system", "code", "modifiers", "description", "units",
    "rate", "pointers",
)  # fmt: skip
"""One row a service; rows of the same external_id are services of one session."""

NEEDED = {
    "clients": ("external_id", "given_name", "family_name"),
    "sessions": ("external_id", "client_external_id", "start", "code"),
}
_FIELDS = {"clients": CLIENT_FIELDS, "sessions": SESSION_FIELDS}
_TOP = ("source", "dates", "delimiter", "clients", "sessions")
_MOST_BYTES = 64 * 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}", re.ASCII)


class ProfileRefused(UsageError):
    code = "profile_refused"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The mapping profile {plain(name)} cannot be used: {reason}")


class NoProfile(NotFound):
    code = "no_profile"

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(
            f'There is no mapping profile "{plain(name)[:40]}". Use generic, or put {plain(name)[:40]}.toml'
            f" into {plain(str(folder))}."
        )


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How one kind of file is read. `strict`: every column named must be there."""

    columns: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Profile:
    """`source` names where external ids come from: the same id of another source is somebody else."""

    name: str
    source: str
    files: Mapping[str, FileMapping]
    dates: str = "iso"
    delimiter: str = ","

    def reads(self, file: CsvFile, kind: str) -> Source:
        """A file of clients or sessions as this profile reads it.

        Raises: ProfileRefused, where it says nothing of such files; FileRefused, for missing columns.
        """
        mapping = self._mapping(kind)
        needed = [f for f in mapping.columns if mapping.strict or f in NEEDED[kind]]
        return shaped(
            file,
            mapping.columns,
            tuple(needed),
            words=mapping.words,
            defaults=mapping.defaults,
            dates=self.dates,
        )

    def ignored(self, file: CsvFile, kind: str) -> tuple[str, ...]:
        """Columns of the file that nothing is read from, where no person chose to leave them out.

        In a profile of the practice's own the columns that count are named; in the generic one an unknown
        column is more likely a slip.
        """
        mapping = self._mapping(kind)
        return () if mapping.strict else file.beside(mapping.columns)

    def _mapping(self, kind: str) -> FileMapping:
        mapping = self.files.get(kind)
        if mapping is None:
            raise ProfileRefused(self.name, f"it has no part [{kind}.columns].")
        return mapping


GENERIC = Profile(
    "generic",
    "generic",
    {kind: FileMapping({f: f for f in fields}, strict=False) for kind, fields in _FIELDS.items()},
)


def profile_named(name: str, folder: Path) -> Profile:
    """The generic profile, or the practice's own from the configuration folder.

    Raises: NoProfile, ProfileRefused.
    """
    if name == GENERIC.name:
        return GENERIC
    path = folder / f"{name}.toml"
    if _NAME.fullmatch(name) is None or not path.is_file():
        raise NoProfile(name, folder)
    return load_profile(path)


def load_profile(path: Path) -> Profile:
    """Read a profile from TOML. Raises: NoFile, Unreadable, ProfileRefused."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise NoFile(str(path)) from None
    except OSError:
        raise Unreadable(str(path)) from None
    if len(data) > _MOST_BYTES:
        raise ProfileRefused(path.name, f"it is larger than {_MOST_BYTES >> 10} KiB.")
    try:
        return _profile(path.stem, tomllib.loads(data.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProfileRefused(path.name, f"it is not TOML ({plain(str(error))[:80]}).") from None


def _profile(name: str, raw: dict[str, Any]) -> Profile:
    _known(name, raw, _TOP, "the profile")
    source, dates = _text(name, raw, "source", name), _text(name, raw, "dates", "iso")
    delimiter = _text(name, raw, "delimiter", ",")
    if dates not in ("iso", "mdy", "dmy"):
        raise ProfileRefused(name, "dates must be iso, mdy or dmy.")
    if delimiter not in (",", ";", "\t", "|"):
        raise ProfileRefused(name, "the delimiter must be a comma, semicolon, tab or bar.")
    if _NAME.fullmatch(source) is None:
        raise ProfileRefused(name, "source must be a short word of small letters and digits.")
    files = {kind: _mapping(name, kind, _table(name, raw[kind], kind)) for kind in _FIELDS if kind in raw}
    return Profile(name, source, files, dates, delimiter)


def _mapping(name: str, kind: str, raw: dict[str, Any]) -> FileMapping:
    _known(name, raw, ("columns", "defaults", "words"), f"[{kind}]")
    columns = _texts(name, raw.get("columns", {}), f"{kind}.columns")
    defaults = _texts(name, raw.get("defaults", {}), f"{kind}.defaults")
    words = _table(name, raw.get("words", {}), f"{kind}.words")
    for part in (columns, defaults, words):
        _known(name, part, _FIELDS[kind], f"[{kind}]")
    missing = [f for f in NEEDED[kind] if f not in columns and f not in defaults]
    if missing:
        raise ProfileRefused(name, f"[{kind}.columns] says nothing of {', '.join(missing)}.")
    if kind == "sessions" and not {"external_id", "client_external_id"} <= columns.keys():
        raise ProfileRefused(name, "external_id and client_external_id need a column of their own.")
    meanings = {
        f: {theirs.casefold(): ours for theirs, ours in _texts(name, of, f"{kind}.words.{f}").items()}
        for f, of in words.items()
    }
    return FileMapping(columns, meanings, defaults)


def _known(name: str, part: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in part:
        if key not in known:
            raise ProfileRefused(
                name, f'{where} does not know "{plain(key)[:40]}"; it knows {", ".join(known)}.'
            )


def _text(name: str, raw: Mapping[str, Any], key: str, default: str) -> str:
    value = raw.get(key, default)
    if not isinstance(value, str):
        raise ProfileRefused(name, f"{key} must be a text in quotes.")
    return value


def _table(name: str, value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProfileRefused(name, f"[{where}] must be a table.")
    return value


def _texts(name: str, value: object, where: str) -> dict[str, str]:
    table = _table(name, value, where)
    for key, text in table.items():
        if not isinstance(text, str) or len(text) > 200:
            raise ProfileRefused(name, f"{plain(key)[:40]} in [{where}] must be a short text in quotes.")
    return table
