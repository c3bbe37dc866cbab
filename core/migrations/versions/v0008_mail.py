"""Mail: its words, what is asked for, what became of it, and invoices kept from being shared."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mail_answer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("mail_to", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("code", INT64, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('delivered', 'delayed', 'failed', 'bounced')", name="ck_outcome"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_answer"),
        sqlite_strict=True,
    )
    op.create_index("ix_mail_answer__q", "mail_answer", ["_q"], unique=False)
    op.create_index("ix_mail_answer_mail", "mail_answer", ["mail"], unique=False)
    op.create_index("ix_mail_answer_once", "mail_answer", ["once"], unique=False)
    op.create_table(
        "mail_passing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mail_to", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.Text(), nullable=False),
        sa.Column("until_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_passing"),
        sqlite_strict=True,
    )
    op.create_table(
        "mail_password",
        sa.Column("id", INT64, nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.CheckConstraint("id >= 1 AND id <= 1", name="ck_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_password"),
        sqlite_strict=True,
    )
    op.create_table(
        "mail_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mail_to", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_request"),
        sqlite_strict=True,
    )
    op.create_index("ix_mail_request__q", "mail_request", ["_q"], unique=False)
    op.create_index("ix_mail_request_once", "mail_request", ["once"], unique=False)
    op.create_table(
        "mail_template",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_template"),
        sqlite_strict=True,
    )
    op.create_index("ix_mail_template__q", "mail_template", ["_q"], unique=False)
    op.create_table(
        "mail_try",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tries", INT64, nullable=False),
        sa.Column("first_at", sa.Text(), nullable=True),
        sa.Column("began_at", sa.Text(), nullable=True),
        sa.Column("doubts", INT64, nullable=False),
        sa.Column("next_at", sa.Text(), nullable=True),
        sa.Column("code", INT64, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail_try"),
        sqlite_strict=True,
    )
    op.create_table(
        "share_hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("held", INT64, nullable=False),
        sa.CheckConstraint("held >= 0 AND held <= 1", name="ck_held"),
        sa.PrimaryKeyConstraint("id", name="pk_share_hold"),
        sqlite_strict=True,
    )
    op.create_index("ix_share_hold__q", "share_hold", ["_q"], unique=False)
    op.create_index("ix_share_hold_invoice_id", "share_hold", ["invoice_id"], unique=False)
    op.create_index("ix_share_hold_once", "share_hold", ["once"], unique=False)
