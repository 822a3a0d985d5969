"""What Holdfast writes, it reads back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateways.hl7.hl7_build import RECEIVED_US
from holdfast.gateways.hl7.codes import codes
from holdfast.gateways.hl7.encode import encode_message
from holdfast.gateways.hl7.er7 import parse
from holdfast.gateways.hl7.reading import read_message
from holdfast.record.monitor import MonitorMessage, Numeric, Origin, Wave

TIMES = st.integers(1_700_000_000_000_0, 1_900_000_000_000_0).map(lambda tenth_ms: tenth_ms * 100)
TEXT = st.text(alphabet="abcXYZ019 -_|^~\\&.é", min_size=1, max_size=12).map(str.strip).filter(bool)


@st.composite
def numerics(draw: st.DrawFn) -> Numeric:
    term = draw(st.sampled_from(list(codes().measures.by_key.values())))
    name = draw(st.sampled_from(list(term.names)))
    low = term.low if term.low > 0 else 0.0
    value = draw(st.floats(low, term.high, allow_nan=False).map(lambda number: round(number, 3)))
    sentinel = value in codes().never or (term.zero and value == 0) or not term.low <= value <= term.high
    return Numeric(
        key=term.key,
        code=term.code(name),
        name=name,
        value=low + 1.0 if sentinel else value,
        unit=term.unit,
        at_us=draw(TIMES),
        utc_offset_min=draw(st.sampled_from([-300, 0, 330, 480])),
        channel=draw(st.sampled_from(["", "1.2.3", "1.1.9.150301"])),
    )


@st.composite
def waves(draw: st.DrawFn) -> Wave:
    term = draw(st.sampled_from(list(codes().waves.by_key.values())))
    name = draw(st.sampled_from(list(term.names)))
    resolution = draw(st.sampled_from([0.0, 0.001, 0.005, 0.25]))
    values = draw(st.lists(st.floats(-300, 300, width=32) | st.just(float("nan")), min_size=1, max_size=40))
    values[0] = 1.0  # one sample at least
    return Wave(
        key=term.key,
        code=term.code(name),
        name=name,
        unit=term.unit,
        rate_hz=draw(st.sampled_from([62.5, 125.0, 250.0, 500.0])),
        start_us=draw(TIMES),
        samples=np.array(values, dtype="<f4").tobytes(),
        resolution=resolution,
        inoperative=draw(st.booleans()),
    )


MESSAGES = st.builds(
    MonitorMessage,
    device=TEXT,
    control_id=TEXT,
    sent_us=TIMES,
    origin=st.sampled_from(Origin),
    numerics=st.lists(numerics(), max_size=6).map(tuple),
    waves=st.lists(waves(), max_size=3).map(tuple),
)


@settings(max_examples=150)
@given(message=MESSAGES)
def test_what_is_written_is_read_back(message: MonitorMessage) -> None:
    read = read_message(encode_message(message), received_us=RECEIVED_US).message
    assert read is not None
    assert (read.device, read.control_id, read.sent_us, read.origin) == (
        message.device,
        message.control_id,
        message.sent_us,
        message.origin,
    )
    assert read.numerics == message.numerics
    assert len(read.waves) == len(message.waves)
    for back, wave in zip(read.waves, message.waves, strict=True):
        assert (back.key, back.name, back.unit, back.rate_hz, back.start_us, back.inoperative) == (
            wave.key, wave.name, wave.unit, wave.rate_hz, wave.start_us, wave.inoperative,
        )  # fmt: skip
        before, after = (np.frombuffer(each.samples, dtype="<f4") for each in (wave, back))
        assert len(before) == len(after)
        if wave.inoperative:
            assert np.isnan(after).all()
        else:
            np.testing.assert_allclose(after, before, atol=max(wave.resolution, 1e-4) * 0.51, equal_nan=True)


def test_numerics_and_waves_stand_under_their_own_request() -> None:
    wave = Wave(key="ecg_ii", code="131330", name="MDC_ECG_ELEC_POTL_II", unit="mV", rate_hz=250.0,
                start_us=RECEIVED_US, samples=np.zeros(3, "<f4").tobytes(), resolution=0.001)  # fmt: skip
    raw = encode_message(
        MonitorMessage(device="d", control_id="1", sent_us=RECEIVED_US, origin=Origin.SIMULATED, waves=(wave, wave))
    )
    assert [segment.name for segment in parse(raw).segments] == (
        ["MSH", "PID", "OBR", "OBR", "OBX", "OBX", "OBX", "OBR", "OBX", "OBX", "OBX"]
    )


@pytest.mark.parametrize(
    ("origin", "processing", "sender"),
    [(Origin.LIVE, "P", "HOLDFAST"), (Origin.SIMULATED, "T", "HOLDFAST"), (Origin.REPLAYED, "P", "HOLDFAST_REPLAY")],
)
def test_nobody_can_take_it_for_live(origin: Origin, processing: str, sender: str) -> None:
    msh = parse(encode_message(MonitorMessage(device="d", control_id="1", sent_us=RECEIVED_US, origin=origin))).msh
    assert (msh.text(11), msh.text(3)) == (processing, sender)
