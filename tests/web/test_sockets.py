"""Live screens: who gets one, what comes over it, and what a slow one loses."""

import asyncio
import json

import numpy as np
import pytest
from starlette.websockets import WebSocketDisconnect

from holdfast.kernel.limits import SOCKET_QUEUE_MAX, SOCKET_STRIPS_MAX
from holdfast.usecases.live_views import BeatsFrame, WaveFrame
from holdfast.usecases.ports import NewHeld
from holdfast.web.sockets import Outbox, frame_message
from making import NOON_US, monitor_message, numeric, wave


def test_a_bed_says_its_state_at_once_and_waves_as_they_come(house) -> None:
    message = monitor_message(numeric("hr", 142), waves=(wave("ecg_ii", np.zeros(250)),))
    held = NewHeld(case_id=house.case_id, bed="Bed 1", received_us=NOON_US, message=message)
    with house.client("clinician") as client, client.websocket_connect("/live/beds/Bed 1") as socket:
        first = socket.receive_json()
        assert (first["type"], first["bed"], first["name"]) == ("state", "Bed 1", "Rex")
        house.ward.hear(held)
        seen = {}
        while set(seen) != {"wave", "state"}:
            told = socket.receive_json()
            seen[told["type"]] = told
        assert seen["wave"]["key"] == "ecg_ii"
        while not any(v["text"] == "142" for v in told.get("values", ())):
            told = socket.receive_json()


def test_the_board_says_all_beds(house) -> None:
    with house.client("technician") as client, client.websocket_connect("/live/board") as socket:
        told = socket.receive_json()
    assert told["type"] == "board"
    assert [view["bed"] for view in told["beds"]] == ["Bed 1", "Bed 2"]


@pytest.mark.parametrize(
    ("login", "path", "headers"),
    [
        ("", "/live/board", {}),
        ("handler", "/live/board", {}),
        ("clinician", "/live/board", {"origin": "https://evil.example"}),
        ("clinician", "/live/beds/No such bed", {}),
    ],
)
def test_a_screen_is_refused(house, login, path, headers) -> None:
    client = house.client(login)
    with pytest.raises(WebSocketDisconnect), client, client.websocket_connect(path, headers=headers) as socket:
        socket.receive_json()


def test_a_slow_screen_loses_the_oldest_waves_and_never_the_state() -> None:
    async def run() -> list[bytes]:
        outbox = Outbox()
        outbox.put_state(b"old state")
        for number in range(SOCKET_QUEUE_MAX + 5):
            outbox.put_wave("wave ecg_ii", b"wave %d" % number)
        outbox.put_state(b"new state")
        return [await outbox.next() for _ in range(SOCKET_QUEUE_MAX + 1)]

    sent = asyncio.run(run())
    assert sent[0] == b"new state"
    assert sent[1] == b"wave 5"
    assert sent[-1] == b"wave %d" % (SOCKET_QUEUE_MAX + 4)


async def drained(outbox: Outbox, count: int) -> list[bytes]:
    return [await asyncio.wait_for(outbox.next(), 5) for _ in range(count)]


def test_a_monitor_with_many_leads_loses_nothing_within_the_seconds_that_are_kept() -> None:
    """Twelve leads, their beats, three other curves: 27 frames come at once with every message."""
    strips = [f"strip {number}" for number in range(27)]

    async def run() -> list[bytes]:
        outbox = Outbox()
        for second in range(SOCKET_QUEUE_MAX):
            for strip in strips:
                outbox.put_wave(strip, f"{strip} {second}".encode())
        return await drained(outbox, SOCKET_QUEUE_MAX * len(strips))

    expected = [f"{strip} {second}".encode() for second in range(SOCKET_QUEUE_MAX) for strip in strips]
    assert asyncio.run(run()) == expected


def test_made_up_strips_cannot_fill_the_memory() -> None:
    async def run() -> tuple[list[bytes], bool]:
        outbox = Outbox()
        for number in range(SOCKET_STRIPS_MAX + 9):
            outbox.put_wave(f"strip {number}", b"%d" % number)
        sent = await drained(outbox, SOCKET_STRIPS_MAX)
        outbox.put_state(b"state")
        return sent, await outbox.next() == b"state"

    sent, nothing_else = asyncio.run(run())
    assert sent == [b"%d" % number for number in range(9, SOCKET_STRIPS_MAX + 9)]
    assert nothing_else


def test_a_waiting_screen_is_woken() -> None:
    async def run() -> bytes:
        outbox = Outbox()
        waiting = asyncio.create_task(outbox.next())
        await asyncio.sleep(0)
        outbox.put_wave("wave ecg_ii", b"wave")
        return await asyncio.wait_for(waiting, 5)

    assert asyncio.run(run()) == b"wave"


def test_frames_say_their_kind_and_a_missing_sample_is_null() -> None:
    frame = WaveFrame(
        bed="Bed 1",
        key="ecg_ii",
        label="ECG II",
        unit="mV",
        rate_hz=250.0,
        start_us=1,
        samples=(0.5, None),
        origin="live",
    )
    told = json.loads(frame_message(frame))
    assert (told["type"], told["samples"]) == ("wave", [0.5, None])
    assert json.loads(frame_message(BeatsFrame(bed="Bed 1", signal="ecg_ii", at_us=(7,))))["type"] == "beats"
