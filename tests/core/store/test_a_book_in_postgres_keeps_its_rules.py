"""What the triggers and rights of a hub's book in PostgreSQL forbid, capture and number (`sync.md` 5.3)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core import audit
from core.migrations import HEAD
from core.store import Store
from core.store.postgres import PostgresStore, advice
from core.store.postgres.schema import VERSION
from core.store.postgres.spoken import spoken
from core.sync.plpgsql import triggers
from core.sync.policy import Travels
from core.sync.stamp import ms_of, stamps_of
from core.tables import TABLES, Setting, metadata, shapes
from core.trouble import BookBusy, Collided, DatabaseAway, NewerBook
from tests.core.replication.offices import KEY, OWNER, Clock, Network
from tests.core.replication.test_offices_keep_one_book import add
from tests.postgres import Server, running


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> str:
    """A hub's book with one client, owned by a user who may do nothing else at the server."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE hub LOGIN")
    empty = postgres.new_database()
    name = empty.partition("/test")[2].partition("?")[0]
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE test{name} OWNER TO hub".encode())
        connection.execute("ALTER SCHEMA public OWNER TO hub")
    owned = empty.replace("postgres@", "hub@")
    network = Network(tmp_path_factory.mktemp("network"), owned)
    add(network.offices[1], "Archer")
    network.settle()
    network.close()
    return owned


@pytest.fixture
def hub(url: str) -> Iterator[PostgresStore]:
    store = PostgresStore.at(url, KEY, Clock(), None)
    yield store
    store.close()


def as_superuser(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url.replace("hub@", "postgres@"), autocommit=True)


FORBIDDEN = [
    (travels, what.format(table=f'"{shape.name}"', column=shape.business[-1]))
    for travels in (Travels.FACT, Travels.REGISTER, Travels.BLOB)
    for shape in shapes()
    if shape.travels is travels and shape.name in ("audit_entry", "client", "blob", "draft")
    for what in (
        "TRUNCATE {table} CASCADE",
        *(("DELETE FROM {table}",) if not shape.deletable else ()),
        *(('UPDATE {table} SET "{column}" = NULL',) if travels is not Travels.REGISTER else ()),
    )
]


@pytest.mark.parametrize("sql", [sql for _, sql in FORBIDDEN])
def test_nobody_alters_what_happened_not_even_a_superuser(url: str, sql: str) -> None:
    with as_superuser(url) as connection:
        connection.execute("INSERT INTO blob (sha256, content) VALUES ('x', '') ON CONFLICT DO NOTHING")
        with pytest.raises(psycopg.IntegrityError, match=r"insert-only|never deleted"):
            connection.execute(sql.encode())


@pytest.mark.parametrize("sql", [sql for _, sql in FORBIDDEN])
def test_the_owner_of_the_tables_has_no_right_to_it_either(url: str, sql: str) -> None:
    with as_superuser(url) as connection:
        connection.execute("SET session_replication_role = replica")  # without any trigger
        connection.execute("SET ROLE hub")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.encode())


def test_every_table_has_its_triggers(url: str) -> None:
    wanted = {name for shape in shapes() for name, _ in triggers(shape)}
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal").fetchall()
    assert {name for (name,) in found} == wanted
    for shape in shapes():
        own = {name.removeprefix(f"{shape.name}_") for name, _ in triggers(shape)}
        assert ("no_truncate" in own) == (shape.travels is not Travels.LOCAL)


def test_every_column_is_there_and_text_is_compared_by_bytes(url: str) -> None:
    wanted = {(t.name, c.name) for t in metadata.sorted_tables for c in t.columns}
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT table_name, column_name, data_type, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        ).fetchall()
    assert {row[:2] for row in found} == wanted
    assert {row[2:] for row in found} == {("text", "C"), ("bigint", None), ("bytea", None)}


def test_bulk_sql_of_another_program_is_captured_numbered_and_chained(hub: Store, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO setting (id, name, value) VALUES ('bulk', 'a', 'b')")
        connection.execute("UPDATE client SET phone = '555 0101'")
        connection.execute(
            "INSERT INTO audit_entry (id, site, at, actor, verb, subject_kind, subject_id, detail, reason)"
            " VALUES ('bulk', 0, '2026-11-01T00:00:00Z', 'psql', 'x', 'x', 'x', '{}', '')"
        )
    with hub.read() as read:
        assert read.rows("SELECT _q FROM setting WHERE id = 'bulk'") == [(0,)]
    with hub.write(OWNER):
        """Any write of a hub."""
    with hub.read() as read:
        newest, by_column, number = read.rows("SELECT _h, _cv, _q FROM client")[0]
        stamps = stamps_of(("phone", "name"), newest, by_column)
        assert stamps["phone"] == newest > stamps["name"]
        assert number > 0
        assert read.value("SELECT count(*) FROM setting WHERE id = 'bulk' AND _q > 0") == 1
        assert read.value("SELECT count(*) FROM audit_entry WHERE id = 'bulk' AND _q > 0") == 1
        assert audit.verify(read).ok


def test_a_row_that_was_deleted_leaves_its_tomb_and_may_come_back_later(hub: Store, url: str) -> None:
    columns = {c.name: c for c in metadata.tables["draft"].columns}
    needed = [n for n, c in columns.items() if not c.nullable and c.server_default is None and n != "id"]
    values = {n: 0 if "INT" in str(columns[n].type).upper() else "x" for n in needed}
    with as_superuser(url) as connection:
        for check in connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'draft'::regclass AND contype = 'c'"
        ).fetchall():
            connection.execute(f'ALTER TABLE draft DROP CONSTRAINT "{check[0]}"'.encode())
        listed = ", ".join(f'"{n}"' for n in values)
        insert = f"INSERT INTO draft (id, {listed}) VALUES ('d', {', '.join(['%s'] * len(values))})"
        connection.execute(insert.encode(), list(values.values()))
        connection.execute("DELETE FROM draft WHERE id = 'd'")
        tomb = connection.execute("SELECT _h, image, _q FROM sync_tomb WHERE tbl = 'draft'").fetchone()
        assert tomb is not None
        image = json.loads(tomb[1])
        assert image["id"] == "d"
        assert tomb[0] > image["_h"]
        connection.execute(insert.encode(), list(values.values()))
        back = connection.execute("SELECT _h FROM draft WHERE id = 'd'").fetchone()
        assert back is not None
        assert back[0] > tomb[0]
        connection.execute("DELETE FROM draft")


def test_a_stamp_is_later_than_the_row_though_its_office_was_days_ahead(hub: Store, url: str) -> None:
    """The bug of the missing floor: an edit here must not lose to the edit that it was made upon."""
    ahead = (1 << 60) | 7
    with hub.write(OWNER) as tx:
        row_id = tx.add(Setting(name="n", value="v"))
    with hub.merge(OWNER) as tx:
        tx.execute(
            "UPDATE setting SET value = 'w', _h = :h, _cv = NULL WHERE id = :id", {"h": ahead, "id": row_id}
        )
    with hub.write(OWNER) as tx:
        tx.change(Setting, row_id, value="x")
    with hub.read() as read:
        newest = read.value("SELECT _h FROM setting WHERE id = :id", id=row_id)
    assert newest > ahead
    assert ms_of(newest) - ms_of(ahead) < 2


def test_a_merge_is_captured_by_no_trigger_and_others_meanwhile_are(hub: Store, url: str) -> None:
    with hub.merge(OWNER) as tx, psycopg.connect(url) as other:
        tx.execute("UPDATE setting SET value = 'merged' WHERE id = 'bulk'")
        other.execute("INSERT INTO setting (id, name, value) VALUES ('meanwhile', 'a', 'b')")
        merged = tx.rows("SELECT _q FROM setting WHERE id = 'bulk'")
    with hub.read() as read:
        assert read.rows("SELECT _q FROM setting WHERE id = 'bulk'") == merged != [(0,)]
        assert read.value("SELECT _h FROM setting WHERE id = 'meanwhile'") > 0


def test_one_bad_row_of_many_stays_out_and_is_named(hub: Store) -> None:
    rows = [(f"r{n}", "n", "v" if n % 300 else None, 1) for n in range(1, 1_000)]
    rows[500] = ("r501", "n", "nul \0", 1)
    with hub.merge(OWNER) as tx:
        refused = tx.try_insert("setting", ("id", "name", "value", "_h"), rows)
    assert refused == [(299, "NotNullViolation"), (500, "DataError"), (599, "NotNullViolation"),
                       (899, "NotNullViolation")]  # fmt: skip
    with hub.read() as read:
        assert read.value("SELECT count(*) FROM setting WHERE id LIKE 'r%'") == 995


def test_a_row_that_another_program_changes_meanwhile_is_not_overwritten(hub: Store, url: str) -> None:
    with hub.write(OWNER) as tx:
        row_id = tx.add(Setting(name="n", value="v"))
    with pytest.raises(Collided), hub.merge(OWNER) as tx:
        assert tx.value("SELECT value FROM setting WHERE id = :id", id=row_id) == "v"
        with psycopg.connect(url) as other:
            other.execute("UPDATE setting SET value = 'theirs' WHERE id = %s", (row_id,))
        tx.execute("UPDATE setting SET value = 'ours' WHERE id = :id", {"id": row_id})
    with hub.read() as read:
        assert read.value("SELECT value FROM setting WHERE id = :id", id=row_id) == "theirs"


def test_a_writer_waits_for_the_one_before_and_sees_what_it_wrote(hub: Store) -> None:
    row_id = ""
    with hub.write(OWNER) as tx:
        row_id = tx.add(Setting(name="counter", value="0"))

    def add_one() -> None:
        for _ in range(20):
            with hub.write(OWNER) as tx:
                before = int(tx.value("SELECT value FROM setting WHERE id = :id", id=row_id))
                tx.change(Setting, row_id, value=str(before + 1))

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with hub.read() as read:
        assert read.value("SELECT value FROM setting WHERE id = :id", id=row_id) == "80"


def test_who_cannot_get_the_lock_is_told_and_the_next_try_works(
    hub: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.postgres.session.WAIT", "50ms")
    with hub.write(OWNER), pytest.raises(BookBusy), hub.write(OWNER):
        pass
    with hub.write(OWNER) as tx:
        tx.add(Setting(name="n", value="v"))


def test_a_number_given_by_any_process_is_heard(hub: Store, url: str) -> None:
    with hub.write(OWNER):
        """Numbers what other tests may have left."""
    heard = hub.data_version()
    other = PostgresStore.at(url, KEY, Clock(), None)
    with other.write(OWNER):
        """Numbers nothing."""
    assert hub.data_version() == heard
    with other.write(OWNER) as tx:
        tx.add(Setting(name="n", value="v"))
    other.close()
    while hub.data_version() == heard:
        pass


def test_a_newer_book_is_left_alone(url: str) -> None:
    with as_superuser(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        try:
            with pytest.raises(NewerBook):
                PostgresStore.at(url, KEY, Clock(), None)
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", (HEAD,))


COLUMNS = """
SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY 1, 2
"""


def test_an_older_book_is_brought_up_to_date_by_the_same_revisions(postgres: Server, tmp_path: Path) -> None:
    url = postgres.new_database()
    Network(tmp_path, url).close()
    later = ("core.tables.replication", "core.tables.portal", "core.tables.cards", "core.tables.mail")
    came_since = [table.__tablename__ for table in TABLES if table.__module__ in later]
    with psycopg.connect(url) as connection:
        before = connection.execute(COLUMNS.encode()).fetchall()
        for table in came_since:
            connection.execute(f"DROP TABLE {table} CASCADE".encode())
        for table, column in (("site", "public_key"), ("sync_clock", "absorbed")):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column} CASCADE".encode())
        for table in ("practice", "provider"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN portal_message CASCADE".encode())
        connection.execute("UPDATE alembic_version SET version_num = '0004'")
    store = PostgresStore(url, KEY, Clock())
    store.upgrade()
    store.upgrade()
    with psycopg.connect(url) as connection:
        assert connection.execute(COLUMNS.encode()).fetchall() == before
        assert connection.execute(VERSION.encode()).fetchone() == (HEAD,)
        with pytest.raises(psycopg.IntegrityError):
            connection.execute("TRUNCATE site CASCADE")
    store.close()


def test_what_should_be_changed_at_the_server_is_said(hub: PostgresStore, url: str) -> None:
    (only,) = advice(hub)
    assert "fsync off" in only
    other = PostgresStore.at(url.replace("hub@", "postgres@"), KEY, Clock(), None)
    assert any("superuser" in sentence for sentence in advice(other))
    other.close()


def test_a_server_that_is_killed_is_said_and_gone_on_with(tmp_path: Path) -> None:
    with running() as server:
        url = server.new_database()
        network = Network(tmp_path, url)
        hub = network.hub
        heard = hub.data_version()
        server.stop("immediate")
        with pytest.raises(DatabaseAway), hub.read() as read:
            read.value("SELECT 1")
        with pytest.raises(DatabaseAway), hub.write(OWNER):
            pass
        with pytest.raises(DatabaseAway):
            hub.data_version()
        server.resume()
        add(network.offices[1], "Archer")
        network.settle()
        with hub.read() as read:
            assert read.value("SELECT count(*) FROM client") == 1
        assert hub.data_version() != heard
        network.close()


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT 1 FROM user WHERE id = :id", 'SELECT 1 FROM "user" WHERE id = %(id)s'),
        ('SELECT ":a", \':b %\' FROM "user"', 'SELECT ":a", \':b %%\' FROM "user"'),
        ("a IN (SELECT value FROM json_each(:ids))", "a = ANY(%(ids)s)"),
        ("SET floor = max(floor, :n), max(n)", "SET floor = greatest(floor, %(n)s), max(n)"),
        ("VALUES (?, x'')", "VALUES (%s, ''::bytea)"),
        ("SELECT rowid FROM t ORDER BY rowid", "SELECT ctid FROM t ORDER BY ctid"),
        ("a::text = :b", "a::text = %(b)s"),
    ],
)
def test_the_engines_sql_is_turned_once(sql: str, text: str) -> None:
    assert spoken(sql).text == text
