"""``holdfast replay``: a recording, played onto a bed through the same wire as a live monitor."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from holdfast.bootstrap.house import demand_record, open_house
from holdfast.config import Config
from holdfast.gateways.files.replay import Recording, open_recording
from holdfast.gateways.hl7.client import MllpSender
from holdfast.gateways.hl7.encode import encode_message
from holdfast.kernel.errors import OperatorError, WorldError
from holdfast.kernel.time import US_PER_S
from holdfast.record.case_state import CaseState
from holdfast.record.monitor import MonitorMessage
from holdfast.usecases.beds import add_bed, bind_device
from holdfast.usecases.cases import assign_bed
from holdfast.usecases.context import Context

SPEED_MIN, SPEED_MAX = 0.1, 1_000.0
ACTOR = "holdfast replay"


def replay(config: Config, *, record: Path, case: str, speed: float, host: str, port: int) -> None:
    """Send the recording to the listener, one message per second of recording.

    At more than real time the recording is dated so that it ends now: its times never lie ahead
    of the clock on the wall.
    """
    if not SPEED_MIN <= speed <= SPEED_MAX:
        raise OperatorError(f"A speed of {speed:g} is not possible.", f"Choose {SPEED_MIN:g} to {SPEED_MAX:g}.")
    recording = open_recording(record)
    bed = _prepare(config, recording, case)
    start_us = time.time_ns() // 1_000 - int(recording.duration_s * max(0.0, 1 - 1 / speed) * US_PER_S)
    print(f"Playing {record.name} ({recording.duration_s:.0f} s) onto {bed} at {speed:g}x ...", flush=True)
    result = asyncio.run(_send(recording.messages(start_us), start_us, speed, host, port))
    print(f"Played {result.sent} messages; all were acknowledged.")
    if result.refused:
        print(f"{result.refused} values of the file were refused; the first: {result.first_reason}")


@dataclass
class _Result:
    """What was played, and what in the file was no value."""

    sent: int = 0
    refused: int = 0
    first_reason: str = ""


def _prepare(config: Config, recording: Recording, case: str) -> str:
    """Bind the recording's device to the case's bed; returns the bed."""
    demand_record(config)
    house = open_house(config)
    try:
        ctx = house.ctx
        chosen = _find_case(ctx, case)
        bed = chosen.bed
        if not bed:
            bed = _free_replay_bed(ctx)
            assign_bed(ctx, actor=ACTOR, case_id=chosen.case_id, bed=bed)
        bind_device(ctx, actor=ACTOR, device=recording.device, bed=bed)
        return bed
    finally:
        house.close()


def _find_case(ctx: Context, wanted: str) -> CaseState:
    found = [c for c in ctx.book.open_cases() if wanted.casefold() in (c.case_id.casefold(), c.name.casefold())]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{c.name} ({c.case_id})" for c in ctx.book.open_cases()) or "none: admit one first"
    problem = f"No open case is called {wanted!r}." if not found else f"{len(found)} open cases are called {wanted!r}."
    raise OperatorError(problem, f"Open cases: {names}.")


def _free_replay_bed(ctx: Context) -> str:
    number = 1
    while f"Replay {number}" in ctx.book.clinic.beds and ctx.book.case_on_bed(f"Replay {number}"):
        number += 1
    bed = f"Replay {number}"
    if bed not in ctx.book.clinic.beds:
        add_bed(ctx, actor=ACTOR, bed=bed)
    return bed


async def _send(messages: Iterator[MonitorMessage], start_us: int, speed: float, host: str, port: int) -> _Result:
    loop = asyncio.get_running_loop()
    result = _Result()
    async with MllpSender(host, port) as sender:
        began = loop.time()
        for message in messages:
            if message.refused:
                result.refused += len(message.refused)
                result.first_reason = result.first_reason or message.refused[0].reason
            if not (message.numerics or message.waves):
                continue
            # A message holds the second that ended just now, as a monitor sends it.
            due = began + ((message.sent_us - start_us) / US_PER_S) / speed
            await asyncio.sleep(max(0.0, due - loop.time()))
            answer = await sender.send(encode_message(message))
            if not answer.accepted or answer.text:
                why = answer.text or "it gave no reason"
                raise WorldError(f"The listener did not chart message {message.control_id}: {why}")
            result.sent += 1
    return result
