"""Who can owe: the guarantors of the book, found as people type them."""

from collections import namedtuple

from core.errors import NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

GuarantorRow = namedtuple("GuarantorRow", "guarantor_id guarantor street city email clients")
"""`clients` is how many clients it owes for by itself; shares of others' charges are not counted."""

GUARANTORS = """
SELECT g.id, g.name, g.street, g.city, g.email,
       (SELECT count(*) FROM client AS k WHERE k.guarantor_id = g.id AND k.archived = 0)
FROM guarantor AS g WHERE g.archived = 0 ORDER BY g.name, g.id
"""


def guarantors(read: "Read") -> list[GuarantorRow]:
    """Everybody who owes or may owe, by name."""
    return read.all(GUARANTORS, GuarantorRow)


class NoGuarantor(NotFound):
    code = "no_guarantor"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(
            f'There is no guarantor "{plain(typed)[:60]}". `guarantor add` adds one.', subject=typed[:60]
        )


class ManyGuarantors(NotFound):
    code = "many_guarantors"

    def __init__(self, typed: str, found: "list[GuarantorRow]") -> None:
        from core.ids import short
        from core.text import plain

        shown = "; ".join(f"{plain(row.guarantor)} ({short(row.guarantor_id)})" for row in found[:5])
        super().__init__(
            f'More than one guarantor fits "{plain(typed)[:60]}": {shown}.'
            " Type more of the name, or the characters in brackets."
        )


KNOWN_BY = "SELECT id FROM guarantor WHERE id = :typed OR external_id = :typed LIMIT 1"


def find_guarantor(read: "Read", typed: str) -> str:
    """The id for what a person types: an id or its last characters, an external id, part of the name.

    Raises: NoGuarantor, ManyGuarantors.
    """
    from core.text import search_key

    typed = typed.strip()
    known = read.value(KNOWN_BY, typed=typed)
    if known is not None:
        return str(known)
    rows = guarantors(read)
    if len(typed) >= 8 and set(typed.lower()) <= set("0123456789abcdef-"):
        ending = [row for row in rows if row.guarantor_id.endswith(typed.lower())]
        if len(ending) == 1:
            return str(ending[0].guarantor_id)
    words = search_key(typed).replace(",", " ").split()
    if not words:
        raise NoGuarantor(typed)
    fits, exact = [], []
    for row in rows:
        key = search_key(row.guarantor).replace(",", " ")
        if sorted(key.split()) == sorted(words):
            exact.append(row)
        if all(word in key for word in words):
            fits.append(row)
    found = exact or fits
    if not found:
        raise NoGuarantor(typed)
    if len(found) > 1:
        raise ManyGuarantors(typed, found)
    return str(found[0].guarantor_id)
