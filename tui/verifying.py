"""Checks the audit log's chain while the screens stay usable: progress, X stops, one sentence at the end."""

from core import audit
from core.replication.sealed import verify_seals
from core.store import Store
from tui.jobs import Job, Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.biller import Biller


class _Stopped(Exception):
    pass


def begin_verify(app: "Biller") -> None:
    """Count the facts in a thread, then replay them all."""

    def count() -> int:
        with app.store.read() as read:
            return audit.facts(read)

    app.in_background(
        count, lambda facts: app.start_job(Job("Checking the log", facts, lambda p: _verify(app.store, p)))
    )


def _verify(store: Store, progress: Progress) -> None:
    def tell(gone: int) -> None:
        progress.gone_through(gone)
        if progress.stopping:
            raise _Stopped

    try:
        with store.read() as read:
            verdict = audit.verify(read, tell=tell)
            torn = [one for one in verify_seals(read) if one.wrong]
    except _Stopped:
        progress.report.stopped = True
        progress.report.says = f"Checking was stopped: the first {progress.count:,} facts are in order."
        return
    if verdict.first_bad is None and torn:
        site, no, wrong = torn[0]
        progress.report.says = broken_words((site, no, "", "", wrong))
        progress.failed("", progress.report.says)
        return
    if verdict.first_bad is None:
        progress.report.says = (
            f"The log is in order: {verdict.facts:,} facts, {verdict.entries:,} of them log entries."
        )
        return
    progress.report.says = broken_words(verdict.first_bad)
    progress.failed(verdict.first_bad[3], progress.report.says)


def broken_words(first_bad: tuple[int, int | None, str, str, str]) -> str:
    """What is wrong where the chain breaks, and what to do about it."""
    site, no, table, _, wrong = first_bad
    where = f"Fact {no} of site {site}" + (f" ({table})" if table else "")
    return f"{where}: {wrong}. Keep this book as it is and compare it with a backup."
