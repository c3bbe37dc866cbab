"""The portal: its people and what they may see, ways in and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _register() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
    ]


def _once_fact() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    for table in ("practice", "provider"):
        op.add_column(
            table, sa.Column("portal_message", sa.Text(), server_default=sa.text("''"), nullable=False)
        )
    op.create_table(
        "portal_person",
        *_register(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("active", INT64, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portal_person"),
        sqlite_strict=True,
    )
    op.create_index("ix_portal_person__q", "portal_person", ["_q"], unique=False)
    op.create_index("ix_portal_person_email", "portal_person", ["email"], unique=False)
    op.create_table(
        "portal_grant",
        *_register(),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("documents", INT64, nullable=False),
        sa.Column("pay", INT64, nullable=False),
        sa.Column("superbills", INT64, nullable=False),
        sa.Column("active", INT64, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_portal_grant_client_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_portal_grant_guarantor_id"),
        sa.ForeignKeyConstraint(["person_id"], ["portal_person.id"], name="fk_portal_grant_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portal_grant"),
        sqlite_strict=True,
    )
    op.create_index("ix_portal_grant__q", "portal_grant", ["_q"], unique=False)
    op.create_index("ix_portal_grant_client_id", "portal_grant", ["client_id"], unique=False)
    op.create_index("ix_portal_grant_person_id", "portal_grant", ["person_id"], unique=False)
    op.create_table(
        "portal_made",
        *_once_fact(),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.CheckConstraint("kind IN ('superbill', 'receipt')", name="ck_kind"),
        sa.ForeignKeyConstraint(["person_id"], ["portal_person.id"], name="fk_portal_made_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_portal_made"),
        sqlite_strict=True,
    )
    op.create_index("ix_portal_made__q", "portal_made", ["_q"], unique=False)
    op.create_index("ix_portal_made_once", "portal_made", ["once"], unique=False)
    op.create_index("ix_portal_made_person_id", "portal_made", ["person_id"], unique=False)
    op.create_index("ix_portal_made_subject_id", "portal_made", ["subject_id"], unique=False)
    op.create_table(
        "portal_link",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("mail_to", sa.Text(), nullable=False),
        sa.Column("browser_sha256", sa.Text(), nullable=False),
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("tries", INT64, nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_portal_link"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_portal_link_browser_sha256", "portal_link", ["browser_sha256"], unique=False)
    op.create_table(
        "portal_session",
        sa.Column("session_sha256", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("mail_to", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("session_sha256", name="pk_portal_session"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_portal_session_person_id", "portal_session", ["person_id"], unique=False)
    op.create_table(
        "portal_checkout",
        sa.Column("checkout_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("browser_sha256", sa.Text(), nullable=False),
        sa.Column("pay_code", sa.Text(), nullable=False),
        sa.Column("over", INT64, nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("checkout_id", name="pk_portal_checkout"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "portal_limit",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", INT64, nullable=False),
        sa.Column("spent", INT64, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_portal_limit"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
