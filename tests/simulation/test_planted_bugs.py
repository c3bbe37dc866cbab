"""Each rule of the merge is broken once and the simulator says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.replication import hub, office
from core.store import Store
from core.store.schema import renew_triggers
from core.sync import batch, facts, merge, register, triggers
from core.sync.mend import Chains
from core.sync.register import Cells, Clash, Register
from core.tables import shapes
from tests.simulation import disks, run, world
from tests.simulation.run import history
from tests.simulation.world import World

SEEDS = 40
STEPS = 150
Patch = pytest.MonkeyPatch


def is_found() -> str:
    """What the first seeds say; most bugs show in the first few."""
    for seed in range(SEEDS):
        try:
            history(seed, steps=STEPS)
        except Exception as broken:  # noqa: BLE001  a bug shows as anything
            return f"{type(broken).__name__}: {broken}"
    raise AssertionError(f"{SEEDS} histories with a bug in the merge and nothing was noticed")


def test_a_merge_that_notes_no_clash_is_found(monkeypatch: Patch) -> None:
    def weigh(*args: Any) -> tuple[Cells, list[Clash]]:
        return merged(*args)[0], []

    merged = merge.weigh
    monkeypatch.setattr(merge, "weigh", weigh)
    assert "overwritten silently" in is_found()


def test_an_older_edit_that_wins_is_found(monkeypatch: Patch) -> None:
    def weigh(table: str, row_id: str, mine: Cells, theirs: Cells, unseen: Any) -> tuple[Cells, list[Clash]]:
        changed, clashes = merged(table, row_id, mine, theirs, unseen)
        return changed | theirs, clashes

    merged = merge.weigh
    monkeypatch.setattr(merge, "weigh", weigh)
    assert is_found()


def test_a_clash_judged_by_the_cursor_of_the_pull_is_found(monkeypatch: Patch) -> None:
    """`cursorbase`: the hub takes it that an office has seen all that it pulled past."""

    def take_edits(reg: Register, edits: Sequence[merge.Edit], number: Callable[[], int]) -> Any:
        kept = reg.kept([edit.row_id for edit in edits])
        blind = []
        for edit in edits:
            row = kept.get(edit.row_id)
            seen = {} if row is None else {c: stamp for c, (_, stamp) in reg.cells(row).items()}
            blind.append(edit._replace(seens=[(edit.seen | seen)[c] for c in edit.names]))
        return taken(reg, blind, number)

    taken = vars(hub)["take_edits"]
    monkeypatch.setattr(hub, "take_edits", take_edits)
    assert "overwritten silently" in is_found()


def test_an_acknowledgement_of_what_was_edited_since_is_found(monkeypatch: Patch) -> None:
    """`ackall`."""

    def acknowledge(reg: Register, names: Sequence[str], rows: Sequence[Any], given: Iterator[int]) -> None:
        bases = reg.bases([row[0] for row in rows])
        numbered = []
        for row, number in zip(rows, given, strict=False):
            reg.remember_bases(row[0], bases.get(row[0], {}), {})
            numbered.append((number, row[0]))
        reg.renumber(numbered)

    monkeypatch.setattr(batch, "_acknowledge_rows", acknowledge)
    assert is_found()


def test_columns_of_a_newer_version_that_are_dropped_are_found(monkeypatch: Patch) -> None:
    """`dropext`."""

    def row(self: Register, row_id: str, cells: Cells, number: int) -> tuple[Any, ...]:
        return made(self, row_id, {c: cell for c, cell in cells.items() if c in self.columns}, number)

    made = register.Register.row
    monkeypatch.setattr(register.Register, "row", row)
    monkeypatch.setattr(world, "absorb", lambda tx, shapes: None)  # which would ask for everything again
    assert is_found()


def test_a_cursor_that_moves_past_what_was_not_sent_is_found(monkeypatch: Patch) -> None:
    """`naivecursor`: some rows of a page were not to be seen yet when it was read."""

    def page_after(*args: Any, **more: Any) -> Any:
        page = paged(*args, **more)
        return page._replace(facts=page.facts[:-1]) if page.cursor % 5 == 0 and not page.more else page

    paged = vars(hub)["page_after"]
    monkeypatch.setattr(hub, "page_after", page_after)
    assert is_found()


def test_a_stamp_by_the_clock_alone_is_found(monkeypatch: Patch) -> None:
    """`nofloor`: a slow clock stamps an edit below the one that it overwrites."""
    clock = "(SELECT ((fixed_ms + offset_ms - 1577836800000) << 22) | site FROM sync_clock)"
    monkeypatch.setattr(triggers, "stamp_sql", lambda row_stamp: clock)

    def copied(self: World, origin: Path, name: str) -> Any:
        book = copy(self, origin, name)
        with book.engine().begin() as connection:
            renew_triggers(connection)
        return book

    copy = World._copied
    monkeypatch.setattr(World, "_copied", copied)
    assert is_found()


def test_a_clock_that_is_never_set_right_is_found(monkeypatch: Patch) -> None:
    monkeypatch.setattr(office, "set_clock", lambda *_, **__: None)
    assert "never" in is_found()


def test_deletions_that_do_not_travel_are_found(monkeypatch: Patch) -> None:
    def take_tombs(reg: Register, tombs: Sequence[Any], number: Any = None) -> tuple[list[int], list[Clash]]:
        return [number() if number else 0 for _ in tombs], []

    monkeypatch.setattr(hub, "take_tombs", take_tombs)
    assert is_found()


def test_a_restored_book_that_keeps_its_number_is_found(monkeypatch: Patch) -> None:
    """`restorereuse`: it gives numbers that the lost disk had given."""

    def restore(self: World, one: Any) -> None:
        restored(self, one)

    restored = World.restore
    monkeypatch.setattr(World, "restore", restore)
    monkeypatch.setattr(Store, "become_site", lambda self, site: None)
    assert is_found()


def test_the_same_batch_under_a_new_number_is_harmless_but_a_lost_one_is_found(monkeypatch: Patch) -> None:
    """An office that takes a lost answer for a yes."""

    def prepare(*args: Any, **more: Any) -> Any:
        request = prepared(*args, **more)
        if request.batch is not None and request.batch.no % 7 == 0:
            with args[0].merge(office.SYNC) as tx:
                tx.execute("DELETE FROM sync_batch")
                for shape in shapes():
                    if "_q" in shape.columns:
                        tx.execute(f"UPDATE {shape.name} SET _q = 1 WHERE _q = 0")
            return request._replace(batch=None)
        return request

    prepared = office.prepare
    monkeypatch.setattr(office, "prepare", prepare)
    assert is_found()


def test_numbers_given_to_the_wrong_rows_are_found(monkeypatch: Patch) -> None:
    def unrun(found: list[list[int]]) -> list[int]:
        return [number + 1 for number in told(found)]

    told = vars(office)["unrun"]
    monkeypatch.setattr(office, "unrun", unrun)
    assert is_found()


def test_a_fact_taken_twice_under_another_place_is_found(monkeypatch: Patch) -> None:
    """A hub that does not look at the chain."""
    monkeypatch.setattr(facts, "follow", lambda told, no, head: (len(told), ""))
    monkeypatch.setattr(hub, "_chain_trouble", lambda tx, told: None)

    def told_facts(groups: Any) -> Any:
        found = list(told(groups))
        return [fact._replace(no=fact.no + 1) if i == 3 else fact for i, fact in enumerate(found)]

    told = vars(office)["told_facts"]
    monkeypatch.setattr(office, "told_facts", told_facts)
    assert is_found()


def test_balances_that_are_not_made_anew_by_a_merge_are_found(monkeypatch: Patch) -> None:
    def take_facts(tx: Any, known: Mapping[str, Any], told: Any, *more: Any) -> Any:
        taken = take(tx, known, told, *more)
        tx.execute("DELETE FROM stale WHERE kind = 'invoice'")
        return taken

    take = vars(office)["take_facts"]
    monkeypatch.setattr(office, "take_facts", take_facts)
    assert is_found()


def test_books_that_are_never_compared_are_found(monkeypatch: Patch) -> None:
    """Nothing else carries a row that a disk has altered."""
    monkeypatch.setattr(disks, "compare_books", lambda world: None)
    monkeypatch.setattr(run, "compare_books", lambda world: None)
    assert is_found()


def test_a_fact_of_the_hub_that_is_believed_without_its_chain_is_found(monkeypatch: Patch) -> None:
    def proven(chains: Chains, read: Any, told: Any, **_: Any) -> Any:
        return list(told)

    monkeypatch.setattr(Chains, "proven", proven)
    assert is_found()
