"""How an office and its hub stand to each other, for people: what waits, who was there, what is wrong."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from core.dates import show_instant
from core.replication.blobs import TO_OFFER, WANTED
from core.replication.enrol import require_hub
from core.replication.office import DIFFERENT, SYNC, link
from core.store import Read, Store
from core.sync.policy import REPLICATED
from core.tables import shapes

IN_WORDS = {
    "away": "The hub cannot be reached. Work goes on here; it is sent when the hub is back.",
    "busy": "The hub is busy and asked to wait. It is tried again by itself.",
    "no_answer": "The hub did not answer in full. It is tried again by itself.",
    "tls": "No secure connection to the hub could be made. Look at the network, or at a proxy in between.",
    "certificate_expired": "The hub's certificate has expired. Whoever runs the hub renews it.",
    "certificate_name": "The certificate is for another computer's name. Look at the hub's address.",
    "certificate_unknown": "This is not the certificate that the hub had when this office joined."
    " Something else may answer in its place; nothing was sent. Ask whoever runs the hub.",
    "not_the_hub": "Something else answers in the hub's place, as the sign-in page of a hotel or a guest"
    " network does. Nothing was sent. Sign in there, or use another network.",
    "wrong_key": "What answers does not have the hub's key. Nothing of its answer was taken."
    " Ask whoever runs the hub.",
    "clock": "This computer's clock and the hub's do not fit together. Set the clock right.",
    "shut_out": "The hub does not know this office, or has shut it out: a hub that went back to a backup"
    " knows only who had joined by then. What is written here stays here. Ask whoever runs the hub for an"
    " invitation, and join anew: `syncd join` with an empty --home.",
    "older": "The hub is an older Daysheet than this one. Update the hub; what is written here waits.",
    "newer": "The hub is a newer Daysheet than this one. Update this office; what is written here waits.",
    "forked": "The hub has other entries of this office than this book. Restore this office from its newest"
    " backup, or join anew.",
    "different": "The hub has entries of other offices that this book could not take. Ask whoever runs"
    " the hub to run `daysheet audit verify` there, and here.",
    "show": "The hub knows less than it did, as after a backup of it was restored. What it has lost goes"
    " there again by itself.",
    "refused": "The hub refuses what this office says. Update both to the same version.",
    "hub_failed": "Something went wrong at the hub. It is tried again by itself.",
    "unreadable": "What the hub said cannot be read, and nothing was taken. Update both to the same version.",
    "disk": "The disk of this computer is full or fails. Free some space.",
    "failed": "Something went wrong here. It is tried again by itself; `daysheet doctor` looks at the book.",
}
"""Each code of a trouble as a sentence that says what to do."""


STILL_DIFFER = (
    "At the last check {:,} rows differed from the hub's and could not be made equal; `syncd office --check`"
    " lists them."
)


class OfficeStanding(NamedTuple):
    """`unsent` counts rows and facts that the hub has not acknowledged, `documents` bytes that have still to
    come or go. `trouble` is a code of IN_WORDS, or empty."""

    site: int
    url: str
    last_ok_at: str | None
    tried_at: str | None
    trouble: str
    unsent: int
    documents: int
    cursor: int
    checked_at: str | None
    differing: int
    """When all rows were last laid beside the hub's, and how many still differed then."""

    @property
    def words(self) -> str:
        if not self.trouble and self.differing:
            return STILL_DIFFER.format(self.differing)
        return IN_WORDS.get(self.trouble, self.trouble)


def office_standing(read: Read) -> OfficeStanding:
    """Raises: NoHub."""
    hub = link(read)
    unreached, tried_at, *checked = read.rows(
        "SELECT unreached, tried_at, checked_at, differing FROM sync_link"
    )[0]
    tables = [shape.name for shape in shapes() if shape.travels in REPLICATED]
    unsent = sum(
        read.value(f"SELECT count(*) FROM {table} WHERE _q = 0")  # noqa: S608  our own names
        for table in (*tables, "sync_tomb")
    )
    waiting = sum(len(read.rows(sql, most=-1)) for sql in (WANTED, TO_OFFER))
    return OfficeStanding(
        own_site(read), hub.url, hub.met_at, tried_at, unreached or hub.trouble, unsent, waiting, hub.cursor,
        *checked,
    )  # fmt: skip


class OfficeAtHub(NamedTuple):
    """An office as the hub sees it; `behind` counts numbers of the hub that it has not asked past."""

    site: int
    name: str
    series: str
    joined_at: str
    last_ok_at: str | None
    behind: int
    revoked_at: str | None
    aside: int


OFFICES = """
SELECT p.site, coalesce(s.name, ''), coalesce(s.series, ''), p.joined_at, p.met_at,
       (SELECT seq FROM sync_head) - p.cursor, p.revoked_at,
       (SELECT count(*) FROM sync_aside AS a WHERE a.site = p.site)
FROM sync_peer AS p LEFT JOIN site AS s ON s.number = p.site ORDER BY p.site
"""


def offices_at_hub(read: Read) -> list[OfficeAtHub]:
    """Raises: NotTheHub."""
    require_hub(read)
    return read.all(OFFICES, OfficeAtHub)


def restored_on(read: Read) -> str | None:
    """When the hub's book last went back to a backup; None where it never did, and in an office."""
    found = read.rows("SELECT began_ms FROM sync_self WHERE lives <> '[]'")
    return show_instant(datetime.fromtimestamp(found[0][0] / 1000, UTC)) if found else None


def is_hub(read: Read) -> bool:
    return bool(read.value("SELECT 1 FROM sync_self"))


def own_site(read: Read) -> int:
    return int(read.value("SELECT site FROM sync_clock"))


def series_of(read: Read, site: int) -> str:
    """The letters before a site's invoice numbers; empty where none is known."""
    return read.value("SELECT series FROM site WHERE number = :site", site=site) or ""


def numbered_up_to(read: Read) -> int:
    """The last number that the hub gave; it changes with every row that others have not seen."""
    return int(read.value("SELECT seq FROM sync_head"))


def note_checked(store: Store, differing: int) -> None:
    """Remember that all rows were laid beside the hub's, and how many still differ."""
    with store.merge(SYNC) as tx:
        tx.execute(
            "UPDATE sync_link SET checked_at = :at, differing = :differing",
            {"at": tx.now_text, "differing": differing},
        )


def must_check(read: Read, now: datetime) -> bool:
    """Whether all rows are to be laid beside the hub's again: each day, and where their facts differ."""
    trouble, checked_at = read.rows("SELECT trouble, checked_at FROM sync_link")[0]
    pause = CHECK_AGAIN if trouble == DIFFERENT else CHECK_EACH
    return checked_at is None or bool(checked_at < show_instant(now - pause))


CHECK_EACH, CHECK_AGAIN = timedelta(days=1), timedelta(hours=1)
SEEN_SECONDS = 60


def note_unreached(store: Store, code: str) -> None:
    """Remember why the hub was not reached; with an empty code, that it was. Written where it is news, and
    once a minute that all is well."""
    with store.read() as read:
        unreached, met_at = read.rows("SELECT unreached, met_at FROM sync_link")[0]
    lately = show_instant(store.clock() - timedelta(seconds=SEEN_SECONDS))
    if unreached == code and (code or (met_at is not None and met_at > lately)):
        return
    said = (
        "UPDATE sync_link SET unreached = :code, tried_at = :at,"
        " met_at = CASE WHEN :code = '' THEN :at ELSE met_at END"
    )
    with store.merge(SYNC) as tx:
        tx.execute(said, {"code": code, "at": tx.now_text})
