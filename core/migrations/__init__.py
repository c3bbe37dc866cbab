"""The truth about the schema: Alembic revisions, run by `core.store` inside one transaction."""

HEAD = "0007"
"""The revision this version of Daysheet reads and writes."""
