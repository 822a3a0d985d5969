"""Whether engines across machines say what this process says, to the last bit, when their workers are killed.

``python benchmarks/engines.py flink [--beds 200] [--seconds 60] [--kills 2] [--json]`` follows made beds in this
process and then on Flink (a cluster inside one Java machine, Python workers in processes of their own). The workers
get SIGKILL at randomly drawn checkpoints. Needs ``holdfast[flink]``.

``python benchmarks/engines.py dask [--beds 200] [--kills 2] [--json]`` makes an archive of that many cases, concludes
it again in this process and then on Dask, whose workers get SIGKILL while they work. Needs ``holdfast[dask]``.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.config import DATABASE_FILE

S = 1_000_000
PIECE_S = 10


def made_pieces(beds: int, seconds: int) -> Iterator[list[Any]]:
    """For each ten seconds, one piece of every bed; each bed has its own stretch of the signals."""
    import bed_load
    from holdfast.engines.following import Piece

    signals = bed_load.made(seconds)
    sent = []
    for bed in range(beds):
        own = {key: (rate, np.roll(x, bed * round(rate) // 3), unit) for key, (rate, x, unit) in signals.items()}
        sent.append(bed_load.messages(own, seconds))
    for number in range(seconds // PIECE_S):
        part = slice(PIECE_S * number, PIECE_S * (number + 1))
        yield [Piece(f"house/{bed}", number, tuple(tuple(m) for m in sent[bed][part])) for bed in range(beds)]


def judged(expected: list[str], got: list[str]) -> dict[str, int]:
    """How the lines of a run differ from those of this process."""
    names = Counter((said["bed"], said["number"]) for said in map(json.loads, got))
    wanted = {(said["bed"], said["number"]) for said in map(json.loads, expected)}
    return {
        "results": len(got),
        "wrong": len(set(got) - set(expected)),
        "lost": len(wanted - names.keys()),
        "twice": sum(count - 1 for count in names.values()),
    }


def children(pid: int) -> Iterator[int]:
    """All descendants of a process."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    waiting = [pid]
    while waiting:
        found = parents.get(waiting.pop(), [])
        yield from found
        waiting += found


def kill_workers(pid: int, word: str) -> int:
    """SIGKILL to every descendant whose command line holds the word; how many there were."""
    killed = 0
    for child in children(pid):
        with contextlib.suppress(OSError):
            if word in Path(f"/proc/{child}/cmdline").read_text():
                os.kill(child, signal.SIGKILL)
                killed += 1
    return killed


def on_flink(folder: Path, options: argparse.Namespace, expected: list[str]) -> dict[str, Any]:
    from holdfast.engines import segments

    checkpoints, results = folder / "checkpoints", folder / "results"
    command = [sys.executable, "-m", "holdfast.engines.flink", str(folder / "segments"), str(results)]
    command += ["--checkpoints", str(checkpoints), "--checkpoint-s", "2", "--parallelism", str(options.workers)]
    # On one machine PyFlink runs workers inside the client; here they are processes, as they are on a cluster.
    env = os.environ | {"_python_worker_execution_mode": "process"}
    draw = random.Random(options.seed)
    kills: list[dict[str, int]] = []
    began = time.monotonic()
    with (folder / "flink.log").open("w") as log, subprocess.Popen(command, env=env, stdout=log, stderr=log) as job:
        due = draw.randint(2, 4)
        while job.poll() is None:
            time.sleep(0.1)
            done = [int(path.parent.name[4:]) for path in checkpoints.glob("*/chk-*/_metadata")]
            if len(kills) < options.kills and max(done, default=0) >= due:
                time.sleep(draw.uniform(0, 2))
                if killed := kill_workers(job.pid, "beam_boot"):
                    kills.append({"after_checkpoint": max(done), "workers": killed})
                    due = max(done) + draw.randint(1, 3)
            if time.monotonic() - began > options.minutes * 60:
                job.terminate()
    wall_s = time.monotonic() - began
    got = list(segments.read_results(results)) if results.exists() else []
    return {"exit": job.returncode, "kills": kills, "wall_s": round(wall_s, 1)} | judged(expected, got)


def flink(options: argparse.Namespace) -> dict[str, Any]:
    from holdfast.engines import following, segments

    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep) if options.keep else Path(name)
        (folder / "segments").mkdir(parents=True)
        expected: list[str] = []
        states: dict[str, Any] = {}
        began = time.process_time()
        for number, pieces in enumerate(made_pieces(options.beds, options.seconds)):
            segments.write_segment(folder / "segments", f"{number:06d}", pieces)
            for piece in pieces:
                states[piece.bed], said = following.step(states.get(piece.bed) or following.initial(), piece)
                expected += map(segments.said_line, said)
        cpu_s = time.process_time() - began
        figures = {
            "beds": options.beds,
            "seconds": options.seconds,
            "in_process": {"results": len(expected), "cpu_s": round(cpu_s, 1)},
            "state_kb": round(max(len(following.dump(state)) for state in states.values()) / 1024),
        }
        return figures | {"flink": on_flink(folder, options, expected)}


class _Stands:
    """A clock that stands where it is put."""

    def __init__(self, at_us: int) -> None:
        self.at_us = at_us

    def now_us(self) -> int:
        return self.at_us


FINDINGS = ("retching", "abdominal_distension", "weakness", "collapse", "dyspnea", "vomiting")
WORKING = ("gdv", "dka", "chylothorax", "botulism", "septic_peritonitis")


def make_archive(folder: Path, cases_count: int, seconds: int) -> None:
    """A record of so many cases, each with some seconds of monitor, findings, a working diagnosis and a second look."""
    import bed_load
    from holdfast.bootstrap.house import RandomIds, open_store
    from holdfast.knowledge.loader import load
    from holdfast.record import events as ev
    from holdfast.record.monitor import MonitorMessage, Origin
    from holdfast.usecases import beds, cases, second_look
    from holdfast.usecases.casebook import CaseBook
    from holdfast.usecases.context import Context
    from holdfast.usecases.live import Ward
    from holdfast.usecases.monitor_blocks import build_flush
    from holdfast.usecases.ports import OWN_ACTOR, Change, NewHeld

    store, clock = open_store(folder / DATABASE_FILE), _Stands(bed_load.START_US)
    ctx = Context(store=store, book=CaseBook(store), clock=clock, ids=RandomIds(), knowledge=load())
    ward = Ward(ctx)
    signals = bed_load.made(seconds)
    for number in range(cases_count):
        clock.at_us = bed_load.START_US - S
        bed = f"ICU {number + 1}"
        beds.add_bed(ctx, actor="vet", bed=bed)
        case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name=f"Dog {number + 1}", bed=bed))
        for key in FINDINGS[number % 3 : number % 3 + 2]:
            cases.record_finding(ctx, actor="vet", case_id=case_id, key=key, presence=ev.Presence.PRESENT)
        cases.set_working_diagnosis(ctx, actor="vet", case_id=case_id, diagnosis=WORKING[number % len(WORKING)])
        own = {key: (rate, np.roll(x, number * round(rate) // 3), unit) for key, (rate, x, unit) in signals.items()}
        own["ecg_ii"][1][round(own["ecg_ii"][0] * (seconds - 12)) :] = 0.01  # its electrode comes off
        for second, waves in enumerate(bed_load.messages(own, seconds)):
            clock.at_us = bed_load.START_US + (second + 1) * S
            message = MonitorMessage(
                device=bed, control_id=str(second), sent_us=clock.at_us, origin=Origin.LIVE, waves=tuple(waves)
            )
            held = NewHeld(case_id=case_id, bed=bed, received_us=clock.at_us, message=message)
            ward.hear(held)
            command_id = f"{case_id}/{second}"
            kept = store.submit(Change(command_id=command_id, actor=OWN_ACTOR, recorded_us=clock.at_us, held=(held,)))
        kept.result()
        waiting = store.held(case_id)
        taken = ctx.derived.take(case_id, waiting)
        store.submit(build_flush(case_id, waiting, new_id=ctx.ids.new_id, now_us=clock.at_us, derived=taken)).result()
        ctx.book.catch_up()  # what a running house does after each change that is not its own
        second_look.show(ctx, actor="vet", case_id=case_id)
    store.close()


def dask(options: argparse.Namespace) -> dict[str, Any]:
    import msgspec

    from holdfast.bootstrap.reanalysis import reanalyse_archive
    from holdfast.config import Config

    kills: list[float] = []
    draw = random.Random(options.seed)

    def kill(until_s: float, done: threading.Event) -> None:
        began = time.monotonic()
        while not done.is_set() and len(kills) < options.kills:
            done.wait(draw.uniform(0.05, 0.3) * until_s)
            while not done.wait(0.01):
                if kill_one_worker(draw):
                    kills.append(round(time.monotonic() - began, 1))
                    break

    with tempfile.TemporaryDirectory() as name:
        folder = Path(options.keep) if options.keep else Path(name)
        if not (folder / DATABASE_FILE).exists():
            make_archive(folder, options.beds, options.seconds)
        config, other = Config(data_dir=folder), Path(options.knowledge) if options.knowledge else None
        began = time.monotonic()
        here = reanalyse_archive(config, knowledge=other)
        here_s, began = time.monotonic() - began, time.monotonic()
        done = threading.Event()
        killer = threading.Thread(target=kill, args=(here_s / options.workers, done), daemon=True)
        killer.start()
        there = reanalyse_archive(config, knowledge=other, workers=options.workers)
        done.set()
        there_s = time.monotonic() - began
    return {
        "cases": len(here),
        "looks": sum(report.looks for report in here),
        "messages": sum(report.messages for report in here),
        "states": sum(report.states for report in here),
        "would_change": sum(len(r.changed) + len(r.only_then) + len(r.only_now) + len(r.moved) for r in here),
        "problems": sum(bool(report.problem) for report in here),
        "in_process_s": round(here_s, 1),
        "dask": {
            "workers": options.workers,
            "wall_s": round(there_s, 1),
            "killed_at_work_after_s": kills,
            "reports": len(there),
            "twice": len(there) - len({report.case_id for report in there}),
            "equal": msgspec.json.encode(here) == msgspec.json.encode(there),
        },
    }


def kill_one_worker(draw: random.Random) -> int:
    """SIGKILL to a worker process of this process that is at work (it has the record open); its id, or 0."""
    found = []
    for child in children(os.getpid()):
        with contextlib.suppress(OSError):
            files = {str(file.readlink()) for file in Path(f"/proc/{child}/fd").iterdir()}
            if any(file.endswith(DATABASE_FILE) for file in files):
                found.append(child)
    if not found:
        return 0
    chosen = draw.choice(sorted(found))
    os.kill(chosen, signal.SIGKILL)
    return chosen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=["flink", "dask"])
    parser.add_argument("--beds", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=30, help="give up after so long")
    parser.add_argument("--keep", default="", metavar="DIR", help="keep segments, results and log there")
    parser.add_argument("--knowledge", default="", metavar="DIR", help="release to judge the archive with")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from holdfast.config import keep_machine_code

    keep_machine_code()
    figures = flink(options) if options.engine == "flink" else dask(options)
    print(json.dumps(figures, indent=1) if options.json else "\n".join(f"{k}: {v}" for k, v in figures.items()))


if __name__ == "__main__":
    main()
