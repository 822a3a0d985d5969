"""Senders that flood, hang, vanish or never read: the others are served, and what waits is bounded."""

import asyncio
import base64
import os
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest
from pynetdicom import AE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

from faults.conftest import MONITORS, Ward, was_kept
from holdfast.bootstrap import monitors
from holdfast.bootstrap.analysis_queue import AnalysisQueue
from holdfast.bootstrap.monitors import handle_hl7, quarantine_bytes
from holdfast.gateways.dicom.server import Answers, DicomServer
from holdfast.gateways.hl7 import server
from holdfast.gateways.hl7.client import MllpSender
from holdfast.gateways.hl7.framing import encode_frame
from holdfast.kernel import limits
from holdfast.kernel.errors import WorldError
from holdfast.kernel.limits import (
    ANALYSIS_WAITING_MAX,
    DICOM_ASSOCIATIONS_MAX,
    DICOM_ASSOCIATIONS_PER_PEER_MAX,
    SOCKET_QUEUE_MAX,
)
from holdfast.usecases import beds
from holdfast.usecases.live_views import BeatsFrame
from holdfast.web.sockets import Hub, Outbox
from stories.web_server import PASSWORD, web_server


def test_monitors_take_turns_and_each_keeps_its_order() -> None:
    queue, done, gate = AnalysisQueue(), [], threading.Event()
    queue.submit("gate", gate.wait)
    for number in range(ANALYSIS_WAITING_MAX):
        queue.submit("flood", lambda number=number: done.append(("flood", number)))
    with pytest.raises(WorldError):
        queue.submit("flood", lambda: None)
    last = [queue.submit("quiet", lambda number=number: done.append(("quiet", number))) for number in range(2)]
    gate.set()
    for one in last:
        one.result(10)
    queue.close()
    assert done.index(("quiet", 1)) <= 4, "the quiet one waited for the flood"
    assert [number for who, number in done if who == "flood"] == list(range(ANALYSIS_WAITING_MAX))
    with pytest.raises(WorldError):
        queue.submit("late", lambda: None)


def test_a_fault_of_the_analysis_leaves_the_next_message_to_be_analysed() -> None:
    queue = AnalysisQueue()
    with pytest.raises(ZeroDivisionError):
        queue.submit("a", lambda: 1 / 0).result(10)
    assert queue.submit("a", lambda: "heard").result(10) == "heard"
    queue.close()


def test_a_flood_is_slowed_down_kept_and_said_and_the_neighbour_is_heard(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitors, "ANALYSIS_PATIENCE_S", 0.2)
    free = threading.Event()
    ward.house.analysis.submit(MONITORS[0], lambda: free.wait(60))  # an analysis that cannot keep up
    flood = [ward.says(0, value=100.0 + number) for number in range(ANALYSIS_WAITING_MAX + 1)]
    quiet = ward.says(1, value=77.0)

    async def run() -> float:
        for raw in flood[:-1]:
            assert was_kept((await handle_hl7(ward.house, raw, "10.0.0.1:1") or b"").split(b"\r")[1].decode())
        began = time.monotonic()
        assert was_kept((await handle_hl7(ward.house, flood[-1], "10.0.0.1:1") or b"").split(b"\r")[1].decode())
        waited_s = time.monotonic() - began
        assert was_kept((await handle_hl7(ward.house, quiet, "10.0.0.2:1") or b"").split(b"\r")[1].decode())
        return waited_s

    assert asyncio.run(run()) >= 0.2, "the sender was not slowed down"
    assert len(ward.kept()) == ANALYSIS_WAITING_MAX + 2, "everything that was answered is on disk"
    assert ward.house.not_analysed == {MONITORS[0]: 1}
    late = [ward.house.ward.view(bed, ward.clock.at_us + 6_000_000) for bed in ("Bed 1", "Bed 2")]
    assert [(one.silent, one.behind_s) for one in late] == [(False, 6)] * 2, "what arrived is not called silent"
    free.set()
    ward.house.analysis.submit(MONITORS[1], lambda: None).result(10)
    assert any(value.text == "77" for value in ward.house.ward.view("Bed 2", ward.clock.at_us).values)
    ward.house.analysis.submit(MONITORS[0], lambda: None).result(10)
    assert was_kept(ward.hears(ward.says(0)))
    ward.house.analysis.submit(MONITORS[0], lambda: None).result(10)
    notes = " ".join(ward.house.ward.view("Bed 1", ward.clock.at_us).notes)
    assert "1 message on record were not analysed live" in notes.replace("was", "were")


def test_half_open_connections_are_closed_and_hold_up_nobody(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cable that was pulled: half a message came, and nothing ever again."""
    monkeypatch.setattr(limits, "CONNECTION_IDLE_S", 0.3)
    monkeypatch.setattr(limits, "CONNECTIONS_MAX", 4)
    house = ward.house
    half, whole = encode_frame(ward.says(0))[:-30], ward.says(1)

    async def run() -> list[bytes]:
        listening = await server.serve(
            "127.0.0.1", 0, lambda raw, peer: handle_hl7(house, raw, peer),
            on_problem=lambda raw, peer, why: quarantine_bytes(house, raw, peer, why),
        )  # fmt: skip
        hanging = [await asyncio.open_connection("127.0.0.1", listening.port) for _ in range(4)]
        for _, writer in hanging:
            writer.write(half)
        ends = [await asyncio.wait_for(reader.read(), 10) for reader, _ in hanging]
        async with MllpSender("127.0.0.1", listening.port) as sender:
            assert (await sender.send(whole)).accepted
        await listening.close()
        return ends

    assert asyncio.run(run()) == [b""] * 4, "nothing of a half message may be acknowledged"
    assert ward.kept() == {"N2"}


def test_units_that_never_say_who_they_are_do_not_keep_the_others_out() -> None:
    asked = DicomServer(Answers(keep=lambda *_: None, holds=lambda *_: False, worklist=lambda: ()))
    asked.start("127.0.0.1", 0)
    silent = [socket.create_connection(("127.0.0.1", asked.port)) for _ in range(DICOM_ASSOCIATIONS_MAX + 2)]
    for number, line in enumerate(silent):
        line.sendall(b"\x04\x00\x00\x00\x00\x08hostile!" if number % 2 else b"\x01")
    unit = AE(ae_title="XRAY1")
    unit.add_requested_context(Verification)
    lines = [unit.associate("127.0.0.1", asked.port) for _ in range(DICOM_ASSOCIATIONS_PER_PEER_MAX + 1)]
    assert [line.is_established for line in lines] == [True] * DICOM_ASSOCIATIONS_PER_PEER_MAX + [False]
    assert lines[-1].is_rejected
    assert lines[0].send_c_echo().Status == 0
    for line in silent:
        line.close()
    asked.close()


def test_a_browser_that_never_reads_costs_nobody_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outboxes: list[Outbox] = []
    attach = Hub.attach
    monkeypatch.setattr(Hub, "attach", lambda hub, bed: outboxes.append(attach(hub, bed)) or outboxes[-1])
    with web_server(tmp_path) as served, httpx.Client(base_url=served.address) as browser:
        beds.add_bed(served.house.ctx, actor="t", bed="Bed 1")
        browser.post("/login", data={"login": "ada", "password": PASSWORD})
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        deaf, listening = _screen(served.address, cookie), _screen(served.address, cookie)
        frame = BeatsFrame(bed="Bed 1", signal="ecg_ii", at_us=tuple(range(10**15, 10**15 + 2_000)))
        pushed = 0
        while SOCKET_QUEUE_MAX not in _waiting(outboxes):
            pushed += 1
            assert pushed < 5_000, "the socket of who never reads never filled"
            for listener in list(served.house.ward._listeners):
                listener(frame)
            time.sleep(0.001)
        for _ in range(200):
            for listener in list(served.house.ward._listeners):
                listener(frame)
        told = b""
        while not (b'"type":"state"' in told and b'"type":"beats"' in told):
            told += listening.recv(65_536)
        assert browser.get("/api/board").status_code == 200
        assert max(_waiting(outboxes)) <= SOCKET_QUEUE_MAX
        deaf.close()
        listening.close()


def _waiting(outboxes: list[Outbox]) -> list[int]:
    return [len(strip) for outbox in outboxes for strip in list(outbox._strips.values())]


def _screen(address: str, cookie: str) -> socket.socket:
    """A WebSocket that was opened and is not read."""
    host, port = address.removeprefix("http://").split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.settimeout(20)
    line.connect((host, int(port)))
    key = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET /live/beds/Bed%201 HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n".encode()
    )
    assert line.recv(12) == b"HTTP/1.1 101"
    return line
