"""books: everything as CSV files, or as a plain-text journal."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    export = what.add_parser(
        "export",
        help="everything as CSV files in a folder",
        description="Write everything the practice has recorded as CSV files, with a README, into a folder.",
        parents=[common],
    )
    export.add_argument("--csv", metavar="DIR", required=True, help="a folder that is new or empty")
    export.add_argument("--replace", action="store_true", help="an earlier export in DIR gives way")
    export.set_defaults(run=books_export)
    journal = what.add_parser(
        "journal",
        help="a double-entry journal for hledger or beancount",
        description="Write the whole book as a plain-text double-entry journal; see docs/journal.md.",
        parents=[common],
    )
    journal.add_argument("--out", metavar="FILE", required=True)
    journal.add_argument("--format", choices=("hledger", "beancount"), default="hledger")
    journal.set_defaults(run=books_journal)


def books_export(door: "Door") -> int:
    from core.books.export import README, take_csv
    from tui.present import plural

    options, home = door.options, door.home
    written = take_csv(
        door.store(),
        door.actor(),
        options.csv,
        home=home.data,
        exports=home.exports,
        replace=options.replace,
    )
    rows = sum(one.rows for one in written)
    door.answer(
        {
            "folder": options.csv,
            "files": [README, *(one.file for one in written)],
            "rows": {one.file: one.rows for one in written},
        },
        [
            f"{plural(len(written) + 1, 'file')}, {plural(rows, 'row')}: {options.csv}",
            "They hold clients' names in clear, readable by you alone. README.txt says how to read them.",
        ],
    )
    return 0


def books_journal(door: "Door") -> int:
    from core.books.journal import take_journal

    options = door.options
    made = take_journal(
        door.store(),
        door.actor(),
        options.out,
        form=options.format,
        home=door.home.data,
        exports=door.home.exports,
        key_file=door.key_file,
    )
    door.answer(
        {
            "file": options.out,
            "format": options.format,
            "transactions": made.transactions,
            "accounts": made.accounts,
        },
        [f"{made.transactions} transactions on {made.accounts} accounts: {options.out}"],
    )
    return 0
