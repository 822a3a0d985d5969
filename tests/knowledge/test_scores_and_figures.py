"""A score or a number of resuscitation without its pedigree is refused, and what is there has one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.knowledge.grades import Grade
from holdfast.knowledge.loader import KnowledgeError, load
from holdfast.resuscitation.protocol import protocol
from knowledge.test_knowledge_loader import loaded, small_release

KNOWLEDGE = load()
PEDIGREE = {"grade": "secondary", "source": "paper_2020"}


def small_score() -> dict[str, Any]:
    levels = [{"score": 0, "text": "Well"}, {"score": 2, "text": "Ill", "when": [{"finding": "anemia"}]}]
    bands = [{"up_to": 10, "score": 1}, {"score": 0}]
    return {
        "key": "small",
        "name": "Small score",
        "kind": "sum",
        "worse": "up",
        "low": 0,
        "high": 3,
        "items": [
            {"key": "look", "name": "Look", "levels": levels},
            {"key": "pcv", "name": "PCV", "observation": "pcv_pct", "bands": bands},
        ],
        "species": ["dog"],
        "within_h": 1,
        "limits": [{"text": "For tests.", "grade": "estimate"}],
        **PEDIGREE,
    }


def small_figure() -> dict[str, Any]:
    return {"key": "cycle_s", "label": "Cycle", "value": 120, "unit": "s", **PEDIGREE}


def test_a_whole_score_and_figure_load(tmp_path: Path) -> None:
    release = small_release()
    release["scores.yaml"], release["resuscitation.yaml"] = [small_score()], [small_figure()]
    care = loaded(release, tmp_path).care
    assert care.scores["small"].items[0].scores == (0, 2)
    assert care.cpr["cycle_s"].value == 120


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda s: s.pop("source"), "source"),
        (lambda s: s.update(source="nobody"), "not in sources.yaml"),
        (lambda s: s.update(grade="estimate"), "published by somebody"),
        (lambda s: s.update(limits=[]), "not to be used for"),
        (lambda s: s["limits"][0].update(grade="secondary"), "needs a source"),
        (lambda s: s.update(high=4), "add up to 0 to 3"),
        (lambda s: s["items"][0].update(levels=[]), "every item of a sum has points"),
        (lambda s: s["items"][1].pop("observation"), "bands are for an observation"),
        (lambda s: s["items"][1]["bands"].reverse(), "follow each other upwards"),
        (lambda s: s["items"][0]["levels"][1].update(when=[{"finding": "unicorn"}]), "is not a finding"),
        (lambda s: s["items"][0]["levels"][1].update(when=[{}]), "about a finding or about an observation"),
        (lambda s: s.update(kind="recorded"), "names the form"),
    ],
)
def test_a_score_that_does_not_hold_together_is_refused(
    spoil: Callable[[dict[str, Any]], object], match: str, tmp_path: Path
) -> None:
    release, score = small_release(), small_score()
    spoil(score)
    release["scores.yaml"] = [score]
    with pytest.raises(KnowledgeError, match=match):
        loaded(release, tmp_path)


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda f: f.pop("source"), "so it needs a source"),
        (lambda f: f.update(source="nobody"), "not in sources.yaml"),
        (lambda f: f.update(grade="estimate", source=""), "says why"),
        (lambda f: f.update(conflict="Another says 90 s."), "needs a source"),
        (lambda f: f.update(high=100), "from low to high"),
    ],
)
def test_a_figure_without_its_pedigree_is_refused(
    spoil: Callable[[dict[str, Any]], object], match: str, tmp_path: Path
) -> None:
    release, figure = small_release(), small_figure()
    spoil(figure)
    release["resuscitation.yaml"] = [figure]
    with pytest.raises(KnowledgeError, match=match):
        loaded(release, tmp_path)


def test_the_packaged_release_has_every_number_that_the_clock_runs_by() -> None:
    numbers = protocol(KNOWLEDGE.care)
    assert numbers.cycle_us == 120_000_000
    assert numbers.etco2_floor_mmhg == 18
    ours = [one.key for one in KNOWLEDGE.care.cpr.values() if one.grade is Grade.ESTIMATE and not one.note]
    assert ours == []


def test_a_risk_is_only_there_with_a_limit_about_the_end_of_life() -> None:
    with_risk = [rule for rule in KNOWLEDGE.care.scores.values() if rule.risk is not None]
    assert with_risk
    for rule in with_risk:
        assert any("euthanasia" in limit.text for limit in rule.limits)
