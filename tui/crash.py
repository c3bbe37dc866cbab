"""What a person sees, and what is kept, when the program has a bug.

Textual prints every local variable of a crash, which here are names and balances. A report holds
the kinds of the errors and where in the program they happened, never their messages or values.
"""

import sys
from datetime import datetime
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_ROOT = Path(__file__).parent.parent
_ID_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def error_id() -> str:
    """A short name for one failure that can be read out on the telephone."""
    import secrets  # loads a cryptographic library, which the first paint would wait for

    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(6))


def where(error: BaseException) -> str:
    """The kind of an error and the innermost place of ours it passed: KeyError at tui/app.py:12."""
    places = _places(error.__traceback__)
    ours = [place for place in places if place.startswith(("core/", "tui/", "syncd/", "tests/"))]
    place = (ours or places or ["an unknown place"])[-1]
    return f"{type(error).__name__} at {place}"


def report_text(error: BaseException, name: str, *, version: str, now: datetime | None = None) -> str:
    """A report without client data: kinds, files and line numbers."""
    import platform

    lines = [
        f"Daysheet {version}, report {name}",
        f"Python {platform.python_version()} on {platform.system()}",
    ]
    if now is not None:
        lines.append(now.isoformat(timespec="seconds"))
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        lines += ["", f"{type(cause).__module__}.{type(cause).__qualname__}"]
        lines += [f"  {place}" for place in _places(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(lines) + "\n"


def write_report(folder: Path, name: str, text: str) -> Path | None:
    """Keep a report where only its owner can read it; None when the disk refuses."""
    path = folder / f"{name}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return None
    return path


def quiet_hook(kind: type[BaseException], error: BaseException, trace: "TracebackType | None") -> None:
    """Stands in for `sys.excepthook`: Python's own prints the message, which may quote data."""
    sys.stderr.write(f"Daysheet stopped: {where(error)}.\n")


def _places(trace: "TracebackType | None") -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{_short(code.co_filename)}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places


def _short(filename: str) -> str:
    """The path below the program's own folder or site-packages; the path above may name a person."""
    path = Path(filename)
    if path.is_relative_to(_ROOT):
        path = path.relative_to(_ROOT)
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return path.name if path.is_absolute() else path.as_posix()
