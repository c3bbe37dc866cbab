"""Import of clients from a CSV file by a mapping profile (RA5)."""

from collections.abc import Container, Iterator
from pathlib import Path
from typing import BinaryIO

from core.actors import Right
from core.books.csv_file import open_csv
from core.books.fields import MAIL, Row, quoted
from core.books.intake import ClientIntake, NewClient, NewGuarantor, client_id_of, full_name, in_book
from core.books.lookup import Lookup
from core.books.outcome import Changed, Outcome, record_run, stop_if_refused
from core.books.profiles import GENERIC, Profile
from core.books.reading import Reading, Source
from core.clients.commands import sort_name
from core.ids import named
from core.store import Tx

BILL_TO = {
    "client": "client", "self": "client", "self_pay": "client", "private_pay": "client",
    "insurance": "insurance", "hybrid": "hybrid",
}  # fmt: skip
_ACTIVE = dict.fromkeys(("yes", "y", "true", "1", "active"), "yes") | dict.fromkeys(
    ("no", "n", "false", "0", "inactive"), "no"
)
_ADDRESS = ("street", "street_2", "city", "state", "postal_code", "country")


def import_clients(
    tx: Tx,
    source: Path | BinaryIO,
    *,
    profile: Profile = GENERIC,
    skip_refused: bool = False,
    add_providers: bool = False,
) -> Outcome:
    """Bring in clients, each with the guarantor who owes for it. Importing again changes nothing.

    Raises: NoFile, FileRefused and ProfileRefused for the file as a whole; RowsRefused where rows
    cannot come in.
    """
    tx.require(Right.BILL)
    file = open_csv(source, delimiter=profile.delimiter)
    reads = profile.reads(file, "clients")
    reading = Reading()
    lookup = Lookup(tx, profile.source, add_providers=add_providers)
    for _ in _clients(reading, reads, profile, lookup):
        pass
    stop_if_refused(reading.refused, skip_refused=skip_refused)
    lookup.write_providers()
    intake = ClientIntake(tx)
    fresh = unchanged = 0
    changed = []
    guarantors: set[str] = set()
    for line, client in _clients(reading, reads, profile, lookup):
        if not in_book(tx, "client", client.client_id):
            intake.add(client)
            fresh += 1
        elif differs := _differs(
            tx, client, reads.shape.places, whole=client.guarantor.guarantor_id not in guarantors
        ):
            changed.append(Changed(line, ", ".join(differs)))
        else:
            unchanged += 1
        guarantors.add(client.guarantor.guarantor_id)
    intake.flush()
    outcome = Outcome(
        clients=fresh,
        unchanged=unchanged,
        refused=reading.refused,
        changed=tuple(changed),
        ignored=profile.ignored(file, "clients"),
    )
    return record_run(tx, outcome, profile=profile.name, digest=file.digest)


_CONTACT = ("street", "street 2", "city", "state", "postal code", "country", "email", "phone")
CLIENT_NOW = """
SELECT k.name, k.sort_name, k.birth_on, k.bill_to, k.office_id, k.provider_id, k.active, g.name, g.street,
       g.street_2, g.city, g.state, g.postal_code, g.country, g.email, g.phone
FROM client AS k JOIN guarantor AS g ON g.id = k.guarantor_id WHERE k.id = :client_id
"""


def _differs(tx: Tx, client: NewClient, said: Container[str], *, whole: bool) -> list[str]:
    """What the file says of a client otherwise than the book; what it leaves empty is not said.

    `whole`: of who owes as well. A guarantor whom several rows share is as the first of them has it.
    """
    now = tx.rows(CLIENT_NOW, client_id=client.client_id)[0]
    guarantor, name = client.guarantor, full_name(client.given, client.family)
    pairs = [
        ("name", name, now[0]),
        ("sort name", sort_name(client.given, client.family), now[1]),
        ("birth date", client.birth_on, now[2]),
        ("bill to", client.bill_to if "bill_to" in said else None, now[3]),
        ("office", client.office_id, now[4]),
        ("provider", client.provider_id, now[5]),
        ("active", int(client.active) if "active" in said or "left_on" in said else None, now[6]),
    ]
    if whole:
        pairs.append(("guarantor", None if guarantor.name == name else guarantor.name, now[7]))
        pairs += zip(_CONTACT, guarantor[2:10], now[8:], strict=True)
    return [what for what, ours, theirs in pairs if ours not in (None, "") and ours != theirs]


def _clients(
    reading: Reading, reads: Source, profile: Profile, lookup: Lookup
) -> Iterator[tuple[int, NewClient]]:
    at_line: dict[str, int] = {}

    def read(row: Row) -> NewClient:
        external_id = row.needed("external_id")
        if at_line.setdefault(external_id, row.line) != row.line:
            raise row.fault(
                "external_id", f"{quoted(external_id)} is in line {at_line[external_id]} already."
            )
        given, family = row.text("given_name"), row.text("family_name")
        if not given and not family:
            raise row.fault("family_name", "a client needs a name.")
        return NewClient(
            client_id_of(profile.source, external_id), external_id, given, family, row.day("birth_date"),
            _guarantor(row, profile.source, external_id, full_name(given, family)),
            bill_to=row.one_of("bill_to", BILL_TO, "client"),
            office_id=lookup.office(row) if row.text("office") else None,
            provider_id=lookup.provider(row),
            active=row.one_of("active", _ACTIVE, "yes") == "yes" and row.day("left_on") is None,
        )  # fmt: skip

    return reading.each(reads, read)


def _guarantor(row: Row, source: str, client_id: str, client_name: str) -> NewGuarantor:
    """Who owes: the client, or whom the file names. Rows with one guarantor_external_id share theirs."""
    name, shared_id = row.text("guarantor_name"), row.text("guarantor_external_id")
    if shared_id and not name:
        raise row.fault("guarantor_name", "is empty, though the row has a guarantor_external_id.")
    own = {part: row.text(part, 20 if part == "postal_code" else 200) for part in _ADDRESS}
    theirs = {part: row.text(f"guarantor_{part}", 20 if part == "postal_code" else 200) for part in _ADDRESS}
    address = theirs if name and any(theirs.values()) else own
    email, phone = _email(row, "email"), row.text("phone", 40)
    if name:
        email = _email(row, "guarantor_email") or email
        phone = row.text("guarantor_phone", 40) or phone
    key = f"guarantor:{source}:{shared_id}" if shared_id else f"guarantor:{source}:client:{client_id}"
    return NewGuarantor(
        named(key), name or client_name, **address, email=email, phone=phone, external_id=shared_id or None
    )


def _email(row: Row, field: str) -> str:
    value = row.text(field, MAIL)
    before, at, after = value.partition("@")
    if value and not (
        before and at and "." in after and "@" not in after and not any(map(str.isspace, value))
    ):
        raise row.fault(field, f"{quoted(value)} is not an e-mail address.")
    return value
