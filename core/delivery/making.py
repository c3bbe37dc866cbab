"""Documents made from facts on request: statements, superbills, estimates, receipts, credit notes.

Each is made outside the write lock and kept together with what it says. Asked for again it is the same
document while it says the same; where the facts changed since, it is another version, marked as corrected
(RD6).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from core.actors import Actor, Right
from core.documents.keep import keep_documents
from core.errors import Busy, DomainError
from core.ledger.frozen import freeze
from core.store import Read, Store, Tx

ATTEMPTS = 5
"""How often the book may change while documents are made, before somebody else is let finish first."""

CHUNK = 20
"""Documents a transaction; keys typed meanwhile wait no longer than one chunk takes."""


class Printable(Protocol):
    """A view that becomes a document; a frozen dataclass."""

    @property
    def document_id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def made_on(self) -> date: ...


K = TypeVar("K")
V = TypeVar("V", bound=Printable)


@dataclass(frozen=True, slots=True)
class Paper(Generic[K, V]):
    """A kind of document that is made on request.

    `view` answers what version 1, made today, would say, or refuses with a DomainError; `newest` is SQL for
    (version, content) of the newest version that is kept of `:document_id`; `record` adds the fact that
    freezes what it says.
    """

    kind: str
    newest: str
    view: Callable[[Read, K], V]
    render: Callable[[V], bytes]
    record: Callable[[Tx, V, str], None]


class Made(NamedTuple):
    """What became of one of the documents that were asked for."""

    key: Any
    document_id: str | None
    version: int
    new: bool
    """False where it was there already and says the same."""
    refusal: DomainError | None = None


class NotPrintable(DomainError):
    code = "no_document"

    def __init__(self, kind: str, bug: Exception) -> None:
        super().__init__(f"The {kind} cannot be printed ({type(bug).__name__}). Report this.")


def make_documents(store: Store, actor: Actor, paper: Paper[K, V], keys: Sequence[K]) -> Iterator[Made]:
    """Make the document of each key; yields what became of it, a chunk at a time.

    Closing the iterator stops after the chunk at work; what was yielded is kept. Raises: NotAllowed; Busy,
    where the book changes faster than documents can be made.
    """
    for start in range(0, len(keys), CHUNK):
        yield from _make_chunk(store, actor, paper, keys[start : start + CHUNK])


def make_document(store: Store, actor: Actor, paper: Paper[K, V], key: K) -> Made:
    """The same for one. Raises: what its view refuses; NotPrintable; Busy."""
    (made,) = make_documents(store, actor, paper, [key])
    if made.refusal is not None:
        raise made.refusal
    return made


def _make_chunk(store: Store, actor: Actor, paper: Paper[K, V], keys: Sequence[K]) -> list[Made]:
    answers: dict[int, Made] = {}
    left = list(enumerate(keys))
    for _ in range(ATTEMPTS):
        with store.read() as read:
            asked = [(i, key, _next(read, paper, key)) for i, key in left]
        ready: list[tuple[int, K, V, bytes]] = []
        for i, key, found in asked:
            if isinstance(found, Made):
                answers[i] = found
                continue
            try:
                ready.append((i, key, found, paper.render(found)))
            except DomainError as refusal:
                answers[i] = Made(key, None, 0, False, refusal)
            except Exception as bug:  # noqa: BLE001  one document must not hold up the others
                answers[i] = Made(key, None, 0, False, NotPrintable(paper.kind, bug))
        if ready:
            with store.write(actor) as tx:
                answers.update(_keep(tx, paper, ready))
        left = [(i, key) for i, key in left if i not in answers]
        if not left:
            return [answers[i] for i in sorted(answers)]
    raise Busy("The book changes faster than documents can be made. Try again in a moment.")


def _next(read: Read, paper: Paper[K, V], key: K) -> Made | V:
    """The next version of a document, or the answer that there is none to make."""
    try:
        view = paper.view(read, key)
    except DomainError as refusal:
        return Made(key, None, 0, False, refusal)
    newest = read.rows(paper.newest, document_id=view.document_id)
    if not newest:
        return view
    version, content = newest[0]
    if content == freeze(view):
        return Made(key, view.document_id, version, new=False)
    return replace(view, version=version + 1)  # type: ignore[type-var]


def _keep(tx: Tx, paper: Paper[K, V], ready: Sequence[tuple[int, K, V, bytes]]) -> dict[int, Made]:
    """Keep what is still true under the lock; the rest is made anew."""
    tx.require(Right.BILL)
    kept: dict[int, Made] = {}
    for i, key, view, content in ready:
        if _next(tx, paper, key) == view:
            paper.record(tx, view, freeze(view))
            printed = (view.document_id, view.version, content)
            keep_documents(tx, paper.kind, [printed], made_on=view.made_on)
            kept[i] = Made(key, view.document_id, view.version, new=True)
    return kept
