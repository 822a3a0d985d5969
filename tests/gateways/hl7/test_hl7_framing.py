"""MLLP framing: whatever the network and the sender do, the same messages come out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.gateways.hl7.framing import TRANSITIONS, Frame, FrameDecoder, Signal, State, encode_frame, frames_of
from holdfast.kernel import limits

ONE = b"MSH|^~\\&|A|B\rOBX|1|NM|x\r"
TWO = b"MSH|^~\\&|C|D\rOBX|1|NM|y\r"


def messages(data: bytes) -> list[bytes]:
    return [frame.data for frame in frames_of(data) if not frame.reason]


def strays(data: bytes) -> list[bytes]:
    return [frame.data for frame in frames_of(data) if frame.reason]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param(encode_frame(ONE), [ONE], id="standard"),
        pytest.param(encode_frame(ONE) + encode_frame(TWO), [ONE, TWO], id="two in one write"),
        pytest.param(b"\x0b" + ONE + b"\x1c" + b"\x0b" + TWO + b"\x1c", [ONE, TWO], id="no CR after the end"),
        pytest.param(ONE + TWO, [ONE, TWO], id="unframed, back to back"),
        pytest.param(ONE.replace(b"\r", b"\r\n") + TWO, [ONE.replace(b"\r", b"\r\n"), TWO], id="unframed, CRLF"),
        pytest.param(ONE + encode_frame(TWO), [ONE, TWO], id="unframed, then framed"),
        pytest.param(ONE + b"\x1c\r" + encode_frame(TWO), [ONE, TWO], id="start byte missing"),
        pytest.param(b"\x0b" + ONE + b"\x0b" + TWO + b"\x1c\r", [ONE, TWO], id="end missing"),
        pytest.param(b"\x0b" + ONE + TWO + b"\x1c\r", [ONE, TWO], id="two beds in one frame"),
        pytest.param(b"\x0b\x1c\r" + encode_frame(ONE), [ONE], id="empty frame"),
        pytest.param(b"\r\n\r\n" + encode_frame(ONE) + b"\r\n\x00", [ONE], id="white space between"),
        pytest.param(b"\xef\xbb\xbf" + ONE, [b"\xef\xbb\xbf" + ONE], id="byte order mark"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_messages_come_out_whole(stream: bytes, expected: list[bytes]) -> None:
    assert messages(stream) == expected
    assert strays(stream) == []


def test_bytes_before_the_start_are_kept_with_the_reason() -> None:
    frames = frames_of(b"HELLO monitor" + encode_frame(ONE))
    assert [frame.data for frame in frames] == [b"HELLO monitor", ONE]
    assert "not part of a message" in frames[0].reason
    assert frames[1].reason == ""


def test_msh_in_the_middle_of_a_line_starts_no_message() -> None:
    assert messages(b"MSH|^~\\&|A\rNTE|1||see MSH|here\r") == [b"MSH|^~\\&|A\rNTE|1||see MSH|here\r"]


def test_a_cut_frame_gives_its_whole_segments_and_sets_the_half_one_apart() -> None:
    """Half a segment may hold half a number: 9 of 98."""
    frames = frames_of(b"\x0bMSH|^~\\&|A\rOBX|1|NM|a||70\rOBX|2|NM|b||9")
    assert frames[0] == Frame(b"MSH|^~\\&|A\rOBX|1|NM|a||70\r")
    assert frames[1].data == b"OBX|2|NM|b||9"
    assert "cut off" in frames[1].reason


def test_an_unframed_message_is_complete_after_silence() -> None:
    decoder = FrameDecoder()
    assert decoder.feed(ONE) == []
    assert decoder.waits_for_silence
    assert decoder.idle(limits.UNFRAMED_IDLE_S / 2) == []
    assert decoder.idle(limits.UNFRAMED_IDLE_S) == [Frame(ONE)]
    assert not decoder.waits_for_silence


def test_silence_inside_a_frame_cuts_nothing() -> None:
    decoder = FrameDecoder()
    decoder.feed(b"\x0b" + ONE[:9])
    assert not decoder.waits_for_silence
    assert decoder.idle(60.0) == []
    assert decoder.feed(ONE[9:] + b"\x1c\r") == [Frame(ONE)]


def test_a_message_of_a_megabyte_is_read() -> None:
    big = b"MSH|^~\\&|A\rOBX|1|NA|w|1|" + b"^".join([b"1234"] * 200_000) + b"\r"
    assert len(big) > 64 * 1024
    assert messages(encode_frame(big)) == [big]


@pytest.mark.parametrize("framed", [True, False])
def test_an_endless_message_is_refused_and_the_stream_goes_on(framed: bool) -> None:
    endless = b"MSH|^~\\&|" + b"x" * 500
    stream = encode_frame(endless) if framed else endless + b"\r"
    decoder = FrameDecoder(limit=100)
    frames = decoder.feed(stream + encode_frame(ONE)) + decoder.eof()
    assert frames[0].data == endless[:100]
    assert "longer than 100 bytes" in frames[0].reason
    assert frames[-1] == Frame(ONE)


def test_every_signal_has_a_rule_in_every_state() -> None:
    assert set(TRANSITIONS) == {(state, signal) for state in State for signal in Signal}


PIECES = st.sampled_from(
    [
        ONE,
        TWO,
        b"\x0b",
        b"\x1c",
        b"\r",
        b"\n",
        b"\x1c\r",
        b"MS",
        b"MSH",
        b"\rMSH|",
        b"\xef\xbb\xbf",
        b"junk",
        b"H|x" * 40,
    ]
)
STREAMS = st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=14).map(b"".join))


@given(stream=STREAMS, cuts=st.lists(st.integers(0, 400), max_size=12), limit=st.sampled_from([20, 70, 10_000]))
def test_any_cutting_gives_the_same_frames(stream: bytes, cuts: list[int], limit: int) -> None:
    whole = FrameDecoder(limit)
    expected = whole.feed(stream) + whole.eof()
    for edges in ([*sorted({min(cut, len(stream)) for cut in cuts}), len(stream)], range(1, len(stream) + 1)):
        decoder = FrameDecoder(limit)
        frames: list[Frame] = []
        position = 0
        for edge in edges:
            frames += decoder.feed(stream[position:edge])
            position = edge
        assert frames + decoder.eof() == expected


@given(payload=st.lists(st.binary(min_size=1, max_size=60), max_size=5))
def test_what_is_framed_comes_back(payload: list[bytes]) -> None:
    clean = [b"MSH|" + part.replace(b"\x0b", b"").replace(b"\x1c", b"").replace(b"MSH", b"") for part in payload]
    assert messages(b"".join(encode_frame(message) for message in clean)) == clean
