"""A folder of Synthea files, opened and checked as files: which columns we read of each.

Source: column names as Synthea's CSV exporter writes them.
"""

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.books.csv_file import NoFile, open_csv
from core.books.intake import own_office
from core.books.reading import Reading, Source, shaped
from core.dates import zone
from core.practice.queries import practice
from core.store import Tx

PROFILE = "synthea"
SNOMED = "SNOMED"

_COLUMNS: dict[str, dict[str, str]] = {
    "patients": {
        "external_id": "Id", "given": "FIRST", "family": "LAST", "birth_on": "BIRTHDATE",
        "died_on": "DEATHDATE", "street": "ADDRESS", "city": "CITY", "state": "STATE", "postal_code": "ZIP",
    },
    "providers": {"external_id": "Id", "name": "NAME"},
    "encounters": {
        "external_id": "Id", "start": "START", "stop": "STOP", "patient": "PATIENT", "provider": "PROVIDER",
    },
    "claims": {
        "external_id": "Id", "session": "APPOINTMENTID",
        **{f"diagnosis_{n}": f"DIAGNOSIS{n}" for n in range(1, 9)},
    },
    "claims_transactions": {
        "external_id": "ID", "claim": "CLAIMID", "type": "TYPE", "session": "APPOINTMENTID",
        "code": "PROCEDURECODE", "description": "NOTES", "units": "UNITS", "rate": "UNITAMOUNT",
        "paid": "PAYMENTS", "method": "METHOD",
        **{f"pointer_{n}": f"DIAGNOSISREF{n}" for n in range(1, 5)},
    },
    "payers": {
        "external_id": "Id", "name": "NAME", "street": "ADDRESS", "city": "CITY",
        "state": "STATE_HEADQUARTERED", "postal_code": "ZIP", "phone": "PHONE",
    },
    "payer_transitions": {
        "patient": "PATIENT", "member": "MEMBERID", "start": "START_YEAR", "end": "END_YEAR",
        "payer": "PAYER", "second_payer": "SECONDARY_PAYER", "relation": "OWNERSHIP",
        "subscriber": "OWNERNAME",
    },
}  # fmt: skip

_MAY_BE_ABSENT = frozenset({"payers", "payer_transitions"})


class Folder(NamedTuple):
    """What every part of the import needs: the book, the files, what was wrong so far."""

    tx: Tx
    sources: dict[str, Source]
    reading: Reading
    zone: ZoneInfo
    office_id: str | None

    def digest(self) -> str:
        """Names the folder's content in the log."""
        return sha256("".join(source.file.digest for source in self.sources.values()).encode()).hexdigest()


def open_folder(tx: Tx, path: Path) -> Folder:
    """Raises: NoFile, Unreadable, FileRefused."""
    sources = {}
    for name, columns in _COLUMNS.items():
        try:
            file = open_csv(path / f"{name}.csv")
        except NoFile:
            if name in _MAY_BE_ABSENT:
                continue
            raise
        sources[name] = shaped(file, columns, tuple(columns), label=file.name)
    return Folder(tx, sources, Reading(), zone(practice(tx).timezone), own_office(tx))
