"""Our alarms as PCD-04: a reader of such messages (ours) reads from them what was said."""

import pytest

from holdfast.gateways.hl7.alarm_message import AlarmSaid, encode_alarm
from holdfast.gateways.hl7.reading import read_message
from holdfast.record.monitor import Origin

T0_US = 1_772_366_400_000_000


def said(**changes: object) -> AlarmSaid:
    given = {
        "alarm_id": "a1",
        "case_id": "c1",
        "name": "Rex",
        "bed": "ICU 2",
        "text": "Heart rate high",
        "priority": "high",
        "technical": False,
        "phase": "start",
        "acknowledged": False,
        "at_us": T0_US,
        "training": False,
    }
    return AlarmSaid(**(given | changes))


@pytest.mark.parametrize("phase", ["start", "continue", "end"])
@pytest.mark.parametrize(("technical", "kind"), [(False, "physiological"), (True, "technical")])
@pytest.mark.parametrize("priority", ["high", "medium", "low"])
def test_what_was_said_is_read(phase: str, technical: bool, kind: str, priority: str) -> None:
    raw = encode_alarm(said(phase=phase, technical=technical, priority=priority), "77", T0_US)
    message = read_message(raw, received_us=T0_US).message
    (alert,) = message.alerts
    assert (alert.text, alert.priority, alert.kind, alert.phase) == ("Heart rate high", priority, kind, phase)
    assert (alert.at_us, message.control_id, message.origin) == (T0_US, "77", Origin.LIVE)


def test_the_value_stands_beside_it() -> None:
    raw = encode_alarm(said(key="hr", value=182.0, unit="/min"), "77", T0_US)
    (numeric,) = read_message(raw, received_us=T0_US).message.numerics
    assert (numeric.key, numeric.value, numeric.unit) == ("hr", 182.0, "/min")


def test_a_drill_is_marked() -> None:
    assert (
        read_message(encode_alarm(said(training=True), "1", T0_US), received_us=T0_US).message.origin
        is Origin.SIMULATED
    )


def test_words_cannot_break_out_of_their_field() -> None:
    raw = encode_alarm(said(text="a|b^c\rOBX|9", name="R|ex\r"), "1", T0_US)
    (alert,) = read_message(raw, received_us=T0_US).message.alerts
    assert "OBX" in alert.text
    assert raw.count(b"\r") == len(raw.splitlines())
