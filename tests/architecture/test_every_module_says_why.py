"""Each module opens with why it exists; an empty `__init__.py` has nothing to say."""

from __future__ import annotations

import ast

from tests.architecture.source import modules


def test_every_module_opens_with_why_it_exists() -> None:
    silent = [
        path for path, tree in modules("core", "syncd", "tui") if tree.body and not ast.get_docstring(tree)
    ]
    assert silent == []
