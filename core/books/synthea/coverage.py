"""Synthea's payers, and which of them covered whom from when to when."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from core.books.fields import Row
from core.books.intake import Bulk, client_id_of, in_book
from core.books.synthea.folder import PROFILE, Folder
from core.dates import local_day
from core.ids import named
from core.tables import Coverage, Payer

_NOBODY = "NO_INSURANCE"
"""How Synthea writes that nobody covers a patient."""


class NewPayer(NamedTuple):
    external_id: str
    name: str
    street: str
    city: str
    state: str
    postal_code: str
    phone: str


class NewCoverage(NamedTuple):
    coverage_id: str
    client_id: str
    payer_id: str
    member_number: str
    subscriber: str
    relation: str
    rank: int
    starts_on: str
    ends_on: str | None


def payers(folder: Folder) -> dict[str, NewPayer]:
    """Every payer by external id."""

    def read(row: Row) -> NewPayer:
        return NewPayer(
            row.needed("external_id"), row.needed("name"), row.text("street"), row.text("city"),
            row.text("state"), row.text("postal_code", 20), row.text("phone", 40),
        )  # fmt: skip

    source = folder.sources.get("payers")
    if source is None:
        return {}
    return {payer.external_id: payer for _, payer in folder.reading.each(source, read)}


def write_payers(folder: Folder, found: dict[str, NewPayer]) -> None:
    bulk = Bulk(folder.tx, Payer, ("id", *NewPayer._fields))
    for payer in found.values():
        payer_id = _payer_id(payer.external_id)
        if payer.name != _NOBODY and not in_book(folder.tx, "payer", payer_id):
            bulk.add((payer_id, *payer))
    bulk.flush()


def coverages(folder: Folder, patients: set[str], known: dict[str, NewPayer]) -> Iterator[NewCoverage]:
    """A coverage for each payer of each span; times without an insurer give none."""

    def read(row: Row) -> list[NewCoverage]:
        patient = row.needed("patient")
        if patient not in patients:
            raise row.fault("patient", "there is no such patient in patients.csv.")
        starts_on, ends_on = _span(row, folder)
        made = []
        for rank, field in enumerate(("payer", "second_payer"), 1):
            payer = row.text(field)
            if payer and payer not in known:
                raise row.fault(field, "there is no such payer in payers.csv.")
            if payer and known[payer].name != _NOBODY:
                key = f"coverage:{PROFILE}:{patient}:{row.text('start')}:{payer}:{rank}"
                made.append(
                    NewCoverage(
                        named(key),
                        client_id_of(PROFILE, patient),
                        _payer_id(payer),
                        row.text("member") if rank == 1 else "",
                        row.text("subscriber"),
                        row.text("relation"),
                        rank,
                        starts_on,
                        ends_on,
                    )
                )
        return made

    source = folder.sources.get("payer_transitions")
    if source is not None:
        for _, made in folder.reading.each(source, read):
            yield from made


def _span(row: Row, folder: Folder) -> tuple[str, str | None]:
    """The days a span covers: it ends where the next begins, so its last day is the one before."""
    starts_on = _day(row, "start", folder)
    if not row.text("end"):
        return starts_on.isoformat(), None
    last = _day(row, "end", folder)
    if len(row.text("end")) > 4:
        last -= timedelta(days=1)
    return starts_on.isoformat(), max(starts_on, last).isoformat()


def _day(row: Row, field: str, folder: Folder) -> date:
    """Older data sets give a year alone: from its first day, to its last."""
    value = row.needed(field)
    if len(value) == 4 and value.isascii() and value.isdigit() and 1900 <= int(value) < 2200:
        return date(int(value), 1, 1) if field == "start" else date(int(value), 12, 31)
    return local_day(row.instant(field, folder.zone), folder.zone.key)


def write_coverages(folder: Folder, found: Iterator[NewCoverage]) -> None:
    bulk = Bulk(folder.tx, Coverage, ("id", *NewCoverage._fields[1:]))
    seen = set()
    for coverage in found:
        if coverage.coverage_id not in seen and not in_book(folder.tx, "coverage", coverage.coverage_id):
            seen.add(coverage.coverage_id)
            bulk.add(coverage)
    bulk.flush()


def _payer_id(external_id: str) -> str:
    return named(f"payer:{PROFILE}:{external_id}")
