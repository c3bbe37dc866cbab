"""What the practice has set under a name, as every office and the hub know it."""

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.store import Read

SETTING = "SELECT value FROM setting WHERE name = :name ORDER BY id LIMIT 1"


def setting(read: "Read", name: str) -> "Any":
    """The value of a setting; None where the practice has set nothing."""
    found = read.value(SETTING, name=name)
    return json.loads(found) if found else None
