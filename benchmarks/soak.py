"""A ward for hours: memory, open files, threads, and how late things are, over time.

    nice -n 15 python benchmarks/soak.py --beds 20 --hours 8 --json

A whole server is sent a message a second by each bed (ECG, pleth and respiration, three numbers), while one screen
shows the board and somebody writes a note each ten seconds. Every ``--every`` seconds a line of figures goes to the
error output; at the end their slopes over the second half (least squares), because the first half holds what fills up
once: caches, pools, windows. A slope needs hours to mean something; the output says over how long it was taken.

Eight hours of data in one: under a wall clock that runs eight times as fast (libfaketime) while timers do not. Each bed
still sends a message a second, which then holds eight seconds of the wall's clock; what the server does once a second,
it does once in eight of them::

    FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f '+0 x8' python benchmarks/soak.py --speed 8 --beds 3 --hours 8 --json
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bed_load import made
from holdfast.gateways.hl7.client import MllpSender
from holdfast.gateways.hl7.encode import encode_message
from holdfast.kernel.errors import HoldfastError
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave
from kill9_senders import PASSWORD, admit_everybody, device_of
from kill9_server import Ports, free_port, ready, start

KEYS = ("ecg_ii", "pleth", "resp")
CODES = {
    "ecg_ii": ("131330", "MDC_ECG_ELEC_POTL_II"),
    "pleth": ("150452", "MDC_PULS_OXIM_PLETH"),
    "resp": ("151780", "MDC_IMPED_TTHOR"),
}
LOOP_S = 120
"""The made dog repeats after so long."""


@dataclass
class Heard:
    """Since the last line."""

    ack_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    """How long after its time a message was acknowledged: our own sending is in it."""
    screen_gap_s: list[float] = field(default_factory=list)
    failed: int = 0
    sent: int = 0
    screens_lost: int = 0


def main() -> int:
    options = _options()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="holdfast-soak-", dir=options.folder) as folder:
        result = asyncio.run(run(Path(folder), options))
    print(json.dumps(result) if options.json else "\n".join(f"{key}: {value}" for key, value in result.items()))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beds", type=int, default=20)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--every", type=float, default=30.0, help="seconds between two lines of figures")
    parser.add_argument("--speed", type=int, default=1, help="how fast the clock on the wall was made to run")
    parser.add_argument("--folder", type=Path, help="where the record is made")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def run(data: Path, options: argparse.Namespace) -> dict[str, object]:
    case_id = admit_everybody(data, options.beds, 1)
    ports, heard, began = Ports(free_port(), free_port(), free_port()), Heard(), time.monotonic()
    server = start(data, ports, None, fresh=True)
    await ready(server, ports)
    ready_s = time.monotonic() - began
    tasks = [asyncio.create_task(bed(n, options, ports.hl7, heard)) for n in range(options.beds)]
    tasks.append(asyncio.create_task(person(case_id, ports.http, heard)))
    rows: list[dict[str, float]] = []
    began = time.monotonic()
    try:
        while (at_s := (time.monotonic() - began) * options.speed) < options.hours * 3_600:
            await asyncio.sleep(options.every)
            if server.died():
                raise SystemExit(f"The server ended: {(data / 'server.log').read_text()[-2_000:]}")
            rows.append(figures(server.pid, data, at_s, heard))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        server.kill()
    later = rows[len(rows) // 2 :]
    slopes = {name: slope_an_hour(later, name) for name in ("rss_mb", "open_files", "threads", "ack_ms_p99")}
    return {
        "beds": options.beds,
        "speed": options.speed,
        "hours": round(rows[-1]["at_s"] / 3_600, 3),
        "ready_s": round(ready_s, 2),
        "slopes_over_hours": round((later[-1]["at_s"] - later[0]["at_s"]) / 3_600, 3),
        "slopes_an_hour": slopes,
        "first": rows[0],
        "middle": rows[len(rows) // 2],
        "last": rows[-1],
        "failed": sum(row["failed"] for row in rows),
        "screens_lost": sum(row["screens_lost"] for row in rows),
        "log_lines": len((data / "server.log").read_text().splitlines()) if (data / "server.log").exists() else 0,
    }


def figures(pid: int, data: Path, at_s: float, heard: Heard) -> dict[str, float]:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    row = {
        "at_s": round(at_s, 1),
        "rss_mb": round(int(status["VmRSS"].split()[0]) / 1024, 1),
        "threads": int(status["Threads"]),
        "open_files": sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        "cpu_s": (int(times[11]) + int(times[12])) / 100,
        "record_mb": round(sum(path.stat().st_size for path in data.glob("holdfast.db*")) / 1e6, 1),
        "messages": heard.sent,
        "failed": heard.failed,
        "screens_lost": heard.screens_lost,
        "ack_ms_p50": round(statistics.median(heard.ack_ms), 1) if heard.ack_ms else -1,
        "ack_ms_p99": round(float(np.percentile(heard.ack_ms, 99)), 1) if heard.ack_ms else -1,
        "late_ms_max": round(max(heard.late_ms), 1) if heard.late_ms else -1,
        "screen_gap_s_max": round(max(heard.screen_gap_s), 2) if heard.screen_gap_s else -1,
    }
    for values in (heard.ack_ms, heard.late_ms, heard.screen_gap_s):
        values.clear()
    heard.failed = heard.sent = heard.screens_lost = 0
    return row


def slope_an_hour(rows: list[dict[str, float]], name: str) -> float:
    if len(rows) < 2:
        return 0.0
    hours = [row["at_s"] / 3_600 for row in rows]
    return round(float(np.polyfit(hours, [row[name] for row in rows], 1)[0]), 2)


async def bed(number: int, options: argparse.Namespace, port: int, heard: Heard) -> None:
    """One message a second, from where in the loop the bed's number puts it; a broken line is opened again."""
    signals = {key: one for key, one in made(LOOP_S).items() if key in KEYS}
    second = int(time.time()) + 1
    while True:
        with contextlib.suppress(HoldfastError, OSError):
            async with MllpSender("127.0.0.1", port) as sender:
                while True:
                    due = second + options.speed * (1 + number / options.beds)
                    await asyncio.sleep(max(0.0, due - time.time()) / options.speed)
                    raw = encode_message(said(number, second, options.speed, signals))
                    begun = time.time()
                    answer = await sender.send(raw)
                    heard.sent += 1
                    heard.failed += not answer.accepted
                    heard.ack_ms.append((time.time() - begun) * 1e3)
                    heard.late_ms.append((time.time() - due) * 1e3)
                    second = max(second + options.speed, int(time.time()) - 5 * options.speed)
        heard.failed += 1
        await asyncio.sleep(1.0)


def said(number: int, second: int, seconds: int, signals: dict[str, tuple[float, np.ndarray, str]]) -> MonitorMessage:
    at_us, end_us, place = second * 1_000_000, (second + seconds) * 1_000_000, (second + 7 * number) % LOOP_S
    waves = []
    for key, (rate_hz, samples, unit) in signals.items():
        looped = np.concatenate((samples, samples[: round(seconds * rate_hz)]))
        cut = looped[round(place * rate_hz) : round((place + seconds) * rate_hz)]
        code, name = CODES[key]
        waves.append(
            Wave(
                key=key, code=code, name=name, unit=unit, rate_hz=rate_hz, start_us=at_us,
                samples=cut.astype("<f4").tobytes(), resolution=0.005,
            )
        )  # fmt: skip
    numerics = tuple(
        Numeric(key=key, code=code, name=name, value=value, unit=unit, at_us=end_us - 1_000)
        for key, code, name, value, unit in (
            ("hr", "147842", "MDC_ECG_HEART_RATE", 90.0, "/min"),
            ("spo2", "150456", "MDC_PULS_OXIM_SAT_O2", 97.0, "%"),
            ("rr", "151562", "MDC_RESP_RATE", 20.0, "/min"),
        )
    )
    return MonitorMessage(
        device=device_of(number), control_id=f"B{number}S{second}", sent_us=end_us, origin=Origin.LIVE,
        numerics=numerics, waves=tuple(waves),
    )  # fmt: skip


async def person(case_id: str, port: int, heard: Heard) -> None:
    """Watches the board, and writes a note each ten seconds."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20.0) as client:
        await client.post("/login", data={"login": "person0", "password": PASSWORD})
        token = (await client.get("/api/session")).json()["csrf"]
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        watching = asyncio.create_task(watch(port, cookie, heard))
        try:
            number = 0
            while True:
                number += 1
                note = {"text": f"Note {number}", "command_id": f"soak-{number}"}
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.post(
                        f"/api/cases/{case_id}/notes", json=note, headers={"x-csrf-token": token}
                    )
                    heard.failed += answer.status_code != 201
                await asyncio.sleep(10.0)
        finally:
            watching.cancel()


async def watch(port: int, cookie: str, heard: Heard) -> None:
    last = time.monotonic()
    address, headers = f"ws://127.0.0.1:{port}/live/board", {"Cookie": cookie}
    async for screen in connect(address, additional_headers=headers, max_size=None):  # opens it again when it is lost
        with contextlib.suppress(WebSocketException):
            async for _ in screen:
                now = time.monotonic()
                heard.screen_gap_s.append(now - last)
                last = now
        heard.screens_lost += 1


if __name__ == "__main__":
    sys.exit(main())
