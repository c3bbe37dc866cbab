"""P9: what a read-only verb costs a script, against a Python that starts and does nothing.

    python -m tests.bench.bench_verbs [--quick]

Each verb runs as the console script does (one line that calls `tui.cli.script`), as a process of its own,
on a book of 27 clients with a machine key file, so that no key is derived (`decisions.md` 26). CPU of the
whole process, start of the interpreter included, bytecode kept as in an installed program.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.bench.bench_billing import bill, preview
from tests.bench.rounds import cpu_of_script, installed_env, interleaved, main, rounds
from tests.bench.sample_book import build, machine_key_file, opened

CLIENTS = 27
BILLED = 20
VERBS = ("client list", "unbilled list", "invoice list")
SCRIPT = "import sys; from tui.cli import script; sys.exit(script())"


def book_with_invoices(folder: Path) -> Path:
    """A book of which most is billed, and the key file that opens it."""
    book = build(folder, clients=CLIENTS, charges_each=4)
    store = opened(book)
    proposed = preview(store)
    list(bill(store, proposed._replace(ready=proposed.ready[:BILLED])))
    store.close()
    return machine_key_file(book)


def measure(*, quick: bool) -> list[dict[str, object]]:
    """The median of each verb over interleaved rounds, and its ratio to an empty program."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "book"
        key_file = book_with_invoices(home)
        env = installed_env(Path(folder), DAYSHEET_HOME=str(home), DAYSHEET_KEY_FILE=str(key_file))
        starts = 2 if quick else 10
        start = partial(cpu_of_script, times=starts, env=env)
        jobs = {"pass": partial(start, ["-c", "pass"])}
        for verb in VERBS:
            jobs[verb] = partial(start, ["-c", SCRIPT, *verb.split(), "--json"])
        for job in jobs.values():
            job()
        times = rounds(quick=quick)
        cpu = interleaved(jobs, times=times)
    return [
        {
            "bench": "P9",
            "verb": f"{verb} --json",
            "times_python_pass": round(cpu[verb] / cpu["pass"], 2),
            "goal": "<= 3",
            "verb_cpu_ms": round(cpu[verb] * 1000, 2),
            "python_pass_cpu_ms": round(cpu["pass"] * 1000, 2),
            "clients": CLIENTS,
            "starts": starts * times,
            "python": sys.version.split()[0],
            "rounds": times,
        }
        for verb in VERBS
    ]


if __name__ == "__main__":
    main(measure)
