"""A book of an earlier version is brought up when it is opened, with its facts as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine

from core.audit import verify
from core.ledger.kept import differences
from core.ledger.summaries import keep
from core.migrations import HEAD
from core.store import Store, connect
from tests.builders import fixed_clock

KEY = bytes(range(32))
OLD_FACTS = """
INSERT INTO sync_clock (id, site, offset_ms, floor, applying) VALUES (1, 1, 0, 0, 0);
INSERT INTO sync_head (id, seq) VALUES (1, 0);
INSERT INTO guarantor (id, name, street, street_2, city, state, postal_code, country, email, email_ok,
                       phone, archived) VALUES ('g', 'Ann', '', '', '', '', '', '', '', 1, '', 0);
INSERT INTO client (id, name, sort_name, guarantor_id, bill_to, active, archived)
VALUES ('c', 'Ann', 'Ann', 'g', 'client', 1, 0);
INSERT INTO charge (id, site, at, actor, client_id, kind, service_on, code_system, code, modifiers,
                    description, units_milli, rate_cents, amount_cents)
VALUES ('b', 1, '2026-10-01T00:00:00Z', '', 'c', 'write_in', '2026-10-01', 'LOCAL', '', '', 'x', 1000, 900,
        900);
INSERT INTO invoice_issue (id, site, at, actor, once, invoice_id, series, series_no, number, client_id,
                           guarantor_id, issued_on, due_on, total_cents, bill_to, client_name, notes,
                           pay_code, content_sha256)
VALUES ('i', 1, '2026-10-01T00:00:00Z', '', 'issue:i', 'i', 'N', 1, 'N-00001', 'c', 'g', '2026-10-01',
        '2026-10-31', 10000, '[]', 'Ann', '', '', '');
INSERT INTO payment (id, site, at, actor, guarantor_id, amount_cents, received_on, method, reference, note)
VALUES ('p', 1, '2026-10-02T00:00:00Z', '', 'g', 4000, '2026-10-02', 'check', '', '');
INSERT INTO allocation (id, site, at, actor, payment_id, invoice_id, amount_cents, effective_on)
VALUES ('a', 1, '2026-10-02T00:00:00Z', '', 'p', 'i', 3000, '2026-10-02');
INSERT INTO refund_request (id, site, at, actor, payment_id, amount_cents, balance, channel, method,
                            reference, reason, refunded_on)
VALUES ('r', 1, '2026-10-03T00:00:00Z', '', 'p', 500, 'credit', 'outside', 'cash', '', 'x', '2026-10-03');
INSERT INTO sync_unchained (tbl, id)
VALUES ('charge', 'b'), ('invoice_issue', 'i'), ('payment', 'p'), ('allocation', 'a'), ('refund_request', 'r')
"""


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A book as the first revision made it, with a payment that is partly given back."""
    path = tmp_path / "book.db"
    engine = create_engine("sqlite://", creator=lambda: connect(str(path), KEY))
    with engine.connect() as connection:
        _upgrade(connection, "0001")
        for statement in OLD_FACTS.split(";\n"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    return path


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "core:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def test_an_older_book_gets_its_summaries_and_keeps_its_facts(first_version: Path) -> None:
    store = Store.open(str(first_version), KEY, fixed_clock, keep)
    with store.read() as read:
        assert read.value("SELECT version_num FROM alembic_version") == HEAD
        assert read.rows("SELECT balance_cents FROM invoice_balance") == [(7_000,)]
        assert read.rows("SELECT left_cents, refunded_cents FROM money_left") == [(500, 500)]
        assert read.rows("SELECT charge_id, amount_cents FROM unbilled") == [("b", 900)]
        assert differences(read) == []
        assert verify(read).ok
        assert read.rows("PRAGMA foreign_key_check") == []
    store.close()


def test_a_book_whose_upgrade_was_killed_has_its_summaries_when_it_is_opened(first_version: Path) -> None:
    Store.open(str(first_version), KEY, fixed_clock).close()
    store = Store.open(str(first_version), KEY, fixed_clock, keep)
    with store.read() as read:
        assert read.rows("SELECT balance_cents FROM invoice_balance") == [(7_000,)]
        assert differences(read) == []
    store.close()
