"""How a table travels between offices.

Every table says so itself with the class variable `travels`; the sync room knows no other word of it.
"""

from enum import Enum


class Travels(Enum):
    """FACT: inserted once and never changed, merged by set union. REGISTER: edited in place, merged
    column by column, the newest stamp wins. BLOB: bytes named by their SHA-256, fetched after rows.
    LOCAL: stays on this computer."""

    FACT = "fact"
    REGISTER = "register"
    BLOB = "blob"
    LOCAL = "local"


REPLICATED = frozenset({Travels.FACT, Travels.REGISTER})

FACT_COLUMNS = ("id", "site", "no", "chain", "_q")
"""What the sync room needs of every FACT: its name, who made it, the how-manieth of that site, the
chain's head after it, and the hub's number (0 until it has one)."""

REGISTER_COLUMNS = ("id", "_h", "_cv", "_x", "_q")
"""What the sync room needs of every REGISTER: its name, newest stamp, stamps per column where they
differ (JSON; NULL when every column has `_h`), values of columns this version does not know, and the
hub's number (0: changed here and not yet numbered)."""
