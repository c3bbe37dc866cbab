"""The tables of a book as this version wants them: revisions, then triggers made anew."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlalchemy import Connection


def to_head(connection: "Connection") -> None:
    """Run the revisions that are missing, in the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "core:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def renew_triggers(connection: "Connection") -> None:
    """Write every table's triggers anew from its definition, after the schema has changed."""
    from core.sync.triggers import triggers
    from core.tables import kept_triggers, shapes

    for shape in shapes():
        for name, sql in triggers(shape):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(sql)
    for name, sql in kept_triggers():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(sql)
