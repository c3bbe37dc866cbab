"""Finds what a file means by an office, a provider or a service among those of the practice."""

from collections.abc import Iterable
from typing import NamedTuple

from core.books.fields import Row, quoted
from core.books.intake import own_office
from core.ids import named
from core.store import Tx
from core.tables import Provider

OFFICES = "SELECT id, code, external_id FROM office"
PROVIDERS = "SELECT id, name, external_id FROM provider"
SERVICES = "SELECT code_system, code, rate_cents, description FROM service WHERE NOT archived"

_MANY = ""


class Fee(NamedTuple):
    rate_cents: int
    description: str


class Lookup:
    """Read once for an import. With `add_providers`, a provider nobody knows is added by name."""

    def __init__(self, tx: Tx, source: str, *, add_providers: bool = False) -> None:
        self._tx = tx
        self._source = source
        self._add_providers = add_providers
        self._new_providers: dict[str, str] = {}
        self.own_office = own_office(tx)
        self._offices = _by_word(tx.rows(OFFICES))
        self._providers = _by_word(tx.rows(PROVIDERS))
        self._services = {(system, code): Fee(rate, words) for system, code, rate, words in tx.rows(SERVICES)}

    def office(self, row: Row) -> str | None:
        """By code or external id; the office of this computer where the field is empty."""
        value = row.text("office")
        if not value:
            return self.own_office
        found = self._offices.get(value.casefold())
        if not found:
            raise row.fault("office", f"{quoted(value)} is no office of the practice. Use an office's code.")
        return found

    def provider(self, row: Row) -> str | None:
        """By name or external id, or nobody where the field is empty."""
        value = row.text("provider")
        if not value:
            return None
        found = self._providers.get(value.casefold())
        if found is None and self._add_providers:
            found = named(f"provider:{self._source}:{value.casefold()}")
            self._providers[value.casefold()] = found
            self._new_providers[found] = value
        if found == _MANY:
            raise row.fault("provider", f"several providers are called {quoted(value)}. Use an external id.")
        if found is None:
            raise row.fault(
                "provider", f"{quoted(value)} is no provider of the practice. Add the provider first."
            )
        return found

    def fee(self, code_system: str, code: str) -> Fee | None:
        """What the practice asks for a service."""
        return self._services.get((code_system, code))

    def write_providers(self) -> None:
        """Put the providers that were added in the book."""
        for provider_id, name in self._new_providers.items():
            self._tx.add(Provider(id=provider_id, name=name, external_id=name, office_id=self.own_office))
        self._new_providers.clear()


def _by_word(rows: Iterable[tuple[str, str, str | None]]) -> dict[str, str]:
    """Ids by name and by external id; a name that several share leads to none of them."""
    found: dict[str, str] = {}
    for row_id, name, external_id in rows:
        for word in {name.casefold(), (external_id or name).casefold()}:
            found[word] = row_id if found.get(word, row_id) == row_id else _MANY
    return found
