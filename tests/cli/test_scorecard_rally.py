"""The scorecard of the rally: it says whose dogs these are, and it would notice a rule that speaks too soon."""

from pathlib import Path

import numpy as np
import pytest

from holdfast.cli import scorecard_rally
from holdfast.monitoring import rally
from holdfast.simulation.rallying_dogs import KINDS, roughened


def only(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    monkeypatch.setattr(scorecard_rally, "KINDS", tuple(kind for kind in KINDS if kind.key in keys))


def test_clear_cases_are_told_apart_and_the_data_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "rally", "after_fluid", "sensor")
    scores = scorecard_rally.run(dogs=2)
    assert "made dogs" in scores["data"]
    kinds = scores["kinds"]
    assert (scores["found"], kinds["after_fluid"]["after_treatment"], kinds["sensor"]["nothing"]) == (2, 2, 2)
    assert scores["promises"] == 0


def test_a_rule_that_waits_for_nothing_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "rally", "brief")
    monkeypatch.setattr(rally, "HELD_MIN", 10)
    monkeypatch.setattr(rally, "TURNS_MIN", (10, 15))
    assert scorecard_rally.run(dogs=3)["false_look_again"] > 0


def test_recordings_are_told_of_and_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "rally")
    (tmp_path / "broken.csv").write_text("no table\n")
    told = scorecard_rally.run(tmp_path, dogs=1)["recordings"]
    assert told["judged"] is False
    assert told["said"]["broken.csv"].startswith("not read")


def test_a_rough_record_is_the_same_dog_with_holes() -> None:
    rng = np.random.default_rng(1)
    course = KINDS[0].make(rng)
    rough = roughened(course, rng)
    assert rough.treatments is course.treatments
    assert any(np.isnan(series).any() for series in rough.values.values())
