"""Both homes of the record, one after the other in one run: acknowledged commands and reads per second.

``python benchmarks/stores.py [--seconds S] [--folder DIR] [--json]``. Starts a PostgreSQL server of its own beside the
SQLite file, both in ``--folder`` (default: a new folder on the disk of the temporary files), both with every commit on
disk before it is acknowledged. The first line measures the disk itself: a file that is appended to and synced.

*One writer*: the next command is sent when the last is acknowledged. *Eight*: eight threads do so, and what waits
shares a commit. *Four programs*: two threads in each of four processes on one record. *Chain*: whether the record
verifies afterwards.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import postgres_server
from contract.examples import change, held, note
from holdfast.storage.database import Place
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases.verification import verify


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(write(options.child, 2, options.seconds, f"{os.getpid()}.")[0])
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        found: dict[str, Any] = {"seconds": options.seconds, "syncs_per_s": round(syncs(Path(folder), options.seconds))}
        found["sqlite"] = measure(str(Path(folder) / "record.db"), options.seconds)
        postgres_server.give(Path(folder))
        server = postgres_server.Server(postgres_server.binaries(), Path(folder))
        try:
            server.make()
            server.start()
            found["postgresql"] = measure(server.address(), options.seconds)
        finally:
            server.stop()
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{found['syncs_per_s']} syncs/s on this disk")
    for home in ("sqlite", "postgresql"):
        print(home)
        for name, value in found[home].items():
            print(f"  {name:36} {value}")


def place_of(text: str) -> Place:
    return text if "://" in text else Path(text)


def measure(place: str, seconds: float) -> dict[str, Any]:
    one, one_ms = write(place, 1, seconds, "one.")
    eight, eight_ms = write(place, 8, seconds, "eight.")
    found: dict[str, Any] = {
        "commands_per_s_one_writer": round(one / seconds),
        "p50_ms_one_writer": one_ms[0],
        "p99_ms_one_writer": one_ms[1],
        "commands_per_s_eight_threads": round(eight / seconds),
        "p99_ms_eight_threads": eight_ms[1],
        "commands_per_s_four_programs": round(programs(place, seconds) / seconds),
    }
    store = SqlStore(place_of(place))
    head = store.head_seq()
    found["events"] = head
    found["events_read_per_s_log"] = round(rate(lambda i: len(store.read_log(after_seq=i * 1_000 % head)), seconds))
    found["events_read_per_s_end_of_a_case"] = round(
        rate(lambda i: len(store.read_stream("case/one.0", after_version=max(0, one // 2 - 20 - i % 7))), seconds)
    )
    found["heads_read_per_s"] = round(rate(lambda _: bool(store.head_seq()), seconds))
    report = verify(store)
    found["chain"] = "holds" if report.ok else report.problems[0]
    store.close()
    return found


def write(place: str, threads: int, seconds: float, name: str) -> tuple[int, tuple[float, float]]:
    """Acknowledged commands, and median and 99th percentile of the wait for one (ms)."""
    store = SqlStore(place_of(place))
    waits: list[float] = []
    until = time.perf_counter() + seconds

    def go(number: int) -> None:
        sent = 0
        while (began := time.perf_counter()) < until:
            sent += 1
            what = change(
                note(f"{name}{number}.{sent}"), stream=f"case/{name}{number}", command_id=f"{name}{number}.{sent}"
            )
            if sent % 2:
                what = change(held=(held(sent),), command_id=f"{name}{number}.{sent}")
            store.submit(what).result()
            waits.append((time.perf_counter() - began) * 1_000)

    running = [threading.Thread(target=go, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    store.close()
    cuts = statistics.quantiles(waits, n=100)
    return len(waits), (round(cuts[49], 2), round(cuts[98], 2))


def programs(place: str, seconds: float) -> int:
    command = [sys.executable, __file__, "--child", place, "--seconds", str(seconds)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    return sum(int(child.communicate()[0]) for child in children)


def rate(read: Callable[[int], int], seconds: float) -> float:
    began, number, done = time.perf_counter(), 0, 0
    while time.perf_counter() - began < seconds:
        done += read(number)
        number += 1
    return done / (time.perf_counter() - began)


def syncs(folder: Path, seconds: float) -> float:
    with (folder / "synced").open("wb") as file:

        def one(_: int) -> int:
            file.write(bytes(4_096))
            file.flush()
            os.fdatasync(file.fileno())
            return 1

        return rate(one, min(seconds, 2.0))


if __name__ == "__main__":
    main()
