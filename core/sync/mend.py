"""A fact whose row was altered or lost on a disk is put back as its chain says it was.

Nobody has to be believed: a fact is right where it links to the one before it and what lies at or after its
place here links to it. So an office can give a fact back to its hub, and the hub to an office.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.sync.book import Book, Reader
from core.sync.chain import GENESIS
from core.sync.facts import Told, chain_end, keep_for_later, links, told_facts, told_later
from core.sync.fingerprint import names_of, places
from core.sync.policy import Travels
from core.sync.triggers import Shape
from core.sync.wire import unpack

LATER = "SELECT tbl, id, site, no, chain, _q, doc FROM sync_later WHERE site = :site AND no = :no"


class Chains:
    """The neighbours of some facts as they lie here. Loading them looks through all facts, and can be done
    before the transaction that uses them: facts in between are there to stay."""

    def __init__(self, read: Reader, shapes: Sequence[Shape], facts: Iterable[Told]) -> None:
        asked = [(fact.site, fact.no + step) for fact in facts for step in (-1, 0, 1)]
        self._near: dict[tuple[int, int], Told] = {}
        for shape, row in places(read, shapes, asked).values():
            self.put(told_of(shape, row))
        for site, no in set(asked) - self._near.keys():
            for *place, doc in read.rows(LATER, site=site, no=no):
                self.put(told_later(place, unpack(doc)))

    def put(self, fact: Told) -> None:
        """From now on this one has its place."""
        self._near[fact.site, fact.no] = fact

    def take_out(self, fact: Told) -> None:
        self._near.pop((fact.site, fact.no), None)

    def at(self, fact: Told) -> Told | None:
        """What lies here in the place of a fact."""
        return self._near.get((fact.site, fact.no))

    def beside(self, fact: Told) -> tuple[Told | None, Told | None]:
        """The facts before and after its place."""
        return self._near.get((fact.site, fact.no - 1)), self._near.get((fact.site, fact.no + 1))

    def proves(self, read: Reader, fact: Told) -> bool:
        """Whether a fact that lies here is right: it follows from what is before it and is what follows
        it says."""
        return bool(self.proven(read, [fact], by_what_follows=True))

    def proven(self, read: Reader, facts: Iterable[Told], *, by_what_follows: bool) -> list[Told]:
        """Those of these facts, in the order of their chains, that belong in their places.

        Each links to the one before, here or among them, up to one whose link stands here: in its own row,
        in the one after, or as the end of the chain. Where nothing lies at a place and nothing follows, what
        comes before is enough unless `by_what_follows`: anybody can make up an end.
        """
        found: list[Told] = []
        run: list[Told] = []
        for fact in facts:
            follows = run and (run[-1].site, run[-1].no + 1) == (fact.site, fact.no)
            if not (follows and links(run[-1].chain, fact)):
                run = [fact] if self._continues(fact) else []
            else:
                run.append(fact)
            if run and self._is_said(read, fact, by_what_follows):
                found += [each for each in run if each not in found]
        return found

    def _continues(self, fact: Told) -> bool:
        before = self._near.get((fact.site, fact.no - 1))
        head = GENESIS if fact.no == 1 else before and before.chain
        return head is not None and links(head, fact)

    def _is_said(self, read: Reader, fact: Told, by_what_follows: bool) -> bool:
        """Whether what lies here says that a fact has this link."""
        here, after = self._near.get((fact.site, fact.no)), self._near.get((fact.site, fact.no + 1))
        if here is not None and here.chain == fact.chain:
            return True
        if after is not None:
            return links(fact.chain, after)
        end, last = chain_end(read, fact.site)
        return last == fact.chain if end == fact.no else not by_what_follows and here is None


def told_of(shape: Shape, row: Sequence[Any]) -> Told:
    """A row, given by `names_of`, as a fact that travels."""
    return told_facts([[shape.name, names_of(shape), [row]]])[0]


def same_fact(mine: Told, theirs: Told) -> bool:
    """Whether two are one fact, whatever number the hub gave it."""
    return mine.place == theirs.place and mine.values == theirs.values


def take_out(book: Book, shape: Shape, row_id: str) -> None:
    """Remove a row that is no fact."""
    book.guard(shape, on=False)
    book.execute(f"DELETE FROM {shape.name} WHERE id = :id", {"id": row_id})
    book.guard(shape, on=True)


def put_back(book: Book, shape: Shape, fact: Told) -> str:
    """Put a fact in its place, over what lies there under its id; answers why the table refuses it, if so."""
    take_out(book, shape, fact.row_id)
    values: Mapping[str, Any] = {
        **fact.values, "no": fact.no, "chain": fact.chain, "_q": fact.number
    }  # fmt: skip
    row = tuple(values.get(column) for column in shape.columns)
    refused = book.try_insert(shape.name, shape.columns, [row])
    if refused:
        keep_for_later(book, [fact], [fact.number])
    return refused[0][1] if refused else ""


def facts_only(shapes: Iterable[Shape]) -> list[Shape]:
    return [shape for shape in shapes if shape.travels is Travels.FACT]
