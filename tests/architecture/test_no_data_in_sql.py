"""SQL is one text with named parameters; no function glues data into it.

An f-string may name our own tables and columns, which no user chose. Each such place is listed here
with the names it puts in, so that a new one is a decision.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import functions, modules

RUNS_SQL = {"rows", "all", "first", "value", "each", "execute", "scalar", "exec_driver_sql", "executescript"}

OUR_OWN_NAMES = {
    ("core/audit.py", "name"),  # a table, from the list of tables
    ("core/audit.py", "listed"),  # its columns
    ("core/books/backup.py", "name"),  # a table, from the list of tables
    ("core/conflicts/deeds.py", "column"),  # a column, from the table's own fields
    ("core/conflicts/deeds.py", "table"),  # a table, from the list of tables
    ("core/invoicing/lines.py", "name"),  # one of two draft tables
    # Names of tables and columns of ours: a name from elsewhere is looked up in their list first.
    ("core/replication/enrol.py", "table"),
    ("core/replication/office.py", "shape.name"),
    ("core/replication/office.py", "name"),
    ("core/replication/standing.py", "table"),
    ("core/replication/repair.py", "shape.name"),
    ("core/replication/repair_at_hub.py", "t"),
    ("core/sync/fingerprint.py", "AMONG"),
    ("core/sync/fingerprint.py", "listed(names)"),
    ("core/sync/fingerprint.py", "listed(names_of(shape))"),
    ("core/sync/fingerprint.py", "shape.name"),
    ("core/sync/mend.py", "shape.name"),
    ("core/replication/snapshot.py", "shape.name"),
    ("core/replication/snapshot.py", "table"),
    ("core/sync/snapshot.py", "kind"),
    ("core/sync/snapshot.py", "listed(names)"),
    ("core/sync/snapshot.py", "name"),
    ("core/sync/snapshot.py", "table"),
    ("core/replication/lives.py", "after.format(table=shape.name)"),
    ("core/replication/lives.py", "shape.name"),
    ("core/store/merging.py", "name"),
    ("core/store/postgres/tx.py", "name"),
    ("core/store/postgres/tx.py", "shape.name"),
    ("core/sync/refill.py", "AMONG"),
    ("core/sync/refill.py", "FROM_BEFORE.format(table=shape.name)"),
    ("core/replication/office.py", "name"),
    (
        "core/sync/sequence.py",
        (
            "' UNION ALL '.join((f'SELECT {i} WHERE EXISTS (SELECT 1 FROM {name} WHERE _q = 0)'"
            " for i, name in enumerate(names)))"
        ),
    ),
    ("core/sync/absorb.py", "register.name"),
    ("core/sync/batch.py", "AMONG"),
    ("core/sync/batch.py", "listed(shape.columns)"),
    ("core/sync/batch.py", "order"),  # one of two constants
    ("core/sync/batch.py", "shape.name"),
    ("core/sync/clock.py", "register.name"),
    ("core/sync/facts.py", "AMONG"),
    ("core/sync/facts.py", "table"),
    ("core/sync/facts.py", "table if table in shapes else 'sync_later'"),
    ("core/sync/register.py", "AMONG"),
    ("core/sync/register.py", "listed(self.columns)"),
    ("core/sync/register.py", "self.name"),
    ("core/sync/register.py", "RENUMBER.format(table=table)"),
    ("core/sync/fork.py", "CHAIN.format(table=table)"),
    ("core/sync/fork.py", "register.name"),
    ("core/sync/fork.py", "s.name"),
    ("core/sync/fork.py", "shape.name"),
    ("core/store/opening.py", "key.hex()"),  # PRAGMA key takes no parameter; hexadecimal digits only
    ("core/store/postgres/schema.py", "key['name']"),  # a foreign key of a table of ours
    ("core/store/postgres/schema.py", "name"),  # a trigger of ours
    ("core/store/postgres/schema.py", "table"),
    ("core/store/postgres/session.py", "IDLE"),  # constants
    ("core/store/postgres/session.py", "WAIT"),
    ("core/store/schema.py", "name"),  # a trigger of ours
    ("core/store/store.py", "name"),  # a table, from the list of tables
    ("core/store/write.py", "column"),  # asserted to be a column of the table
    ("core/store/write.py", "listed"),  # the columns of a table of ours
    ("core/store/write.py", "name"),
    ("core/store/write.py", "sets"),  # asserted column names, each with a parameter
    ("core/store/write.py", "table"),
    ("core/sync/sequence.py", "table"),
    (
        "core/sync/sequence.py",
        (
            "' UNION ALL '.join((f'SELECT {i} WHERE EXISTS (SELECT 1 FROM {name} WHERE _q = 0)'"
            " for i, name in enumerate(names)))"
        ),
    ),
}


def _made_up(text: ast.expr) -> Iterator[str]:
    """What an expression puts into a text that is not a constant."""
    if isinstance(text, ast.JoinedStr):
        yield from (ast.unparse(part.value) for part in text.values if isinstance(part, ast.FormattedValue))
    elif isinstance(text, ast.BinOp):
        yield from _made_up(text.left)
        yield from _made_up(text.right)
        if isinstance(text.op, ast.Mod):
            yield ast.unparse(text.right)
    elif isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute):
        if text.func.attr in ("format", "format_map", "join", "replace"):
            yield ast.unparse(text)
    elif isinstance(text, ast.IfExp):
        yield from _made_up(text.body)
        yield from _made_up(text.orelse)


def glued(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and expression of everything that a function puts into the SQL it runs."""
    for function in functions(tree):
        built: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        built.setdefault(target.id, []).append(node.value)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                built.setdefault(node.target.id, []).append(node.value)
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            if node.func.attr in RUNS_SQL:
                sql = node.args[0]
                texts = built.get(sql.id, []) if isinstance(sql, ast.Name) else [sql]
                yield from ((node.lineno, part) for text in texts for part in _made_up(text))


def test_no_function_puts_data_into_sql() -> None:
    found = {
        f"{path}:{line} puts in {part}"
        for path, tree in modules("core", "syncd", "tui")
        for line, part in glued(tree)
        if (path, part) not in OUR_OWN_NAMES
    }
    assert sorted(found) == []


def test_every_name_on_the_list_is_still_put_in() -> None:
    there = {(path, part) for path, tree in modules("core", "syncd", "tui") for _, part in glued(tree)}
    assert OUR_OWN_NAMES - there == set()


def test_the_rule_sees_each_way_of_gluing() -> None:
    ways = """
def by_braces(read, name): return read.rows(f"SELECT 1 WHERE name = '{name}'")
def by_variable(read, name):
    sql = "SELECT 1 WHERE name = '" + f"{name}'"
    return read.value(sql)
def by_percent(read, name): return read.first("SELECT 1 WHERE name = '%s'" % name, tuple)
def by_format(read, name): return read.each("SELECT 1 WHERE name = '{}'".format(name))
def as_it_should_be(read, name): return read.value("SELECT 1 WHERE name = :name", name=name)
"""
    assert [line for line, _ in glued(ast.parse(ways))] == [2, 5, 6, 7]
