"""The published figures of arrest and fibrillation: right where the truth is known."""

from pathlib import Path

import numpy as np
import pytest
import wfdb

from gateways.files.made_records import write_record
from holdfast.cli import scorecard_rhythm
from holdfast.kernel.errors import OperatorError
from signals.made_signals import ecg, flat, steady_beats
from signals.test_fibrillation import fibrillating


def test_a_folder_without_rhythm_marks_is_said(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="rhythm marks"):
        scorecard_rhythm.run(tmp_path)


def test_arrests_are_found_where_they_are_marked(tmp_path: Path) -> None:
    alive = ecg(steady_beats(100, 30), 30, 250.0)
    trace = np.concatenate((alive, fibrillating(20, 250.0), alive, flat(20, 250.0)))
    write_record(tmp_path, "arrests", {"II": (trace, "mV")}, 250)
    marks = np.array([0, 30, 50, 80]) * 250
    names = ["(N", "(VF", "(N", "(ASYS"]
    wfdb.wrann("arrests", "atr", marks, symbol=["+"] * 4, aux_note=names, fs=250, write_dir=str(tmp_path))
    scores = scorecard_rhythm.run(tmp_path)
    assert scores["records"] == 1
    assert scores["ventricular_fibrillation_sensitivity"] == 1.0
    assert scores["asystole_sensitivity"] == 1.0
    assert scores["kinds"]["asystole"]["median_delay_s"] <= 5
    assert scores["asystole_false_per_hour"] == 0
    assert scores["ventricular_flutter_sensitivity"] is None
