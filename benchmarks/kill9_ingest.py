"""Kill a running Holdfast again and again while monitors send, and look for what it had acknowledged.

Starts a real server process, feeds it over real MLLP connections (each bed sends one message at a
time and sends it again until it is answered, as monitors do), kills the process (SIGKILL) at
random moments, and after each kill opens the record: every control id that was ever answered AA
must be in it (held, in a block, or in quarantine), none may be charted twice, and the record must
verify. Exit status 1 when anything was lost::

    python benchmarks/kill9_ingest.py --kills 50 --beds 20 --json
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from holdfast.config import Config
from holdfast.gateways.hl7.client import MllpSender
from holdfast.gateways.hl7.encode import encode_message
from holdfast.kernel.errors import HoldfastError, WorldError
from holdfast.record import events as ev
from holdfast.record.blocks import decode_block
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.ports import Change, NewEvent
from holdfast.usecases.verification import verify

FAR_US = 2**62
STARTUP_S = 60.0
"""A server that does not listen by then counts as broken."""


@dataclass
class Tally:
    """What the beds have seen."""

    sent: int = 0
    acknowledged: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    ack_ms: list[float] = field(default_factory=list)
    restart_s: list[float] = field(default_factory=list)
    verify_failures: int = 0
    problems: list[str] = field(default_factory=list)


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="holdfast-kill9-") as folder:
        result = asyncio.run(run(Path(options.data or folder), options))
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{key}: {value}" for key, value in result.items()))
    return 1 if result["lost"] or result["verify_failures"] or result["charted_twice"] else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Kill the server while monitors send; nothing acknowledged may be lost."
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--beds", type=int, default=20)
    parser.add_argument("--period-s", type=float, default=0.5, help="seconds of signal in one message (default 0.5)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of killing")
    parser.add_argument("--data", default="", help="folder of the record (default: a temporary one)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def run(data: Path, options: argparse.Namespace) -> dict[str, object]:
    rng, tally = random.Random(options.seed), Tally()
    data.mkdir(parents=True, exist_ok=True)
    database = Config(data_dir=data).database
    admit_everybody(database, options.beds)
    http_port, hl7_port = free_port(), free_port()
    beds = [asyncio.create_task(monitor(bed, hl7_port, options.period_s, tally)) for bed in range(options.beds)]
    charted: Counter[str] = Counter()
    for kill in range(options.kills):
        started = time.perf_counter()
        server = start_server(data, http_port, hl7_port)
        try:
            await listening(server, hl7_port)
            tally.restart_s.append(time.perf_counter() - started)
            await asyncio.sleep(rng.uniform(0.3, 3.0))
        finally:
            server.send_signal(signal.SIGKILL)
            server.wait()
        charted = await asyncio.to_thread(inspect, database, options.beds, tally)
        if not options.json:
            print(
                f"kill {kill + 1}: {len(tally.acknowledged)} acknowledged, "
                f"{len(tally.acknowledged - charted.keys())} lost",
                flush=True,
            )
    for bed in beds:
        bed.cancel()
    await asyncio.gather(*beds, return_exceptions=True)
    return summary(options, tally, charted)


def summary(options: argparse.Namespace, tally: Tally, charted: Counter[str]) -> dict[str, object]:
    lost = sorted(tally.acknowledged - charted.keys())
    cuts = statistics.quantiles(tally.ack_ms, n=100) if len(tally.ack_ms) > 1 else [0.0] * 99
    return {
        "kills": options.kills,
        "beds": options.beds,
        "sent": tally.sent,
        "acknowledged": len(tally.acknowledged),
        "lost": len(lost),
        "lost_ids": lost[:10],
        "charted_twice": sum(count > 1 for count in charted.values()),
        "kept_but_not_acknowledged": len(charted.keys() - tally.acknowledged),
        "verify_failures": tally.verify_failures,
        "problems": tally.problems[:5],
        "not_accepted": dict(tally.refused.most_common(5)),
        "p50_ack_ms": round(cuts[49], 1),
        "p99_ack_ms": round(cuts[98], 1),
        "p50_restart_s": round(statistics.median(tally.restart_s), 2),
    }


def admit_everybody(database: Path, beds: int) -> None:
    """A bed, a bound device and a patient for each monitor, straight into the record."""
    now_us = time.time_ns() // 1_000
    new: list[NewEvent] = []
    for bed in range(beds):
        name, stream = f"Bed {bed}", ev.case_stream(f"case{bed}")
        admitted = ev.PatientAdmitted(
            at_us=now_us, name=f"Dog {bed}", species="dog", breed="", sex="unknown", weight_kg=20.0, age_months=None,
            microchip="", owner="", handler="", working_dog=False, complaint="", training=False,
        )  # fmt: skip
        new += [
            NewEvent(stream=ev.CLINIC_STREAM, event=ev.BedAdded(at_us=now_us, bed=name)),
            NewEvent(stream=ev.CLINIC_STREAM, event=ev.DeviceBound(at_us=now_us, device=device_of(bed), bed=name)),
            NewEvent(stream=stream, event=admitted),
            NewEvent(stream=stream, event=ev.BedAssigned(at_us=now_us, bed=name)),
        ]
    store = SqlStore(database)
    store.submit(Change(command_id="benchmark", actor="benchmark", recorded_us=now_us, events=tuple(new))).result()
    store.close()


def device_of(bed: int) -> str:
    """An EUI-64 for each bed."""
    return f"00091EFF{bed:08X}"


def start_server(data: Path, http_port: int, hl7_port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "holdfast", "serve", "--data", str(data)]
    command += ["--http-port", str(http_port), "--hl7-port", str(hl7_port), "--dicom-port", str(free_port())]
    source = Path(__file__).resolve().parent.parent / "src"
    with (data / "server.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(source)})


async def listening(server: subprocess.Popen[bytes], port: int) -> None:
    """Return as soon as the port answers; raise when the server ends or takes too long."""
    deadline = time.monotonic() + STARTUP_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise WorldError(f"The server ended by itself (status {server.returncode}).", "See server.log.")
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise WorldError(f"The server does not listen after {STARTUP_S:g} s.", "See server.log.")


async def monitor(bed: int, port: int, period_s: float, tally: Tally) -> None:
    """One monitor: a message each period; one that was not answered is sent again over a new connection."""
    number = 0
    while True:
        number += 1
        control_id = f"B{bed}N{number}"
        raw = encode_message(said(bed, number, control_id, period_s))
        tally.sent += 1
        while not await delivered(raw, control_id, port, tally):
            await asyncio.sleep(0.2)
        await asyncio.sleep(period_s)


_senders: dict[asyncio.Task[None] | None, MllpSender] = {}


async def delivered(raw: bytes, control_id: str, port: int, tally: Tally) -> bool:
    """Send once; true when the answer says that it was accepted."""
    task = asyncio.current_task()
    try:
        if task not in _senders:
            sender = MllpSender("127.0.0.1", port, timeout_s=20.0)
            await sender.connect()
            _senders[task] = sender
        begun = time.perf_counter()
        answer = await _senders[task].send(raw)
    except (HoldfastError, OSError):
        await drop_connection(task)
        return False
    if answer.accepted:
        tally.ack_ms.append((time.perf_counter() - begun) * 1e3)
        tally.acknowledged.add(control_id)
        return True
    if answer.code:
        tally.refused[f"{answer.code} {answer.text}"] += 1
    await drop_connection(task)
    return False


async def drop_connection(task: asyncio.Task[None] | None) -> None:
    sender = _senders.pop(task, None)
    if sender is not None:
        with contextlib.suppress(HoldfastError, OSError):
            await sender.close()


def said(bed: int, number: int, control_id: str, period_s: float) -> MonitorMessage:
    """Two leads and a pulse wave, and four numbers."""
    now_us = time.time_ns() // 1_000
    start_us = now_us - round(period_s * 1e6)
    waves = tuple(
        Wave(
            key=key,
            code=code,
            name=name,
            unit=unit,
            rate_hz=rate_hz,
            start_us=start_us,
            samples=_shape(rate_hz, period_s, number + bed),
            resolution=0.01,
        )
        for key, code, name, unit, rate_hz in (
            ("ecg_ii", "131330", "MDC_ECG_LEAD_II", "mV", 250.0),
            ("ecg_v", "131331", "MDC_ECG_LEAD_V", "mV", 250.0),
        )
    )
    numerics = tuple(
        Numeric(key=key, code=code, name=name, value=value, unit=unit, at_us=now_us)
        for key, code, name, value, unit in (
            ("hr", "147842", "MDC_ECG_HEART_RATE", 100.0 + bed, "/min"),
            ("spo2", "150456", "MDC_PULS_OXIM_SAT_O2", 97.0, "%"),
            ("resp", "151562", "MDC_RESP_RATE", 22.0, "/min"),
        )
    )
    return MonitorMessage(
        device=device_of(bed), control_id=control_id, sent_us=now_us, origin=Origin.LIVE, numerics=numerics, waves=waves
    )


def _shape(rate_hz: float, period_s: float, phase: int) -> bytes:
    times_s = np.arange(round(rate_hz * period_s)) / rate_hz + phase * period_s
    beat = np.exp(-(((times_s * 2.0) % 1.0 - 0.5) ** 2) / 0.001)
    return (np.round(beat * 100) * 0.01).astype("<f4").tobytes()


def inspect(database: Path, beds: int, tally: Tally) -> Counter[str]:
    """Verify the record of the killed server, and count each control id in it."""
    store = SqlStore(database)
    try:
        report = verify(store)
        if not report.ok:
            tally.verify_failures += 1
            tally.problems += report.problems
        charted = Counter(one.message.control_id for one in store.held())
        for bed in range(beds):
            for block in store.blocks(f"case{bed}", from_us=-FAR_US, to_us=FAR_US):
                charted.update(heard.control_id for heard in decode_block(block.data).messages)
        last = None
        while page := store.quarantine(before_id=last, limit=1_000):
            charted.update(_control_id(store.quarantine_raw(one.quarantine_id) or b"") for one in page)
            last = page[-1].quarantine_id
        return charted
    finally:
        store.close()


def _control_id(raw: bytes) -> str:
    """MSH-10 of a message we encoded ourselves."""
    fields = raw.split(b"\r", 1)[0].split(b"|")
    return fields[9].decode() if len(fields) > 9 else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
