"""Synthea's patients as clients, and the providers who saw them."""

from collections.abc import Iterator

from core.books.fields import Row
from core.books.intake import Bulk, ClientIntake, NewClient, NewGuarantor, client_id_of, full_name, in_book
from core.books.synthea.folder import PROFILE, Folder
from core.ids import named
from core.tables import Provider


def patients(folder: Folder, bill_to: str) -> Iterator[NewClient]:
    """Each patient owes for itself. One who died comes in inactive; what was done is still billed."""
    seen: dict[str, int] = {}

    def read(row: Row) -> NewClient:
        external_id = row.needed("external_id")
        if seen.setdefault(external_id, row.line) != row.line:
            raise row.fault("external_id", f"is the same as in line {seen[external_id]}.")
        given, family = row.text("given"), row.text("family")
        if not given and not family:
            raise row.fault("family", "a client needs a name.")
        guarantor = NewGuarantor(
            named(f"guarantor:{PROFILE}:{external_id}"),
            full_name(given, family),
            street=row.text("street"),
            city=row.text("city"),
            state=row.text("state"),
            postal_code=row.text("postal_code", 20),
        )
        return NewClient(
            client_id_of(PROFILE, external_id), external_id, given, family, row.day("birth_on"),
            guarantor, bill_to=bill_to, active=row.day("died_on") is None,
        )  # fmt: skip

    return (client for _, client in folder.reading.each(folder.sources["patients"], read))


def write_patients(folder: Folder, clients: list[NewClient]) -> int:
    """Put those in the book that are not there yet; answers how many."""
    intake = ClientIntake(folder.tx)
    fresh = [client for client in clients if not in_book(folder.tx, "client", client.client_id)]
    for client in fresh:
        intake.add(client)
    intake.flush()
    return len(fresh)


def provider_id_of(external_id: str) -> str:
    return named(f"provider:{PROFILE}:{external_id}")


def providers(folder: Folder) -> dict[str, str]:
    """The names of all providers, by external id."""

    def read(row: Row) -> tuple[str, str]:
        return row.needed("external_id"), row.needed("name")

    return dict(found for _, found in folder.reading.each(folder.sources["providers"], read))


def write_providers(folder: Folder, names: dict[str, str], seen: set[str]) -> None:
    """Put those who saw somebody in the book. They have no NPI; a superbill will say so."""
    bulk = Bulk(folder.tx, Provider, ("id", "name", "external_id", "office_id"))
    for external_id in sorted(seen):
        provider_id = provider_id_of(external_id)
        if not in_book(folder.tx, "provider", provider_id):
            bulk.add((provider_id, names[external_id], external_id, folder.office_id))
    bulk.flush()
