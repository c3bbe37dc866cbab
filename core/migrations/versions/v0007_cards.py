"""Card payments: what is asked of the processor, what it answers, what differs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "processor_customer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("processor_ref", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guarantor_id"], ["guarantor.id"], name="fk_processor_customer_guarantor_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_processor_customer"),
        sqlite_strict=True,
    )
    op.create_index("ix_processor_customer__q", "processor_customer", ["_q"], unique=False)
    op.create_index(
        "ix_processor_customer_guarantor_id", "processor_customer", ["guarantor_id"], unique=False
    )
    op.create_index("ix_processor_customer_once", "processor_customer", ["once"], unique=False)
    op.create_index(
        "ix_processor_customer_processor_ref", "processor_customer", ["processor_ref"], unique=False
    )
    op.create_table(
        "card_consent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_card_consent_guarantor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_card_consent"),
        sqlite_strict=True,
    )
    op.create_index("ix_card_consent__q", "card_consent", ["_q"], unique=False)
    op.create_index("ix_card_consent_guarantor_id", "card_consent", ["guarantor_id"], unique=False)
    op.create_index("ix_card_consent_once", "card_consent", ["once"], unique=False)
    op.create_table(
        "checkout",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("consent_id", sa.Text(), nullable=True),
        sa.Column("guest", INT64, nullable=False),
        sa.Column("portal", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name="ck_amount_cents"),
        sa.CheckConstraint("kind IN ('payment', 'setup')", name="ck_kind"),
        sa.ForeignKeyConstraint(["consent_id"], ["card_consent.id"], name="fk_checkout_consent_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_checkout_guarantor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_checkout"),
        sqlite_strict=True,
    )
    op.create_index("ix_checkout__q", "checkout", ["_q"], unique=False)
    op.create_index("ix_checkout_guarantor_id", "checkout", ["guarantor_id"], unique=False)
    op.create_index("ix_checkout_once", "checkout", ["once"], unique=False)
    op.create_table(
        "saved_card",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("consent_id", sa.Text(), nullable=False),
        sa.Column("processor_ref", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("exp_month", INT64, nullable=False),
        sa.Column("exp_year", INT64, nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["card_consent.id"], name="fk_saved_card_consent_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_saved_card_guarantor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_card"),
        sqlite_strict=True,
    )
    op.create_index("ix_saved_card__q", "saved_card", ["_q"], unique=False)
    op.create_index("ix_saved_card_guarantor_id", "saved_card", ["guarantor_id"], unique=False)
    op.create_index("ix_saved_card_once", "saved_card", ["once"], unique=False)
    op.create_index("ix_saved_card_processor_ref", "saved_card", ["processor_ref"], unique=False)
    op.create_table(
        "card_removal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["saved_card.id"], name="fk_card_removal_card_id"),
        sa.PrimaryKeyConstraint("id", name="pk_card_removal"),
        sqlite_strict=True,
    )
    op.create_index("ix_card_removal__q", "card_removal", ["_q"], unique=False)
    op.create_index("ix_card_removal_card_id", "card_removal", ["card_id"], unique=False)
    op.create_index("ix_card_removal_once", "card_removal", ["once"], unique=False)
    op.create_table(
        "card_default",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["saved_card.id"], name="fk_card_default_card_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_card_default_guarantor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_card_default"),
        sqlite_strict=True,
    )
    op.create_index("ix_card_default__q", "card_default", ["_q"], unique=False)
    op.create_index("ix_card_default_guarantor_id", "card_default", ["guarantor_id"], unique=False)
    op.create_table(
        "card_charge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("asked_on", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.ForeignKeyConstraint(["card_id"], ["saved_card.id"], name="fk_card_charge_card_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_card_charge_guarantor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_card_charge"),
        sqlite_strict=True,
    )
    op.create_index("ix_card_charge__q", "card_charge", ["_q"], unique=False)
    op.create_index("ix_card_charge_card_id", "card_charge", ["card_id"], unique=False)
    op.create_index("ix_card_charge_guarantor_id", "card_charge", ["guarantor_id"], unique=False)
    op.create_index("ix_card_charge_invoice_id", "card_charge", ["invoice_id"], unique=False)
    op.create_index("ix_card_charge_once", "card_charge", ["once"], unique=False)
    op.create_table(
        "charge_answer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("processor_ref", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('paid', 'declined', 'confirm', 'refused')", name="ck_outcome"),
        sa.ForeignKeyConstraint(["charge_id"], ["card_charge.id"], name="fk_charge_answer_charge_id"),
        sa.PrimaryKeyConstraint("id", name="pk_charge_answer"),
        sqlite_strict=True,
    )
    op.create_index("ix_charge_answer__q", "charge_answer", ["_q"], unique=False)
    op.create_index("ix_charge_answer_charge_id", "charge_answer", ["charge_id"], unique=False)
    op.create_index("ix_charge_answer_once", "charge_answer", ["once"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("processor_ref", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("fee_cents", INT64, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer_by_on", sa.Text(), nullable=True),
        sa.Column("happened_on", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.CheckConstraint("state IN ('inquiry', 'open', 'won', 'lost')", name="ck_state"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_dispute_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dispute"),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute__q", "dispute", ["_q"], unique=False)
    op.create_index("ix_dispute_happened_on", "dispute", ["happened_on"], unique=False)
    op.create_index("ix_dispute_once", "dispute", ["once"], unique=False)
    op.create_index("ix_dispute_payment_id", "dispute", ["payment_id"], unique=False)
    op.create_index("ix_dispute_processor_ref", "dispute", ["processor_ref"], unique=False)
    op.create_table(
        "processor_difference",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("processor_ref", sa.Text(), nullable=False),
        sa.Column("theirs_cents", INT64, nullable=False),
        sa.Column("ours_cents", INT64, nullable=False),
        sa.Column("happened_on", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('not_in_book', 'not_at_processor', 'amount', 'refunded')", name="ck_kind"
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_processor_difference_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_processor_difference"),
        sqlite_strict=True,
    )
    op.create_index("ix_processor_difference__q", "processor_difference", ["_q"], unique=False)
    op.create_index("ix_processor_difference_once", "processor_difference", ["once"], unique=False)
    op.create_index(
        "ix_processor_difference_processor_ref", "processor_difference", ["processor_ref"], unique=False
    )
    op.create_table(
        "difference_end",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("difference_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["difference_id"], ["processor_difference.id"], name="fk_difference_end_difference_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_difference_end"),
        sqlite_strict=True,
    )
    op.create_index("ix_difference_end__q", "difference_end", ["_q"], unique=False)
    op.create_index("ix_difference_end_difference_id", "difference_end", ["difference_id"], unique=False)
    op.create_index("ix_difference_end_once", "difference_end", ["once"], unique=False)
    op.create_table(
        "processor_look",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("payments", INT64, nullable=False),
        sa.Column("differing", INT64, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_processor_look"),
        sqlite_strict=True,
    )
    op.create_index("ix_processor_look__q", "processor_look", ["_q"], unique=False)
    op.create_table(
        "processor_call",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("first_at", sa.Text(), nullable=True),
        sa.Column("attempt", INT64, nullable=False),
        sa.Column("tries", INT64, nullable=False),
        sa.Column("processor_ref", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('checkout', 'setup', 'charge', 'refund', 'detach')", name="ck_kind"),
        sa.CheckConstraint("state IN ('waiting', 'done', 'refused', 'person')", name="ck_state"),
        sa.PrimaryKeyConstraint("id", name="pk_processor_call"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_processor_call_state", "processor_call", ["state"], unique=False)
    op.create_table(
        "processor_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("happened_s", INT64, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", INT64, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'aside')", name="ck_state"),
        sa.PrimaryKeyConstraint("id", name="pk_processor_event"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_processor_event_state", "processor_event", ["state"], unique=False)
