"""The truth about the schema: Alembic revisions, run by `core.store` inside one transaction."""

HEAD = "0008"
"""The revision this version of Daysheet reads and writes."""
