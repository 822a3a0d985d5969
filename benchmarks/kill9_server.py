"""Whole servers for ``kill9.py`` and ``soak.py``: started, waited for, killed."""

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from holdfast.kernel.errors import WorldError

SOURCE = Path(__file__).resolve().parent.parent / "src"
START_S = 300.0
"""A server that does not answer by then counts as broken."""


class Server:
    """A running server that is not a child of ours (a fork of ``kill9_house``), or one that is (fresh)."""

    def __init__(self, pid: int, child: "subprocess.Popen[bytes] | None" = None) -> None:
        self.pid, self._child = pid, child
        self._handle = os.pidfd_open(pid)

    def died(self, within_s: float = 0.0) -> bool:
        return bool(select.select([self._handle], [], [], within_s)[0])

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        if not self.died(within_s=60.0):
            raise SystemExit(f"{self.pid} does not die.")
        os.close(self._handle)
        if self._child is not None:
            self._child.wait()


@dataclass(frozen=True)
class Ports:
    http: int
    hl7: int
    dicom: int


def start(data: Path, ports: Ports, fork_house: "subprocess.Popen[str] | None", fresh: bool) -> Server:
    if not fresh:
        assert fork_house is not None
        assert fork_house.stdin is not None
        assert fork_house.stdout is not None
        order = {"data": str(data), "http": ports.http, "hl7": ports.hl7, "dicom": ports.dicom}
        fork_house.stdin.write(json.dumps(order) + "\n")
        fork_house.stdin.flush()
        return Server(int(fork_house.stdout.readline()))
    command = [sys.executable, "-m", "holdfast", "serve", "--data", str(data), "--http-port", str(ports.http)]
    command += ["--hl7-port", str(ports.hl7), "--dicom-port", str(ports.dicom)]
    with (data / "server.log").open("ab") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(SOURCE)})
    return Server(child.pid, child)


async def ready(server: Server, ports: Ports) -> None:
    """Return when all three doors answer; the one of imaging units opens last."""
    deadline = time.monotonic() + START_S
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports.http}") as client:
        while time.monotonic() < deadline:
            if server.died():
                raise WorldError("The server ended by itself.", "See server.log.")
            with contextlib.suppress(httpx.HTTPError, OSError):
                if (await client.get("/health")).status_code == 200:
                    socket.create_connection(("127.0.0.1", ports.dicom), 1.0).close()
                    return
            await asyncio.sleep(0.02)
    raise WorldError(f"The server is not ready after {START_S:g} s.", "See server.log.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
