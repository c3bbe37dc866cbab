"""JSON for scripts, written without the `json` module.

That module reads JSON as well, and compiles the regular expressions for it; a script that asks for a
short list would pay more for them than for the list (P9).
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(0x20), 0x7F)}
_ESCAPES |= {ord('"'): '\\"', ord("\\"): "\\\\", 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}


def as_json(value: "Any") -> str:
    """A value as `json.dumps` writes it: in ASCII, so that no character of a name can do anything to a
    terminal or fail to be written. Delete is escaped as well.
    """
    if isinstance(value, str):
        escaped = value.translate(_ESCAPES)
        return f'"{escaped}"' if escaped.isascii() else f'"{"".join(map(_ascii, escaped))}"'
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


def _ascii(character: str) -> str:
    """A character as it is, or as one or two UTF-16 escapes."""
    code = ord(character)
    if code < 0x80:
        return character
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\u{0xD800 + (code - 0x10000 >> 10):04x}\\u{0xDC00 + (code - 0x10000 & 0x3FF):04x}"
