"""Carry a billing run through: chunk by chunk, resumable, safe to run twice (RB5).

A chunk of clients is billed in one transaction; their documents are made outside the write lock; a
second transaction keeps and shares them. Killed anywhere and run again, it first finishes what is
issued but not yet sent, then goes on with what is still unbilled.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from datetime import date

from core.actors import Actor
from core.delivery.sending import UNFINISHED, finish, unprinted
from core.invoicing.billing_run import Preview, Proposal, bill_clients, open_run
from core.invoicing.issue import Issued
from core.store import Store

CHUNK = 25

Billed = namedtuple(
    "Billed", "invoice_id number client_id client guarantor_id total_cents due_on status trouble"
)
"""`status` is draft, sent, or issued where the document could not be made; then `trouble` says why."""

RunReport = namedtuple("RunReport", "run_id billed finished passed_over stopped total_cents")
"""`billed` is what this run made; `finished` are invoices of an earlier, broken run that it sent;
`passed_over` are proposals whose charges somebody else billed meanwhile."""

AfterChunk = Callable[[Sequence[Billed], Sequence[Proposal]], None]


def carry_out(
    store: Store,
    actor: Actor,
    preview: Preview,
    *,
    today: date,
    send: bool,
    only: Sequence[Proposal] | None = None,
    after_chunk: AfterChunk = lambda billed, passed_over: None,
    stopped: Callable[[], bool] = lambda: False,
) -> RunReport:
    """Bill what was previewed (`only` some of it, where given) as drafts, or issue and send.

    `after_chunk` hears of each chunk what was billed and who was passed over; `stopped()` is asked
    before each.
    """
    finished = finish_broken_runs(store, actor, today=today) if send else []
    proposals = list(preview.ready if only is None else only)
    billed: list[Billed] = []
    passed_over: list[Proposal] = []
    run_id = ""
    was_stopped = False
    for start in range(0, len(proposals), CHUNK):
        if stopped():
            was_stopped = True
            break
        chunk = proposals[start : start + CHUNK]
        with store.write(actor) as tx:
            run_id = run_id or open_run(tx, preview.period, sends=send)
            made = bill_clients(tx, chunk, preview.period, today=today, run_id=run_id, issue=send)
        if send:
            now_billed = _finished(store, actor, made, today=today)
        else:
            now_billed = [Billed(*one, "draft", "") for one in made]
        served = {(one.client_id, one.guarantor_id) for one in made}
        now_passed = [p for p in chunk if (p.client_id, p.guarantor_id) not in served]
        after_chunk(now_billed, now_passed)
        billed += now_billed
        passed_over += now_passed
    total = sum(one.total_cents for one in billed)
    return RunReport(run_id, billed, finished, passed_over, was_stopped, total)


def unfinished(store: Store) -> list[Issued]:
    """What a run of this site issued and did not get to send."""
    with store.read() as read:
        return [Issued(*row) for row in read.rows(UNFINISHED)]


def _finished(store: Store, actor: Actor, issued: Sequence[Issued], *, today: date) -> list[Billed]:
    """Document and share a chunk; what became of each."""
    troubles = finish(store, actor, [one.invoice_id for one in issued], today=today)
    return [
        Billed(*one, "issued" if one.invoice_id in troubles else "sent", troubles.get(one.invoice_id, ""))
        for one in issued
    ]


def finish_broken_runs(store: Store, actor: Actor, *, today: date) -> list[Billed]:
    """Send what an earlier run issued and was killed before sending.

    An invoice that was issued outside of a run and lacks its document gets that, and is not shared.
    """
    left = unfinished(store)
    done: list[Billed] = []
    for start in range(0, len(left), CHUNK):
        done += _finished(store, actor, left[start : start + CHUNK], today=today)
    with store.read() as read:
        bare = unprinted(read)
    for start in range(0, len(bare), CHUNK):
        finish(store, actor, bare[start : start + CHUNK], today=today, share=False)
    return done
