"""Monitor blocks give back what went in, and say so when they cannot."""

import base64
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.examples import SECOND_US, T0_US, message, wave
from holdfast.kernel.errors import IntegrityError
from holdfast.record.blocks import decode_block, encode_block
from holdfast.record.derived import DerivedValue
from holdfast.record.monitor import Alert, MonitorMessage, Numeric, Origin, Refusal, Wave

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
instants = st.integers(T0_US - 10**12, T0_US + 10**12)

numerics = st.builds(
    Numeric,
    key=text,
    code=text,
    name=text,
    value=st.floats(allow_nan=False),
    unit=text,
    at_us=instants,
    utc_offset_min=st.integers(-840, 840),
    channel=text,
)
refusals = st.builds(Refusal, segment=text, reason=text, key=text)
alerts = st.builds(Alert, text=text, priority=text, kind=text, phase=text, at_us=instants)
any_samples = st.lists(st.floats(width=32), max_size=60).map(lambda values: np.array(values, dtype="<f4"))
adc_samples = st.lists(st.integers(-4096, 4095) | st.none(), max_size=60)


def _waves(samples: st.SearchStrategy[np.ndarray], resolution: st.SearchStrategy[float]) -> st.SearchStrategy[Wave]:
    return st.builds(
        Wave,
        key=st.sampled_from(["ecg_ii", "pleth"]),
        code=st.just("1"),
        name=st.just("N"),
        unit=st.just("mV"),
        rate_hz=st.sampled_from([62.5, 125.0, 250.0]),
        start_us=instants,
        samples=samples.map(lambda values: values.tobytes()),
        resolution=resolution,
        inoperative=st.booleans(),
    )


def _messages(waves: st.SearchStrategy[Wave]) -> st.SearchStrategy[list[MonitorMessage]]:
    one = st.builds(
        MonitorMessage,
        device=text,
        control_id=text,
        sent_us=instants,
        origin=st.sampled_from(Origin),
        numerics=st.lists(numerics, max_size=4).map(tuple),
        waves=st.lists(waves, max_size=3).map(tuple),
        refused=st.lists(refusals, max_size=2).map(tuple),
        alerts=st.lists(alerts, max_size=2).map(tuple),
    )
    return st.lists(one, max_size=5)


def bare(one: MonitorMessage) -> MonitorMessage:
    """The message with its samples taken out of the waves."""
    waves = tuple(msgspec.structs.replace(wave, samples=b"") for wave in one.waves)
    return msgspec.structs.replace(one, waves=waves)


def floats(one: Wave) -> np.ndarray:
    return np.frombuffer(one.samples, dtype="<f4")


@settings(max_examples=150, deadline=None)
@given(_messages(_waves(any_samples, st.sampled_from([0.0, 0.005, 1.0]))), st.data())
def test_everything_but_samples_is_exact_and_samples_stay_within_their_bound(
    messages: list[MonitorMessage], data: st.DataObject
) -> None:
    received = [data.draw(instants) for _ in messages]
    content = decode_block(encode_block(messages, received))
    assert list(content.received_us) == received
    assert [bare(one) for one in content.messages] == [bare(one) for one in messages]
    pairs = [
        (before, after)
        for sent, read in zip(messages, content.messages, strict=True)
        for before, after in zip(sent.waves, read.waves, strict=True)
    ]
    for before, after in pairs:
        channel = [
            floats(b)
            for b, _ in pairs
            if (b.key, b.rate_hz, b.resolution) == (before.key, before.rate_hz, before.resolution)
        ]
        finite = np.concatenate(channel).astype(float)
        finite = finite[np.isfinite(finite)]
        span = float(finite.max() - finite.min()) if finite.size else 0.0
        sent, read = floats(before).astype(float), floats(after).astype(float)
        assert np.array_equal(np.isnan(sent), np.isnan(read))
        whole = np.isfinite(sent)
        assert np.array_equal(sent[~whole], read[~whole], equal_nan=True)
        assert np.all(np.abs(sent[whole] - read[whole]) <= span / 65_000)
        if before.resolution:
            assert np.all(np.abs(sent[whole] - read[whole]) <= before.resolution)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(adc_samples, max_size=6), st.sampled_from([0.0025, 0.005, 0.1, 0.01220703125, 1.0]), st.integers(-50, 50)
)
def test_what_a_converter_sent_comes_back_exactly(
    runs: list[list[int | None]], resolution: float, offset_steps: int
) -> None:
    waves = []
    for number, run in enumerate(runs):
        steps = np.array([math.nan if code is None else code + 100 * offset_steps for code in run], dtype=float)
        samples = (steps * resolution).astype("<f4").tobytes()
        waves.append(msgspec.structs.replace(wave(number), samples=samples, resolution=resolution))
    content = decode_block(encode_block([message(0, waves=tuple(waves))], [T0_US]))
    for sent, read in zip(waves, content.messages[0].waves, strict=True):
        assert np.array_equal(floats(sent), floats(read), equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 249), max_size=12, unique=True), st.integers(1, 8))
def test_how_the_samples_were_cut_into_messages_makes_no_difference(cuts: list[int], seconds: int) -> None:
    """Gaps and joints are where the sender put them, and the samples are the same for any cutting."""
    whole = [wave(second) for second in range(seconds)]
    pieces = []
    for one in whole:
        samples = floats(one)
        for start, stop in zip([0, *sorted(cuts)], [*sorted(cuts), 250], strict=True):
            pieces.append(
                msgspec.structs.replace(
                    one, start_us=one.start_us + start * SECOND_US // 250, samples=samples[start:stop].tobytes()
                )
            )
    together = decode_block(encode_block([message(0, waves=tuple(whole))], [T0_US]))
    apart = decode_block(
        encode_block([message(i, waves=(one,)) for i, one in enumerate(pieces)], [T0_US] * len(pieces))
    )
    assert [one.waves for one in apart.messages] == [(one,) for one in pieces]
    joined = b"".join(one.samples for heard in apart.messages for one in heard.waves)
    assert joined == b"".join(one.samples for one in together.messages[0].waves)


def test_one_artefact_does_not_flatten_the_beats_around_it() -> None:
    samples = floats(wave()).copy()
    samples[100] = 50_000.0
    struck = msgspec.structs.replace(wave(), samples=samples.tobytes())
    read = decode_block(encode_block([message(0, waves=(struck,))], [T0_US])).messages[0].waves[0]
    assert np.array_equal(floats(read), samples)


def test_ten_seconds_of_a_bed_take_less_than_half_the_raw_samples() -> None:
    messages = [message(second) for second in range(10)]
    raw_int16 = sum(len(one.samples) // 2 for heard in messages for one in heard.waves)
    assert len(encode_block(messages, [T0_US] * 10)) < raw_int16 / 2


@pytest.fixture(scope="module")
def block() -> bytes:
    return encode_block([message(second) for second in range(3)], [T0_US] * 3)


def test_every_flipped_bit_is_noticed(block: bytes) -> None:
    for place in range(len(block)):
        broken = bytearray(block)
        broken[place] ^= 1 << (place % 8)
        with pytest.raises(IntegrityError):
            decode_block(bytes(broken))


def test_a_block_that_ends_early_or_late_is_named_as_such(block: bytes) -> None:
    for length in (0, 3, 45, 46, len(block) // 2, len(block) - 1):
        with pytest.raises(IntegrityError, match="ends mid-block"):
            decode_block(block[:length])
    with pytest.raises(IntegrityError, match="1 bytes too many"):
        decode_block(block + b"x")


def test_another_file_and_another_version_are_told_apart(block: bytes) -> None:
    with pytest.raises(IntegrityError, match="do not begin as one"):
        decode_block(b"RIFF" + block[4:])
    with pytest.raises(IntegrityError, match="version 3"):
        decode_block(block[:4] + (3).to_bytes(2, "big") + block[6:])


@given(st.binary(max_size=200))
def test_garbage_is_refused_in_words(garbage: bytes) -> None:
    with pytest.raises(IntegrityError, match="monitor block"):
        decode_block(garbage)


def test_samples_that_are_no_floats_are_refused() -> None:
    broken = msgspec.structs.replace(wave(), samples=b"123")
    with pytest.raises(ValueError, match="buffer size"):
        encode_block([message(0, waves=(broken,))], [T0_US])


derived = st.builds(
    DerivedValue,
    key=text,
    value=st.floats(allow_nan=False),
    unit=text,
    at_us=instants,
    channel=text,
    release=text,
    quality=st.sampled_from(["", "good", "fair"]),
)


@given(st.lists(derived, max_size=30))
def test_the_numbers_of_our_analysis_come_back_exactly(values: list[DerivedValue]) -> None:
    content = decode_block(encode_block([message(0)], [T0_US], values))
    assert sorted(map(repr, content.derived)) == sorted(map(repr, values))
    assert [one.at_us for one in content.derived] == sorted(one.at_us for one in values)


def test_ten_seconds_of_twelve_numbers_take_little_room() -> None:
    messages, received = [message(second) for second in range(10)], [T0_US] * 10
    values = [
        DerivedValue(
            key=f"n{kind}",
            value=round(100 + kind + math.sin(second), 1),
            unit="/min",
            at_us=T0_US + second * SECOND_US,
            channel="ecg_ii",
            release="holdfast 1",
        )
        for kind in range(12)
        for second in range(10)
    ]
    assert len(encode_block(messages, received, values)) - len(encode_block(messages, received)) < 1_200


VERSION_1 = (
    "SEZNQgABAAABMgAAABEb94bbA71dY+8o/Bp7vHJLS1xUIhf4AUGsHcKAHsh9Wyi1L/1gewBFCQC2UUA3YFWTDsBDAQC4IXIJgsr7"
    "NUJo2/mEv7a26lxZJHtbY7ekjWWTlrh3OWNNraeU39gwuUFAcVQQOzEAMQAwABx3Uhj78tMkUZJRVKBPJ7HJxJnLtC4kKHQ+Oa4G"
    "m0fx1V1Ier8wt3QwqoZndpXnsQgCGgQagKZQdGr/Ljcuqv7Kycey+aZQ4jqpDqj4eDuJCunDy+Qau3x2lXij+K4WACELmFs6marf"
    "yk+UPacWVl5pZbwmv7HIJloIRjk5vk+E4AHCwfpb6tGVueS6P2FtoOMgHpCWUTVTWTU95aG7NNGbUi4xTZ9yE5YG1ngnCHqTcjiL"
    "dyqorU0k2Sl0lBXBwJEVTg0AcVp5SZvLzwaNxRm9HYaYlWQbzo+r2HBmtbImTtkDrrIF9ii1L/0gCEEAAAEBAQGAAAAA"
)


def test_a_block_of_the_first_version_is_still_read() -> None:
    content = decode_block(base64.b64decode(VERSION_1))
    assert content.derived == ()
    assert content.messages[0].numerics[0].value == 88.0
    assert np.frombuffer(content.messages[0].waves[0].samples, dtype="<f4").tolist() == [0, 1, 2, 3]
