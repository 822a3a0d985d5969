"""PhysioNet records: samples, units, missing values, reference beats."""

import os
from pathlib import Path

import numpy as np
import pytest

from gateways.files.made_records import write_record
from holdfast.gateways.files import wfdb_record
from holdfast.kernel.errors import SenderError
from signals.made_signals import Floats, ecg, pulse_wave, steady_beats

BEATS_S = steady_beats(90, 20)


def _trace() -> Floats:
    return ecg(BEATS_S, 20, 250.0)


def _record(folder: Path, **changes: object) -> Path:
    beats = [round(b * 250) for b in BEATS_S]
    signals = {"II": (_trace(), "mV"), "ABP": (pulse_wave(20, 250.0, 90), "mmHg")}
    return write_record(folder, "rex", signals, 250, beats, **changes)  # type: ignore[arg-type]


def test_a_record_is_read_whole(tmp_path: Path) -> None:
    record = wfdb_record.read(_record(tmp_path, comments=["species: dog", "bad_ecg_s: [[2.0, 3.5]]"]))
    assert record.name == "rex"
    assert record.duration_s == 20
    assert [(w.key, w.unit, w.rate_hz) for w in record.waves] == [("ecg_ii", "mV", 250.0), ("art", "mmHg", 250.0)]
    assert np.abs(record.waves[0].samples - _trace()).max() < 2 * record.waves[0].resolution
    assert record.beats_s == pytest.approx(BEATS_S, abs=0.003)
    assert record.bad_ecg_s == ((2.0, 3.5),)


def test_the_name_without_ending_works_too(tmp_path: Path) -> None:
    assert wfdb_record.read(_record(tmp_path).with_suffix("")).duration_s == 20


def test_microvolts_become_millivolts_and_the_rail_is_noted(tmp_path: Path) -> None:
    trace = _trace() * 1000
    trace[:500] = 20_000
    record = wfdb_record.read(write_record(tmp_path, "uv", {"ECG": (trace, "uV")}, 250))
    (wave,) = record.waves
    assert (wave.key, wave.unit) == ("ecg", "mV")
    assert wave.rail == pytest.approx(20, abs=0.01)
    assert np.median(wave.samples[600:]) == pytest.approx(float(np.median(_trace()[600:])), abs=0.01)


def test_missing_samples_are_nan(tmp_path: Path) -> None:
    trace = _trace()
    trace[100:200] = np.nan
    record = wfdb_record.read(write_record(tmp_path, "gap", {"II": (trace, "mV")}, 250))
    assert np.flatnonzero(np.isnan(record.waves[0].samples)).tolist() == list(range(100, 200))


def test_a_record_without_marks_has_no_beats_rather_than_none_found(tmp_path: Path) -> None:
    assert wfdb_record.read(write_record(tmp_path, "bare", {"II": (_trace(), "mV")}, 250)).beats_s is None


@pytest.mark.parametrize(
    ("label", "key"),
    [("MLII", "ecg_ii"), ("I", "ecg_i"), ("V5", "ecg_v"), ("MCL1", "ecg_v"), ("aVR", "ecg_avr"), ("ECG", "ecg"),
     ("PLETH,", "pleth"), ("ABP", "art"), ("ART", "art"), ("RESP", "resp"), ("Flow 2", "flow_2")],
)  # fmt: skip
def test_names_in_files_become_keys(label: str, key: str) -> None:
    assert wfdb_record.wave_key(label) == key


def test_a_missing_record_and_a_missing_signal_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(SenderError, match="no header"):
        wfdb_record.read(tmp_path / "nobody")
    header = _record(tmp_path)
    (tmp_path / "rex.dat").unlink()
    with pytest.raises(SenderError, match=r"lacks its signal file rex\.dat"):
        wfdb_record.read(header)


def test_a_truncated_record_is_refused_and_says_how_much_is_there(tmp_path: Path) -> None:
    header = _record(tmp_path)
    data = (tmp_path / "rex.dat").read_bytes()
    (tmp_path / "rex.dat").write_bytes(data[: len(data) // 2 + 1])
    with pytest.raises(SenderError, match=r"ends mid-block.*5000 samples.*2500 are there"):
        wfdb_record.read(header)


def test_a_truncated_compressed_record_is_refused(tmp_path: Path) -> None:
    header = _record(tmp_path, fmt="516")
    data = (tmp_path / "rex.dat").read_bytes()
    (tmp_path / "rex.dat").write_bytes(data[: len(data) // 3])
    with pytest.raises(SenderError, match="rex"):
        wfdb_record.read(header)


def test_a_rate_of_zero_is_refused(tmp_path: Path) -> None:
    header = _record(tmp_path)
    lines = header.read_text().splitlines()
    header.write_text("\n".join(["rex 2 0 5000", *lines[1:]]) + "\n")
    with pytest.raises(SenderError, match="0 samples per second"):
        wfdb_record.read(header)


@pytest.mark.parametrize("text", ["", "rubbish\n", "rex 1 250 5000\n", "rex x y z\n", "\x00\x01\x02"])
def test_a_header_that_is_none_is_refused_in_words(tmp_path: Path, text: str) -> None:
    header = _record(tmp_path)
    header.write_text(text)
    with pytest.raises(SenderError) as refused:
        wfdb_record.read(header)
    assert refused.value.remedy


def test_a_lost_segment_is_named(tmp_path: Path) -> None:
    (tmp_path / "long.hea").write_text("long/2 1 250 10000\npart_1 5000\npart_2 5000\n")
    write_record(tmp_path, "part_1", {"II": (_trace(), "mV")}, 250)
    with pytest.raises(SenderError, match="lacks its segment part_2"):
        wfdb_record.read(tmp_path / "long.hea")


def test_segments_of_a_longer_record_are_joined_and_not_listed_on_their_own(tmp_path: Path) -> None:
    for part in ("part_1", "part_2"):
        write_record(tmp_path, part, {"II": (_trace(), "mV")}, 250)
    (tmp_path / "long.hea").write_text("long/2 1 250 10000\npart_1 5000\npart_2 5000\n")
    assert wfdb_record.find(tmp_path) == [tmp_path / "long.hea"]
    assert wfdb_record.read(tmp_path / "long.hea").duration_s == 40


def test_broken_bad_stretches_are_not_silently_ignored(tmp_path: Path) -> None:
    with pytest.raises(SenderError, match="pairs of seconds"):
        wfdb_record.read(_record(tmp_path, comments=["bad_ecg_s: [[2.0"]))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("physiozoo_dog/dog05", ["ecg"]),
        ("mitdb/117", ["ecg_ii", "ecg_v"]),
        ("wfdb_samples/a103l", ["ecg_ii", "ecg_v", "pleth"]),
        ("wfdb_samples/03700181", ["ecg_v", "art", "resp"]),
        ("wfdb_samples/multi-segment/041s/041s", ["ecg_iii", "ecg_i", "ecg_v", "art", "pap", "pleth", "resp"]),
    ],
)
def test_real_records_are_read(name: str, keys: list[str]) -> None:
    data = os.environ.get("HOLDFAST_DATA")
    if not data:
        pytest.skip("HOLDFAST_DATA does not name a folder with recordings")
    record = wfdb_record.read(Path(data) / "signals" / name)
    assert [wave.key for wave in record.waves] == keys


def test_a_signal_without_a_name_is_read_and_one_of_no_width_is_refused(tmp_path: Path) -> None:
    header = _record(tmp_path)
    text = header.read_text()
    header.write_text("\n".join(line.removesuffix(" ABP") for line in text.splitlines()) + "\n")
    assert [one.key for one in wfdb_record.read(header).waves] == ["ecg_ii", "unnamed"]
    header.write_text(text.replace("rex.dat 16", "rex.dat 816"))
    with pytest.raises(SenderError):
        wfdb_record.read(header)
