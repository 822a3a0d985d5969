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
import hashlib
import json
import os
import random
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE

from holdfast.bootstrap.house import RandomIds, SystemClock
from holdfast.config import Config
from holdfast.gateways.hl7.dtm import format_dtm
from holdfast.gateways.hl7.encode import encode_message
from holdfast.gateways.hl7.framing import encode_frame
from holdfast.kernel.errors import HoldfastError, WorldError
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.record import events as ev
from holdfast.record.blocks import decode_block
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave
from holdfast.storage.film_files import FilmFiles
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases import beds, cases
from holdfast.usecases.accounts import Role, create_account
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.usecases.verification import verify
from holdfast.web.passwords import Argon2Hasher

FAR_US = 2**62
START_S = 300.0
"""A server that does not answer by then counts as broken."""
PASSWORD = "a quiet night in the ward"
KINDS = ("hl7", "dicom", "web")
HOUSE = Path(__file__).with_name("kill9_house.py")
SOURCE = Path(__file__).resolve().parent.parent / "src"


@dataclass
class Seen:
    """What the senders of one record have seen."""

    acknowledged: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(map(len, self.acknowledged.values()))


@dataclass
class Tally:
    """Over all records."""

    kills: int = 0
    killed_while_starting: int = 0
    fresh_starts: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    lost_ids: list[str] = field(default_factory=list)
    twice: Counter[str] = field(default_factory=Counter)
    unacknowledged_but_kept: int = 0
    verify_failures: int = 0
    problems: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    ready_s: dict[str, list[float]] = field(default_factory=lambda: {"fork": [], "fresh": []})
    events_verified: int = 0


def main() -> int:
    options = _options()
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
                    await asyncio.sleep(rng.uniform(0.0, 1.0))
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


async def ready(server: Server, ports: Ports) -> None:
    """Return when all three doors answer; the pages open last."""
    deadline = time.monotonic() + START_S
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports.http}") as client:
        while time.monotonic() < deadline:
            if server.died():
                raise WorldError("The server ended by itself.", "See server.log.")
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get("/health")).status_code == 200:
                    return
            await asyncio.sleep(0.02)
    raise WorldError(f"The server is not ready after {START_S:g} s.", "See server.log.")


# Who writes.


def admit_everybody(data: Path, monitors: int, people: int) -> str:
    """A bed, a bound device and a patient for each monitor; accounts; a patient of whom people write. Its case id."""
    config = Config(data_dir=data)
    store, kept = SqlStore(config.database), SqlAccounts(config.database)
    try:
        ctx = Context(
            store=store, book=CaseBook(store), clock=SystemClock(), ids=RandomIds(), knowledge=load_knowledge()
        )
        for number in range(monitors):
            bed = f"Bed {number}"
            beds.add_bed(ctx, actor="bench", bed=bed)
            beds.bind_device(ctx, actor="bench", device=device_of(number), bed=bed)
            cases.admit(ctx, actor="bench", admission=cases.Admission(name=f"Dog {number}", weight_kg=20.0, bed=bed))
        for who in range(people):
            login = f"person{who}"
            create_account(
                ctx, kept, Argon2Hasher(), actor="holdfast", login=login, name=login, role=Role.CLINICIAN,
                password=PASSWORD,
            )  # fmt: skip
        return cases.admit(ctx, actor="bench", admission=cases.Admission(name="Written of", weight_kg=20.0))
    finally:
        kept.close()
        store.close()


def device_of(bed: int) -> str:
    """An EUI-64 for each bed."""
    return f"00091EFF{bed:08X}"


async def monitor(bed: int, record: int, port: int, burst: int, seen: Seen) -> None:
    """Sends so many messages in one go, reads the answers, and sends again what was not answered."""
    made = Made(bed)
    number, waiting = 0, {}
    while True:
        while len(waiting) < burst:
            number += 1
            control_id = f"R{record}B{bed}N{number}"
            waiting[control_id] = made.message(control_id, with_wave=number % 20 == 0)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while waiting:
                    writer.write(b"".join(waiting.values()))
                    for _ in range(len(waiting)):
                        answer = await reader.readuntil(b"\x1c\x0d")
                        control_id, code = answered(answer)
                        if code in ("AA", "CA") and waiting.pop(control_id, None):
                            seen.acknowledged["hl7"].add(control_id)
                        else:
                            seen.refused[f"hl7 {answer[-160:]!r}"] += 1
                    while len(waiting) < burst:
                        number += 1
                        control_id = f"R{record}B{bed}N{number}"
                        waiting[control_id] = made.message(control_id, with_wave=number % 20 == 0)
            finally:
                writer.close()
        await asyncio.sleep(0.1)


def answered(answer: bytes) -> tuple[str, str]:
    """Control id and code of an acknowledgement (MSA-2, MSA-1)."""
    for line in answer.split(b"\r"):
        if line.startswith(b"MSA|"):
            fields = line.decode().split("|")
            return fields[2], fields[1]
    return "", ""


class Made:
    """Messages of one monitor, by writing a control id and the time into a message that was encoded once."""

    ID, AT_US = "ZZIDZZ", 1_234_567_890_123_000

    def __init__(self, bed: int) -> None:
        numerics = tuple(
            Numeric(key=key, code=code, name=name, value=value, unit=unit, at_us=self.AT_US)
            for key, code, name, value, unit in (
                ("hr", "147842", "MDC_ECG_HEART_RATE", 100.0 + bed, "/min"),
                ("spo2", "150456", "MDC_PULS_OXIM_SAT_O2", 97.0, "%"),
            )
        )
        shape = (np.round(np.sin(np.arange(63) / 10) * 100) * 0.01).astype("<f4").tobytes()
        wave = Wave(
            key="ecg_ii", code="131330", name="MDC_ECG_LEAD_II", unit="mV", rate_hz=125.0, start_us=self.AT_US,
            samples=shape, resolution=0.01,
        )  # fmt: skip
        plain = MonitorMessage(
            device=device_of(bed), control_id=self.ID, sent_us=self.AT_US, origin=Origin.LIVE, numerics=numerics,
            waves=(),
        )  # fmt: skip
        waved = MonitorMessage(
            device=device_of(bed), control_id=self.ID, sent_us=self.AT_US, origin=Origin.LIVE, numerics=numerics,
            waves=(wave,),
        )  # fmt: skip
        self._plain, self._waved = encode_frame(encode_message(plain)), encode_frame(encode_message(waved))
        self._then = format_dtm(self.AT_US).encode()

    def message(self, control_id: str, *, with_wave: bool) -> bytes:
        now = format_dtm(time.time_ns() // 1_000).encode()
        made = self._waved if with_wave else self._plain
        return made.replace(self.ID.encode(), control_id.encode()).replace(self._then, now)


def imaging_unit(record: int, port: int, seen: Seen, stop: threading.Event) -> None:
    """Stores one small film after the other; one that was not answered is sent again."""
    film = small_film()
    number = 1
    while not stop.is_set():
        unit = AE(ae_title="XRAY1")
        unit.add_requested_context(ComputedRadiographyImageStorage, ExplicitVRLittleEndian)
        unit.acse_timeout = unit.dimse_timeout = unit.network_timeout = 20
        line = unit.associate("127.0.0.1", port)
        while line.is_established and not stop.is_set():
            uid = f"1.2.826.0.1.6.{record}.{number}"
            film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = uid
            film.StudyInstanceUID = f"1.2.826.0.1.5.{record}.{number // 8}"
            film.InstanceNumber = number % 1_000
            try:
                status = line.send_c_store(film)
            except (RuntimeError, ValueError):  # the connection is gone
                break
            if "Status" not in status:
                break
            if status.Status == 0:
                seen.acknowledged["dicom"].add(uid)
                number += 1
            else:
                seen.refused[f"dicom {status.Status:04x} {status.get('ErrorComment', '')}"] += 1
            stop.wait(0.02)
        line.abort()
        stop.wait(0.1)


def small_film() -> Dataset:
    one = Dataset()
    one.file_meta, one.preamble = FileMetaDataset(), bytes(128)
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    one.SeriesInstanceUID = "1.2.826.0.1.9.1"
    one.PatientID, one.PatientName, one.Modality = "P1", "Made^Film", "CR"
    one.Rows = one.Columns = 16
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.PixelData = bytes(512)
    return one


async def person(who: int, case_id: str, record: int, port: int, seen: Seen) -> None:
    """Posts a note, and posts the same again (same command id) until it is answered."""
    number, token = 1, ""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20.0) as client:
        while True:
            try:
                if not token:
                    await client.post("/login", data={"login": f"person{who}", "password": PASSWORD})
                    token = (await client.get("/api/session")).json().get("csrf", "")
                note = f"R{record}P{who}N{number}"
                answer = await client.post(
                    f"/api/cases/{case_id}/notes",
                    json={"text": note, "command_id": f"note-{note}"},
                    headers={"x-csrf-token": token},
                )
            except (httpx.HTTPError, json.JSONDecodeError):
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 201:
                seen.acknowledged["web"].add(note)
                number += 1
            else:
                seen.refused[f"web {answer.status_code} {answer.text[:160]}"] += 1
                token = "" if answer.status_code in (401, 403) else token
                await asyncio.sleep(0.2)


# What is looked for.


class Inspector:
    """Opens the record of a killed server. Blocks are decoded once: that an old one has not changed since, its hash
    tells, which ``verify`` checks each time."""

    def __init__(self, data: Path, monitors: int, case_id: str) -> None:
        self._config, self._monitors, self._case_id = Config(data_dir=data), monitors, case_id
        self._decoded: dict[tuple[str, bytes], list[str]] = {}

    def look(self, seen: Seen, tally: Tally) -> str:
        acknowledged = {kind: set(ids) for kind, ids in seen.acknowledged.items()}
        store = SqlStore(self._config.database)
        try:
            report = verify(store)
            if not report.ok:
                tally.verify_failures += 1
                tally.problems += report.problems[:5]
            there = {"hl7": self._messages(store), "dicom": self._films(store), "web": self._notes(store)}
        finally:
            store.close()
        tally.events_verified += report.events
        for kind in KINDS:
            lost = acknowledged[kind] - there[kind].keys()
            tally.lost[kind] += len(lost)
            tally.lost_ids += [f"{kind} {one}" for one in sorted(lost)[:5]]
            tally.twice[kind] += sum(count > 1 for count in there[kind].values())
            tally.unacknowledged_but_kept += len(there[kind].keys() - acknowledged[kind])
        kinds = ", ".join(f"{kind} {len(acknowledged[kind])}" for kind in KINDS)
        return f"this record {kinds}, {report.events} events, {sum(tally.lost.values())} lost"

    def _messages(self, store: SqlStore) -> Counter[str]:
        found = Counter(one.message.control_id for one in store.held())
        for case_id in store.monitored_cases():
            for block in store.blocks(case_id, from_us=-FAR_US, to_us=FAR_US):
                key = block.block_id, hashlib.sha256(block.data).digest()
                if key not in self._decoded:
                    self._decoded[key] = [heard.control_id for heard in decode_block(block.data).messages]
                found.update(self._decoded[key])
        last = None
        while page := store.quarantine(before_id=last, limit=1_000):
            for one in page:
                fields = (store.quarantine_raw(one.quarantine_id) or b"").split(b"\r", 1)[0].split(b"|")
                found[fields[9].decode() if len(fields) > 9 else ""] += 1
            last = page[-1].quarantine_id
        return found

    def _films(self, store: SqlStore) -> Counter[str]:
        """Instances on record whose file is there, whole."""
        files = FilmFiles(self._config.films)
        with CaseBook(store).studies() as studies:
            kept = dict(studies.instances)
        found: Counter[str] = Counter()
        for uid, image in kept.items():
            with contextlib.suppress(HoldfastError):
                files.read(image.image_id)
                found[str(uid)] += 1
        return found

    def _notes(self, store: SqlStore) -> Counter[str]:
        stream = store.read_stream(ev.case_stream(self._case_id), without_blocks=True)
        events = [recorded.event for recorded in stream]
        return Counter(event.text for event in events if isinstance(event, ev.NoteWritten))


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
