"""A `.pth` file can run code whenever Python starts, before any check of ours; only known ones may."""

from __future__ import annotations

import sysconfig
from pathlib import Path

KNOWN = {"distutils-precedence.pth"}  # setuptools, which venv itself puts there before Python 3.12


def test_no_unknown_file_runs_code_at_start_up() -> None:
    folders = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    running = {
        path.name
        for folder in folders
        for path in folder.glob("*.pth")
        if any(line.startswith(("import ", "import\t")) for line in path.read_text().splitlines())
    }
    assert running <= KNOWN
