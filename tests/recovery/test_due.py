"""When a score is asked for."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.time import US_PER_H
from holdfast.knowledge.loader import load
from holdfast.knowledge.score_times import ScoreTime
from holdfast.knowledge.score_times import load as load_times
from holdfast.recovery.due import Trigger, completed_us, due
from holdfast.recovery.scores import Answer

RULES = load().care.scores
COMA = RULES["mgcs"]
NOW = 100 * US_PER_H


def answers(*hours: float) -> list[Answer]:
    return [Answer(item.key, item.scores[0], int(h * US_PER_H), "vet") for h in hours for item in COMA.items]


def asked(triggers: list[Trigger], given_answers: list[Answer], now_us: int = NOW) -> list[tuple[str, float]]:
    found = due(load_times(), RULES, triggers, {"mgcs": given_answers}, now_us)
    return [(one.score, one.due_us / US_PER_H) for one in found if one.score == "mgcs"]


def test_every_time_has_a_score_and_its_triggers_are_in_the_vocabulary() -> None:
    known = load().findings
    for time in load_times():
        assert time.score in RULES
        assert [key for key in time.findings if key not in known] == []
        assert time.grade in ("published", "secondary", "estimate")


def test_nobody_is_reminded_of_what_was_made_for_groups_or_for_hospice() -> None:
    assert not {"apple_fast", "apple_full", "quality_of_life"} & {time.score for time in load_times()}


def test_a_dull_dog_is_due_at_once_and_again_four_hours_after_the_last_whole_score() -> None:
    dull = Trigger("mentation_dull", False, 98 * US_PER_H)
    assert asked([], []) == []
    assert asked([dull], []) == [("mgcs", 98)]
    assert asked([dull], answers(99)) == [("mgcs", 103)]
    assert asked([dull], answers(99)[:2]) == [("mgcs", 98)], "two of three lines are no score"
    assert asked([dull], answers(90)) == [("mgcs", 98)], "an older score does not make it due before its reason"


def test_a_treatment_is_no_finding_of_the_same_word() -> None:
    time = ScoreTime(score="mgcs", every_h=4, for_h=8, why="", grade="estimate", treatments=("analgesic",))
    as_finding = due([time], RULES, [Trigger("analgesic", False, NOW)], {}, NOW)
    as_treatment = due([time], RULES, [Trigger("analgesic", True, NOW)], {}, NOW)
    assert (len(as_finding), len(as_treatment)) == (0, 1)


def test_what_asked_for_it_long_ago_asks_no_more() -> None:
    assert asked([Trigger("seizure", False, 10 * US_PER_H)], []) == []


@given(st.lists(st.floats(0, 99, allow_nan=False), max_size=5), st.floats(53, 99, allow_nan=False))
def test_it_is_never_due_before_its_reason_nor_later_than_one_interval_after_the_last(hours, began) -> None:
    trigger = Trigger("seizure", False, int(began * US_PER_H))
    ((_, due_h),) = asked([trigger], answers(*hours))
    assert due_h >= int(began * US_PER_H) / US_PER_H
    last_us = completed_us(COMA, answers(*hours), NOW)
    if last_us is None:
        assert due_h == int(began * US_PER_H) / US_PER_H
    else:
        assert due_h <= max(began, last_us / US_PER_H + 4) + 1e-6
