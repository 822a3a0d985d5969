"""Small scenarios and readers that the simulation tests share."""

import numpy as np
from numpy.typing import NDArray

from holdfast.record.monitor import MonitorMessage
from holdfast.simulation.changes import Change, Timed
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenario import EcgShape, Scenario, Signalment
from holdfast.simulation.states import HEALTHY_REST, Sensor, Vitals

LIVE_US = 1_770_000_000_000_000
SIGNALMENT = Signalment(
    name="Test", breed="Mixed", sex="male", age_months=60, weight_kg=30.0, owner="Nobody", complaint="None"
)


def scenario(
    begin: Vitals = HEALTHY_REST,
    course: tuple[tuple[float, Change], ...] = (),
    *,
    seed: int = 7,
    painful: frozenset[tuple[str, str]] = frozenset(),
    ecg: EcgShape | None = None,
) -> Scenario:
    """A dog with every sensor and one minute of history."""
    return Scenario(
        name="test",
        title="Test dog",
        seed=seed,
        signalment=SIGNALMENT,
        begin=begin,
        course=tuple(Timed(at_s, change) for at_s, change in course),
        sensors=frozenset(Sensor),
        history_min=1,
        painful=painful,
        ecg=ecg or EcgShape(),
    )


def live(monitor: SimulatedMonitor, seconds: int, first: int = 0) -> list[MonitorMessage]:
    return [monitor.message_at(LIVE_US + (first + n) * 1_000_000) for n in range(seconds)]


def values(messages: list[MonitorMessage], key: str) -> NDArray[np.float64]:
    return np.array([n.value for m in messages for n in m.numerics if n.key == key])


def samples(messages: list[MonitorMessage], key: str) -> NDArray[np.float32]:
    return np.concatenate([np.frombuffer(w.samples, "<f4") for m in messages for w in m.waves if w.key == key])
