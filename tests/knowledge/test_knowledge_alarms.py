"""The alarm files: refused when they do not hold together, and what the shipped ones promise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.knowledge.alarm_rules import LIFE_THREATENING, PRIORITIES
from holdfast.knowledge.grades import Grade
from holdfast.knowledge.loader import KnowledgeError, load
from holdfast.signals.conditions import TECHNICAL, Condition
from knowledge.test_knowledge_loader import loaded, small_release

Files = dict[str, Any]
SHIPPED = load().alarms


def kind(files: Files, key: str) -> dict[str, Any]:
    return next(entry for entry in files["alarm_kinds.yaml"] if entry["key"] == key)


def limit(files: Files) -> dict[str, Any]:
    entry: dict[str, Any] = files["alarm_limits.yaml"][0]
    return entry


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: kind(f, "asystole").update(delay_s=1), "threatens life"),
        (lambda f: kind(f, "asystole").update(off_max_min=None), "threatens life"),
        (lambda f: kind(f, "asystole").update(latching="none"), "must latch"),
        (lambda f: kind(f, "asystole").update(suppresses=["plague"]), "'plague', which is no kind"),
        (lambda f: kind(f, "hr_low").update(suppresses=["asystole"]), "suppress each other"),
        (lambda f: kind(f, "hr_low").update(suppresses=["hr_low"]), "suppresses itself"),
        (lambda f: kind(f, "hr_low").update(delay_s=61), "between 0 and 60 s"),
        (lambda f: kind(f, "hr_low").update(source="nowhere"), "'nowhere' is not in sources.yaml"),
        (lambda f: kind(f, "hr_low").update(grade="published"), "needs a source"),
        (lambda f: f["alarm_kinds.yaml"].remove(kind(f, "asystole")), "the entry is missing"),
        (lambda f: f["alarm_kinds.yaml"].append(dict(kind(f, "hr_low"))), "used twice"),
        (lambda f: f["alarm_kinds.yaml"].remove(kind(f, "hr_high")), "no kind hr_high"),
        (lambda f: limit(f)["rows"].pop(), "must fit every animal"),
        (lambda f: limit(f)["rows"][0].update(when=["size<3"]), "not a condition"),
        (lambda f: limit(f)["rows"][1]["low"].update(value=178), "no room"),
        (lambda f: limit(f)["rows"][1]["high"].update(value=400), "outside its own bounds"),
        (lambda f: limit(f)["rows"][1]["low"].update(grade="secondary"), "needs a source"),
        (lambda f: f["alarm_handling.yaml"]["escalation"][0].update(grade="secondary"), "needs a source"),
        (lambda f: f.pop("alarm_kinds.yaml"), "the file is missing"),
    ],
)
def test_what_does_not_hold_together_is_refused(tmp_path: Path, spoil: Callable[[Files], object], said: str) -> None:
    release = small_release()
    spoil(release)
    with pytest.raises(KnowledgeError, match=said):
        loaded(release, tmp_path)


def test_every_state_that_the_analysis_knows_has_a_kind_of_the_same_nature() -> None:
    for condition in Condition:
        assert SHIPPED.kinds[condition.value].technical is (condition in TECHNICAL)


def test_an_arrest_hides_what_follows_from_it_and_nothing_else_threatens_life() -> None:
    assert {"hr_low", "no_pulse_signal", "extreme_bradycardia", "spo2_low"} <= set(SHIPPED.kinds["asystole"].suppresses)
    for key in LIFE_THREATENING:
        assert SHIPPED.kinds[key].latching == "audible"
    for hidden in LIFE_THREATENING:
        hiders = [kind.key for kind in SHIPPED.kinds.values() if hidden in kind.suppresses]
        assert set(hiders) <= LIFE_THREATENING, "only another arrest may stand in for an arrest"


def test_high_alarms_call_sooner_than_medium_ones_and_everybody_in_the_end() -> None:
    first = {p: [r.after.value for r in SHIPPED.escalation if r.priority == p] for p in PRIORITIES}
    assert first["high"] == sorted(first["high"])
    assert first["high"][0] < first["medium"][0]
    assert [r.whom for r in SHIPPED.escalation if r.priority == "high"][-1] == "everyone"


def test_every_pause_has_an_end() -> None:
    assert SHIPPED.pause_minutes
    assert max(SHIPPED.pause_minutes) <= 5


def test_an_estimate_says_why_it_is_what_it_is() -> None:
    for rule in SHIPPED.limits.values():
        for row in rule.rows:
            for side in (row.low, row.high):
                assert side is None or side.note
                assert side is None or side.source or side.grade is Grade.ESTIMATE
