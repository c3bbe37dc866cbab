"""How a charge is shared between guarantors: so much percent, so many cents, or the remainder (RB8)."""

from collections import namedtuple

from core.money import split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

Share = namedtuple("Share", "share_id guarantor_id kind share_bps share_cents")
"""`kind` is percent (basis points), fixed (cents of each charge) or remainder."""

WHOLE_BPS = 10_000


def share_out(amount_cents: int, shares: "Sequence[Share]") -> list[int]:
    """The cents of a charge that each share owes, in the order given; they add up to the charge.

    Fixed shares come first, each up to what is left; percentages are of the charge, also up to what is
    left; those who take the remainder share it evenly. Cents that percentages leave over by rounding go to
    the largest remainders, earlier shares first.
    """
    owed = [0] * len(shares)
    left = amount_cents
    for place, share in enumerate(shares):
        if share.kind == "fixed":
            owed[place] = min(share.share_cents, left)
            left -= owed[place]
    percents = [place for place, share in enumerate(shares) if share.kind == "percent"]
    rest = [place for place, share in enumerate(shares) if share.kind == "remainder"]
    if percents:
        bps = [shares[place].share_bps for place in percents]
        unasked = max(WHOLE_BPS - sum(bps), 0)
        parts = split(amount_cents, [*bps, unasked])
        for place, part in zip(percents, parts[:-1], strict=True):
            owed[place] = min(part, left)
            left -= owed[place]
    if rest and left:
        for place, part in zip(rest, split(left, [1] * len(rest)), strict=True):
            owed[place] = part
    elif left:
        # Nobody takes the remainder: what is left by fixed amounts falls to the last share.
        owed[-1] += left
    return owed
