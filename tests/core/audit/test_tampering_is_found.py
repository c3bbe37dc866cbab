"""RJ2: whoever alters, drops, adds or reorders a fact with the key in hand is found, and the fact is named.

Out of reach of one book alone, and said so by `verify`: cutting off the end of a chain *and* writing the
recorded head in `sync_chain` anew. Heads that the hub and the other offices hold will tell (sync.md 5.5).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from core.audit import Verdict, verify
from core.store import Read
from core.sync.policy import Travels
from core.tables import metadata, shapes
from tests.builders import Book
from tests.core.sync.facts import every_kind_of_fact
from tests.raw import beside, foreign
from tests.sizes import sized

FACTS = [shape.name for shape in shapes() if shape.travels is Travels.FACT]
Raw = Any


@pytest.fixture
def full(book: Book) -> Book:
    every_kind_of_fact(book)
    for n in range(6):
        book.session(book.client("Ann", f"Archer{n}"))
    with beside(book) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return book


class Tampering:
    """A tool with the key that drops the triggers, tampers, lets verify look, and takes it all back."""

    def __init__(self, raw: Raw, chance: random.Random) -> None:
        self.raw, self.chance = raw, chance
        raw.execute("PRAGMA ignore_check_constraints = ON")
        self.triggers = [n for (n,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")]

    def found(self, tamper: Callable[[], object]) -> tuple[Any, Verdict]:
        self.raw.execute("BEGIN")
        try:
            for name in self.triggers:
                self.raw.execute(f"DROP TRIGGER {name}")
            done = tamper()
            return done, verify(Read(self.raw))
        finally:
            self.raw.execute("ROLLBACK")

    def a_fact(self) -> tuple[str, int, int]:
        """Table, rowid and number of any fact."""
        table = self.chance.choice(FACTS)
        rows = self.raw.execute(f"SELECT rowid, no FROM {table}").fetchall()
        rowid, no = self.chance.choice(rows)
        return table, rowid, no

    def edit(self) -> tuple[str, int, str]:
        table, rowid, no = self.a_fact()
        column = self.chance.choice([c for c in metadata.tables[table].columns if c.name != "_q"])
        (before,) = self.raw.execute(
            f'SELECT "{column.name}" FROM {table} WHERE rowid = ?', (rowid,)
        ).fetchone()
        after = self._other(str(column.type), before, nullable=bool(column.nullable))
        self.raw.execute(f'UPDATE {table} SET "{column.name}" = ? WHERE rowid = ?', (after, rowid))
        return table, no, column.name

    def _other(self, kind: str, before: Any, *, nullable: bool) -> object:
        if nullable and before is not None and self.chance.random() < 0.3:
            return None
        if kind == "TEXT":
            text = before or ""
            return self.chance.choice([text + " ", text + "x", text[:-1] or "y", text.swapcase() + "\u200b"])
        if kind == "BLOB":
            return bytes([self.chance.randrange(256)]) * 31
        return (before or 0) + self.chance.choice([1, -1, 1000])

    def delete(self) -> tuple[str, int]:
        table, rowid, no = self.a_fact()
        self.raw.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))
        return table, no

    def swap_numbers(self) -> None:
        one, other = self.a_fact(), self.a_fact()
        while other[:2] == one[:2]:
            other = self.a_fact()
        for (table, rowid, _), no in ((one, other[2]), (other, one[2])):
            self.raw.execute(f"UPDATE {table} SET no = ? WHERE rowid = ?", (no, rowid))

    def swap_numbers_and_links(self) -> None:
        one, other = self.a_fact(), self.a_fact()
        while other[:2] == one[:2]:
            other = self.a_fact()
        ends = [
            self.raw.execute(f"SELECT no, chain FROM {table} WHERE rowid = ?", (rowid,)).fetchone()
            for table, rowid, _ in (one, other)
        ]
        for (table, rowid, _), (no, chain) in zip((one, other), reversed(ends), strict=True):
            self.raw.execute(f"UPDATE {table} SET no = ?, chain = ? WHERE rowid = ?", (no, chain, rowid))

    def insert(self) -> None:
        """A made-up fact at any place, numbered or not, of this site or of one that never was."""
        (last,) = self.raw.execute("SELECT max(no) FROM sync_chain").fetchone()
        no = self.chance.choice([None, 0, last + 1, last + 2, self.chance.randrange(1, last)])
        site = self.chance.choice([1, 1, 2])
        self.raw.execute(
            "INSERT INTO audit_entry (id, site, no, chain, at, actor, verb, subject_kind, subject_id, detail,"
            " reason) VALUES ('forged', ?, ?, ?, '', '', '', '', '', '', '')",
            (site, no, bytes(32)),
        )

    def cut_the_end(self) -> None:
        (last,) = self.raw.execute("SELECT max(no) FROM sync_chain").fetchone()
        after = last - self.chance.randrange(1, 30)
        for table in FACTS:
            self.raw.execute(f"DELETE FROM {table} WHERE no > ?", (after,))

    def cut_the_end_and_the_head(self) -> None:
        self.cut_the_end()
        self.raw.execute("DELETE FROM sync_chain")


WAYS = ("edit", "delete", "swap_numbers", "swap_numbers_and_links", "insert", "cut_the_end",
        "cut_the_end_and_the_head")  # fmt: skip


def test_rj2_random_tampering_is_always_found_and_named(full: Book) -> None:
    tried: Counter[str] = Counter()
    chance = random.Random(300)
    with foreign(full) as raw:
        tampering = Tampering(raw, chance)
        assert verify(Read(raw)).ok
        for _ in range(sized(300, 3000)):
            way = "edit" if chance.random() < 0.5 else chance.choice(WAYS)
            done, verdict = tampering.found(getattr(tampering, way))
            assert not verdict.ok, (way, done)
            assert verdict.first_bad is not None
            tried[way] += 1
            if way == "edit" and done[2] not in ("no", "site", "id"):
                assert verdict.first_bad[1:3] == (done[1], done[0]), done
                assert verdict.first_bad[4] == "was altered"
        assert verify(Read(raw)).ok
    print(f"\n{sum(tried.values())} tamperings, all found: {dict(tried)}")


OTHER = {"TEXT": "coalesce({0}, '') || 'x'", "BIGINT": "coalesce({0}, 0) + 7", "BLOB": "x'00'"}


def test_rj2_every_column_of_every_kind_of_fact_is_covered(full: Book) -> None:
    with foreign(full) as raw:
        tampering = Tampering(raw, random.Random(1))
        for table in FACTS:
            for column in metadata.tables[table].columns:
                if column.name == "_q":
                    continue
                name = f'"{column.name}"'
                other = OTHER[str(column.type)].format(name)

                def tamper() -> None:
                    raw.execute(f"UPDATE {table} SET {name} = {other}")  # noqa: B023  at once

                assert not tampering.found(tamper)[1].ok, f"{table}.{column.name}"


def test_rj2_text_that_is_no_text_is_found_and_named(full: Book) -> None:
    with foreign(full) as raw:
        tampering = Tampering(raw, random.Random(2))

        def tamper() -> int:
            raw.execute("UPDATE audit_entry SET verb = CAST(x'61FF' AS TEXT) WHERE no = 9")
            return int(raw.execute("SELECT count(*) FROM audit_entry WHERE no = 9").fetchone()[0])

        done, verdict = tampering.found(tamper)
        assert done == 1
        assert verdict.first_bad is not None
        assert (verdict.first_bad[1], verdict.first_bad[2], verdict.first_bad[4]) == (
            9, "audit_entry", "was altered"
        )  # fmt: skip
        assert verify(Read(raw)).ok


def test_rj2_a_whole_chain_counted_anew_by_hand_does_not_match_the_recorded_head(full: Book) -> None:
    """Altering the first fact and every link after it needs the recorded head altered too."""
    from core.sync.chain import GENESIS, canonical, canonical_order, link

    with foreign(full) as raw:
        tampering = Tampering(raw, random.Random(3))

        def forge() -> None:
            raw.execute("UPDATE charge SET amount_cents = amount_cents + 1")
            facts: list[tuple[Any, ...]] = []
            for table in FACTS:
                columns = [c.name for c in metadata.tables[table].columns]
                listed = ", ".join(f'"{c}"' for c in columns)
                names, pick = canonical_order(columns)
                rows = raw.execute(f"SELECT {listed} FROM {table}").fetchall()
                facts += [(row[columns.index("no")], table, row[0], names, pick(row)) for row in rows]
            head = GENESIS
            for no, table, row_id, names, values in sorted(facts, key=lambda fact: fact[0]):
                head = link(head, canonical(table, no, names, values))
                raw.execute(f"UPDATE {table} SET chain = ? WHERE id = ?", (head, row_id))

        _, verdict = tampering.found(forge)
        assert verdict.first_bad is not None
        assert verdict.first_bad[4] == "facts at the end are missing"


def test_rj2_an_untouched_book_is_in_order_and_counted(full: Book) -> None:
    with full.store.read() as read:
        verdict = verify(read)
        count = sum(read.value(f"SELECT count(*) FROM {table}") for table in FACTS)
        logged = read.value("SELECT count(*) FROM audit_entry")
    assert verdict == (count, logged, True, None, [])


def test_rj2_a_book_without_any_fact_is_in_order(tmp_path: Any) -> None:
    from core.store import Store
    from tests.builders import fixed_clock

    store = Store.create(str(tmp_path / "empty.db"), bytes(32), fixed_clock, site=1)
    with store.read() as read:
        assert verify(read) == (0, 0, True, None, [])
    store.close()


def test_rj2_an_entry_says_who_when_where_what_before_and_after_and_why(book: Book) -> None:
    import json

    from core.audit import entries
    from core.invoicing.commands import create_draft
    from core.invoicing.lines import change_line
    from core.sessions.commands import void_charge
    from tests.builders import NOW, TODAY

    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
        change_line(tx, tx.value("SELECT id FROM draft_line"), rate_cents=9_000)
    with book.store.read() as read:
        newest = entries(read, subject_id=draft_id)[0]
    assert (newest.at, newest.actor, newest.site, newest.verb) == (
        NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "test-owner", 1, "draft.line_changed",
    )  # fmt: skip
    detail = json.loads(newest.detail)
    assert (detail["before_cents"], detail["after_cents"]) == (15_000, 9_000)
    other = book.client("Bea", "Bell")
    book.session(other)
    with book.write() as tx:
        charge_id = tx.value("SELECT id FROM charge WHERE client_id = :c", c=other)
        void_charge(tx, charge_id, reason="typed twice")
    with book.store.read() as read:
        assert entries(read, subject_id=charge_id)[0].reason == "typed twice"


def test_the_harness_really_tampers(full: Book) -> None:
    with foreign(full) as raw, pytest.raises(dbapi2.IntegrityError, match="insert-only"):
        raw.execute("UPDATE charge SET amount_cents = 1")
