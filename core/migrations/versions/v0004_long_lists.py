"""Lists as long as the book: invoices by number, what is open of whom, drafts that wait, clients by name."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INT64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

KEPT_FROM_THE_ISSUE = """
UPDATE invoice_balance SET series = i.series, series_no = i.series_no, due_on = i.due_on
FROM invoice_issue AS i WHERE i.id = invoice_balance.issue_id
"""

NOT_ISSUED = """
INSERT INTO live_draft (draft_id)
SELECT d.id FROM draft AS d WHERE NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = d.id)
"""


def upgrade() -> None:
    op.add_column(
        "invoice_balance", sa.Column("series", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "invoice_balance", sa.Column("series_no", INT64, server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "invoice_balance", sa.Column("due_on", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.execute(KEPT_FROM_THE_ISSUE)
    op.create_index("ix_invoice_balance_number", "invoice_balance", ["series", "series_no"], unique=False)
    op.create_index(
        "ix_invoice_balance_owed",
        "invoice_balance",
        ["client_id", "due_on", "balance_cents", "hold", "refunding", "void"],
        unique=False,
        sqlite_where=sa.text("balance_cents <> 0"),
    )
    op.create_table(
        "live_draft",
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("draft_id", name="pk_live_draft"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(NOT_ISSUED)
    op.create_index(
        "ix_client_by_name",
        "client",
        ["sort_name", "id"],
        unique=False,
        sqlite_where=sa.text("archived = 0"),
    )
    op.create_index(
        "ix_client_living", "client", ["active"], unique=False, sqlite_where=sa.text("archived = 0")
    )
