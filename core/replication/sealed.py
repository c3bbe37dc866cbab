"""Whether each site's signature under its chain still fits: the chain alone does not show who wrote it.

Whoever has the book's key can alter a fact and make every link after it anew; the site's own key, which
signed the chain when the facts left, is not in this book.
"""

from typing import NamedTuple

from core.replication.seals import seal_holds
from core.store import Read
from core.sync.fork import chain_after
from core.tables import shapes


class SealFound(NamedTuple):
    """A site's seal under its facts up to `no`; `wrong` is empty where it fits."""

    site: int
    no: int
    wrong: str


SEALS = """
SELECT s.site, s.no, s.head, s.signature, p.public_key, coalesce(t.public_key, '')
FROM sync_seal AS s LEFT JOIN sync_peer AS p ON p.site = s.site LEFT JOIN site AS t ON t.number = s.site
ORDER BY s.site
"""


def verify_seals(read: Read) -> list[SealFound]:
    """Every seal that is kept here, the hub's word before the book's about whose key is whose."""
    found = []
    for site, no, head, signature, at_hub, known in read.rows(SEALS):
        try:
            key = at_hub or bytes.fromhex(known)
        except ValueError:
            key = b""
        if not key:
            wrong = "no key of this site is known"
        elif not seal_holds(key, site, no, head, signature):
            wrong = "the seal is not this site's"
        elif chain_after(read, shapes(), site, no).get(no) != head:
            wrong = "the fact is not the one that the site sealed, or one before it is not"
        else:
            wrong = ""
        found.append(SealFound(site, no, wrong))
    return found
