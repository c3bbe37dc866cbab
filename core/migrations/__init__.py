"""The truth about the schema: Alembic revisions, run by `core.store` inside one transaction."""

HEAD = "0006"
"""The revision this version of Daysheet reads and writes."""
