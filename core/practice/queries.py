"""What a door must know of the practice."""

from collections import namedtuple

from core.errors import DomainError, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from core.actors import Actor
    from core.store import Read


class UserInactive(DomainError):
    code = "user_inactive"

    def __init__(self) -> None:
        super().__init__("This key belongs to a user who may no longer work in the book. Ask an owner.")


PracticeView = namedtuple("PracticeView", "practice_id name timezone currency")

PRACTICE = "SELECT id, name, timezone, currency FROM practice ORDER BY id LIMIT 1"


def practice(read: "Read") -> PracticeView:
    """The practice of this book. Raises: NotFound, for a book that was never set up."""
    found = read.first(PRACTICE, PracticeView)
    if found is None:
        raise NotFound("This book has no practice yet. `daysheet init` sets one up.")
    return found


USER = 'SELECT id, name, role, active FROM "user" WHERE id = :user_id'


def actor(read: "Read", user_id: str) -> "Actor":
    """Who acts under a key slot. Raises: UserInactive."""
    from core.actors import Actor, Role

    found = read.first(USER, lambda *row: row, user_id=user_id)
    if found is None or not found[3]:
        raise UserInactive
    return Actor(found[0], found[1], Role(found[2]))


LicenceView = namedtuple("LicenceView", "provider_id first_year last_year renews active")

LICENCES = """
SELECT l.provider_id, l.first_year, l.last_year, l.renews, p.active
FROM cpt_licence AS l JOIN provider AS p ON p.id = l.provider_id
"""


def licensed_providers(read: "Read", year: int) -> set[str]:
    """The providers who may bill CPT codes in a year (RH2).

    A licence holds for its first year, and for each later one while the provider is active and it was
    not switched off. Source: `domain.md` section 17.
    """
    return {
        licence.provider_id
        for licence in read.all(LICENCES, LicenceView)
        if licence.first_year == year
        or (
            licence.first_year < year
            and licence.renews
            and licence.active
            and (licence.last_year is None or year <= licence.last_year)
        )
    }


ProviderView = namedtuple(
    "ProviderView",
    "provider_id name credentials npi active licences licence licence_state supervisor portal_message",
)

PROVIDERS = """
SELECT p.id, p.name, p.credentials, p.npi, p.active,
       coalesce((SELECT group_concat(l.first_year || CASE l.renews WHEN 1 THEN '+' ELSE '' END, ' ')
                 FROM cpt_licence AS l WHERE l.provider_id = p.id), ''),
       p.licence, p.licence_state,
       coalesce((SELECT s.name FROM provider AS s WHERE s.id = p.supervisor_id), ''),
       p.portal_message
FROM provider AS p ORDER BY p.name, p.id
"""


def providers(read: "Read") -> list[ProviderView]:
    """Every provider; `licences` are first years, with + where it renews."""
    return read.all(PROVIDERS, ProviderView)


OfficeView = namedtuple("OfficeView", "office_id code name street city state postal_code phone")
OFFICES = """
SELECT id, code, name, street, city, state, postal_code, phone FROM office
WHERE archived = 0 ORDER BY code, id
"""


def offices(read: "Read") -> list[OfficeView]:
    return read.all(OFFICES, OfficeView)


OWN_OFFICE = """
SELECT s.office_id FROM site AS s JOIN sync_clock AS c ON c.site = s.number LIMIT 1
"""


def own_office(read: "Read") -> str | None:
    """The office that this computer stands in, where what is recorded here was done."""
    found = read.value(OWN_OFFICE)
    return None if found is None else str(found)


ServiceView = namedtuple("ServiceView", "service_id code_system code description rate_cents unit_minutes")
SERVICES = """
SELECT id, code_system, code, description, rate_cents, unit_minutes FROM service
WHERE archived = 0 ORDER BY code_system, code, id
"""


def services(read: "Read") -> list[ServiceView]:
    return read.all(SERVICES, ServiceView)


class NoService(NotFound):
    code = "no_service"

    def __init__(self, typed: str, many: bool) -> None:
        from core.text import plain

        shown = plain(typed)[:40]
        if many:
            super().__init__(f'More than one service has the code "{shown}". Describe it with --text.')
        else:
            super().__init__(f'The practice has no service "{shown}". `daysheet service list` shows them.')


def service_of(read: "Read", code: str) -> ServiceView:
    """The practice's service with a code. Raises: NoService."""
    return service_in(services(read), code)


def service_in(known: "Sequence[ServiceView]", code: str) -> ServiceView:
    """The same of services that are read already. Raises: NoService."""
    found = [row for row in known if row.code.casefold() == code.strip().casefold()]
    if len(found) != 1:
        raise NoService(code, bool(found))
    return found[0]


PolicyView = namedtuple("PolicyView", "kind effective_from rule policy_id")
POLICIES = "SELECT kind, effective_from, rule, policy_id FROM policy ORDER BY kind, effective_from, at"


def policies(read: "Read") -> list[PolicyView]:
    """Every version of every rule; `rule` is JSON."""
    return read.all(POLICIES, PolicyView)


SeriesView = namedtuple("SeriesView", "site name office series last_number")
SERIES = """
SELECT s.number, s.name, coalesce(o.code, ''), s.series,
       (SELECT i.number FROM invoice_issue AS i WHERE i.series = s.series
        ORDER BY i.series_no DESC LIMIT 1)
FROM site AS s LEFT JOIN office AS o ON o.id = s.office_id ORDER BY s.number
"""


def number_series(read: "Read") -> list[SeriesView]:
    """Each computer's own series of invoice numbers, with the last one it gave."""
    return read.all(SERIES, SeriesView)


UserView = namedtuple("UserView", "user_id name role active")
USERS = 'SELECT id, name, role, active FROM "user" ORDER BY name, id'


def users(read: "Read") -> list[UserView]:
    return read.all(USERS, UserView)


PROFILE_FIELDS = (
    "name", "timezone", "currency", "tax_id", "npi", "phone", "email", "street", "street_2", "city", "state",
    "postal_code", "footer", "portal_message",
)  # fmt: skip
PROFILE = f"""
SELECT {", ".join(PROFILE_FIELDS)}, coalesce(logo_sha256, '') FROM practice ORDER BY id LIMIT 1
"""  # noqa: S608


def practice_profile(read: "Read") -> dict[str, str]:
    """The practice as its documents name it; a logo by its SHA-256."""
    found = read.rows(PROFILE)
    if not found:
        return {}
    from core.ledger.pay_link import portal_address

    shown = dict(zip((*PROFILE_FIELDS, "logo_sha256"), found[0], strict=True))
    return {**shown, "portal_address": portal_address(read)}


class NoneOrMany(NotFound):
    code = "none_or_many"

    def __init__(self, what: str, typed: str, many: int) -> None:
        from core.text import plain

        shown = plain(typed)[:60]
        fits = f"More than one {what} fits" if many else f"There is no {what}"
        super().__init__(f'{fits} "{shown}".')


def find_named(rows: "Sequence[tuple[Any, ...]]", what: str, typed: str) -> str:
    """The id of the one row (id, name, ...) whose id ends in, or whose name contains, what was typed.

    Raises: NoneOrMany.
    """
    from core.text import search_key

    key = search_key(typed.strip())
    exact = [row for row in rows if row[0] == typed or search_key(row[1]) == key]
    fits = exact or [row for row in rows if key and (row[0].endswith(key) or key in search_key(row[1]))]
    if len(fits) != 1:
        raise NoneOrMany(what, typed, len(fits))
    return str(fits[0][0])
