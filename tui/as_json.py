"""JSON for scripts, written without the `json` module.

That module reads JSON as well, and compiles the regular expressions for it; a script that asks for a
short list would pay more for them than for the list (P9).
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x20)}
_ESCAPES |= {ord('"'): '\\"', ord("\\"): "\\\\", 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}


def as_json(value: "Any") -> str:
    """A value as `json.dumps` with `ensure_ascii=False` writes it."""
    if isinstance(value, str):
        return f'"{value.translate(_ESCAPES)}"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join([f"{as_json(name)}: {as_json(of)}" for name, of in value.items()]) + "}"
    assert isinstance(value, list | tuple), f"a {type(value).__name__} has no form in JSON"
    return "[" + ", ".join([as_json(one) for one in value]) + "]"
