"""Opens a document with the desktop's viewer, from a private file that is gone when the app ends.

The documents live in the encrypted book (`decisions.md` 24); this is the one place where the screens
put one into a file without being asked for a path.
"""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path


class Viewer:
    """Files shown in this run of the app."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shown: list[Path] = []

    def show(self, name: str, content: bytes) -> str:
        """Open a PDF; answers a sentence that says so, or nothing where this computer has no viewer.

        `name` is what its file is called, made of nothing but letters, digits and hyphens.
        """
        if opener() is None:
            return ""
        stem = name.removesuffix(".pdf")
        safe = "".join(ch for ch in stem if ch.isascii() and (ch.isalnum() or ch == "-")) or "document"
        path = write_private_file(self._folder, f"{safe}.pdf", content)
        self._shown.append(path)
        open_with_desktop(str(path))
        return f"{safe} opens in the desktop's viewer."

    def forget(self) -> None:
        """Take away every file that was shown."""
        for path in self._shown:
            path.unlink(missing_ok=True)
        self._shown.clear()


def opener() -> list[str] | None:
    """The desktop's own way to open a file, or None where there is no desktop."""
    if sys.platform == "darwin":
        return ["open"]
    if os.name == "nt":
        return ["cmd", "/c", "start", ""]
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return None
    found = shutil.which("xdg-open")
    return [found] if found else None


def open_with_desktop(path: str) -> bool:
    """Open a file with the desktop's viewer; False where there is none."""
    command = opener()
    if command is None:
        return False
    viewer = subprocess.Popen(  # noqa: S603  our own words and path
        [*command, path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Somebody must hear of its end, or it stays in the list of processes until the app ends.
    threading.Thread(target=viewer.wait, daemon=True).start()
    return True


def write_private_file(folder: Path, name: str, content: bytes) -> Path:
    """Write a file that only its owner can read; an older one of that name is replaced."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return path
