"""A PostgreSQL server of the tests' own: a new cluster in a folder of its own, reached by a socket in that folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

OWNER = "postgres"
"""The server refuses to run as root; Debian's packages bring this user."""


class Server:
    """One cluster. ``address()`` names a place in it that nobody else uses."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self.folder = folder
        self.data = folder / "data"
        self._places = 0
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, program: str, *arguments: str, check: bool = True) -> str:
        """Run one of the server's programs as the server's user; what it said."""
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
            **server_user(),
        )
        if check and done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{self._log()}")
        return done.stdout

    def make(self) -> None:
        self.run(
            "initdb",
            "-D",
            str(self.data),
            "-E",
            "UTF8",
            "--locale=C",
            "-A",
            "trust",
            "-U",
            "holdfast",
            "-N",
            "--wal-segsize=1",
        )

    def start(self, *settings: str) -> None:
        """As a child of ours, so that a killed one is gone and not a zombie that seems to hold its folder."""
        sockets = f"unix_socket_directories={self.folder}"
        # Shared memory as files of the folder: a killed server leaves nothing anywhere else.
        memory = ("shared_buffers=16MB", "dynamic_shared_memory_type=mmap")
        own = ("listen_addresses=", sockets, "max_connections=60", *memory, *settings)
        options = [part for one in own for part in ("-c", one)]
        for _ in range(600):
            if self._process is None or self._process.poll() is not None:
                # Children of a killed server may still be leaving; then the new one refuses and is asked again.
                with (self.folder / "log").open("ab") as log:
                    self._process = subprocess.Popen(
                        [str(self._binaries / "postgres"), "-D", str(self.data), *options],
                        stdout=log,
                        stderr=log,
                        **server_user(),
                    )
            if "accepting connections" in self.run("pg_isready", "-h", str(self.folder), check=False):
                return
            time.sleep(0.05)
        raise RuntimeError(f"the server does not start: {self._log()}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def until(self, happened: Callable[[], bool]) -> None:
        for _ in range(600):
            if happened():
                return
            time.sleep(0.05)
        raise RuntimeError(f"it did not happen: {self._log()}")

    def kill(self) -> None:
        """Kill the server as a power loss would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def sql(self, statement: str, database: str = "postgres") -> str:
        return self.run(
            "psql",
            "-h",
            str(self.folder),
            "-U",
            "holdfast",
            "-d",
            database,
            "-Atqc",
            statement,
            "-v",
            "ON_ERROR_STOP=1",
        ).strip()

    def address(self, *, schema: str = "", database: str = "postgres") -> str:
        """Of a schema of its own, made now; or of the one that is named."""
        if not schema:
            self._places += 1
            schema = f"place{self._places}"
            self.sql(f"CREATE SCHEMA {schema}", database)
        return f"postgresql://holdfast@/{database}?host={self.folder}&options=-csearch_path%3D{schema}"

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text()[-2_000:] if log.exists() else ""


def server_user() -> dict[str, Any]:
    """How a subprocess is started as the user that may run the server."""
    return {"user": OWNER, "group": OWNER, "extra_groups": []} if os.geteuid() == 0 else {}


def new_folder() -> Path:
    """Not pytest's own: the server's user must get in, and a socket's path must be short."""
    memory = Path("/dev/shm")
    # In memory where there is enough: a killed server reads and syncs its whole folder before it starts again.
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    folder = Path(tempfile.mkdtemp(prefix="holdfast-pg-", dir=memory if roomy else "/tmp"))
    give(folder)
    return folder


def give(path: Path) -> None:
    """To the user that runs the server."""
    if os.geteuid() == 0:
        shutil.chown(path, OWNER, OWNER)


def binaries() -> Path:
    """The folder of the server's programs; skips the test where there is none, or nobody to run it."""
    pytest.importorskip("psycopg", reason="the PostgreSQL driver is not installed")
    found: Sequence[Path] = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        pytest.skip("PostgreSQL is not installed")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(OWNER)
        except KeyError:
            pytest.skip(f"there is no user {OWNER} to run PostgreSQL")
    return found[-1] if found else Path(str(on_path)).resolve().parent


@contextmanager
def running(*settings: str) -> Iterator[Server]:
    """A new server, stopped and removed afterwards."""
    server = Server(binaries(), new_folder())
    try:
        server.make()
        server.start(*settings)
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
