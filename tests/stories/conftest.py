"""A real server in a process of its own, a real browser, and a simulated monitor on a real socket."""

import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PATIENCE_MS = 120_000
"""How long a story waits for what must come: machines are busy."""

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
START_S = 600.0
"""The first start compiles the analysis."""
STOP_S = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A running ``holdfast`` process."""

    process: subprocess.Popen[str]
    data_dir: Path
    address: str
    hl7_port: int
    lines: list[str] = field(default_factory=list)

    @property
    def setup_link(self) -> str:
        return next(m.group(0) for line in self.lines if (m := re.search(r"http\S+/setup#\S+", line)))

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def start(command: str, data_dir: Path, *more: str) -> Server:
    """Start ``holdfast <command>`` on free ports and wait until it says where it is."""
    http_port, hl7_port = free_port(), free_port()
    ports = ["--http-port", str(http_port), "--hl7-port", str(hl7_port), "--dicom-port", str(free_port())]
    arguments = ["--data", str(data_dir), *ports, *more]
    process = subprocess.Popen(
        [sys.executable, "-m", "holdfast", command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    server = Server(process, data_dir, f"http://127.0.0.1:{http_port}", hl7_port)
    heard: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: [heard.put(line) for line in process.stdout or ()], daemon=True).start()
    while not any("one-time link" in line for line in server.lines):
        try:
            server.lines.append(heard.get(timeout=START_S))
        except queue.Empty:
            server.stop()
            pytest.fail(f"the server did not start: {server.lines}")
        if process.poll() is not None:
            pytest.fail(f"the server ended: {server.lines}")
    return server


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """Debian's Chromium, driven by Playwright. Per module: while it lives, its event loop runs in the main thread."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed: the stories need a real browser")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()
