"""The false-alarm scorecard on a folder of alarms."""

import json
from pathlib import Path

import numpy as np
import pytest

from gateways.files.made_records import write_record
from holdfast.cli import scorecard_alarms
from holdfast.cli.main import main
from holdfast.kernel.errors import OperatorError
from signals.made_signals import Floats, ecg, flat, pulse_wave, steady_beats

RATE = 250.0


def beating(seconds: float = 40, per_min: float = 80) -> dict[str, tuple[Floats, str]]:
    trace = ecg(steady_beats(per_min, seconds), seconds, RATE)
    return {"II": (trace, "mV"), "ABP": (pulse_wave(seconds, RATE, per_min), "mmHg"), "RESP": (trace, "NU")}


def stopped(seconds: float = 40, for_s: float = 9) -> dict[str, tuple[Floats, str]]:
    signals = beating(seconds)
    cut = int((seconds - for_s) * RATE)
    signals["II"][0][cut:] = flat(for_s, RATE)
    signals["ABP"][0][cut:] = 40 + 0.2 * np.sin(np.arange(len(signals["II"][0]) - cut) / 40)
    return signals


def alarm(folder: Path, name: str, signals: dict[str, tuple[Floats, str]], kind: str, truth: str) -> None:
    write_record(folder, name, signals, RATE, comments=[kind, truth])


def test_the_score_counts_a_silenced_true_alarm_five_times(tmp_path: Path) -> None:
    alarm(tmp_path, "a1", stopped(), "Asystole", "True alarm")
    alarm(tmp_path, "a2", beating(), "Asystole", "False alarm")
    alarm(tmp_path, "a3", stopped(), "Asystole", "False alarm")
    alarm(tmp_path, "t1", beating(), "Tachycardia", "True alarm")
    scores = scorecard_alarms.run(tmp_path)
    assert scores["records"] == 4
    assert scores["score"] == pytest.approx(100 * 2 / (2 + 1 + 5))
    assert scores["tpr"] == 0.5
    assert scores["tnr"] == 0.5
    assert set(scores["by_type"]) == {"Asystole", "Tachycardia"}
    assert {name: scores["by_type"]["Asystole"][name] for name in ("tp", "fp", "tn", "fn")} == {
        "tp": 1, "fp": 1, "tn": 1, "fn": 0,
    }  # fmt: skip
    assert scores["by_type"]["Tachycardia"]["tnr"] is None
    assert scores["per_record"]["a2"]["holds"] is False
    assert scores["per_record"]["a2"]["why"]


def test_what_comes_after_the_alarm_is_not_looked_at(tmp_path: Path) -> None:
    alarm(tmp_path, "later", stopped(), "Asystole", "False alarm")
    assert scorecard_alarms.run(tmp_path)["by_type"]["Asystole"]["fp"] == 1
    assert scorecard_alarms.run(tmp_path, alarm_at_s=30.5)["by_type"]["Asystole"]["tn"] == 1


def test_a_record_of_five_and_a_half_minutes_is_cut_at_its_alarm(tmp_path: Path) -> None:
    signals = {name: (np.tile(samples, 11), unit) for name, (samples, unit) in beating(30).items() if name != "RESP"}
    for samples, _ in signals.values():
        samples[int(300 * RATE) :] = samples[int(300 * RATE)]
    alarm(tmp_path, "long", signals, "Asystole", "False alarm")
    assert scorecard_alarms.run(tmp_path)["by_type"]["Asystole"]["tn"] == 1


def test_records_that_cannot_be_asked_are_named_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alarm(tmp_path, "good", beating(), "Asystole", "False alarm")
    alarm(tmp_path, "headless", beating(), "Asystole", "who knows")
    alarm(tmp_path, "torn", beating(), "Asystole", "False alarm")
    torn = tmp_path / "torn.dat"
    torn.write_bytes(torn.read_bytes()[:1000])
    scores = scorecard_alarms.run(tmp_path)
    assert scores["records"] == 1
    assert scores["skipped_records"] == 2
    assert "ends mid-block" in scores["skipped"]["torn"]
    assert "does not name" in scores["skipped"]["headless"]
    assert main(["scorecard", "alarms", str(tmp_path)]) == 0
    assert "torn was left out" in capsys.readouterr().out


def test_a_record_without_a_single_fit_signal_still_gets_a_verdict(tmp_path: Path) -> None:
    silent = {"II": (np.full(2500, 0.1), "mV"), "PLETH": (np.zeros(2500), "NU")}
    alarm(tmp_path, "v", silent, "Ventricular_Tachycardia", "False alarm")
    alarm(tmp_path, "f", {"RESP": (np.sin(np.arange(500)), "NU")}, "Ventricular_Flutter_Fib", "True alarm")
    scores = scorecard_alarms.run(tmp_path)
    assert scores["undecided"] == 2
    assert scores["tpr"] == 1.0


def test_limits_of_another_animal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alarm(tmp_path, "b", beating(per_min=60), "Bradycardia", "False alarm")
    source = Path(scorecard_alarms.__file__).parents[1] / "signals" / "corroborate_limits.yaml"
    rows = source.read_text(encoding="utf-8")
    own = tmp_path / "limits.yaml"
    own.write_text(rows.replace("value: 40\n", "value: 65\n"), encoding="utf-8")
    assert scorecard_alarms.run(tmp_path)["by_type"]["Bradycardia"]["tn"] == 1
    assert main(["scorecard", "alarms", str(tmp_path), "--limits", str(own), "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["by_type"]["Bradycardia"]["fp"] == 1
    assert scores["limits"]["brady_per_min"] == 65
    own.write_text("- not a limit", encoding="utf-8")
    with pytest.raises(OperatorError, match="does not hold limits"):
        scorecard_alarms.run(tmp_path, own)
    with pytest.raises(OperatorError, match="cannot be read"):
        scorecard_alarms.run(tmp_path, tmp_path / "absent.yaml")


def test_a_folder_without_alarms_is_said(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no alarms"):
        scorecard_alarms.run(tmp_path)
    with pytest.raises(OperatorError, match="no alarms"):
        scorecard_alarms.run(tmp_path / "nowhere")
