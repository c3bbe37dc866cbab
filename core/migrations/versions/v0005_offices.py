"""Several offices: what joins them, what waits between them, and what people must decide."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "clash_answer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("conflict", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clash_answer"),
        sqlite_strict=True,
    )
    op.create_index("ix_clash_answer__q", "clash_answer", ["_q"], unique=False)
    op.create_index("ix_clash_answer_conflict", "clash_answer", ["conflict"], unique=False)
    op.create_index("ix_clash_answer_once", "clash_answer", ["once"], unique=False)
    op.create_table(
        "edit_clash",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("col", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("lost", sa.Text(), nullable=False),
        sa.Column("kept_stamp", INT64, nullable=False),
        sa.Column("lost_stamp", INT64, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_edit_clash"),
        sqlite_strict=True,
    )
    op.create_index("ix_edit_clash__q", "edit_clash", ["_q"], unique=False)
    op.create_index("ix_edit_clash_once", "edit_clash", ["once"], unique=False)
    op.create_index("ix_edit_clash_row_id", "edit_clash", ["row_id"], unique=False)
    op.create_table(
        "sync_aside",
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("doc", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tbl", "id", "site", name="pk_sync_aside"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_batch",
        sa.Column("no", INT64, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("no", name="pk_sync_batch"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_blob",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sync_blob"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_invite",
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.Column("used_by", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_sync_invite"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_later",
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=False),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.Column("_q", INT64, nullable=False),
        sa.Column("doc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tbl", "id", name="pk_sync_later"),
        sqlite_strict=True,
    )
    op.create_index("ix_sync_later__q", "sync_later", ["_q"], unique=False)
    op.create_table(
        "sync_joining",
        sa.Column("id", INT64, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("hub_key", sa.LargeBinary(), nullable=False),
        sa.Column("hub_cert", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.CheckConstraint("id >= 1 AND id <= 1", name="ck_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_joining"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_link",
        sa.Column("id", INT64, nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("follows", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("hub_key", sa.LargeBinary(), nullable=False),
        sa.Column("hub_cert", sa.Text(), nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("next_key", sa.LargeBinary(), nullable=True),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("cursor", INT64, nullable=False),
        sa.Column("batch_no", INT64, nullable=False),
        sa.Column("began", INT64, nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("met_at", sa.Text(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("unreached", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.Text(), nullable=True),
        sa.Column("differing", INT64, nullable=False),
        sa.CheckConstraint("id >= 1 AND id <= 1", name="ck_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_link"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_lost",
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tbl", "id", name="pk_sync_lost"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_nonce",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("at", INT64, nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_sync_nonce"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_part",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sync_part"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_peer",
        sa.Column("site", INT64, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("batch_no", INT64, nullable=False),
        sa.Column("batch_sha", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("follows", INT64, nullable=True),
        sa.Column("joined_at", sa.Text(), nullable=False),
        sa.Column("met_at", sa.Text(), nullable=True),
        sa.Column("cursor", INT64, nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("site", name="pk_sync_peer"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_seal",
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("lost", INT64, nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_sync_seal"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_self",
        sa.Column("id", INT64, nullable=False),
        sa.Column("private_key", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("began", INT64, nullable=False),
        sa.Column("began_ms", INT64, nullable=False),
        sa.Column("lives", sa.Text(), nullable=False),
        sa.Column("latest_ms", INT64, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("tls", sa.LargeBinary(), nullable=True),
        sa.Column("kept_tls", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("id >= 1 AND id <= 1", name="ck_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_self"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_snapshot",
        sa.Column("id", INT64, nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", INT64, nullable=False),
        sa.Column("upto", INT64, nullable=False),
        sa.Column("row_count", INT64, nullable=False),
        sa.CheckConstraint("id >= 1 AND id <= 1", name="ck_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_snapshot"),
        sqlite_strict=True,
    )
    op.add_column(
        "sync_clock", sa.Column("absorbed", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("site", sa.Column("public_key", sa.Text(), server_default=sa.text("''"), nullable=False))
