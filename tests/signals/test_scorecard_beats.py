"""The published figures of the beat detector: how they are made, and one real dog where its recording is at hand."""

import os
from pathlib import Path

import numpy as np
import pytest

from gateways.files.made_records import write_record
from holdfast.cli import scorecard_beats
from holdfast.kernel.errors import OperatorError
from signals.made_signals import ecg, flat, steady_beats


def test_beats_of_a_real_dog_at_500_hz() -> None:
    data = os.environ.get("HOLDFAST_DATA")
    if not data:
        pytest.skip("HOLDFAST_DATA does not name a folder with recordings")
    scores = scorecard_beats.run(Path(data) / "signals" / "physiozoo_dog")
    assert scores["records"] == 1
    assert scores["f1"] == 1.0


def test_a_folder_without_annotated_records_is_said(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no WFDB records"):
        scorecard_beats.run(tmp_path)
    with pytest.raises(OperatorError, match="no WFDB records"):
        scorecard_beats.run(tmp_path / "nowhere")


def test_the_figures_are_right_where_the_truth_is_known(tmp_path: Path) -> None:
    beats = steady_beats(90, 40)
    trace = ecg(beats, 40, 250.0)
    trace[250 * 20 : 250 * 30] = flat(10, 250.0)
    marks = [round(b * 250) for b in beats]
    write_record(tmp_path, "marked", {"II": (trace, "mV")}, 250, marks, ["bad_ecg_s: [[20.0, 30.0]]"])
    write_record(tmp_path, "unmarked", {"II": (trace, "mV")}, 250, marks)
    write_record(tmp_path, "without_beats", {"II": (trace, "mV")}, 250)
    scores = scorecard_beats.run(tmp_path)
    assert scores["records"] == 2
    assert scores["hours"] == pytest.approx(80 / 3600)
    assert scores["per_record"]["marked"]["f1"] == 1.0
    hidden = sum(20 <= b < 30 for b in beats)
    assert scores["per_record"]["unmarked"]["false_negatives"] == pytest.approx(hidden, abs=1)
    assert scores["ppv"] == 1.0
    assert scores["median_error_ms"] < 10
    assert scores["refused_share"] == 0.0


def test_a_tighter_tolerance_is_obeyed(tmp_path: Path) -> None:
    beats = steady_beats(90, 18, first_s=1.5)
    shifted = [round((b + 0.05) * 250) for b in beats]
    write_record(tmp_path, "late_marks", {"II": (ecg(beats, 20, 250.0), "mV")}, 250, shifted)
    assert scorecard_beats.run(tmp_path, tolerance_ms=75.0)["f1"] == 1.0
    assert scorecard_beats.run(tmp_path, tolerance_ms=20.0)["f1"] == 0.0


def test_dogs_can_be_taken_by_their_number(tmp_path: Path) -> None:
    beats = steady_beats(90, 20)
    trace, marks = ecg(beats, 20, 250.0), [round(b * 250) for b in beats]
    write_record(tmp_path, "three", {"II": (trace, "mV")}, 250, marks, ["dog: 3"])
    write_record(tmp_path, "four", {"II": (trace, "mV")}, 250, marks, ["dog: 4"])
    write_record(tmp_path, "nobody", {"II": (trace, "mV")}, 250, marks)
    assert set(scorecard_beats.run(tmp_path, dogs="odd")["per_record"]) == {"three"}
    assert set(scorecard_beats.run(tmp_path, dogs="even")["per_record"]) == {"four"}
    assert scorecard_beats.run(tmp_path)["records"] == 3
    assert scorecard_beats.run(tmp_path)["by_dog"] == {"3": 1.0, "4": 1.0}


def test_the_worst_stretch_is_named(tmp_path: Path) -> None:
    beats = steady_beats(90, 40)
    trace = ecg(beats, 40, 250.0)
    trace[250 * 20 : 250 * 30] = flat(10, 250.0)
    write_record(tmp_path, "good", {"II": (ecg(beats, 40, 250.0), "mV")}, 250, [round(b * 250) for b in beats])
    write_record(tmp_path, "bad", {"II": (trace, "mV")}, 250, [round(b * 250) for b in beats])
    scores = scorecard_beats.run(tmp_path)
    worst = scores["worst_five_minutes"]
    assert worst["record"] == "bad"
    assert worst["start_s"] == pytest.approx(20, abs=0.7)
    assert worst["wrong"] == pytest.approx(sum(20 <= b < 30 for b in beats), abs=1)
    assert scores["worst_records"][0] == "bad"


def test_ventricular_flutter_is_not_scored(tmp_path: Path) -> None:
    beats = steady_beats(90, 40)
    trace = ecg(beats, 40, 250.0)
    kept = [b for b in beats if not 20 < b < 30]
    marks = sorted([(round(b * 250), "N") for b in kept] + [(20 * 250, "["), (30 * 250, "]")])
    places, symbols = [at for at, _ in marks], [code for _, code in marks]
    write_record(tmp_path, "flutter", {"II": (trace, "mV")}, 250, places, symbols=symbols)
    write_record(tmp_path, "unsaid", {"II": (trace, "mV")}, 250, [round(b * 250) for b in kept])
    scores = scorecard_beats.run(tmp_path)
    assert scores["per_record"]["flutter"]["f1"] == 1.0
    assert scores["per_record"]["flutter"]["excluded_s"] == pytest.approx(10)
    assert scores["per_record"]["unsaid"]["f1"] < 1.0
    assert scores["excluded_s"] == pytest.approx(10)


def test_time_that_signal_quality_refuses_is_scored_apart(tmp_path: Path) -> None:
    beats = steady_beats(90, 60)
    trace = ecg(beats, 60, 250.0)
    noise = np.random.default_rng(2).normal(0, 2.0, 250 * 10)
    trace[250 * 20 : 250 * 30] += noise
    write_record(tmp_path, "noisy", {"II": (trace, "mV")}, 250, [round(b * 250) for b in beats])
    scores = scorecard_beats.run(tmp_path)
    assert scores["refused_share"] > 0.1
    assert scores["f1_accepted"] > scores["f1"]
    assert scores["f1_accepted_p10"] == scores["f1_accepted"]
