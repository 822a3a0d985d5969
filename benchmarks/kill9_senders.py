"""Who writes into the servers of ``kill9.py``: monitors, an imaging unit and people, each of whom sends again what was
not answered."""

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter
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
from holdfast.knowledge.loader import load as load_knowledge
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave
from holdfast.storage.sql_accounts import SqlAccounts
from holdfast.storage.sql_store import SqlStore
from holdfast.usecases import beds, cases
from holdfast.usecases.accounts import Role, create_account
from holdfast.usecases.casebook import CaseBook
from holdfast.usecases.context import Context
from holdfast.web.passwords import Argon2Hasher

PASSWORD = "a quiet night in the ward"
KINDS = ("hl7", "dicom", "web")


@dataclass
class Seen:
    """What the senders of one record have seen."""

    acknowledged: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(map(len, self.acknowledged.values()))


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
