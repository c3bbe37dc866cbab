"""Money that moves: goodwill taken back, refunds of it, holds, and the summaries kept beside the facts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _new_tables()
    _refunds_of_payment_or_credit()
    _everything_is_stale()


def _new_tables() -> None:
    op.create_table(
        "crossed_account",
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guarantor_id", name="pk_crossed_account"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invoice_balance",
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("asked_cents", INT64, nullable=False),
        sa.Column("adjusted_cents", INT64, nullable=False),
        sa.Column("forgiven_cents", INT64, nullable=False),
        sa.Column("closed_cents", INT64, nullable=False),
        sa.Column("paid_cents", INT64, nullable=False),
        sa.Column("balance_cents", INT64, nullable=False),
        sa.Column("void", INT64, nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("refunding", INT64, nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", name="pk_invoice_balance"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_invoice_balance_open",
        "invoice_balance",
        ["guarantor_id"],
        unique=False,
        sqlite_where=sa.text("balance_cents <> 0"),
    )
    op.create_table(
        "invoice_hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('disputed', 'insurer', 'held')", name="ck_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_hold"),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_hold__q", "invoice_hold", ["_q"], unique=False)
    op.create_index("ix_invoice_hold_invoice_id", "invoice_hold", ["invoice_id"], unique=False)
    op.create_table(
        "money_left",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("since_on", sa.Text(), nullable=False),
        sa.Column("refunded_cents", INT64, nullable=False),
        sa.Column("reversed", INT64, nullable=False),
        sa.Column("applied_cents", INT64, nullable=False),
        sa.Column("left_cents", INT64, nullable=False),
        sa.PrimaryKeyConstraint("source_id", name="pk_money_left"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_money_left_guarantor_id", "money_left", ["guarantor_id"], unique=False)
    op.create_index(
        "ix_money_left_open",
        "money_left",
        ["guarantor_id"],
        unique=False,
        sqlite_where=sa.text("left_cents <> 0"),
    )
    op.create_index("ix_money_left_day", "money_left", ["since_on", "source_id"], unique=False)
    op.create_table(
        "stale",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name="pk_stale"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unbilled",
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=True),
        sa.Column("service_on", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.PrimaryKeyConstraint("charge_id", "share_id", name="pk_unbilled"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_unbilled_client", "unbilled", ["client_id", "service_on"], unique=False)
    op.create_table(
        "invoice_hold_end",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("hold_id", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["invoice_hold.id"], name="fk_invoice_hold_end_hold_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_hold_end"),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_hold_end__q", "invoice_hold_end", ["_q"], unique=False)
    op.create_index("ix_invoice_hold_end_hold_id", "invoice_hold_end", ["hold_id"], unique=False)
    op.create_index("ix_invoice_hold_end_once", "invoice_hold_end", ["once"], unique=False)
    op.create_table(
        "credit_reversal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("credit_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reversed_on", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name="fk_credit_reversal_credit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_reversal"),
        sqlite_strict=True,
    )
    op.create_index("ix_credit_reversal__q", "credit_reversal", ["_q"], unique=False)
    op.create_index("ix_credit_reversal_credit_id", "credit_reversal", ["credit_id"], unique=False)
    op.create_index("ix_credit_reversal_once", "credit_reversal", ["once"], unique=False)
    op.create_index("ix_adjustment_effective_on", "adjustment", ["effective_on"], unique=False)
    op.create_index("ix_credit_given_on", "credit", ["given_on"], unique=False)
    op.create_index("ix_payment_reversal_reversed_on", "payment_reversal", ["reversed_on"], unique=False)
    op.create_index("ix_refund_answer_answered_on", "refund_answer", ["answered_on"], unique=False)
    op.create_index("ix_credit_reversal_reversed_on", "credit_reversal", ["reversed_on"], unique=False)
    op.create_index("ix_allocation_effective_on", "allocation", ["effective_on"], unique=False)
    op.create_index(
        "ix_allocation_release_effective_on", "allocation_release", ["effective_on"], unique=False
    )
    op.create_index("ix_invoice_issue_series", "invoice_issue", ["series", "series_no"], unique=False)
    op.create_index("ix_invoice_issue_issued_on", "invoice_issue", ["issued_on"], unique=False)
    op.create_index("ix_invoice_void_voided_on", "invoice_void", ["voided_on"], unique=False)
    op.create_index("ix_late_fee_assessed_on", "late_fee", ["assessed_on"], unique=False)
    for table, column in (
        ("invoice_issue", "replaces_id"),
        ("draft", "replaces_id"),
        ("adjustment", "reverses_id"),
        ("adjustment", "refund_id"),
    ):
        op.create_index(
            f"ix_{table}_{column}", table, [column], sqlite_where=sa.text(f"{column} IS NOT NULL")
        )
    for table, column in (
        ("money_left", "source_id"),
        ("adjustment", "id"),
        ("late_fee", "id"),
        ("charge", "id"),
    ):
        op.create_index(f"ix_{table}_ending", table, [sa.text(f"substr({column}, -8)")])


COPY_REFUNDS = """
INSERT INTO refund_request_new
      (id, site, no, chain, _q, at, actor, once, payment_id, invoice_id, amount_cents, balance, channel,
       method, reference, reason, refunded_on)
SELECT id, site, no, chain, _q, at, actor, once, payment_id, invoice_id, amount_cents, balance, channel,
       method, reference, reason, refunded_on
FROM refund_request
"""

STALE = (
    "INSERT INTO stale (kind, id) SELECT DISTINCT 'invoice', invoice_id FROM invoice_issue",
    "INSERT INTO stale (kind, id) SELECT 'payment', id FROM payment",
    "INSERT INTO stale (kind, id) SELECT 'credit', id FROM credit",
    "INSERT INTO stale (kind, id) SELECT 'charge', id FROM charge",
)


def _refunds_of_payment_or_credit() -> None:
    """SQLite cannot lift a NOT NULL: the table is made anew, its rows copied as they are."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.create_table(
        "refund_request_new",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("credit_id", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=True),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("balance", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refunded_on", sa.Text(), nullable=False),
        sa.CheckConstraint("balance IN ('reopen', 'close', 'credit')", name="ck_balance"),
        sa.CheckConstraint("channel IN ('outside', 'processor')", name="ck_channel"),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_refund_request_payment_id"),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name="fk_refund_request_credit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refund_request"),
        sqlite_strict=True,
    )
    op.execute(COPY_REFUNDS)
    op.drop_table("refund_request")
    op.rename_table("refund_request_new", "refund_request")
    for column in ("_q", "once", "payment_id", "credit_id", "invoice_id", "refunded_on"):
        op.create_index(f"ix_refund_request_{column}", "refund_request", [column])


def _everything_is_stale() -> None:
    """What was recorded before there were summaries gets its own when the book is opened."""
    for statement in STALE:
        op.execute(statement)
