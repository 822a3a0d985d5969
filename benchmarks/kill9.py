"""Kill a running Holdfast again and again while monitors, an imaging unit and people write, and look for what it had
acknowledged.

A whole server is fed over real sockets by all three doors at once: monitors over MLLP (each sends a handful of messages
in one go and sends again what was not answered, as monitors do), an imaging unit that stores small films, people whose
browsers post notes and post again what was not answered. The process is killed (SIGKILL) at random moments, one time
in ten while it starts. After each kill the record is opened: everything that was ever answered as kept must be there
(a message held, in a block or in quarantine; a film whole under its hash; a note), nothing twice, and the whole record
must verify. Servers are forks of one process that has read the modules (``kill9_house.py``); each ``--fresh-every``-th
is started from nothing, as a machine does. A new record is begun after ``--per-record`` kills, so that verifying
everything after each kill stays affordable. Exit status 1 when anything was lost, is there twice or does not verify::

    nice -n 15 python benchmarks/kill9.py --kills 1000 --json

Progress goes to the error output. Power loss is not tested: what the system had taken from the process is on its disk.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from holdfast.kernel.errors import HoldfastError
from kill9_inspector import Inspector, Tally
from kill9_senders import Seen, admit_everybody, imaging_unit, monitor, person
from kill9_server import SOURCE, Ports, free_port, ready, start

START_SPAN_S = 6.0
"""A server's doors open one after the other within so long; one kill in ten comes at any moment of it."""

HOUSE = Path(__file__).with_name("kill9_house.py")


def main() -> int:
    options = _options()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
    tally = Tally()
    until = time.monotonic() + 60 * options.minutes
    number = 0
    began = time.monotonic()
    with forks() as fork_house:
        while tally.kills < options.kills and time.monotonic() < until:
            number += 1
            with tempfile.TemporaryDirectory(prefix="holdfast-kill9-", dir=options.folder or None) as folder:
                try:
                    asyncio.run(one_record(Path(folder), number, options, tally, fork_house, until))
                except (HoldfastError, httpx.HTTPError) as error:
                    log = Path(folder, "server.log")
                    tally.problems.append(f"{error} {log.read_text()[-800:] if log.exists() else ''}")
                    break
    result = summary(tally, number, time.monotonic() - began)
    print(json.dumps(result) if options.json else "\n".join(f"{key}: {value}" for key, value in result.items()))
    return 1 if result["lost"] or result["verify_failures"] or result["twice"] or tally.problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=1e6, help="stop after so long, with what was seen until then")
    parser.add_argument("--beds", type=int, default=24)
    parser.add_argument("--burst", type=int, default=25, help="messages that a monitor sends in one go (default 25)")
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--alive-s", type=float, default=4.0, help="the longest that a ready server lives (default 4)")
    parser.add_argument("--per-record", type=int, default=10, help="kills before a new record is begun (default 10)")
    parser.add_argument("--fresh-every", type=int, default=50, help="each so many servers is started from nothing")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of killing")
    parser.add_argument("--folder", type=Path, help="where records are made (default: the system's temporary folder)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextlib.contextmanager
def forks() -> Iterator["subprocess.Popen[str]"]:
    """The process whose forks are the servers."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    with subprocess.Popen(
        [sys.executable, HOUSE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as house:
        assert house.stdin is not None
        assert house.stdout is not None
        if house.stdout.readline().strip() != "ready":
            raise SystemExit("kill9_house.py did not start.")
        yield house
        house.stdin.close()


async def one_record(
    data: Path,
    number: int,
    options: argparse.Namespace,
    tally: Tally,
    fork_house: "subprocess.Popen[str]",
    until: float,
) -> None:
    """A record from its first event to its last kill."""
    rng, seen = random.Random(options.seed * 1_000 + number), Seen()
    case_id = admit_everybody(data, options.beds, options.people)
    ports = Ports(free_port(), free_port(), free_port())
    stop = threading.Event()
    unit = threading.Thread(target=imaging_unit, args=(number, ports.dicom, seen, stop), daemon=True)
    unit.start()
    senders = [asyncio.create_task(monitor(bed, number, ports.hl7, options.burst, seen)) for bed in range(options.beds)]
    senders += [asyncio.create_task(person(who, case_id, number, ports.http, seen)) for who in range(options.people)]
    inspector = Inspector(data, options.beds, case_id)
    try:
        for _ in range(options.per_record):
            if tally.kills >= options.kills or time.monotonic() > until:
                break
            fresh = tally.kills % options.fresh_every == options.fresh_every - 1
            began = time.perf_counter()
            server = await asyncio.to_thread(start, data, ports, fork_house, fresh)
            try:
                hasty = not fresh and rng.random() < 0.1
                if hasty:
                    await asyncio.sleep(rng.uniform(0.0, START_SPAN_S))
                    tally.killed_while_starting += 1
                else:
                    await ready(server, ports)
                    tally.ready_s["fresh" if fresh else "fork"].append(time.perf_counter() - began)
                    await asyncio.sleep(rng.uniform(0.05, options.alive_s))
            finally:
                await asyncio.to_thread(server.kill)
            tally.kills += 1
            tally.fresh_starts += fresh
            told = await asyncio.to_thread(inspector.look, seen, tally)
            print(f"kill {tally.kills}: {sum(tally.acknowledged.values()) + seen.total} acknowledged; {told}",
                  file=sys.stderr, flush=True)  # fmt: skip
    finally:
        stop.set()
        for sender in senders:
            sender.cancel()
        failed = await asyncio.gather(*senders, return_exceptions=True)
        tally.problems += [repr(one) for one in failed if isinstance(one, Exception)]
        await asyncio.to_thread(unit.join, 60.0)
    # What was answered between the kill and the look is in the last look: nobody answers a dead server's clients.
    tally.acknowledged.update({kind: len(ids) for kind, ids in seen.acknowledged.items()})
    tally.refused.update(seen.refused)


def summary(tally: Tally, records: int, took_s: float) -> dict[str, object]:
    ready_s = {kind: sorted(times) for kind, times in tally.ready_s.items() if times}
    return {
        "kills": tally.kills,
        "killed_while_starting": tally.killed_while_starting,
        "fresh_starts": tally.fresh_starts,
        "records": records,
        "acknowledged": sum(tally.acknowledged.values()),
        "acknowledged_by_door": dict(tally.acknowledged),
        "lost": sum(tally.lost.values()),
        "lost_ids": tally.lost_ids[:10],
        "twice": sum(tally.twice.values()),
        "verify_failures": tally.verify_failures,
        "events_verified": tally.events_verified,
        "problems": tally.problems[:5],
        "refused": dict(tally.refused.most_common(5)),
        "ready_s_p50": {kind: round(statistics.median(times), 2) for kind, times in ready_s.items()},
        "ready_s_max": {kind: round(times[-1], 2) for kind, times in ready_s.items()},
        "minutes": round(took_s / 60, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
