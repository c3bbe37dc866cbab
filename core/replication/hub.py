"""The hub's half of an exchange: take an office's batch, number it, and answer with what is new for it."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from core.actors import Actor, Role
from core.migrations import HEAD
from core.replication.aside import hold_aside, hold_refused, note_clashes
from core.replication.checked import Checked, Hub, NewerOffice, check_batch
from core.replication.elsewhere import add_former, live_again
from core.replication.enrol import UnknownSite, require_hub
from core.replication.messages import VERSION, Answer, Request, SentBatch
from core.replication.recognise import spend
from core.replication.seals import (
    keep_seal,
    public_key,
    read_receipt,
    receipt_text,
    seal,
    seal_holds,
    sign_receipt,
)
from core.store import Merging, Read, Store
from core.sync.batch import read_batch
from core.sync.clock import AHEAD_MS
from core.sync.facts import LEFT_OUT, Held, Told, chain_end, follow, take_facts
from core.sync.fork import chain_after
from core.sync.merge import Edit, take_edits, take_tombs
from core.sync.page import Page, nothing, page_after
from core.sync.register import Register
from core.sync.sequence import Counter
from core.sync.stamp import pack as stamp_at
from core.sync.stamp import site_of
from core.sync.triggers import Shape
from core.sync.wire import Unreadable, pack, runs, unpack
from core.tables import shapes

THE_HUB = Actor("hub", "Hub", Role.SERVICE)


PEER = """
SELECT public_key, batch_no, batch_sha, answer, revoked_at FROM sync_peer WHERE site = :site
"""
LIFE = "SELECT epoch FROM sync_self"
LIVES = "SELECT began_ms, lives FROM sync_self"
BEGAN = "SELECT began FROM sync_self"
SEQ = "SELECT seq FROM sync_head"
HOW_FAR = """
SELECT epoch, lives, (SELECT seq FROM sync_head), (SELECT batch_no FROM sync_peer WHERE site = :site)
FROM sync_self
"""
Ack = tuple[str, Any, bytes]


def exchange(store: Store, request: Request, now_ms: int) -> Answer:
    """Answer an office that was recognised. Raises: UnknownSite, Unreadable."""
    return answer(store, request, receive(store, request, now_ms), now_ms)


def receive(store: Store, request: Request, now_ms: int, *, nonce: str = "") -> Ack | None:
    """Take what an office brings; the request's nonce is spent with it. Where the office says that this book
    was further, nothing is taken before it has shown it; where it shows it, the hub lives on as another.

    Raises: UnknownSite, Unreadable, Replayed.
    """
    with store.read() as read:
        shown = went_back(read, request)
        if not shown and _is_told_more(read, request):
            return "show", 0, request.batch.sha256 if request.batch else b""
        same = read.value(LIFE) == request.epoch
    if shown:
        with store.merge(THE_HUB) as tx:
            if went_back(tx, request):  # still, if another process of the hub was not faster
                live_again(tx)
        return None
    if request.batch is None or not same:  # what is meant for another life is brought again
        return None
    with store.merge(THE_HUB) as tx:
        if nonce:
            spend(tx, request.site, nonce)
        return (*_receive(tx, request.site, request.batch, now_ms), request.batch.sha256)


def answer(store: Store, request: Request, ack: Ack | None, now_ms: int, *, reached: int = 0) -> Answer:
    """What is new for an office that has asked up to `reached` before. Raises: UnknownSite."""
    with store.read() as read:
        return _answer(read, request, ack, now_ms, reached)


def in_doubt(read: Read, request: Request) -> bool:
    """Whether it is to be settled first how far this book was: `receive` does."""
    return went_back(read, request) or _is_told_more(read, request)


def _is_told_more(read: Read, request: Request) -> bool:
    """Whether an office says, and does not show, that this book was further than it is. What anybody says
    changes nothing but that they are asked for the receipt."""
    if request.receipt or not request.hub_seq:
        return False
    epoch, lives, seq, batch_no = read.rows(HOW_FAR, site=request.site)[0]
    if request.epoch != epoch:
        return request.epoch not in json.loads(lives)
    return bool(request.hub_seq > seq or request.hub_batch > (batch_no or 0))


def went_back(read: Read, request: Request) -> bool:
    """Whether this book signed that it was further than it is: its disk was put back to an earlier day."""
    private, epoch = require_hub(read)
    said = read_receipt(private, request.receipt, request.site) if request.receipt else None
    if said is None:
        return False
    life, seq, batch_no, at_ms = said
    if life != epoch:  # one that is lost, if it was lived after this one began
        began_ms, lives = read.rows(LIVES)[0]
        return at_ms >= began_ms and life not in json.loads(lives)
    rows = read.rows(PEER, site=request.site)
    return seq > read.value(SEQ) or (bool(rows) and batch_no > rows[0][1])


def _answer(read: Read, request: Request, ack: Ack | None, now_ms: int, reached: int) -> Answer:
    known, asked_up_to = _known(read, request)
    private, epoch = require_hub(read)
    cursor = request.cursor if request.epoch == epoch else 0
    # Whoever asks below what it had once has lost something, and gets its own work too, to the last page.
    own = request.everything or cursor == 0 or cursor < max(reached, asked_up_to)
    waits = ack is not None and ack[0] == "show"
    page = nothing(cursor) if waits else page_after(read, shapes(), cursor, site=request.site, own=own)
    seals, heads = [], []
    if not (page.more or waits):
        seals = _seals(read, private) if page.facts or page.later or request.everything else []
        heads = [list(row) for row in read.rows(HEADS)]
    if not request.everything and (request.wait_seconds or request.batch) and page.cursor - cursor <= FEW:
        told = _sites_in(page)
        seals, heads = ([row for row in rows if row[0] in told] for rows in (seals, heads))
    seq = int(read.value(SEQ))
    given = sign_receipt(private, receipt_text(epoch, request.site, seq, known[1], now_ms))
    return Answer(VERSION, epoch, read.value(BEGAN), now_ms, ack, known, page, seals, heads, seq, given)


FEW = 100
"""So few numbers further on, the chains of the sites that wrote are looked at, and not all of them: whoever
asks and neither brings nor listens hears of all."""


def _sites_in(page: Page) -> set[int]:
    """Whose facts are in a page."""
    told = {row[names.index("site")] for _, names, rows in page.facts for row in rows}
    return told | {row[2] for row in page.later}


def _seals(read: Read, private: bytes) -> list[list[Any]]:
    """The signatures of all sites under their chains, the hub's own with them."""
    own = read.value("SELECT site FROM sync_clock")
    no, head = chain_end(read, own)
    found = [list(row) for row in read.rows(SEALS)]
    return [*found, [own, no, head, seal(private, own, no, head)]] if no else found


def nothing_new(request: Request, answer: Answer) -> bool:
    """Whether an office that listens hears only that all is as it was."""
    page = answer.page
    return (
        request.wait_seconds > 0
        and answer.ack is None
        and answer.epoch == request.epoch
        and page.cursor == request.cursor
        and not (page.tables or page.facts or page.tombs or page.later)
    )


def _known(read: Read, request: Request) -> tuple[tuple[int, int, int, dict[str, bytes]], int]:
    """What is known here of the office that asks, so that it notices when its book went back in time; and how
    far it has asked before. Raises: UnknownSite."""
    rows = read.rows(MET_PEER, site=request.site)
    if not rows:
        raise UnknownSite
    links = chain_after(read, shapes(), request.site, request.compare) if request.compare else {}
    end, _ = chain_end(read, request.site)
    return (request.site, rows[0][0], end, {str(no): link for no, link in links.items()}), rows[0][1]


MET_PEER = "SELECT batch_no, cursor FROM sync_peer WHERE site = :site AND revoked_at IS NULL"
SEALS = "SELECT site, no, head, signature FROM sync_seal ORDER BY site"
HEADS = "SELECT site, no, head FROM sync_chain ORDER BY site"


def _receive(tx: Merging, site: int, sent: SentBatch, now_ms: int) -> tuple[str, Any]:
    """Take a batch once; the same again gets the same answer."""
    rows = tx.rows(PEER, site=site)
    if not rows or rows[0][4] is not None:
        raise UnknownSite
    key, last_no, last_sha, answer, _ = rows[0]
    if sent.no == last_no:
        return ("taken", unpack(answer)) if sent.sha256 == last_sha else ("other", last_no)
    if sent.no != last_no + 1:
        return "expect", last_no + 1
    try:
        told = read_batch(sent.payload)
        speaks_for = _speaks_for(tx, site)
        batch = check_batch(told, _by_name(), speaks_for, _signed(tx, told.seals), _self(tx))
    except NewerOffice:
        return "older", HEAD
    # A clock of the hub's that was once ahead has left stamps that later edits must be above.
    latest = max(now_ms, int(tx.value("SELECT latest_ms FROM sync_self")))
    if batch.newest > stamp_at(latest + AHEAD_MS, 0):
        return "clock", now_ms
    own = [fact for fact in batch.facts if isinstance(fact, Told) and fact.site in speaks_for]
    if (gone_wrong := _chain_trouble(tx, own)) is not None:
        return gone_wrong
    taken = [sent.no, _take(tx, batch, speaks_for)]
    _keep_seal(tx, site, key, sent.seal)
    _keep_passed(tx, told.seals)
    tx.execute("UPDATE sync_clock SET floor = max(floor, :newest)", {"newest": batch.newest})
    tx.execute("UPDATE sync_self SET latest_ms = :latest", {"latest": latest})
    tx.execute(
        "UPDATE sync_peer SET batch_no = :no, batch_sha = :sha, answer = :answer WHERE site = :site",
        {"no": sent.no, "sha": sent.sha256, "answer": pack(taken), "site": site},
    )
    return "taken", taken


FOLLOWED = """
WITH RECURSIVE followed(site) AS (
    SELECT :site UNION SELECT p.follows FROM sync_peer AS p JOIN followed AS f ON f.site = p.site
    WHERE p.follows NOTNULL)
SELECT site FROM followed
"""


def _speaks_for(tx: Merging, site: int) -> set[int]:
    """A site, and those whose work it goes on with."""
    return {each for (each,) in tx.rows(FOLLOWED, site=site)}


KEYS = "SELECT site, public_key FROM sync_peer WHERE revoked_at IS NULL"


def _signed(tx: Merging, seals: Sequence[Sequence[Any]]) -> dict[int, tuple[int, bytes]]:
    """The ends of the chains of other sites that these signatures vouch for. What bears the hub's own is of a
    life that it has lost. Raises: Unreadable."""
    keys = dict(tx.rows(KEYS)) if seals else {}
    try:
        return {
            site: (no, head)
            for site, no, head, signature in seals
            if seal_holds(keys.get(site) or _own_key(tx), site, no, head, signature)
        }
    except (TypeError, ValueError):
        raise Unreadable("a seal is not one") from None


def _self(tx: Merging) -> Hub:
    key = _own_key(tx).hex()
    others = {row_id for (row_id,) in tx.rows("SELECT id FROM site WHERE public_key <> :key", key=key)}
    return Hub(key, others)


def _own_key(tx: Merging) -> bytes:
    return public_key(require_hub(tx)[0])


def _keep_passed(tx: Merging, seals: Sequence[Sequence[Any]]) -> None:
    """Keep the signatures of sites whose lost facts another one brought."""
    keys = dict(tx.rows(KEYS)) if seals else {}
    for site, (no, head) in _signed(tx, seals).items():
        signature = next(s for n, _, _, s in seals if n == site)
        if chain_end(tx, site) == (no, head):
            keep_seal(tx, site, no, head, signature)
            if not tx.value("SELECT 1 FROM site WHERE number = :site", site=site):
                add_former(tx, site, keys.get(site) or _own_key(tx))


def _by_name() -> Mapping[str, Shape]:
    return {shape.name: shape for shape in shapes()}


def _chain_trouble(tx: Merging, facts: Sequence[Told]) -> tuple[str, Any] | None:
    """Facts that do not go on where the hub's end: it lost some ("missing"), or the office's book is another
    ("forked"). Then nothing of the batch is taken."""
    for site, run in groupby(facts, key=attrgetter("site")):
        no, head = chain_end(tx, site)
        new = [fact for fact in run if fact.no > no]
        many, why = follow(new, no, head)
        if why:
            return "missing" if why == LEFT_OUT else "forked", [site, new[many - 1].no if many else no]
    return None


def _take(tx: Merging, batch: Checked, sure: Collection[int]) -> list[list[int]]:
    """Put everything in; answers the numbers of the batch's rows, tombs and facts as runs. Facts of sites
    that are `sure` were seen to continue their chains."""
    known, number = _by_name(), Counter(tx)
    numbers: list[int] = []
    for table, rows in batch.edits:
        numbers += _take_edits(tx, known[table], rows, number)
    for tomb in batch.tombs:
        if isinstance(tomb, Held):
            hold_aside(tx, [tomb])
            numbers.append(number())
            continue
        given, clashes = take_tombs(Register(tx, known[tomb[0]]), [tomb[1]], number)
        numbers += given
        note_clashes(tx, clashes)
    trusted = [fact for fact in batch.facts if isinstance(fact, Told)]
    facts = take_facts(tx, known, trusted, number, sure)
    hold_aside(tx, [*facts.held, *(fact for fact in batch.facts if isinstance(fact, Held))])
    of_facts = iter(facts.numbers)
    numbers += [next(of_facts) if isinstance(fact, Told) else number() for fact in batch.facts]
    number.save()
    return runs(numbers)


def _take_edits(tx: Merging, shape: Shape, rows: Sequence[Edit | Held], number: Counter) -> Iterator[int]:
    """The number of each row; what is held aside gets one too, so that it is not sent again."""
    held = [row for row in rows if isinstance(row, Held)]
    edits = [row for row in rows if isinstance(row, Edit)]
    applied = take_edits(Register(tx, shape), edits, number)
    note_clashes(tx, applied.clashes)
    hold_aside(tx, held)
    sent = {edit.row_id: edit for edit in edits}
    hold_refused(tx, [_refused(shape.name, sent[row_id], why) for row_id, why in applied.refused])
    given = iter(applied.numbers)
    return (number() if isinstance(row, Held) else next(given) for row in rows)


def _refused(table: str, edit: Edit, why: str) -> Held:
    """What somebody wrote that this database does not take, with all that was in it."""
    return Held(table, edit.row_id, site_of(edit.newest), why, edit.doc)


def _keep_seal(tx: Merging, site: int, key: bytes, signature: bytes) -> None:
    """Keep the site's signature under its chain, where it is one."""
    rows = tx.rows("SELECT no, head FROM sync_chain WHERE site = :site", site=site)
    if rows and seal_holds(key, site, rows[0][0], rows[0][1], signature):
        keep_seal(tx, site, rows[0][0], rows[0][1], signature)
