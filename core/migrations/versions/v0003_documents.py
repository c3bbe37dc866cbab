"""Documents that freeze what they say: statements, superbills, estimates, receipts, credit notes.

A client gets an address and a referrer of its own, for the insurer's forms.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_index("ix_document_day", "document", ["made_on", "id"], unique=False)
    op.create_index("ix_document_kind_day", "document", ["kind", "made_on", "id"], unique=False)
    op.create_index("ix_document_ending", "document", [sa.text("substr(subject_id, -8)")])
    op.create_table(
        "document_share",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.Column("mail_to", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('statement', 'superbill', 'receipt', 'credit_note', 'estimate')", name="ck_kind"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document_share"),
        sqlite_strict=True,
    )
    op.create_index("ix_document_share__q", "document_share", ["_q"], unique=False)
    op.create_index("ix_document_share_once", "document_share", ["once"], unique=False)
    op.create_index("ix_document_share_subject_id", "document_share", ["subject_id"], unique=False)
    op.create_table(
        "estimate_override",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("estimate_id", sa.Text(), nullable=False),
        sa.Column("allowed_cents", INT64, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("allowed_cents >= 0", name="ck_allowed_cents"),
        sa.PrimaryKeyConstraint("id", name="pk_estimate_override"),
        sqlite_strict=True,
    )
    op.create_index("ix_estimate_override__q", "estimate_override", ["_q"], unique=False)
    op.create_index("ix_estimate_override_estimate_id", "estimate_override", ["estimate_id"], unique=False)
    op.create_index("ix_estimate_override_once", "estimate_override", ["once"], unique=False)
    op.create_table(
        "estimate",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("estimate_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=False),
        sa.Column("to_on", sa.Text(), nullable=False),
        sa.Column("expected_cents", INT64, nullable=False),
        sa.Column("made_on", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("expected_cents >= 0", name="ck_expected_cents"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_estimate_client_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_estimate_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_estimate"),
        sqlite_strict=True,
    )
    op.create_index("ix_estimate__q", "estimate", ["_q"], unique=False)
    op.create_index("ix_estimate_client_id", "estimate", ["client_id"], unique=False)
    op.create_index("ix_estimate_estimate_id", "estimate", ["estimate_id"], unique=False)
    op.create_index("ix_estimate_made_on", "estimate", ["made_on"], unique=False)
    op.create_index("ix_estimate_once", "estimate", ["once"], unique=False)
    op.create_table(
        "statement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=True),
        sa.Column("to_on", sa.Text(), nullable=False),
        sa.Column("opening_cents", INT64, nullable=False),
        sa.Column("closing_cents", INT64, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("made_on", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('activity', 'open_items')", name="ck_kind"),
        sa.CheckConstraint(
            "closing_cents >= -99999999999 AND closing_cents <= 99999999999", name="ck_closing_cents"
        ),
        sa.CheckConstraint(
            "opening_cents >= -99999999999 AND opening_cents <= 99999999999", name="ck_opening_cents"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_statement_client_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_statement_guarantor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
        sqlite_strict=True,
    )
    op.create_index("ix_statement__q", "statement", ["_q"], unique=False)
    op.create_index("ix_statement_client_id", "statement", ["client_id"], unique=False)
    op.create_index("ix_statement_guarantor_id", "statement", ["guarantor_id"], unique=False)
    op.create_index("ix_statement_made_on", "statement", ["made_on"], unique=False)
    op.create_index("ix_statement_once", "statement", ["once"], unique=False)
    op.create_index("ix_statement_statement_id", "statement", ["statement_id"], unique=False)
    op.create_table(
        "superbill",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("superbill_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=False),
        sa.Column("to_on", sa.Text(), nullable=False),
        sa.Column("charged_cents", INT64, nullable=False),
        sa.Column("paid_cents", INT64, nullable=False),
        sa.Column("made_on", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("charged_cents >= 0", name="ck_charged_cents"),
        sa.CheckConstraint("paid_cents >= -99999999999 AND paid_cents <= 99999999999", name="ck_paid_cents"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_superbill_client_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_superbill_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_superbill"),
        sqlite_strict=True,
    )
    op.create_index("ix_superbill__q", "superbill", ["_q"], unique=False)
    op.create_index("ix_superbill_client_id", "superbill", ["client_id"], unique=False)
    op.create_index("ix_superbill_made_on", "superbill", ["made_on"], unique=False)
    op.create_index("ix_superbill_once", "superbill", ["once"], unique=False)
    op.create_index("ix_superbill_superbill_id", "superbill", ["superbill_id"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.Column("made_on", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_receipt_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sqlite_strict=True,
    )
    op.create_index("ix_receipt__q", "receipt", ["_q"], unique=False)
    op.create_index("ix_receipt_made_on", "receipt", ["made_on"], unique=False)
    op.create_index("ix_receipt_once", "receipt", ["once"], unique=False)
    op.create_index("ix_receipt_payment_id", "receipt", ["payment_id"], unique=False)
    op.create_table(
        "credit_note",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("adjustment_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, nullable=False),
        sa.Column("made_on", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["adjustment_id"], ["adjustment.id"], name="fk_credit_note_adjustment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit_note"),
        sqlite_strict=True,
    )
    op.create_index("ix_credit_note__q", "credit_note", ["_q"], unique=False)
    op.create_index("ix_credit_note_adjustment_id", "credit_note", ["adjustment_id"], unique=False)
    op.create_index("ix_credit_note_made_on", "credit_note", ["made_on"], unique=False)
    op.create_index("ix_credit_note_once", "credit_note", ["once"], unique=False)
    op.create_table(
        "share_recall",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_share_recall"),
        sqlite_strict=True,
    )
    op.create_index("ix_share_recall__q", "share_recall", ["_q"], unique=False)
    op.create_index("ix_share_recall_once", "share_recall", ["once"], unique=False)
    op.create_index("ix_share_recall_share_id", "share_recall", ["share_id"], unique=False)
    op.add_column("client", sa.Column("street", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("client", sa.Column("street_2", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("client", sa.Column("city", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("client", sa.Column("state", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("client", sa.Column("postal_code", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("client", sa.Column("phone", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("client", sa.Column("referrer", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column(
        "client", sa.Column("referrer_npi", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("coverage", sa.Column("subscriber_birth_on", sa.Text(), nullable=True))
