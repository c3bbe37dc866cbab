"""What a door must know of the practice."""

from collections import namedtuple

from core.actors import Actor, Role
from core.errors import DomainError, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
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


def actor(read: "Read", user_id: str) -> Actor:
    """Who acts under a key slot. Raises: UserInactive."""
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
