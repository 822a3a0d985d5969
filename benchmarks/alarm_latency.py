"""From the wire to the eye: how long after the decisive message an alarm is on disk, and painted in a browser.

A real server process, real MLLP sockets that simulated dogs speak on once a second, and a real Chromium that shows the
board. The heart of each dog stops at a known instant, again and again. Three clocks are read on one machine::

    stopped --detection (rule, and the second that the monitor gathers)--> decisive message on the wire
            --> AlarmRaised committed (seen by a second reader of the record, which looks every 5 ms)
            --> painted (the task after the animation frame in which the line stands on the bed's card)

Each bed sends an ECG, a pleth and a respiration. With more than ``STOPPING_MAX`` beds the others only send. Run it, on
a machine that does nothing else, with (under ten minutes)::

    python benchmarks/alarm_latency.py --beds 1 10 50 --json > latency.json
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Page, async_playwright

from holdfast.bootstrap.house import House, open_house
from holdfast.config import Config
from holdfast.gateways.hl7.client import MllpSender
from holdfast.gateways.hl7.encode import encode_message
from holdfast.record.alarm_events import AlarmRaised
from holdfast.record.events import Recorded, case_stream
from holdfast.simulation.changes import SetRhythm
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenario import Scenario, Signalment
from holdfast.simulation.states import HEALTHY_REST, Rhythm, Sensor
from holdfast.usecases import beds, cases

WARM_UP_S = 25.0
"""Until the detector knows the dog."""
RECOVERY_S = 12.0
PATIENCE_S = 25.0
"""An alarm that has not been painted by then counts as missed."""
ANSWER_PATIENCE_S = 60.0
"""A machine that does much else answers late; that is a figure too."""
LOOK_EVERY_S = 0.005
ALARM = "asystole"
STOPPING_MAX = 20
"""Hearts that stop; more of them would say nothing else and make a ward that no ward is."""
ENOUGH = 100
"""Stops of a run, from which a 99th percentile can be told."""

WATCH_PAINT = """
window.painted = {};
new MutationObserver(() => {
  for (const line of document.querySelectorAll('.bed-card [data-testid="alarm-asystole"][data-state="active"]')) {
    const key = line.dataset.key;
    if (window.painted[key] !== undefined) continue;
    window.painted[key] = null;
    requestAnimationFrame(() => setTimeout(() => { window.painted[key] = Date.now(); }));
  }
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });
"""

ACKNOWLEDGE = """
([caseId, alarmId]) => fetch(`/api/cases/${caseId}/alarms/${alarmId}/acknowledge`, {
  method: "POST", body: "{}",
  headers: { "content-type": "application/json", "x-csrf-token": document.querySelector("meta[name=csrf]").content },
}).then((answer) => answer.status)
"""


@dataclass
class Dog:
    """A dog on a bed, and what was seen of it (seconds since the epoch)."""

    case_id: str
    monitor: SimulatedMonitor
    sent: list[float] = field(default_factory=list)
    """When each message was handed to the socket."""
    answered: list[float] = field(default_factory=list)
    """How long the answer to each took: what it says is on disk."""
    raised: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Alarm id -> when the server received what raised it, and when it was seen on disk."""


@dataclass(frozen=True)
class Stop:
    """One stop of one heart (seconds)."""

    detection: float
    """From the stop to the decisive message on the wire."""
    committed: float
    """From that message to the disk."""
    painted: float
    """From that message to the screen."""


def main() -> int:
    options = _options()
    results = []
    for beds_sending in options.beds:
        with tempfile.TemporaryDirectory(prefix="holdfast-latency-") as folder:
            results.append(asyncio.run(run(Path(folder), beds_sending, options)))
        if not options.json:
            print("\n".join(f"{key}: {value}" for key, value in results[-1].items()), flush=True)
    if options.json:
        print(json.dumps({"latency": results}))
    return 1 if any(result["missed"] for result in results) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Wire to committed alarm to paint.")
    parser.add_argument("--beds", type=int, nargs="+", default=[1], help="one run for each number")
    parser.add_argument("--stops", type=int, default=7, help=f"of each heart, until there are {ENOUGH}")
    parser.add_argument("--seed", type=int, default=1, help="of the instants of stopping")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "", help="path of the browser")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


async def run(data: Path, sending: int, options: argparse.Namespace) -> dict[str, object]:
    http_port, hl7_port = free_port(), free_port()
    house = open_house(Config(data_dir=data, http_port=http_port, hl7_port=hl7_port))
    dogs = [_admit(house, number) for number in range(sending)]
    server, setup_link = start_server(data, http_port, hl7_port, free_port())
    watching = threading.Event()
    watcher = threading.Thread(target=_watch_record, args=(house, dogs, watching), daemon=True)
    watcher.start()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=options.chromium or None, args=["--no-sandbox", "--disable-gpu"]
            )
            page = await browser.new_page(viewport={"width": 1600, "height": 1400})
            await page.add_init_script(WATCH_PAINT)
            await sign_in(page, setup_link)
            monitors = [
                asyncio.create_task(_send(dog, hl7_port, number / len(dogs))) for number, dog in enumerate(dogs)
            ]
            await asyncio.sleep(WARM_UP_S)
            rng, hearts = random.Random(options.seed), min(STOPPING_MAX, len(dogs))
            drills = [
                _stop_again_and_again(dog, page, min(options.stops, -(-ENOUGH // hearts)), random.Random(rng.random()))
                for dog in dogs[:hearts]
            ]
            stops = [stop for of_dog in await asyncio.gather(*drills) for stop in of_dog]
            for monitor in monitors:
                monitor.cancel()
            await asyncio.gather(*monitors, return_exceptions=True)
            await browser.close()
    finally:
        watching.set()
        watcher.join()
        server.terminate()
        server.wait()
        house.close()
    seen = [stop for stop in stops if stop is not None]
    return {
        "beds": sending,
        "waves": ["ecg_ii", "pleth", "resp"],
        "load_before": [round(one, 2) for one in os.getloadavg()],
        "stops": len(stops),
        "missed": len(stops) - len(seen),
        **_quantiles("wire_to_answer_ms", [took * 1e3 for dog in dogs for took in dog.answered]),
        **_quantiles("detection_s", [stop.detection for stop in seen]),
        **_quantiles("wire_to_committed_ms", [stop.committed * 1e3 for stop in seen]),
        **_quantiles("wire_to_painted_ms", [stop.painted * 1e3 for stop in seen]),
    }


def _quantiles(name: str, values: list[float]) -> dict[str, float]:
    """Median, 99th percentile (the largest value while there are fewer than a hundred) and the largest."""
    if not values:
        return {}
    cut = statistics.quantiles(values, n=100)[98] if len(values) >= 100 else max(values)
    return {
        f"{name}_p50": round(statistics.median(values), 2),
        f"{name}_p99": round(cut, 2),
        f"{name}_max": round(max(values), 2),
    }


def _admit(house: House, number: int) -> Dog:
    bed = f"Bed {number + 1}"
    scenario = Scenario(
        name=f"latency{number}",
        title="A healthy dog whose heart will stop",
        seed=1_000 + number,
        signalment=Signalment(f"Dog {number + 1}", "Labrador", "male", 48, 28.0, "", "drill"),
        begin=HEALTHY_REST,
        course=(),
        sensors=frozenset({Sensor.ECG, Sensor.OXIMETER}),
        history_min=0,
    )
    monitor = SimulatedMonitor(scenario, bed)
    beds.add_bed(house.ctx, actor="bench", bed=bed)
    beds.bind_device(house.ctx, actor="bench", device=monitor.device, bed=bed)
    admission = cases.Admission(name=f"Dog {number + 1}", weight_kg=28.0, bed=bed, training=True)
    return Dog(cases.admit(house.ctx, actor="bench", admission=admission), monitor)


def start_server(data: Path, http_port: int, hl7_port: int, dicom_port: int) -> tuple[subprocess.Popen[str], str]:
    """A server that is ready, and the link that makes its first account."""
    places = ["--data", str(data), "--http-port", str(http_port), "--hl7-port", str(hl7_port)]
    places += ["--dicom-port", str(dicom_port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "holdfast", "serve", *places],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert server.stdout is not None
    for line in server.stdout:
        if "/setup#" in line:
            threading.Thread(target=lambda: list(server.stdout or ()), daemon=True).start()
            return server, next(word for word in line.split() if "/setup#" in word)
    raise SystemExit("The server did not start.")


def _watch_record(house: House, dogs: list[Dog], stop: threading.Event) -> None:
    """A second reader of the record: what it sees is on disk."""
    by_stream = {case_stream(dog.case_id): dog for dog in dogs}

    def seen(item: Recorded) -> None:
        if isinstance(item.event, AlarmRaised) and item.event.alarm == ALARM and item.stream in by_stream:
            times = (item.event.at_us / 1e6, time.time())
            by_stream[item.stream].raised.setdefault(item.event.alarm_id, times)

    house.ctx.book.on_event(seen)
    while not stop.wait(LOOK_EVERY_S):
        house.ctx.book.catch_up()


async def sign_in(page: Page, setup_link: str) -> None:
    """Make the first account, and show the board."""
    await page.goto(setup_link)
    for label, text in (("Your name", "Ada"), ("Login", "ada"), ("Password", "a quiet night in the ward")):
        await page.get_by_label(label).fill(text)
    await page.get_by_role("button", name="Make the account").click()
    await page.wait_for_url("**/people")
    await page.goto(setup_link.partition("/setup")[0] + "/")


async def _send(dog: Dog, port: int, offset_s: float) -> None:
    """Each second is sent when it is over; ``offset_s`` keeps the beds apart."""
    second = int(time.time()) + 1
    async with MllpSender("127.0.0.1", port, timeout_s=ANSWER_PATIENCE_S) as sender:
        while True:
            await asyncio.sleep(max(0.0, second + 1 + offset_s - time.time()))
            raw = encode_message(dog.monitor.message_at(second * 1_000_000))
            dog.sent.append(time.time())
            answer = await sender.send(raw)
            dog.answered.append(time.time() - dog.sent[-1])
            if not answer.accepted:
                raise SystemExit(f"The listener refused: {answer.text}")
            second += 1


async def _stop_again_and_again(dog: Dog, page: Page, times: int, rng: random.Random) -> list[Stop | None]:
    stops = []
    for _ in range(times):
        stopped = time.time() + rng.uniform(2.5, 4.5)  # ahead of every second that was made
        dog.monitor.change(SetRhythm(Rhythm.ASYSTOLE), int(stopped * 1e6))
        stops.append(await _watch(dog, page, stopped))
        dog.monitor.change(SetRhythm(Rhythm.SINUS), int((time.time() + 0.5) * 1e6))
        for alarm_id in dog.raised:
            await page.evaluate(ACKNOWLEDGE, [dog.case_id, alarm_id])
        await asyncio.sleep(RECOVERY_S)
    return stops


async def _watch(dog: Dog, page: Page, stopped: float) -> Stop | None:
    """Wait until the alarm of this stop is on disk and painted."""
    known = set(dog.raised)
    while time.time() < stopped + PATIENCE_S:
        await asyncio.sleep(0.1)
        new = [alarm_id for alarm_id in dog.raised if alarm_id not in known]
        painted = (
            await page.evaluate("(key) => window.painted[key] ?? null", f"{dog.case_id}/{new[0]}") if new else None
        )
        if painted is not None:
            received, committed = dog.raised[new[0]]
            wire = max(sent for sent in dog.sent if sent <= received)
            return Stop(wire - stopped, committed - wire, painted / 1e3 - wire)
    return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
