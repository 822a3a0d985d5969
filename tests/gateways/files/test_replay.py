"""A recording is played as monitors would send it, and never passes for live."""

from pathlib import Path

import numpy as np
import pytest

from gateways.files.made_records import DATEX, write_record
from holdfast.gateways.files.replay import open_recording
from holdfast.kernel.errors import SenderError
from holdfast.record.monitor import Origin
from signals.made_signals import ecg, pulse_wave, steady_beats

START_US = 1_800_000_000_000_000


@pytest.mark.parametrize("rate_hz", [130, 250, 128.5])
def test_every_sample_is_sent_once_in_its_own_second(tmp_path: Path, rate_hz: float) -> None:
    trace = ecg(steady_beats(90, 12.5), 12.5, rate_hz)
    recording = open_recording(write_record(tmp_path, "rex", {"II": (trace, "mV")}, rate_hz))
    messages = list(recording.messages(START_US))
    assert len(messages) == 13
    waves = [wave for message in messages for wave in message.waves]
    samples = np.concatenate([np.frombuffer(wave.samples, "<f4") for wave in waves])
    assert np.abs(samples - trace).max() < 1e-3
    at = 0
    for message, wave in zip(messages, waves, strict=True):
        assert wave.start_us == START_US + round(at / rate_hz * 1e6)
        assert message.sent_us - 1_000_000 <= wave.start_us < message.sent_us
        at += len(wave.samples) // 4


def test_replayed_data_can_never_pass_for_live(tmp_path: Path) -> None:
    recording = open_recording(write_record(tmp_path, "rex", {"II": (ecg([1.0], 3, 250.0), "mV")}, 250))
    assert recording.device == "REPLAY:rex"
    messages = list(recording.messages(START_US))
    assert {message.origin for message in messages} == {Origin.REPLAYED}
    assert {message.device for message in messages} == {"REPLAY:rex"}
    assert len({message.control_id for message in messages}) == len(messages)


def test_a_second_at_the_rail_or_missing_is_inoperative_and_a_flat_one_is_not(tmp_path: Path) -> None:
    trace = ecg(steady_beats(90, 6), 6, 250.0)
    trace[250:500] = 20.0
    trace[1000:1250] = 0.0
    art = pulse_wave(6, 250.0, 90)
    art[750:1000] = np.nan
    signals = {"II": (trace, "mV"), "ABP": (art, "mmHg")}
    messages = list(open_recording(write_record(tmp_path, "off", signals, 250)).messages(START_US))
    off = [(second, wave.key) for second, m in enumerate(messages) for wave in m.waves if wave.inoperative]
    assert off == [(1, "ecg_ii"), (3, "art")]


def test_a_csv_export_is_played_at_its_own_pace_from_the_given_start(tmp_path: Path) -> None:
    (tmp_path / "mare.csv").write_text(DATEX)
    recording = open_recording(tmp_path / "mare.csv")
    messages = list(recording.messages(START_US))
    assert recording.device == "REPLAY:mare"
    assert len(messages) == 11
    filled = {i: [n.key for n in m.numerics] for i, m in enumerate(messages) if m.numerics}
    assert sorted(filled) == [0, 5, 10]
    assert filled[0] == ["rr"]
    assert {n.at_us for n in messages[5].numerics} == {START_US + 5_000_000}


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(SenderError, match="not a recording"):
        open_recording(tmp_path / "note.txt")
