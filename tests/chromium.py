"""The Chromium that tests and pictures drive: the system's, else the one that Playwright brings.

`python -m tests.chromium`, as `make test` runs it, installs one where there is none and it can, and says
what is left out where it cannot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
OF_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
"""It shall ask nobody for anything but what a page asks for."""

MISSING = (
    "There is no Chromium, so nothing is tried in a browser. On Debian or Ubuntu: apt install chromium;"
    " elsewhere: python -m playwright install chromium"
)
INSTALL_SECONDS = 900


def system_chromium() -> str | None:
    """A browser of the Chromium family that is installed; None where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or next((path for path in OF_APPLICATIONS if Path(path).exists()), None)


def chromium() -> str | None:
    """The browser to drive; None where there is none."""
    return system_chromium() or _of_playwright()


def _of_playwright() -> str | None:
    if find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> None:
    """Bring one in: by the system's packages where that is allowed, else by Playwright's own download."""
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium from the system's packages, once", flush=True)
        fetched = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"]
        if _runs(fetched) or (_runs(["apt-get", "update"]) and _runs(fetched)):
            return
    print("Installing Playwright's Chromium, once", flush=True)
    _runs([sys.executable, "-m", "playwright", "install", "chromium"])


def _runs(command: Sequence[str]) -> bool:
    """Whether a command ended well; what it said is shown where it did not."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=quiet, capture_output=True, text=True, stdin=subprocess.DEVNULL,
            timeout=INSTALL_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}", file=sys.stderr)
        return False
    if done.returncode:
        print((done.stdout + done.stderr)[-2000:], file=sys.stderr)
    return done.returncode == 0


def main() -> None:
    if chromium() is None:
        install()
    found = chromium()
    if found is None:
        print(f"\n*** {MISSING} ***\n", file=sys.stderr)
    else:
        print(f"Pages are tried in {found}")


if __name__ == "__main__":
    main()
