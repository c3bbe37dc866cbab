"""The right end of the line above every screen: when this office last spoke with its hub."""

from datetime import date

from core.dates import zone
from core.practice.timezone import timezone
from core.replication.in_touch import in_touch
from core.store import Read
from tui.present import local_stamp


def summary(read: Read, today: date) -> str:
    """`sync 09:12`, with the day where it is not today; empty in a book that has no hub."""
    found = in_touch(read)
    if found is None:
        return ""
    if found.met_at is None:
        return "no sync yet"
    day, _, time = local_stamp(found.met_at, zone(timezone(read))).partition(" ")
    when = time if day == today.isoformat() else f"{day} {time}"
    return f"no sync since {when}" if found.wrong else f"sync {when}"
