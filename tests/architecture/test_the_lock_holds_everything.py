"""What is installed is what requirements.lock says: pinned, hashed, from whichever index is set up.

An address in the lock would tie every machine to one index; a package without a hash could be swapped.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distributions
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from tests.architecture.source import ROOT

ENTRY = re.compile(
    r"(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+))? (?:\\\n    )?"
    r"(?P<hashes>(?:--hash=sha256:[0-9a-f]{64}(?: \\\n    )?)+)\n"
)
OF_EVERY_VENV = {"pip", "setuptools", "daysheet"}
OF_MAKE_LOCK = {"uv"}


class Pin(NamedTuple):
    version: Version
    marker: Marker | None


def _lock() -> str:
    return (ROOT / "requirements.lock").read_text()


def _pins() -> dict[NormalizedName, Pin]:
    return {
        canonicalize_name(entry["name"]): Pin(
            Version(entry["version"]), Marker(entry["marker"]) if entry["marker"] else None
        )
        for entry in ENTRY.finditer(_lock())
    }


def _wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    texts = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        texts.extend(extra)
    return [Requirement(text) for text in texts]


def test_every_line_of_the_lock_is_a_pin_with_its_hashes() -> None:
    assert ENTRY.sub("", _lock()) == ""


def test_the_lock_names_no_address() -> None:
    assert not re.search(r"https?:|file:|git\+|://|--index|--find-links|@", _lock())


def test_the_lock_covers_what_the_project_depends_on() -> None:
    pins = _pins()
    missing = [
        str(wanted)
        for wanted in _wanted()
        if (name := canonicalize_name(wanted.name)) not in pins or pins[name].version not in wanted.specifier
    ]
    assert missing == []


def test_every_dependency_has_a_floor() -> None:
    floorless = [
        str(wanted)
        for wanted in _wanted()
        if not any(each.operator in (">=", "==", "~=") for each in wanted.specifier)
    ]
    assert floorless == []


def test_what_is_installed_is_what_the_lock_says() -> None:
    installed = {canonicalize_name(each.name): Version(each.version) for each in distributions()}
    locked = {
        name: pin.version for name, pin in _pins().items() if pin.marker is None or pin.marker.evaluate()
    }
    extra = {name for name in installed.keys() - locked.keys() if name not in OF_EVERY_VENV | OF_MAKE_LOCK}
    different = {
        name for name, version in locked.items() if name not in installed or installed[name] != version
    }
    assert (extra, different) == (set(), set()), "`make clean test` sets up anew"
