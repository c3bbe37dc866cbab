"""How often something may be tried; counted in the book, so that all processes of a hub count together."""

from core.store import Tx

HOUR = 3600

SPEND = """
INSERT INTO portal_limit (name, since, spent) VALUES (:name, :now, 1)
ON CONFLICT (name) DO UPDATE SET
    spent = CASE WHEN portal_limit.since NOT BETWEEN :now - :seconds + 1 AND :now + :seconds
            THEN 1 ELSE portal_limit.spent + 1 END,
    since = CASE WHEN portal_limit.since NOT BETWEEN :now - :seconds + 1 AND :now + :seconds
            THEN :now ELSE portal_limit.since END
"""
"""What was counted long ago, or while the clock was far ahead, keeps nobody out."""
LEFT = "SELECT spent, since FROM portal_limit WHERE name = :name"


def spend(tx: Tx, name: str, most: int, seconds: int = HOUR) -> int:
    """Count one more try; answers 0 where it is allowed, else after how many seconds to come again."""
    now = int(tx.now.timestamp())
    tx.execute(SPEND, {"name": name, "now": now, "seconds": seconds})
    spent, since = tx.rows(LEFT, name=name)[0]
    return max(since + seconds - now, 1) if spent > most else 0
