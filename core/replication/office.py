"""An office's half of an exchange: ask the hub, bring what is unsent, and take in what the others wrote.

Everything that must survive a crash is in the book: rows, the frozen batch, and the cursor that moves with
the rows it covers. Whatever answer is lost, late or said twice, the next exchange goes on from there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from core.actors import Actor, Role
from core.errors import DomainError
from core.ids import named
from core.replication.aside import hold_aside, note_clashes
from core.replication.elsewhere import add_site, free_site
from core.replication.lives import begin_anew, end_anew, present_life
from core.replication.messages import VERSION, Answer, Request, SentBatch
from core.replication.seals import how_far, keep_seal, seal, seal_holds
from core.replication.slices import Pace, slices
from core.store import Merging, Read, Store
from core.sync.batch import Batch, Frozen, acknowledge, freeze, frozen, read_batch, unfreeze
from core.sync.clock import TOLERATED_MS, set_clock
from core.sync.facts import Told, chain_end, take_facts, told_facts, told_later
from core.sync.fork import chain_after, first_unsent, leave_fork
from core.sync.mend import take_out
from core.sync.merge import take_rows, take_tombs
from core.sync.page import Page
from core.sync.policy import REPLICATED, Travels
from core.sync.register import Register, Tomb
from core.sync.sequence import unnumbered
from core.sync.wire import unpack, unrun
from core.tables import Site, shape, shapes

SYNC = Actor("sync", "Sync", Role.SERVICE)

LINK = """
SELECT site, follows, url, hub_key, hub_cert, private_key, epoch, cursor, batch_no, met_at, trouble,
       began, receipt
FROM sync_link
"""


class Link(NamedTuple):
    site: int
    follows: str
    url: str
    hub_key: bytes
    hub_cert: str
    private_key: bytes
    epoch: str
    cursor: int
    batch_no: int
    met_at: str | None
    trouble: str
    began: int | None
    receipt: bytes | None


WENT_BACK = "went_back"
"""The trouble of a book whose disk was put back to an earlier day."""
OLDER_HUB = "older"
"""The hub runs an older version and does not know what this one would send."""
NOTHING_IS_SENT = (WENT_BACK, OLDER_HUB)
PROMPT_MS = 15_000
"""An answer that took longer is no measure of a clock."""
SHOW = "show"
"""The hub is not as far as it was by its receipt, and wants to see it."""
DIFFERENT = "different"
"""The hub has facts that this book, which asked for everything, has not; it asks for all of them again."""


class NoHub(DomainError):
    code = "no_hub"

    def __init__(self) -> None:
        super().__init__("This book has no hub. `syncd join` joins one with the code that the hub printed.")


def has_link(read: Read) -> bool:
    return bool(read.value("SELECT 1 FROM sync_link"))


class Restored(DomainError):
    code = "restored"

    def __init__(self) -> None:
        super().__init__("This book is a restored backup; `syncd office` tells the hub of it first.")


class Taken(NamedTuple):
    """What an exchange did: whether the hub has more for us, whether we have more for it, and how many rows
    came."""

    more: bool
    unsent: bool
    rows: int


def link(read: Read) -> Link:
    """Raises: NoHub."""
    found = read.first(LINK, Link)
    if found is None:
        raise NoHub
    return found


def prepare(store: Store, now_ms: int, *, wait_seconds: int = 0, shown: bool = False) -> Request:
    """What to ask the hub now. Freezes what is unsent, if nothing is frozen yet. A hub that was `shown` its
    receipt since it was last away is only told how far it was, and asks where that is more than it knows.

    Raises: NoHub, Restored.
    """
    with store.read() as read:
        hub = link(read)
        site = int(read.value("SELECT site FROM sync_clock"))
        if site != hub.site:
            raise Restored
        went_back = hub.trouble == WENT_BACK
        compare = max(1, first_unsent(read, shapes(), site) - 1) if went_back else 0
        idle = hub.trouble in NOTHING_IS_SENT or hub.began is not None
        idle = idle or not (frozen(read) or has_unsent(read))
    sent = None
    if not idle:
        with store.merge(SYNC) as tx:
            waiting = frozen(tx)
            batch = (waiting, read_batch(waiting.payload)) if waiting else None
            batch = batch or freeze(tx, shapes(), hub.batch_no + 1, sites_of(tx))
            sent = None if batch is None else _sealed(tx, hub, *batch)
    wait = 0 if sent or went_back or hub.began is not None else wait_seconds
    return _request(hub, now_ms, compare, wait, sent, shown=shown)


def _request(
    hub: Link, now_ms: int, compare: int, wait_seconds: int, sent: SentBatch | None, *, shown: bool
) -> Request:
    everything = hub.began is not None or hub.trouble == DIFFERENT
    seq, batch_no = how_far(hub.receipt) if hub.receipt else (0, 0)
    receipt = b"" if shown and not hub.trouble else hub.receipt or b""
    return Request(
        VERSION, hub.site, hub.epoch, now_ms, hub.cursor, compare, wait_seconds, everything, seq, batch_no,
        receipt, sent,
    )  # fmt: skip


def listen(store: Store, now_ms: int, *, wait_seconds: int = 0, shown: bool = False) -> Request:
    """Ask for what is new and bring nothing; another request brings what is written here.

    Raises: NoHub, Restored.
    """
    with store.read() as read:
        hub = link(read)
        if read.value("SELECT site FROM sync_clock") != hub.site:
            raise Restored
        wait = 0 if hub.began is not None else wait_seconds
        return _request(hub, now_ms, 0, wait, None, shown=shown)


def must_ask(read: Read) -> bool:
    """Whether there is something to say to the hub: unsent work, or that this book went back in time."""
    return has_unsent(read) or link(read).trouble == WENT_BACK


def _sealed(tx: Merging, hub: Link, ready: Frozen, batch: Batch) -> SentBatch:
    own = [
        (row[names.index("no")], row[names.index("chain")])
        for _, names, rows in batch.facts
        for row in rows
        if row[names.index("site")] == tx.site
    ]
    signature = seal(hub.private_key, tx.site, *max(own)) if own else b""
    return SentBatch(ready.number, ready.sha256, ready.payload, signature)


def take(
    store: Store, answer: Answer, *, now_ms: int, asked: Request | None = None, in_slices: bool = True
) -> Taken:
    """Take in what the hub answered; `now_ms` is when it came, by this computer's clock. What came long after
    it was `asked` for, as to a computer that slept meanwhile, says nothing of that clock. In slices nobody
    who types waits for the lock. Raises: NoHub."""
    with store.read() as read:
        site = read.value("SELECT site FROM sync_clock")
        if not site == answer.known[0] == link(read).site:  # it goes on as another site since it asked
            return Taken(True, True, 0)
        if not (answer.asks_for_receipt or _says_something(read, answer, now_ms)):
            return Taken(False, has_unsent(read), 0)
    with store.merge(SYNC) as tx:
        hub = link(tx)
        if answer.asks_for_receipt:  # it has looked at nothing else
            tx.execute("UPDATE sync_link SET trouble = :show WHERE trouble = ''", {"show": SHOW})
            return Taken(True, True, 0)
        if answer.epoch != hub.epoch:
            begin_anew(tx, answer)
            return Taken(True, True, 0)
        if hub.trouble == WENT_BACK and answer.known[3]:
            go_elsewhere(tx, {int(no): chain for no, chain in answer.known[3].items()})
            return Taken(True, True, 0)
        if _went_back(tx, hub, answer):
            tx.execute("UPDATE sync_link SET trouble = :trouble", {"trouble": WENT_BACK})
            return Taken(True, True, 0)
        trouble = _take_ack(tx, hub, answer.ack) or (DIFFERENT if hub.trouble == DIFFERENT else "")
        refused = answer.ack is not None and answer.ack[0] == "clock"
        if asked is None or 0 <= now_ms - asked.now_ms <= asked.wait_seconds * 1000 + PROMPT_MS:
            _set_clock(tx, answer.now_ms - now_ms, refused=refused)
        tx.execute(
            "UPDATE sync_link SET met_at = :at, trouble = :trouble, receipt = :receipt",
            {"at": tx.now_text, "trouble": trouble, "receipt": answer.whole_receipt},
        )
        pace = Pace(store.clock)
        parts = slices(answer.page, pace) if in_slices else iter([(answer.page, True)])
        part, last = next(parts)
        rows = take_page(tx, part)
        if last:  # as it is nearly always: one commit is what the other office waits for
            return _end(tx, answer, rows)
    for part, last in parts:
        with pace.measured(), store.merge(SYNC) as tx:
            rows += take_page(tx, part)
            if last:  # with the rows that they cover
                return _end(tx, answer, rows)
    raise AssertionError("a page has a last part")


def _end(tx: Merging, answer: Answer, rows: int) -> Taken:
    keep_seals(tx, answer.seals)
    if not answer.page.more:
        end_anew(tx, answer, sites_of(tx))
    _compare_heads(tx, answer.heads)
    return Taken(answer.page.more, frozen(tx) is not None or has_unsent(tx), rows)


def still(store: Store, hub_ms: int, now_ms: int) -> bool:
    """Whether it is enough to hear that nothing is new: nothing was wrong, and the clocks fit together."""
    with store.read() as read:
        offset = int(read.value("SELECT offset_ms FROM sync_clock"))
        return link(read).trouble == "" and abs(hub_ms - now_ms - offset) <= TOLERATED_MS


def _says_something(read: Read, answer: Answer, now_ms: int) -> bool:
    """Whether an answer changes anything here; most of the time an office hears that there is nothing new."""
    hub = link(read)
    error = answer.now_ms - now_ms - read.value("SELECT offset_ms FROM sync_clock")
    return (
        answer.ack is not None
        or answer.epoch != hub.epoch
        or answer.page.cursor != hub.cursor
        or hub.trouble != ""
        or hub.began is not None
        or abs(error) > TOLERATED_MS
    )


def _went_back(tx: Merging, hub: Link, answer: Answer) -> bool:
    """Whether the hub knows more of this office than its own book: the disk was put back to another day."""
    _, batch_no, fact_no, _ = answer.known
    batch = frozen(tx)
    return (
        batch_no > hub.batch_no + (batch is not None)
        or fact_no > chain_end(tx, tx.site)[0]
        or (
            answer.ack is not None
            and batch is not None
            and answer.ack[2] == batch.sha256
            and answer.ack[0] in ("forked", "other")
        )
    )


def go_elsewhere(tx: Merging, at_hub: Mapping[int, bytes]) -> None:
    """What this book wrote since it went back in time becomes the work of a new site with new numbers."""
    old, new = tx.site, free_site(tx)
    here = chain_after(tx, shapes(), old, min(at_hub))
    upto = max((no for no, chain in here.items() if at_hub.get(no) == chain), default=min(at_hub) - 1)
    leave_fork(tx, shapes(), old=old, new=new, upto=upto)
    tx.become(new)
    add_site(tx, after=old)


def go_on_elsewhere(store: Store) -> None:
    """The number that a restored book took by chance is another's; nobody has what it wrote under it yet."""
    with store.merge(SYNC) as tx:
        row_id = named(f"site:{tx.site}")
        go_elsewhere(tx, {1: b""})
        if tx.value("SELECT _q FROM site WHERE id = :id", id=row_id) == 0:  # who has it is not ours to say
            take_out(tx, shape(Site), row_id)


def _take_ack(tx: Merging, hub: Link, ack: tuple[str, Any, bytes] | None) -> str:
    """What the hub says of the batch; answers what is wrong, if anything."""
    batch = frozen(tx)
    if ack is None or batch is None or ack[2] != batch.sha256:
        return "" if ack is None else hub.trouble
    kind, told, _ = ack
    if kind == "taken" and told[0] == batch.number:
        known = {s.name: s for s in shapes()}
        acknowledge(tx, known, read_batch(batch.payload), unrun(told[1]), sites_of(tx))
        tx.execute("UPDATE sync_link SET batch_no = :no", {"no": batch.number})
    elif kind == "expect":
        unfreeze(tx)
        tx.execute("UPDATE sync_link SET batch_no = :no", {"no": told - 1})
    elif kind == "clock":
        unfreeze(tx)
    elif kind == "missing":
        site, no = told
        unfreeze(tx)
        for shape in shapes():
            if "chain" in shape.columns:
                tx.execute(
                    f"UPDATE {shape.name} SET _q = 0 WHERE site = :site AND no > :no",  # noqa: S608
                    {"site": site, "no": no},
                )
    elif kind == "older":
        return OLDER_HUB
    return ""


def _set_clock(tx: Merging, raw_error_ms: int, *, refused: bool) -> None:
    """Measure this computer's clock against the hub's; only while nothing is frozen."""
    error = raw_error_ms - tx.value("SELECT offset_ms FROM sync_clock")
    if frozen(tx) is None and (refused or abs(error) > TOLERATED_MS):
        set_clock(tx, shapes(), error_ms=error, hub_ms=tx.now_ms + error)


def take_page(tx: Merging, page: Page) -> int:
    """Rows of the hub become rows here, and the cursor moves with them; answers how many came."""
    known = {shape.name: shape for shape in shapes()}
    life = present_life(tx, sites_of(tx))
    newest = came = 0
    for table, names, rows in page.tables:
        came += len(rows)
        newest = max(newest, *(row[2] for row in rows))
        if table in known:  # of a newer version else: asked for again when this one is updated
            taken = take_rows(Register(tx, known[table]), tuple(names), rows, life)
            note_clashes(tx, taken.clashes)
            hold_aside(tx, _held(table, rows, taken.refused))
    for table, row_id, stamp, image, number in page.tombs:
        newest, came = max(newest, stamp), came + 1
        if table in known and known[table].deletable:
            gone = (row_id, Tomb(stamp, image, number))
            note_clashes(tx, take_tombs(Register(tx, known[table]), [gone], again=life is not None)[1])
    facts = _told(page)
    came += len(facts)
    hold_aside(tx, take_facts(tx, known, facts).held)
    tx.execute("UPDATE sync_clock SET floor = max(floor, :newest)", {"newest": newest})
    # An answer that comes late, to a book that was restored since, may begin after what is here.
    tx.execute(
        "UPDATE sync_link SET cursor = max(cursor, :cursor) WHERE cursor >= :since",
        {"cursor": page.cursor, "since": page.since},
    )
    return came


def _held(table: str, rows: Sequence[Sequence[Any]], refused: Sequence[tuple[str, str]]) -> Iterator[Any]:
    from core.sync.facts import Held
    from core.sync.stamp import site_of

    told = {row[0]: row for row in rows}
    for row_id, why in refused:
        yield Held(table, row_id, site_of(told[row_id][2]), why, list(told[row_id]))


def _told(page: Page) -> list[Told]:
    """The facts of a page in the order of their chains, with those that the hub itself only keeps."""
    later = [told_later(place, unpack(doc)) for *place, doc in page.later]
    return sorted([*told_facts(page.facts), *later], key=lambda fact: (fact.site, fact.no))


def _compare_heads(tx: Merging, heads: Sequence[Sequence[Any]]) -> None:
    """Where everything is here, every other site's chain ends here as it does at the hub, or goes further.

    Else everything is asked for once more; what differs after that stays said until it is no more.
    """
    ours, known = sites_of(tx), link(tx).trouble == DIFFERENT
    ends = [(no, head, chain_end(tx, site)) for site, no, head in heads if site not in ours]
    differs = any(here[0] < no or (here[0] == no and here[1] != head) for no, head, here in ends)
    if differs and not known:
        tx.execute("UPDATE sync_link SET trouble = :trouble, cursor = 0", {"trouble": DIFFERENT})
    elif known and heads and not differs:
        tx.execute("UPDATE sync_link SET trouble = ''")


def keep_seals(tx: Merging, seals: Sequence[Sequence[Any]]) -> None:
    """Keep each site's signature under its chain, where it fits what lies here."""
    keys: Mapping[int, str] = dict(tx.rows("SELECT number, public_key FROM site WHERE public_key <> ''"))
    heads = {site: (no, head) for site, no, head in tx.rows("SELECT site, no, head FROM sync_chain")}
    for site, no, head, signature in seals:
        fits = site in keys and heads.get(site) == (no, head)
        if fits and seal_holds(bytes.fromhex(keys[site]), site, no, head, signature):
            keep_seal(tx, site, no, head, signature)


def sites_of(read: Read) -> list[int]:
    """The sites that this office speaks for: its own, and those it goes on with after a restore."""
    site, follows = read.rows("SELECT c.site, k.follows FROM sync_clock AS c, sync_link AS k")[0]
    return [*json.loads(follows), site]


def has_unsent(read: Read) -> bool:
    """Whether something written here has no number of the hub yet."""
    if read.value("SELECT 1 FROM sync_seal WHERE lost = 1 LIMIT 1"):
        return True
    travels = {shape.name: shape.travels for shape in shapes() if shape.travels in REPLICATED}
    meant = unnumbered(read, [*travels, "sync_tomb"])
    sites = json.dumps(sites_of(read)) if meant else ""
    for name in meant:
        if travels.get(name) is not Travels.FACT:
            return True
        ours = (
            f"SELECT 1 FROM {name} WHERE _q = 0"  # noqa: S608  our own names
            " AND site IN (SELECT value FROM json_each(:sites)) LIMIT 1"
        )
        if read.value(ours, sites=sites):
            return True
    return False
