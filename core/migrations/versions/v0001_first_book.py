"""The first book: every table of sections A to D, and what replication keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_entry__q", "audit_entry", ["_q"], unique=False)
    op.create_index("ix_audit_entry_subject_id", "audit_entry", ["subject_id"], unique=False)
    op.create_table(
        "billing_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=True),
        sa.Column("to_on", sa.Text(), nullable=True),
        sa.Column("sends", INT64, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_billing_run"),
        sqlite_strict=True,
    )
    op.create_index("ix_billing_run__q", "billing_run", ["_q"], unique=False)
    op.create_table(
        "blob",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blob"),
        sqlite_strict=True,
    )
    op.create_table(
        "day_close",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("closed_through_on", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_day_close"),
        sqlite_strict=True,
    )
    op.create_index("ix_day_close__q", "day_close", ["_q"], unique=False)
    op.create_index("ix_day_close_once", "day_close", ["once"], unique=False)
    op.create_table(
        "document",
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
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", INT64, nullable=False),
        sa.Column("made_on", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invoice', 'statement', 'superbill', 'receipt', 'credit_note', 'estimate')",
            name="ck_kind",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sqlite_strict=True,
    )
    op.create_index("ix_document__q", "document", ["_q"], unique=False)
    op.create_index("ix_document_once", "document", ["once"], unique=False)
    op.create_index("ix_document_subject_id", "document", ["subject_id"], unique=False)
    op.create_table(
        "guarantor",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("street_2", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email_ok", INT64, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("archived", INT64, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_guarantor"),
        sqlite_strict=True,
    )
    op.create_index("ix_guarantor__q", "guarantor", ["_q"], unique=False)
    op.create_index("ix_guarantor_external_id", "guarantor", ["external_id"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("clients", INT64, nullable=False),
        sa.Column("sessions", INT64, nullable=False),
        sa.Column("charges", INT64, nullable=False),
        sa.Column("total_cents", INT64, nullable=False),
        sa.CheckConstraint("total_cents >= 0", name="ck_total_cents"),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
        sqlite_strict=True,
    )
    op.create_index("ix_import_run__q", "import_run", ["_q"], unique=False)
    op.create_table(
        "invoice_share",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("mail_to", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_share"),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_share__q", "invoice_share", ["_q"], unique=False)
    op.create_index("ix_invoice_share_invoice_id", "invoice_share", ["invoice_id"], unique=False)
    op.create_index("ix_invoice_share_once", "invoice_share", ["once"], unique=False)
    op.create_table(
        "invoice_void",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("money", sa.Text(), nullable=False),
        sa.Column("voided_on", sa.Text(), nullable=False),
        sa.CheckConstraint("money IN ('none', 'credit', 'refund')", name="ck_money"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_void"),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_void__q", "invoice_void", ["_q"], unique=False)
    op.create_index("ix_invoice_void_invoice_id", "invoice_void", ["invoice_id"], unique=False)
    op.create_index("ix_invoice_void_once", "invoice_void", ["once"], unique=False)
    op.create_table(
        "late_fee",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("step", INT64, nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("assessed_on", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.PrimaryKeyConstraint("id", name="pk_late_fee"),
        sqlite_strict=True,
    )
    op.create_index("ix_late_fee__q", "late_fee", ["_q"], unique=False)
    op.create_index("ix_late_fee_invoice_id", "late_fee", ["invoice_id"], unique=False)
    op.create_index("ix_late_fee_once", "late_fee", ["once"], unique=False)
    op.create_table(
        "office",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("street_2", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("archived", INT64, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_office"),
        sqlite_strict=True,
    )
    op.create_index("ix_office__q", "office", ["_q"], unique=False)
    op.create_index("ix_office_external_id", "office", ["external_id"], unique=False)
    op.create_table(
        "payer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_payer"),
        sqlite_strict=True,
    )
    op.create_index("ix_payer__q", "payer", ["_q"], unique=False)
    op.create_index("ix_payer_external_id", "payer", ["external_id"], unique=False)
    op.create_table(
        "policy",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('terms', 'no_show_fee', 'late_cancel_fee', 'late_fee')", name="ck_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_policy"),
        sqlite_strict=True,
    )
    op.create_index("ix_policy__q", "policy", ["_q"], unique=False)
    op.create_table(
        "practice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("street_2", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("footer", sa.Text(), nullable=False),
        sa.Column("logo_sha256", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_practice"),
        sqlite_strict=True,
    )
    op.create_index("ix_practice__q", "practice", ["_q"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("code_system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("rate_cents", INT64, nullable=False),
        sa.Column("unit_minutes", INT64, nullable=True),
        sa.Column("modifiers", sa.Text(), nullable=False),
        sa.Column("billable", INT64, nullable=False),
        sa.Column("archived", INT64, nullable=False),
        sa.CheckConstraint("rate_cents >= 0", name="ck_rate_cents"),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        sqlite_strict=True,
    )
    op.create_index("ix_service__q", "service", ["_q"], unique=False)
    op.create_index("ix_service_code", "service", ["code"], unique=False)
    op.create_table(
        "setting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_setting"),
        sqlite_strict=True,
    )
    op.create_index("ix_setting__q", "setting", ["_q"], unique=False)
    op.create_table(
        "sync_base",
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("col", sa.Text(), nullable=False),
        sa.Column("stamp", INT64, nullable=False),
        sa.PrimaryKeyConstraint("tbl", "id", "col", name="pk_sync_base"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_chain",
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_sync_chain"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_clock",
        sa.Column("id", INT64, nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("offset_ms", INT64, nullable=False),
        sa.Column("floor", INT64, nullable=False),
        sa.Column("applying", INT64, nullable=False),
        sa.Column("fixed_ms", INT64, nullable=True),
        sa.CheckConstraint("id >= 1 AND id <= 1", name="ck_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_clock"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_head",
        sa.Column("id", INT64, nullable=False),
        sa.Column("seq", INT64, nullable=False),
        sa.CheckConstraint("id >= 1 AND id <= 1", name="ck_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_head"),
        sqlite_strict=True,
    )
    op.create_table(
        "sync_tomb",
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("_q", INT64, nullable=False),
        sa.PrimaryKeyConstraint("tbl", "id", name="pk_sync_tomb"),
        sqlite_strict=True,
    )
    op.create_index("ix_sync_tomb__q", "sync_tomb", ["_q"], unique=False)
    op.create_table(
        "sync_unchained",
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tbl", "id", name="pk_sync_unchained"),
        sqlite_strict=True,
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("active", INT64, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sqlite_strict=True,
    )
    op.create_index("ix_user__q", "user", ["_q"], unique=False)
    op.create_table(
        "provider",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credentials", sa.Text(), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("licence_state", sa.Text(), nullable=False),
        sa.Column("supervisor_id", sa.Text(), nullable=True),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("active", INT64, nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_provider_office_id"),
        sa.ForeignKeyConstraint(["supervisor_id"], ["provider.id"], name="fk_provider_supervisor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_provider"),
        sqlite_strict=True,
    )
    op.create_index("ix_provider__q", "provider", ["_q"], unique=False)
    op.create_index("ix_provider_external_id", "provider", ["external_id"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("number", INT64, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("series", sa.Text(), nullable=False),
        sa.CheckConstraint("number >= 0 AND number <= 4095", name="ck_number"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_site_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_site"),
        sqlite_strict=True,
    )
    op.create_index("ix_site__q", "site", ["_q"], unique=False)
    op.create_table(
        "client",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_name", sa.Text(), nullable=False),
        sa.Column("birth_on", sa.Text(), nullable=True),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("bill_to", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("active", INT64, nullable=False),
        sa.Column("archived", INT64, nullable=False),
        sa.CheckConstraint("bill_to IN ('client', 'insurance', 'hybrid')", name="ck_bill_to"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_client_guarantor_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_client_office_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_client_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
        sqlite_strict=True,
    )
    op.create_index("ix_client__q", "client", ["_q"], unique=False)
    op.create_index("ix_client_external_id", "client", ["external_id"], unique=False)
    op.create_index("ix_client_guarantor_id", "client", ["guarantor_id"], unique=False)
    op.create_table(
        "cpt_licence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("first_year", INT64, nullable=False),
        sa.Column("renews", INT64, nullable=False),
        sa.Column("last_year", INT64, nullable=True),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_cpt_licence_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cpt_licence"),
        sqlite_strict=True,
    )
    op.create_index("ix_cpt_licence__q", "cpt_licence", ["_q"], unique=False)
    op.create_index("ix_cpt_licence_provider_id", "cpt_licence", ["provider_id"], unique=False)
    op.create_table(
        "billing_note",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("noted_on", sa.Text(), nullable=False),
        sa.Column("archived", INT64, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_billing_note_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_billing_note"),
        sqlite_strict=True,
    )
    op.create_index("ix_billing_note__q", "billing_note", ["_q"], unique=False)
    op.create_index("ix_billing_note_client_id", "billing_note", ["client_id"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("payer_id", sa.Text(), nullable=False),
        sa.Column("member_number", sa.Text(), nullable=False),
        sa.Column("group_number", sa.Text(), nullable=False),
        sa.Column("subscriber", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("rank", INT64, nullable=False),
        sa.Column("starts_on", sa.Text(), nullable=True),
        sa.Column("ends_on", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_coverage_client_id"),
        sa.ForeignKeyConstraint(["payer_id"], ["payer.id"], name="fk_coverage_payer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coverage"),
        sqlite_strict=True,
    )
    op.create_index("ix_coverage__q", "coverage", ["_q"], unique=False)
    op.create_index("ix_coverage_client_id", "coverage", ["client_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("made_on", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=True),
        sa.Column("terms_days", INT64, nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_draft_client_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_draft_guarantor_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_draft_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sqlite_strict=True,
    )
    op.create_index("ix_draft__q", "draft", ["_q"], unique=False)
    op.create_index("ix_draft_client_id", "draft", ["client_id"], unique=False)
    op.create_index("ix_draft_run_id", "draft", ["run_id"], unique=False)
    op.create_table(
        "invoice_issue",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("series_no", INT64, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("total_cents", INT64, nullable=False),
        sa.Column("bill_to", sa.Text(), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("pay_code", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("replaces_id", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("total_cents >= 0", name="ck_total_cents"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_invoice_issue_client_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_invoice_issue_guarantor_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_invoice_issue_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_issue"),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_issue__q", "invoice_issue", ["_q"], unique=False)
    op.create_index("ix_invoice_issue_client_id", "invoice_issue", ["client_id"], unique=False)
    op.create_index("ix_invoice_issue_guarantor_id", "invoice_issue", ["guarantor_id"], unique=False)
    op.create_index("ix_invoice_issue_invoice_id", "invoice_issue", ["invoice_id"], unique=False)
    op.create_index("ix_invoice_issue_number", "invoice_issue", ["number"], unique=False)
    op.create_index("ix_invoice_issue_once", "invoice_issue", ["once"], unique=False)
    op.create_index("ix_invoice_issue_run_id", "invoice_issue", ["run_id"], unique=False)
    op.create_table(
        "payer_share",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("share_bps", INT64, nullable=True),
        sa.Column("share_cents", INT64, nullable=True),
        sa.Column("position", INT64, nullable=False),
        sa.Column("effective_from", sa.Text(), nullable=False),
        sa.Column("effective_to", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('percent', 'fixed', 'remainder')", name="ck_kind"),
        sa.CheckConstraint("share_cents >= 0", name="ck_share_cents"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_payer_share_client_id"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_payer_share_guarantor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payer_share"),
        sqlite_strict=True,
    )
    op.create_index("ix_payer_share__q", "payer_share", ["_q"], unique=False)
    op.create_index("ix_payer_share_client_id", "payer_share", ["client_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("starts_at", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Text(), nullable=False),
        sa.Column("service_on", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("place_of_service", sa.Text(), nullable=False),
        sa.Column("bill_to", sa.Text(), nullable=True),
        sa.Column("diagnoses", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('scheduled', 'kept', 'no_show', 'late_cancel', 'cancelled')", name="ck_status"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_session_client_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_session_office_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_session_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sqlite_strict=True,
    )
    op.create_index("ix_session__q", "session", ["_q"], unique=False)
    op.create_index("ix_session_client_id", "session", ["client_id"], unique=False)
    op.create_index("ix_session_external_id", "session", ["external_id"], unique=False)
    op.create_index("ix_session_service_on", "session", ["service_on"], unique=False)
    op.create_table(
        "charge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("service_on", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("session_line_id", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.Column("code_system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("modifiers", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("units_milli", INT64, nullable=False),
        sa.Column("rate_cents", INT64, nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.CheckConstraint(
            "kind IN ('service', 'no_show_fee', 'late_cancel_fee', 'write_in', 'patient_share')",
            name="ck_kind",
        ),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.CheckConstraint("rate_cents >= 0", name="ck_rate_cents"),
        sa.CheckConstraint("units_milli >= 1", name="ck_units_milli"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_charge_client_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_charge_office_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_charge_provider_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_charge_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_charge"),
        sqlite_strict=True,
    )
    op.create_index("ix_charge__q", "charge", ["_q"], unique=False)
    op.create_index("ix_charge_client_id", "charge", ["client_id"], unique=False)
    op.create_index("ix_charge_once", "charge", ["once"], unique=False)
    op.create_index("ix_charge_service_on", "charge", ["service_on"], unique=False)
    op.create_index("ix_charge_session_id", "charge", ["session_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("coverage_id", sa.Text(), nullable=True),
        sa.Column("service_on", sa.Text(), nullable=False),
        sa.Column("charged_cents", INT64, nullable=False),
        sa.CheckConstraint("charged_cents >= 0", name="ck_charged_cents"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_claim_client_id"),
        sa.ForeignKeyConstraint(["coverage_id"], ["coverage.id"], name="fk_claim_coverage_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_claim_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim"),
        sqlite_strict=True,
    )
    op.create_index("ix_claim__q", "claim", ["_q"], unique=False)
    op.create_index("ix_claim_client_id", "claim", ["client_id"], unique=False)
    op.create_index("ix_claim_once", "claim", ["once"], unique=False)
    op.create_index("ix_claim_session_id", "claim", ["session_id"], unique=False)
    op.create_table(
        "credit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("given_on", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_credit_guarantor_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_credit_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credit"),
        sqlite_strict=True,
    )
    op.create_index("ix_credit__q", "credit", ["_q"], unique=False)
    op.create_index("ix_credit_guarantor_id", "credit", ["guarantor_id"], unique=False)
    op.create_index("ix_credit_once", "credit", ["once"], unique=False)
    op.create_table(
        "draft_adjustment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("position", INT64, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("flat_cents", INT64, nullable=True),
        sa.Column("percent_bps", INT64, nullable=True),
        sa.CheckConstraint("kind IN ('discount', 'surcharge')", name="ck_kind"),
        sa.CheckConstraint("flat_cents >= 1", name="ck_flat_cents"),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_adjustment_draft_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_adjustment"),
        sqlite_strict=True,
    )
    op.create_index("ix_draft_adjustment__q", "draft_adjustment", ["_q"], unique=False)
    op.create_index("ix_draft_adjustment_draft_id", "draft_adjustment", ["draft_id"], unique=False)
    op.create_table(
        "finalisation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("bill_to", sa.Text(), nullable=False),
        sa.Column("service_on", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_finalisation_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_finalisation"),
        sqlite_strict=True,
    )
    op.create_index("ix_finalisation__q", "finalisation", ["_q"], unique=False)
    op.create_index("ix_finalisation_once", "finalisation", ["once"], unique=False)
    op.create_index("ix_finalisation_session_id", "finalisation", ["session_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("guarantor_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("received_on", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("office_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method IN ('cash', 'check', 'ach', 'card_on_file', 'card_external', 'platform', 'other')",
            name="ck_method",
        ),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.ForeignKeyConstraint(["guarantor_id"], ["guarantor.id"], name="fk_payment_guarantor_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_payment_office_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_payment_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sqlite_strict=True,
    )
    op.create_index("ix_payment__q", "payment", ["_q"], unique=False)
    op.create_index("ix_payment_guarantor_id", "payment", ["guarantor_id"], unique=False)
    op.create_index("ix_payment_once", "payment", ["once"], unique=False)
    op.create_index("ix_payment_received_on", "payment", ["received_on"], unique=False)
    op.create_table(
        "session_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("position", INT64, nullable=False),
        sa.Column("code_system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("modifiers", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("units_milli", INT64, nullable=False),
        sa.Column("rate_cents", INT64, nullable=False),
        sa.Column("pointers", sa.Text(), nullable=False),
        sa.Column("billable", INT64, nullable=False),
        sa.CheckConstraint("rate_cents >= 0", name="ck_rate_cents"),
        sa.CheckConstraint("units_milli >= 0", name="ck_units_milli"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_session_line_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_session_line"),
        sqlite_strict=True,
    )
    op.create_index("ix_session_line__q", "session_line", ["_q"], unique=False)
    op.create_index("ix_session_line_session_id", "session_line", ["session_id"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("credit_id", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("effective_on", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.ForeignKeyConstraint(["credit_id"], ["credit.id"], name="fk_allocation_credit_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_allocation_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_allocation"),
        sqlite_strict=True,
    )
    op.create_index("ix_allocation__q", "allocation", ["_q"], unique=False)
    op.create_index("ix_allocation_credit_id", "allocation", ["credit_id"], unique=False)
    op.create_index("ix_allocation_invoice_id", "allocation", ["invoice_id"], unique=False)
    op.create_index("ix_allocation_payment_id", "allocation", ["payment_id"], unique=False)
    op.create_table(
        "charge_void",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name="fk_charge_void_charge_id"),
        sa.PrimaryKeyConstraint("id", name="pk_charge_void"),
        sqlite_strict=True,
    )
    op.create_index("ix_charge_void__q", "charge_void", ["_q"], unique=False)
    op.create_index("ix_charge_void_charge_id", "charge_void", ["charge_id"], unique=False)
    op.create_index("ix_charge_void_once", "charge_void", ["once"], unique=False)
    op.create_table(
        "draft_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("_h", INT64, server_default="0", nullable=False),
        sa.Column("_cv", sa.Text(), nullable=True),
        sa.Column("_x", sa.Text(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("position", INT64, nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("share_id", sa.Text(), nullable=True),
        sa.Column("service_on", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("code_system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("modifiers", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("units_milli", INT64, nullable=False),
        sa.Column("rate_cents", INT64, nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.CheckConstraint("amount_cents >= 0", name="ck_amount_cents"),
        sa.CheckConstraint("rate_cents >= 0", name="ck_rate_cents"),
        sa.CheckConstraint("units_milli >= 0", name="ck_units_milli"),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name="fk_draft_line_charge_id"),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name="fk_draft_line_draft_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_draft_line_provider_id"),
        sa.ForeignKeyConstraint(["share_id"], ["payer_share.id"], name="fk_draft_line_share_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft_line"),
        sqlite_strict=True,
    )
    op.create_index("ix_draft_line__q", "draft_line", ["_q"], unique=False)
    op.create_index("ix_draft_line_charge_id", "draft_line", ["charge_id"], unique=False)
    op.create_index("ix_draft_line_draft_id", "draft_line", ["draft_id"], unique=False)
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("position", INT64, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("share_id", sa.Text(), nullable=True),
        sa.Column("service_on", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("code_system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("modifiers", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("units_milli", INT64, nullable=False),
        sa.Column("rate_cents", INT64, nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.CheckConstraint("kind IN ('charge', 'manual', 'discount', 'surcharge')", name="ck_kind"),
        sa.CheckConstraint(
            "amount_cents >= -99999999999 AND amount_cents <= 99999999999", name="ck_amount_cents"
        ),
        sa.CheckConstraint("rate_cents >= -99999999999 AND rate_cents <= 99999999999", name="ck_rate_cents"),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name="fk_invoice_line_charge_id"),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_invoice_line_provider_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_line"),
        sqlite_strict=True,
    )
    op.create_index("ix_invoice_line__q", "invoice_line", ["_q"], unique=False)
    op.create_index("ix_invoice_line_charge_id", "invoice_line", ["charge_id"], unique=False)
    op.create_index("ix_invoice_line_issue_id", "invoice_line", ["issue_id"], unique=False)
    op.create_table(
        "payment_reversal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reversed_on", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_payment_reversal_payment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_reversal"),
        sqlite_strict=True,
    )
    op.create_index("ix_payment_reversal__q", "payment_reversal", ["_q"], unique=False)
    op.create_index("ix_payment_reversal_once", "payment_reversal", ["once"], unique=False)
    op.create_index("ix_payment_reversal_payment_id", "payment_reversal", ["payment_id"], unique=False)
    op.create_table(
        "refund_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name="pk_refund_request"),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_request__q", "refund_request", ["_q"], unique=False)
    op.create_index("ix_refund_request_invoice_id", "refund_request", ["invoice_id"], unique=False)
    op.create_index("ix_refund_request_once", "refund_request", ["once"], unique=False)
    op.create_index("ix_refund_request_payment_id", "refund_request", ["payment_id"], unique=False)
    op.create_table(
        "adjustment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Text(), nullable=False),
        sa.Column("reverses_id", sa.Text(), nullable=True),
        sa.Column("late_fee_id", sa.Text(), nullable=True),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('courtesy', 'small_balance', 'bad_debt', 'contractual', 'credit_note', 'fee_waiver', 'refund_close')",
            name="ck_kind",
        ),
        sa.CheckConstraint(
            "amount_cents >= -99999999999 AND amount_cents <= 99999999999", name="ck_amount_cents"
        ),
        sa.ForeignKeyConstraint(["late_fee_id"], ["late_fee.id"], name="fk_adjustment_late_fee_id"),
        sa.ForeignKeyConstraint(["refund_id"], ["refund_request.id"], name="fk_adjustment_refund_id"),
        sa.ForeignKeyConstraint(["reverses_id"], ["adjustment.id"], name="fk_adjustment_reverses_id"),
        sa.PrimaryKeyConstraint("id", name="pk_adjustment"),
        sqlite_strict=True,
    )
    op.create_index("ix_adjustment__q", "adjustment", ["_q"], unique=False)
    op.create_index("ix_adjustment_invoice_id", "adjustment", ["invoice_id"], unique=False)
    op.create_index("ix_adjustment_once", "adjustment", ["once"], unique=False)
    op.create_table(
        "allocation_release",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("allocation_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", INT64, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_cents >= 1", name="ck_amount_cents"),
        sa.ForeignKeyConstraint(
            ["allocation_id"], ["allocation.id"], name="fk_allocation_release_allocation_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_allocation_release"),
        sqlite_strict=True,
    )
    op.create_index("ix_allocation_release__q", "allocation_release", ["_q"], unique=False)
    op.create_index(
        "ix_allocation_release_allocation_id", "allocation_release", ["allocation_id"], unique=False
    )
    op.create_table(
        "refund_answer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", INT64, nullable=False),
        sa.Column("no", INT64, nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("_q", INT64, server_default="0", nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("processor_ref", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'failed')", name="ck_outcome"),
        sa.ForeignKeyConstraint(["request_id"], ["refund_request.id"], name="fk_refund_answer_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refund_answer"),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_answer__q", "refund_answer", ["_q"], unique=False)
    op.create_index("ix_refund_answer_once", "refund_answer", ["once"], unique=False)
    op.create_index("ix_refund_answer_request_id", "refund_answer", ["request_id"], unique=False)
    # ### end Alembic commands ###
