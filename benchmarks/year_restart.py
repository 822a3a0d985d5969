"""How long a start takes on a record with a year of one clinic's data, and what the time goes into.

Makes a record of so many cases (admission, bed, weight, findings, treatments, alarms, notes, discharge) with
the events of their monitor blocks, all but the last few closed; then starts `holdfast serve` on it as a process of its
own, again and again, and waits for /health/ready. The parts of a start are timed in one more process. Blocks hold a few
bytes only: a start reads none of them, but their events stand between all others. A record once made is used again::

    python benchmarks/year_restart.py --cases 2000 --blocks-per-case 200 --starts 5 --folder DIR --json
"""

import argparse
import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from holdfast.record import alarm_events as al
from holdfast.record import events as ev
from holdfast.record.monitor import Origin
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.ports import Change, NewBlock, NewEvent

START_US = 1_740_830_400_000_000  # 2025-03-01T12:00:00Z
YEAR_US = 365 * 86_400 * 1_000_000
MINUTE_US = 60 * 1_000_000
OPEN_CASES = 8
BLOCKS_IN_A_CHANGE = 50
READY_WITHIN_S = 600.0
_FINDINGS = ("lactate_high", "tachycardia", "pale_mucous_membranes", "vomiting", "anorexia")

_PARTS = """
import gc, json, sys, time
gc.disable()  # as holdfast serve does until it is ready
from pathlib import Path
marks = [("begin", time.perf_counter(), time.process_time())]
def mark(name):
    marks.append((name, time.perf_counter(), time.process_time()))
from holdfast.config import Config, caches, keep_machine_code
keep_machine_code()
from holdfast.bootstrap import running, duties
from holdfast.usecases.flushing import Flusher
mark("imports")
from holdfast.bootstrap.house import open_store
config = Config(data_dir=Path(sys.argv[1]))
store = open_store(config.database)
mark("open the store")
from holdfast.bootstrap.book_keeping import open_book
open_book(store, config.data_dir)
mark("open the case book from its snapshot")
from holdfast.knowledge.loader import keep_documents_in, load
keep_documents_in(caches() / "knowledge")
load()
mark("load the knowledge")
store.close()
house = running.open_house(config)
mark("open the house (store, case book and knowledge once more)")
from holdfast.web.app import create_app
create_app(running.web_services(house))
mark("make the pages")
house.ward.watch_again(house.ctx.clock.now_us())
house.ward.end_what_is_left(house.ctx.clock.now_us())
mark("watch again, end what is left")
running._first_use(house)
mark("prepare the analysis (after ready)")
flusher = Flusher(house.ctx, duties.report)
duties.tick(house, flusher)
mark("first round of duties (after ready)")
from holdfast.usecases.casebook import CaseBook
CaseBook(house.ctx.store)
mark("fold all cases (only without a snapshot)")
duties.tick(house, flusher)
mark("second round of duties")
print(json.dumps({
    name: {"wall_s": round(at - before, 3), "cpu_s": round(cpu - cpu_before, 3)}
    for (_, before, cpu_before), (name, at, cpu) in zip(marks, marks[1:])
}))
house.close()
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--blocks-per-case", type=int, default=200, help="a monitor makes 360 in an hour")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the record is made, or lies from an earlier run")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        made = make(folder, options.cases, options.blocks_per_case, random.Random(options.seed))
        restarts = [restart(folder) for _ in range(options.starts)]
        parts = json.loads(
            subprocess.run(
                [sys.executable, "-c", _PARTS, str(folder)], check=True, capture_output=True, text=True
            ).stdout.splitlines()[-1]
        )
        size_mb = round(sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) / 1e6)
    found = {
        "record": made | {"size_mb": size_mb},
        "ready_s": _of([wall for wall, _ in restarts]),
        "ready_cpu_s": _of([cpu for _, cpu in restarts]),
        "parts": parts,
    }
    print(json.dumps(found, indent=None if options.json else 1))
    return 0


def _of(values: list[float]) -> dict[str, Any]:
    ordered = sorted(values)
    return {"all": values, "median": ordered[len(ordered) // 2], "worst": ordered[-1]}


def make(folder: Path, cases: int, blocks: int, chance: random.Random) -> dict[str, int]:
    """The record in this folder, made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    there = (folder / "holdfast.db").exists()
    store = SqlStore(folder / "holdfast.db")
    if not there:
        beds = [ev.BedAdded(at_us=START_US, bed=f"Bed {number}") for number in range(OPEN_CASES)]
        store.submit(_change("beds", "clinic", START_US, beds)).result()
        for number in range(cases):
            at_us = START_US + YEAR_US * number // cases
            _add_case(store, number, at_us, blocks, number < cases - OPEN_CASES, chance)
    counted = {"cases": cases, "events": store.head_seq()}
    counted["events_without_blocks"] = sum(1 for _ in _without_blocks(store))
    store.close()
    return counted


def _without_blocks(store: SqlStore) -> Iterator[int]:
    after = 0
    while page := store.read_log(after_seq=after, limit=1_000, without_blocks=True):
        yield from (one.seq for one in page)
        after = page[-1].seq


def _change(name: str, stream: str, at_us: int, events: list[Any], blocks: tuple[NewBlock, ...] = ()) -> Change:
    new = tuple(NewEvent(stream=stream, event=event) for event in events)
    return Change(command_id=name, actor="vet", recorded_us=at_us, events=new, blocks=blocks)


def _add_case(store: SqlStore, number: int, at_us: int, blocks: int, closes: bool, chance: random.Random) -> None:
    case_id, stream = f"case{number}", ev.case_stream(f"case{number}")
    bed = f"Bed {number % OPEN_CASES}"
    events: list[Any] = [
        ev.PatientAdmitted(
            at_us=at_us,
            name=f"Dog {number}",
            species="dog",
            breed="Malinois",
            sex="male",
            weight_kg=30.0,
            age_months=60,
            microchip="",
            owner="",
            handler="",
            working_dog=False,
            complaint="collapsed",
            training=False,
        ),
        ev.BedAssigned(at_us=at_us, bed=bed),
        ev.WeightMeasured(at_us=at_us, weight_kg=29.5),
        ev.WorkingDiagnosisSet(at_us=at_us, disease="", text="organ failure", supported_by=()),
    ]
    for hour in range(chance.randint(6, 14)):
        now_us = at_us + hour * 60 * MINUTE_US
        events += [
            ev.FindingRecorded(
                at_us=now_us,
                finding_id=f"f{hour}",
                key=chance.choice(_FINDINGS),
                presence=ev.Presence.PRESENT,
                stage=ev.Stage.PRESENTING,
                value=None,
                unit="",
                region="",
                note="",
            ),
            ev.TreatmentGiven(
                at_us=now_us, treatment_id=f"g{hour}", category="fluid", what="crystalloid", amount="300 mL", note=""
            ),
            ev.NoteWritten(at_us=now_us, text="He lifts his head when his handler speaks."),
            *_alarm(f"a{number}-{hour}", now_us),
        ]
    pending = [store.submit(_change(f"{case_id} course", stream, at_us, events))]
    for first in range(0, blocks, BLOCKS_IN_A_CHANGE):
        numbers = range(first, min(blocks, first + BLOCKS_IN_A_CHANGE))
        pending.append(store.submit(_blocks(case_id, stream, bed, at_us, numbers)))
    if closes:
        closed = [ev.CaseClosed(at_us=at_us + 24 * 60 * MINUTE_US, outcome="discharged")]
        pending.append(store.submit(_change(f"{case_id} closed", stream, at_us, closed)))
    for receipt in pending:
        receipt.result()


def _alarm(alarm_id: str, at_us: int) -> list[Any]:
    return [
        ev.MonitorConditionBegan(at_us=at_us, condition="extreme_tachycardia", text="Heart rate 230"),
        al.AlarmRaised(
            at_us=at_us,
            alarm_id=alarm_id,
            alarm="extreme_tachycardia",
            signal="",
            text="Heart rate 230",
            priority="high",
            technical=False,
            audible_when_over=False,
            since_us=at_us,
        ),
        al.AlarmAcknowledged(at_us=at_us + MINUTE_US, alarm_id=alarm_id),
        al.AlarmCleared(at_us=at_us + 2 * MINUTE_US, alarm_id=alarm_id, why="over", latches=False),
        ev.MonitorConditionEnded(at_us=at_us + 2 * MINUTE_US, condition="extreme_tachycardia"),
    ]


def _blocks(case_id: str, stream: str, bed: str, at_us: int, numbers: range) -> Change:
    events, blocks = [], []
    for number in numbers:
        start_us = at_us + number * 10_000_000
        block_id = f"{case_id}-{number}"
        blocks.append(
            NewBlock(
                block_id=block_id, case_id=case_id, start_us=start_us, end_us=start_us + 10_000_000, data=b"", trend=()
            )
        )
        events.append(
            ev.MonitorBlockStored(
                at_us=start_us,
                block_id=block_id,
                bed=bed,
                device="MON-1",
                origin=Origin.LIVE,
                start_us=start_us,
                end_us=start_us + 10_000_000,
                sha256="0" * 64,
                numerics=30,
                waves=("ecg_ii", "pleth", "resp"),
                refused=0,
            )
        )
    return _change(f"{case_id} blocks {numbers[0]}", stream, at_us, events, tuple(blocks))


def restart(folder: Path) -> tuple[float, float]:
    """Seconds from starting the process until it says that it is ready, and the seconds of processor that it took: on a
    busy machine only these can be compared."""
    pages, hl7, dicom = (_free_port() for _ in range(3))
    started = time.perf_counter()
    command = [sys.executable, "-m", "holdfast", "serve", "--data", str(folder), "--http-port", str(pages)]
    command += ["--hl7-port", str(hl7), "--dicom-port", str(dicom)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while time.perf_counter() - started < READY_WITHIN_S:
            if server.poll() is not None:
                raise SystemExit(f"holdfast serve ended with {server.returncode}")
            with contextlib.suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"http://127.0.0.1:{pages}/health/ready", timeout=30).read()
                return round(time.perf_counter() - started, 3), _cpu_s(server.pid)
            time.sleep(0.02)
        raise SystemExit("holdfast serve was not ready in ten minutes")
    finally:
        server.terminate()
        server.wait(30)


def _cpu_s(pid: int) -> float:
    """Of a process on Linux, so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
