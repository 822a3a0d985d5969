"""The scorecard of the fit: what counts as a suspicion, what should be raised, and what is only reported."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from holdfast.cli import scorecard_fit
from holdfast.cli.scorecard_fit import suspected
from holdfast.knowledge.model import Knowledge
from reasoning.small_worlds import disease, finding, knowledge


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Knowledge:
    heart, belly = ("murmur", "crackles", "cough"), ("vomiting", "belly_pain", "fever")
    small = knowledge(
        [finding(key, 0.03) for key in (*heart, *belly)],
        [
            disease("heart_failure", 0.02, dict.fromkeys(heart, 0.9)),
            disease("peritonitis", 0.02, dict.fromkeys(belly, 0.9)),
            disease("collapse_unknown", 0.02, {"fever": 0.3}, descriptive=True),
        ],
    )
    small.disease_aliases["acute_abdomen"] = ("peritonitis", "heart_failure")
    monkeypatch.setattr(scorecard_fit, "load", lambda: small)
    return small


def test_only_whole_names_count_and_a_denial_is_left_out(world: Knowledge) -> None:
    assert suspected(world, "Suspected heart failure (referring vet)") == ("heart_failure",)
    assert suspected(world, "Acute abdomen") == ("peritonitis", "heart_failure")
    assert suspected(world, "vomiting, then peritonitis") == ("peritonitis",)
    assert suspected(world, "heart failure excluded; peritonitis") == ("peritonitis",)
    assert suspected(world, "dying dog of unknown cause") == ()
    assert suspected(world, "hearty failures") == ()


def write(folder: Path, name: str, suspicion: str | None, truth: str | None, tier: str = "A") -> None:
    signs = [{"name": key, "value": True, "stage": "presenting"} for key in ("vomiting", "belly_pain", "fever")]
    case: dict[str, Any] = {"id": name, "scoring_tier": tier, "truth_label": truth, "findings": signs}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump({**case, "initial_suspicion": suspicion}), encoding="utf-8")


def test_a_true_suspicion_should_not_raise_and_an_unknown_one_is_reported(world: Knowledge, tmp_path: Path) -> None:
    write(tmp_path, "wrong", "heart failure", "peritonitis")
    write(tmp_path, "right", "acute abdomen", "peritonitis")
    write(tmp_path, "vague", "a sad dog", "peritonitis")
    write(tmp_path, "nothing", None, "peritonitis")
    write(tmp_path, "unscored", "heart failure", "peritonitis", tier="X")
    (tmp_path / "broken.yaml").write_text("[]", encoding="utf-8")
    card = scorecard_fit.run(tmp_path, controls=6)
    assert (card["cases"], card["should_raise"], card["right_suspicions"]) == (2, 1, 1)
    assert card["judged"]["right"]["working"] == "peritonitis"
    assert card["judged"]["wrong"]["should_raise"] is True
    assert card["suspicion_unknown"] == {"vague": "a sad dog", "nothing": "nothing stated"}
    assert card["controls"] == 6
    assert 0 <= card["false_raised"] <= 6
    assert len(card["problems"]) == 1


def test_an_unknown_stage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="deciding"):
        scorecard_fit.run(tmp_path, "deciding")
