"""The inbox of conflicts: the open ones, newest first; one of them; those of a record; how many (RI3)."""

from core.errors import NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.conflicts.conflict import Conflict
    from core.store import Read

SEVERAL_SITES = "SELECT 1 FROM sync_chain LIMIT 1 OFFSET 1"
"""What one site does comes one after the other; nothing of it contradicts."""
ANSWERED = """
SELECT a.conflict FROM clash_answer AS a WHERE a.answer <> 'reopened'
AND NOT EXISTS (SELECT 1 FROM clash_answer AS r WHERE r.once = 'reopen:' || a.id)
"""


def open_conflicts(read: "Read", *, quiet: bool = False) -> "list[Conflict]":
    """What nobody has decided yet, newest first; with `quiet` also what is only told."""
    if read.value(SEVERAL_SITES) is None:
        return []
    read.fresh()
    from core.conflicts.conflict import Speaking
    from core.conflicts.rules import RULES

    answered = {name for (name,) in read.rows(ANSWERED)}
    say = Speaking(read)
    found = {one.name: one for rule in RULES for one in rule(say)}
    left = [one for one in found.values() if one.name not in answered and (one.loud or quiet)]
    suspected = {one.other.record_id for one in left if one.kind == "duplicate_payment"}
    # Of a payment that may be no payment at all there is one question, not two.
    left = [one for one in left if one.kind != "paid_twice" or one.other.record_id not in suspected]
    return sorted(left, key=lambda one: (one.at, one.name), reverse=True)


def count_conflicts(read: "Read") -> int:
    """How many wait for a decision."""
    return len(open_conflicts(read))


def conflicts_of(read: "Read", subject_id: str) -> "list[Conflict]":
    """Those that are about one record, or have it on one of their sides."""
    return [
        one
        for one in open_conflicts(read)
        if subject_id in (one.subject_id, one.stands.record_id, one.other.record_id)
    ]


def mark_of(one: "Conflict") -> str:
    """The mark on a record: what kind, which two, and where it is decided."""
    return f"{one.kind.replace('_', ' ')}: {one.left.value} here, {one.right.value} there (9 decides)"


class NoConflict(NotFound):
    code = "no_conflict"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(
            f'There is no open conflict "{plain(typed)[:60]}". `daysheet sync conflicts` lists them.',
            subject=typed[:60],
        )


def find_conflict(read: "Read", typed: str) -> "Conflict":
    """An open conflict by its id, or what that ends in, at least eight characters. Raises: NoConflict."""
    typed = typed.strip().lower()
    fit = [
        one
        for one in open_conflicts(read, quiet=True)
        if one.conflict_id == typed or (len(typed) >= 8 and one.conflict_id.endswith(typed))
    ]
    if len(fit) != 1:
        raise NoConflict(typed)
    return fit[0]
