"""What the bed page shows while recordings of real dogs are played: a picture of every so many seconds.

Run: ``python benchmarks/screenshot_replay.py OUT_DIR RECORD... [--every S] [--width W] [--height H]``. A fresh Holdfast
is started on free ports with a record of its own in OUT_DIR/data. Each WFDB record is played onto a dog and a bed of
its own, all at the same time and as fast as they were recorded, as ``holdfast replay`` does, and pictures of the bed
pages are written to OUT_DIR as ``RECORD-0120s.png`` (about the second of the recording that is being drawn). There is
no faster way: a replay at more than speed 1 is a monitor whose clock runs too fast, the ward follows it in steps, and
the rates and alarms of that are of no dog. It wants Playwright and Chromium.
"""

import argparse
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

from holdfast.bootstrap.house import open_house
from holdfast.config import Config
from holdfast.gateways.files.replay import open_recording
from holdfast.usecases import beds, cases

ACTOR = "screenshot"
PATIENCE_MS = 60_000


def main() -> None:
    """Read the options and play."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    parser.add_argument("records", type=Path, nargs="+", metavar="RECORD")
    parser.add_argument("--every", type=float, default=60.0, help="seconds of recording from picture to picture")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    options = parser.parse_args()
    data_dir = options.out / "data"
    if data_dir.exists():
        raise SystemExit(f"{data_dir} is there already: name a new folder.")
    data_dir.mkdir(parents=True)
    _admit(data_dir, options.records)
    http_port, hl7_port = _free_port(), _free_port()
    ports = ["--http-port", str(http_port), "--hl7-port", str(hl7_port), "--dicom-port", str(_free_port())]
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "holdfast", "serve", "--data", str(data_dir), *ports],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": options.width, "height": options.height})
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            _make_account(page, _setup_link(server))
            pages = [page, *(context.new_page() for _ in options.records[1:])]
            for place, one in enumerate(pages):
                one.set_default_timeout(PATIENCE_MS)
                one.goto(f"http://127.0.0.1:{http_port}/beds/{quote(_bed(place))}")
            _play(pages, data_dir, hl7_port, options)
            browser.close()
    finally:
        server.terminate()
        server.wait()


def _bed(place: int) -> str:
    return f"ICU {place + 1}"


def _dog(place: int) -> str:
    return f"Recorded dog {place + 1}"


def _admit(data_dir: Path, records: list[Path]) -> None:
    house = open_house(Config(data_dir=data_dir))
    try:
        for place, _ in enumerate(records):
            beds.add_bed(house.ctx, actor=ACTOR, bed=_bed(place))
            cases.admit(house.ctx, actor=ACTOR, admission=cases.Admission(name=_dog(place), bed=_bed(place)))
    finally:
        house.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _setup_link(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if found := re.search(r"http\S+/setup#\S+", line):
            return found.group(0)
    raise SystemExit("The server ended before it could be set up.")


def _make_account(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Login").fill("ada")
    page.get_by_label("Password").fill("a quiet night in the ward")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/people")


def _play(pages: list[Page], data_dir: Path, hl7_port: int, options: argparse.Namespace) -> None:
    players = []
    for place, record in enumerate(options.records):
        arguments = ["replay", str(record), "--case", _dog(place), "--data", str(data_dir)]
        player = subprocess.Popen(
            [sys.executable, "-u", "-m", "holdfast", *arguments, "--hl7", f"127.0.0.1:{hl7_port}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert player.stdout is not None
        player.stdout.readline()  # it says that it plays once it does
        players.append((player, record, pages[place], time.monotonic()))
    longest_s = max(open_recording(record).duration_s for record in options.records)
    at_s = options.every
    while at_s <= longest_s and any(player.poll() is None for player, *_ in players):
        for player, record, page, began in players:
            time.sleep(max(0.0, began + at_s - time.monotonic()))
            if player.poll() is None:
                page.screenshot(path=options.out / f"{record.stem}-{round(time.monotonic() - began):04d}s.png")
        at_s = max(at_s + options.every, time.monotonic() - players[-1][3])
    for player, *_ in players:
        player.wait()


if __name__ == "__main__":
    main()
