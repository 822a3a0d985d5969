"""Changes, monitor messages and blocks for tests to write."""

import itertools
from typing import Any

import numpy as np

from contract.examples.moments import SECOND_US, T0_US
from holdfast.record import events as ev
from holdfast.record.monitor import Alert, MonitorMessage, Numeric, Origin, Refusal, Wave
from holdfast.usecases.ports import Change, NewBlock, NewEvent, NewHeld, Receipt, Store, TrendPoint

_numbers = itertools.count(1)


class Ids:
    """Ids that count on."""

    def __init__(self, prefix: str = "block") -> None:
        self._prefix = prefix

    def __call__(self) -> str:
        return f"{self._prefix}{next(_numbers)}"


def note(text: str = "a note", at_us: int = T0_US) -> ev.NoteWritten:
    return ev.NoteWritten(at_us=at_us, text=text)


def change(*events: ev.AnyEvent, stream: str = "case/rex", **more: Any) -> Change:
    """A change that records ``events`` on one stream, with a fresh command id unless one is given."""
    values: dict[str, Any] = {"command_id": f"command{next(_numbers)}", "actor": "a1", "recorded_us": T0_US}
    new = tuple(NewEvent(stream=stream, event=event) for event in events)
    return Change(events=new, **(values | more))


def wave(second: int = 0, *, key: str = "ecg_ii", rate_hz: float = 250.0) -> Wave:
    """One second of a waveform in steps of 1/200 mV."""
    steps = np.round(120 * np.sin(np.arange(int(rate_hz)) / 7.0 + second)) + 0.0  # + 0.0: no negative zero
    return Wave(
        key=key,
        code="131330",
        name="MDC_ECG_LEAD_II",
        unit="mV",
        rate_hz=rate_hz,
        start_us=T0_US + second * SECOND_US,
        samples=(steps * 0.005).astype("<f4").tobytes(),
        resolution=0.005,
    )


def message(second: int = 0, **more: Any) -> MonitorMessage:
    """What a monitor says in one second: a heart rate, a lead, a refused row, an alarm."""
    at_us = T0_US + second * SECOND_US
    rate = Numeric(key="hr", code="147842", name="MDC_ECG_HEART_RATE", value=120.0 + second, unit="/min", at_us=at_us)
    cuff = Numeric(key="nibp_mean", code="150023", name="MDC_PRESS_CUFF_MEAN", value=61, unit="mmHg", at_us=T0_US)
    values: dict[str, Any] = {
        "device": "MON-1",
        "control_id": f"C{second}",
        "sent_us": at_us,
        "origin": Origin.LIVE,
        "numerics": (rate, cuff),
        "waves": (wave(second),),
        "refused": (Refusal(segment="OBX|9|NM|x^^MDC", reason="No unit.", key="spo2"),),
        "alerts": (Alert(text="HR high", priority="high", kind="physiological", phase="start", at_us=at_us),),
    }
    return MonitorMessage(**(values | more))


def held(second: int = 0, *, case_id: str = "rex", bed: str = "ICU 2", **more: Any) -> NewHeld:
    return NewHeld(case_id=case_id, bed=bed, received_us=T0_US + second * SECOND_US, message=message(second, **more))


def put(store: Store, one: Change) -> Receipt:
    return store.submit(one).result(timeout=30)


def point(key: str = "hr", at_us: int = T0_US, last: float = 120.0, count: int = 10) -> TrendPoint:
    return TrendPoint(
        key=key, unit="/min", at_us=at_us, last=last, low=last, high=last, count=count, origin=Origin.LIVE
    )


def block(block_id: str, start_s: int, *points: TrendPoint, case_id: str = "rex", seconds: int = 10) -> NewBlock:
    start_us = T0_US + start_s * SECOND_US
    return NewBlock(
        block_id=block_id,
        case_id=case_id,
        start_us=start_us,
        end_us=start_us + seconds * SECOND_US,
        data=block_id.encode(),
        trend=points,
    )
