"""Monitor messages over a real socket into a real server: what is charted is what ``holdfast ingest`` says."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from holdfast.bootstrap.house import House, open_house
from holdfast.config import Config
from holdfast.gateways.hl7.client import Answer, MllpSender
from holdfast.usecases import beds, cases
from holdfast.usecases.monitor_blocks import read_messages
from stories.conftest import start

SPOT = (
    "MSH|^~\\&|SPOTMON^00AA11BB22CC33DD^EUI-64||||20260301120000+0000||ORU^R01^ORU_R01|77|P|2.6\r"
    "OBR|1|77|77|182777000^monitoring of patient^SCT|||20260301120000+0000\r"
    "OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|118|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R|||20260301120000+0000\r"
    "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.2|-999|262688^MDC_DIM_PERCENT^MDC|||||R|||20260301120000+0000\r"
    "OBX|3|NM|150344^MDC_TEMP^MDC|1.3|98.6|268160^MDC_DIM_FAHR^MDC|||||R|||20260301120000+0000\r"
    "OBX|4|NM|150303^MDC_PRESS_CUFF_MEAN^MDC|1.4|61|266016^MDC_DIM_MMHG^MDC|||||R|||20260301113500+0000\r"
    "OBX|5|NM|147842^MDC_ECG_HEART_RATE^MDC|1.5|900|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R|||20260301120000+0000\r"
    "OBX|6|NM|151562^MDC_RESP_RATE^MDC|1.6|22|264928^MDC_DIM_RESP_PER_MIN^MDC||DEMO|||R|||20260301120000+0000\r"
)


def ingest_report(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "holdfast", "ingest", str(path), "--json"], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    (report,) = json.loads(done.stdout)
    return dict(report)


def bind_each_device(house: House, devices: list[str]) -> dict[str, str]:
    """One bed and one dog for each device; device -> case id."""
    placed = {}
    for number, device in enumerate(devices, start=1):
        bed = f"Bed {number}"
        beds.add_bed(house.ctx, actor="test", bed=bed)
        beds.bind_device(house.ctx, actor="test", device=device, bed=bed)
        placed[device] = cases.admit(house.ctx, actor="test", admission=cases.Admission(name=f"Dog {number}", bed=bed))
    return placed


def send_all(port: int, messages: list[bytes]) -> list[Answer]:
    async def run() -> list[Answer]:
        async with MllpSender("127.0.0.1", port) as sender:
            return [await sender.send(message) for message in messages]

    return asyncio.run(run())


def charted(house: House, case_id: str) -> list[tuple[str, float, str]]:
    wide_us = 2**52
    heard = read_messages(house.ctx.store, case_id, from_us=-wide_us, to_us=wide_us)
    return sorted((n.code, round(n.value, 2), n.unit) for one in heard for n in one.message.numerics)


def check(tmp_path: Path, files: list[Path]) -> None:
    reports = {path: ingest_report(path) for path in files}
    server = start("serve", tmp_path / "record")
    house = open_house(Config(data_dir=server.data_dir))
    try:
        devices = sorted({r["device"] for r in reports.values() if r["device"] and (r["charted"] or r["waveforms"])})
        placed = bind_each_device(house, devices)
        answers = send_all(server.hl7_port, [path.read_bytes() for path in files])
        unanswered = [path.name for path, answer in zip(files, answers, strict=True) if not answer.code]
        assert unanswered == []
        for device, case_id in placed.items():
            expected = sorted(
                (value["code"], round(value["value"], 2), value["unit"])
                for report in reports.values()
                if report["device"] == device
                for value in report["charted"]
            )
            assert charted(house, case_id) == expected, device
    finally:
        house.close()
        server.stop()


def test_a_message_is_charted_over_the_wire_as_ingest_says(tmp_path: Path) -> None:
    path = tmp_path / "spot.hl7"
    path.write_bytes(SPOT.encode())
    report = ingest_report(path)
    assert [(v["code"], v["value"], v["unit"]) for v in report["charted"]] == [
        ("147842", 118, "/min"),
        ("150344", 37.0, "degC"),
        ("150303", 61, "mmHg"),
    ]
    assert len(report["refused"]) == 3
    assert report["charted"][2]["time"].startswith("2026-03-01T11:35:00")
    check(tmp_path, [path])


def test_every_sample_message_is_charted_over_the_wire_as_ingest_says(tmp_path: Path) -> None:
    data = os.environ.get("HOLDFAST_DATA")
    if not data:
        pytest.skip("HOLDFAST_DATA names no folder of sample data")
    check(tmp_path, sorted((Path(data) / "interop" / "hl7").glob("*.hl7")))
