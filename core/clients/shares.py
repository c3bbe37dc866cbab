"""Who owes what part of a client's charges, from a day on (RB8).

An arrangement is a set of shares with the days it holds. It is never edited: a new one ends the old one
the day before. A day that has been billed keeps its arrangement, so that sibling invoices always add up.
"""

from collections import namedtuple
from datetime import date, timedelta

from core import audit
from core.actors import Right
from core.clients.queries import address, client
from core.dates import require_near
from core.errors import DomainError, UsageError
from core.ledger.shares import WHOLE_BPS
from core.ledger.unbilled import LIVE_DRAFT_LINE, LIVE_LINE
from core.money import parse_cents, parse_percent, show_cents
from core.tables import PayerShare
from core.text import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.store import Read, Tx

NewShare = namedtuple("NewShare", "guarantor_id kind share_bps share_cents", defaults=(None, None))
"""`kind` is percent (of each charge, in basis points), fixed (cents of each charge) or remainder."""

ShareRow = namedtuple(
    "ShareRow", "share_id guarantor_id guarantor kind share_bps share_cents effective_from effective_to"
)


class BadShares(UsageError):
    code = "bad_shares"


class AlreadyBilledSo(DomainError):
    code = "already_billed_so"

    def __init__(self, first: date, numbers: "Sequence[str]", last: str) -> None:
        shown = ", ".join(numbers[:3]) + (f" and {len(numbers) - 3} more" if len(numbers) > 3 else "")
        super().__init__(
            f"Charges from {first} on are billed as they were shared before ({shown}). Choose a day after"
            f" {last}, or void those invoices and delete those drafts first."
        )


class NotShared(DomainError):
    code = "not_shared"

    def __init__(self, first: date) -> None:
        super().__init__(f"From {first} on the client's own guarantor owes everything already.")


def set_shares(tx: "Tx", client_id: str, shares: "Sequence[NewShare]", *, effective_from: date) -> list[str]:
    """From a day of service on, share every charge of a client between guarantors. Answers the shares' ids.

    Whatever was arranged for that day and later days ends.

    Raises: BadShares, for shares that do not make a whole; TooFar, AlreadyBilledSo, NotFound.
    """
    tx.require(Right.BILL)
    require_near(effective_from)
    client(tx, client_id)
    for share in shares:
        address(tx, share.guarantor_id)
    check_shares(shares)
    _end(tx, client_id, effective_from)
    made = [
        tx.add(
            PayerShare(
                client_id=client_id,
                position=position,
                effective_from=effective_from.isoformat(),
                **share._asdict(),
            )
        )
        for position, share in enumerate(shares)
    ]
    audit.record(
        tx, "client.shares_set", "client", client_id, from_on=effective_from.isoformat(),
        shares=[share._asdict() for share in shares],
    )  # fmt: skip
    return made


def end_shares(tx: "Tx", client_id: str, *, effective_from: date) -> None:
    """From a day of service on, the client's own guarantor owes every charge whole again.

    Raises: NotShared, TooFar, AlreadyBilledSo, NotFound.
    """
    tx.require(Right.BILL)
    require_near(effective_from)
    client(tx, client_id)
    if _end(tx, client_id, effective_from) == 0:
        raise NotShared(effective_from)
    audit.record(tx, "client.shares_ended", "client", client_id, from_on=effective_from.isoformat())


class NotAShare(UsageError):
    code = "usage"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:40]}" is not a share. Write it like "Robert Miller=50%", =20.00 or =rest.'
        )


def parse_share(typed: str, find: "Callable[[str], str]") -> NewShare:
    """`Robert Miller=50%`, `=20.00` or `=rest`; `find` answers a guarantor's id for what was typed.

    Raises: NotAShare, and what `find` raises.
    """
    name, equals, part = (piece.strip() for piece in typed.rpartition("="))
    if not (name and equals and part):
        raise NotAShare(typed)
    guarantor_id = find(name)
    if part.lower() == "rest":
        return NewShare(guarantor_id, "remainder")
    if part.endswith("%"):
        return NewShare(guarantor_id, "percent", share_bps=parse_percent(part))
    return NewShare(guarantor_id, "fixed", share_cents=parse_cents(part))


def parse_shares(typed: str, find: "Callable[[str], str]") -> list[NewShare]:
    """Several in one line, each ending with its part: `Robert Miller=50% Fiona=rest`.

    Raises: NotAShare, BadShares, and what `find` raises.
    """
    *first, last = typed.split("=")
    pieces = []
    name = first[0] if first else last
    for after in [*first[1:], last] if first else []:
        part, _, following = after.strip().partition(" ")
        pieces.append(f"{name.strip(' ,;')}={part.strip(',;')}")
        name = following
    if name.strip(" ,;"):
        raise NotAShare(name)
    shares = [parse_share(piece, find) for piece in pieces]
    check_shares(shares)
    return shares


def typed_share(share: ShareRow) -> str:
    """A share as it is typed: `Robert Miller=50%`."""
    if share.kind == "remainder":
        part = "rest"
    elif share.kind == "percent":
        part = share_words(share).replace(" ", "")
    else:
        part = show_cents(share.share_cents or 0)
    return f"{share.guarantor}={part}"


def check_shares(shares: "Sequence[NewShare]") -> None:
    """Raises: BadShares, where a charge of any amount could not be told apart into these shares."""
    if len(shares) < 2:
        raise BadShares("Charges are shared between at least two guarantors.")
    if len({share.guarantor_id for share in shares}) < len(shares):
        raise BadShares("The same guarantor is named twice. Put its parts together.")
    percents = [share.share_bps or 0 for share in shares if share.kind == "percent"]
    fixed = [share.share_cents or 0 for share in shares if share.kind == "fixed"]
    rest = sum(share.kind == "remainder" for share in shares)
    if len(percents) + len(fixed) + rest < len(shares):
        raise BadShares("A share is a percentage, an amount of each charge, or the rest.")
    if any(bps <= 0 for bps in percents) or any(cents <= 0 for cents in fixed):
        raise BadShares("A share is above zero; leave out who owes nothing.")
    asked = sum(percents)
    shown = f"{asked // 100}.{asked % 100:02} %"
    if asked > WHOLE_BPS:
        raise BadShares(f"The percentages come to {shown}. They are 100 % at most.")
    if fixed and not rest:
        raise BadShares("Beside fixed amounts somebody must take the rest of each charge.")
    if not rest and asked < WHOLE_BPS:
        raise BadShares(f"The percentages come to {shown}. Make them 100 %, or let somebody take the rest.")
    if rest and asked == WHOLE_BPS:
        raise BadShares("The percentages come to 100 %, so nothing is left for who takes the rest.")


def restore_shares(tx: "Tx", client_id: str, before: "Sequence[ShareRow]", *, effective_from: date) -> None:
    """From a day of service on, share as it was arranged before; `before` is what `shares_of` answered.

    Raises: AlreadyBilledSo, NotFound.
    """
    tx.require(Right.BILL)
    sets: dict[tuple[str, str | None], list[ShareRow]] = {}
    for row in before:
        if row.effective_to is None or row.effective_to >= effective_from.isoformat():
            sets.setdefault((row.effective_from, row.effective_to), []).append(row)
    if any(one.effective_to is None or one.effective_to >= effective_from.isoformat()
           for one in shares_of(tx, client_id)):  # fmt: skip
        end_shares(tx, client_id, effective_from=effective_from)
    for (first, last), rows in sets.items():
        begins = max(date.fromisoformat(first), effective_from)
        shares = [NewShare(row.guarantor_id, row.kind, row.share_bps, row.share_cents) for row in rows]
        set_shares(tx, client_id, shares, effective_from=begins)
        if last is not None:
            end_shares(tx, client_id, effective_from=date.fromisoformat(last) + timedelta(days=1))


TO_END = """
SELECT id, guarantor_id FROM payer_share
WHERE client_id = :client_id AND (effective_to IS NULL OR effective_to >= :from_on)
  AND (effective_to IS NULL OR effective_from <= effective_to)
"""

CARRIED_FROM = f"""
SELECT c.service_on, coalesce((SELECT i.number FROM invoice_issue AS i WHERE i.id = l.issue_id), '')
FROM charge AS c JOIN invoice_line AS l ON l.charge_id = c.id
WHERE c.client_id = :client_id AND c.service_on >= :from_on AND {LIVE_LINE}
UNION SELECT c.service_on, 'a draft' FROM charge AS c JOIN draft_line AS l ON l.charge_id = c.id
WHERE c.client_id = :client_id AND c.service_on >= :from_on AND {LIVE_DRAFT_LINE}
ORDER BY 1
"""  # noqa: S608  composed of the constants above


def _end(tx: "Tx", client_id: str, effective_from: date) -> int:
    """End what is arranged from a day on, the day before; answers how many shares that were.

    A set that was to begin on that day or later then ends before it begins: it never holds.
    """
    first = effective_from.isoformat()
    billed = tx.rows(CARRIED_FROM, client_id=client_id, from_on=first)
    if billed:
        numbers = list(dict.fromkeys(number for _, number in billed))
        raise AlreadyBilledSo(effective_from, numbers, billed[-1][0])
    ending = tx.rows(TO_END, client_id=client_id, from_on=first)
    for share_id, _ in ending:
        tx.change(PayerShare, share_id, effective_to=(effective_from - timedelta(days=1)).isoformat())
    return len(ending)


SHARES = """
SELECT s.id, s.guarantor_id, g.name, s.kind, s.share_bps, s.share_cents, s.effective_from, s.effective_to
FROM payer_share AS s JOIN guarantor AS g ON g.id = s.guarantor_id
WHERE s.client_id = :client_id AND (s.effective_to IS NULL OR s.effective_from <= s.effective_to)
ORDER BY s.effective_from, s.position, s.id
"""


def shares_of(read: "Read", client_id: str) -> list[ShareRow]:
    """Every arrangement of a client that ever held or will, in order of its days."""
    return read.all(SHARES, ShareRow, client_id=client_id)


PAYER_NAMES = """
SELECT DISTINCT g.id, g.name FROM payer_share AS s JOIN guarantor AS g ON g.id = s.guarantor_id
WHERE s.client_id = :client_id
"""


def payer_names(read: "Read", client_id: str) -> dict[str, str]:
    """The names of the guarantors who owe shares of a client's charges, by id."""
    return dict(read.rows(PAYER_NAMES, client_id=client_id))


def share_words(share: ShareRow | NewShare) -> str:
    """A share in words: `33.33 %`, `20.00 of each charge` or `the rest`."""
    if share.kind == "percent":
        whole, part = divmod(share.share_bps or 0, 100)
        return f"{whole}.{part:02}".rstrip("0").rstrip(".") + " %"
    return "the rest" if share.kind == "remainder" else f"{show_cents(share.share_cents or 0)} of each charge"
