"""Which backups of a folder are kept: the newest of each of the last days, weeks and months that have one.

So one command in cron is enough: it makes a backup and takes away those that are no longer wanted. Only
files that it named itself, for this site of this book, are ever taken away, and only after a backup of a
book in order.
"""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from core.actors import Actor
from core.books.backup import Backed, back_up
from core.security.files import CannotWrite
from core.security.keys import Keys
from core.security.unlock import KEYS
from core.store import Store


class Keep(NamedTuple):
    """How many days, weeks and months that have a backup keep their newest."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


class Kept(NamedTuple):
    """A backup in a folder, what was taken away for it, and what could not be."""

    backed: Backed
    removed: tuple[str, ...]
    stuck: tuple[CannotWrite, ...]


def keep_in(
    store: Store,
    actor: Actor,
    folder: str,
    directory: str,
    *,
    program: str,
    keep: Keep,
    exports: str | None = None,
    key_file: str | None = None,
) -> Kept:
    """Back the book up into a directory of backups, then take away what is no longer kept there.

    Raises: what `back_up` refuses; then everything there is as it was.
    """
    book_id = Keys.load(os.path.join(folder, KEYS)).book_id  # noqa: PTH118
    with store.read() as read:
        site = read.value("SELECT site FROM sync_clock")
    mark = f"daysheet-{re.sub('[^0-9A-Za-z]', '', book_id)[-8:]}-site{site}-"
    name = f"{mark}{store.clock().astimezone(UTC):%Y%m%dT%H%M%SZ}.backup"
    target = os.path.join(directory, name)  # noqa: PTH118
    backed = back_up(store, actor, folder, target, program=program, exports=exports, key_file=key_file)
    if backed.wrong:
        return Kept(backed, (), ())
    removed, stuck = [], []
    try:
        unwanted = sorted(_unwanted(directory, mark, keep) - {name})
    except OSError as error:
        return Kept(backed, (), (CannotWrite(directory, error),))
    for old in unwanted:
        path = os.path.join(directory, old)  # noqa: PTH118
        try:
            os.unlink(path)  # noqa: PTH108
            removed.append(old)
        except OSError as error:
            stuck.append(CannotWrite(path, error))
    return Kept(backed, tuple(removed), tuple(stuck))


def _unwanted(directory: str, mark: str, keep: Keep) -> set[str]:
    made = dict(_backups(directory, mark))
    kept = wanted(made.values(), keep)
    return {name for name, at in made.items() if at not in kept}


def _backups(directory: str, mark: str) -> Iterator[tuple[str, datetime]]:
    """The backups of one site of one book, and when each was made, by their names."""
    pattern = re.compile(re.escape(mark) + r"(\d{8}T\d{6})Z\.backup", re.ASCII)
    with os.scandir(directory) as entries:
        for entry in entries:
            found = pattern.fullmatch(entry.name)
            if found is None or not entry.is_file(follow_symlinks=False):
                continue
            try:
                yield entry.name, datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            except ValueError:
                continue


def wanted(made: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Of all backups, those to keep: the newest of each of the newest days, ISO weeks and months."""
    newest_first = sorted(made, reverse=True)
    kept: set[datetime] = set()
    for most, span in ((keep.daily, _day), (keep.weekly, _week), (keep.monthly, _month)):
        spans: dict[object, datetime] = {}
        for at in newest_first:
            spans.setdefault(span(at), at)
        kept |= set(list(spans.values())[:most])
    return kept


def _day(at: datetime) -> object:
    return at.date()


def _month(at: datetime) -> object:
    return at.year, at.month


def _week(at: datetime) -> object:
    return at.isocalendar()[:2]
