"""The figures of the breathing scorecard: how they are made, where the truth is known."""

from pathlib import Path

import numpy as np
import pytest

from gateways.files.made_records import write_record
from holdfast.cli import scorecard_respiration
from holdfast.kernel.errors import OperatorError, SenderError
from signals.made_signals import Floats, ecg
from signals.test_breath_modulation import swaying_beats


def _trace(breaths_per_min: float) -> Floats:
    trace = ecg(swaying_beats(90, breaths_per_min, 0.25, 78), 80, 130.0)
    return trace * (1 + 0.1 * np.sin(2 * np.pi * breaths_per_min / 60 * np.arange(len(trace)) / 130))


def _segments(value: float) -> str:
    return f"breathing_segments: [{{'deb': 20.0, 'fin': 60.0, 'value': {value}}}, {{'deb': 1, 'fin': 9, 'value': nan}}]"


def test_the_figures_are_right_where_the_truth_is_known(tmp_path: Path) -> None:
    write_record(tmp_path, "one", {"ECG": (_trace(18), "mV")}, 130, None, ["dog: 3", _segments(18.0)])
    write_record(tmp_path, "two", {"ECG": (_trace(24), "mV")}, 130, None, ["dog: 4", _segments(20.0)])
    write_record(tmp_path, "without", {"ECG": (_trace(24), "mV")}, 130, None, ["dog: 5", "breathing_segments: nan"])
    scores = scorecard_respiration.run(tmp_path)
    assert (scores["records"], scores["segments"], scores["segments_given_share"]) == (2, 2, 1.0)
    assert scores["odd_dogs"]["median_error_per_min"] == pytest.approx(0, abs=0.5)
    assert scores["even_dogs"]["median_error_per_min"] == pytest.approx(4, abs=0.5)
    assert scores["within_2_per_min"] == 0.5
    assert scores["time_given_share"] > 0.9


def test_a_folder_without_breathing_segments_is_said(tmp_path: Path) -> None:
    write_record(tmp_path, "plain", {"ECG": (_trace(18), "mV")}, 130)
    with pytest.raises(OperatorError, match="breathing segments"):
        scorecard_respiration.run(tmp_path)
    with pytest.raises(OperatorError, match="breathing segments"):
        scorecard_respiration.run(tmp_path / "nowhere")


def test_segments_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    write_record(tmp_path, "odd", {"ECG": (_trace(18), "mV")}, 130, None, ["breathing_segments: [{'fin': 3}]"])
    with pytest.raises(SenderError, match="breathing_segments of odd"):
        scorecard_respiration.run(tmp_path)
