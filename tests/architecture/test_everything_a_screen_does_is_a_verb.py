"""Whatever can be done by key can be done by a verb (`cli.md`); the list is held against the app itself."""

from __future__ import annotations

import argparse
import ast
import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from textual.binding import Binding
from textual.dom import DOMNode

import tui
from tests.architecture import doors
from tests.hostile.ways import PUSHED
from tui.arguments import parser
from tui.commands import commands
from tui.places import PLACES
from tui.screens.setting_edits import ADDS, EDITS

SOURCE = Path(tui.__file__).parent
TABLES: dict[str, Mapping[str, doors.Row]] = {
    "bindings": doors.BINDINGS,
    "choices": doors.CHOICES,
    "commands": doors.COMMANDS,
    "places": doors.PLACES,
    "pages": doors.PAGES,
    "settings": doors.SETTINGS,
}


def bindings() -> Iterator[tuple[str, Binding]]:
    """Every binding of every widget, strip and screen of ours, and where it stands."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        if not module.name.startswith("tui.verbs"):
            import_module(module.name)
    left: list[type[DOMNode]] = [DOMNode]
    seen: set[type[DOMNode]] = set()
    while left:
        for kind in left.pop().__subclasses__():
            if kind in seen:
                continue
            seen.add(kind)
            left.append(kind)
            if kind.__module__.startswith("tui."):
                for binding in Binding.make_bindings(kind.__dict__.get("BINDINGS", ())):
                    yield f"{kind.__name__}.{binding.key}", binding


class _Choices(ast.NodeVisitor):
    """Functions that let one key choose between several acts."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._inside: list[str] = []

    def _enter(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()

    visit_FunctionDef = _enter
    visit_ClassDef = _enter

    def visit_Call(self, node: ast.Call) -> None:
        named = isinstance(node.func, ast.Attribute) and node.func.attr in ("choose", "ask_which")
        if named and len(node.args) > 1:
            self.found.add(".".join(self._inside))
        self.generic_visit(node)


def choices() -> set[str]:
    """By the function in which they stand; those of the strips themselves pass on what others asked."""
    visitor = _Choices()
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name != "host.py":
            visitor.visit(ast.parse(path.read_text(encoding="utf-8")))
    return visitor.found


def test_every_binding_has_an_id_and_a_row() -> None:
    found = dict(bindings())
    assert not [where for where, binding in found.items() if not binding.id]
    assert {str(binding.id) for binding in found.values()} == set(doors.BINDINGS)


def test_every_choice_has_a_row() -> None:
    assert choices() == set(doors.CHOICES)


def test_every_command_place_and_page_has_a_row() -> None:
    assert {one.name for one in commands(cast(Any, None))} == set(doors.COMMANDS)
    assert {place.name for place in PLACES} == set(doors.PLACES)
    assert set(PUSHED) == set(doors.PAGES)


def test_every_setting_has_a_row() -> None:
    assert set(EDITS) == set(doors.SETTINGS)
    assert {f"{what} add" for what in ADDS} == {
        " ".join(verb.split()[:2]) for verb in doors.BINDINGS["settings.add"]
    }


def sub_verbs(made: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def test_every_row_names_a_verb_and_options_that_exist() -> None:
    top = parser(whole=True)
    wrong = [
        f"{table}: {name}: {words}"
        for table, rows in TABLES.items()
        for name, row in rows.items()
        if not isinstance(row, doors.Only)
        for words in row
        if not exists(top, words.split())
    ]
    assert not wrong


def exists(made: argparse.ArgumentParser, words: list[str]) -> bool:
    """Whether the command line knows a verb with these options."""
    options: set[str] = set()
    for word in words:
        if word.startswith("--"):
            options.add(word)
        elif word in sub_verbs(made):
            made = sub_verbs(made)[word]
        else:
            return False
    known = {option for action in made._actions for option in action.option_strings}
    return not sub_verbs(made) and options <= known


def test_every_reason_is_said() -> None:
    rows = [row for rows in TABLES.values() for row in rows.values()]
    assert all(len(row.reason) > 10 for row in rows if isinstance(row, doors.Only))
    assert all(row for row in rows)
