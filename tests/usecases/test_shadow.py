"""A rule that runs silently tells nobody, is recorded, and is judged afterwards."""

import pytest

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_MIN
from holdfast.record import events as ev
from holdfast.record.shadow_events import RuleModeSet, ShadowEnded, ShadowSpoke
from holdfast.signals.conditions import Began, Ended
from holdfast.usecases import shadow
from holdfast.usecases.context import record
from holdfast.usecases.shadow_scores import scores
from holdfast.usecases.timeline import timeline
from usecases.alarm_ward import AlarmWard

DETERIORATION = "deterioration"


@pytest.fixture
def ward() -> AlarmWard:
    return AlarmWard()


def silence(ward: AlarmWard, rule: str, mode: str = "shadow") -> None:
    shadow.set_mode(ward.ctx, actor="vet", rule=rule, mode=mode, why="first weeks")


def raised(ward: AlarmWard) -> list[str]:
    ward.ctx.book.catch_up()
    return [entry.alarm for entry in ward.ctx.book.case(ward.case_id).alarms.alarms]


def entries(ward: AlarmWard):
    ward.ctx.book.catch_up()
    return ward.ctx.book.case(ward.case_id).shadow


def kinds(ward: AlarmWard) -> list[str]:
    return [ev.kind_of(one.event) for one in ward.store.read_stream(ev.case_stream(ward.case_id))]


def began(ward: AlarmWard) -> Began:
    return Began(DETERIORATION, "", "Getting worse over hours", ward.clock.at_us, False, "medium")


def test_a_silent_limit_raises_nothing_and_is_recorded_once_from_beginning_to_end(ward: AlarmWard) -> None:
    silence(ward, "spo2_low")
    ward.seconds(60, spo2=86.0)
    assert "spo2_low" not in raised(ward)
    assert ward.ward.view("ICU 1", ward.clock.at_us).alarms.alarms == ()
    (one,) = [entry for entry in entries(ward) if entry.said.rule == "spo2_low"]
    assert one.ended_us is None
    ward.seconds(60, spo2=98.0)
    (one,) = [entry for entry in entries(ward) if entry.said.rule == "spo2_low"]
    assert one.ended_us is not None


def test_the_same_alarm_loud_and_silent_speaks_at_the_same_moments() -> None:
    loud, silent = AlarmWard(), AlarmWard()
    silence(silent, "spo2_low")
    start = {one: one.clock.at_us for one in (loud, silent)}
    for one in (loud, silent):
        for _ in range(3):
            one.seconds(45, spo2=86.0)
            one.seconds(45, spo2=98.0)
    said = [
        item.event.at_us - start[loud]
        for item in loud.store.read_stream(ev.case_stream(loud.case_id))
        if ev.kind_of(item.event) == "alarm_raised.1" and item.event.alarm == "spo2_low"
    ]
    untold = [entry.said.at_us - start[silent] for entry in entries(silent) if entry.said.rule == "spo2_low"]
    assert untold == said
    assert len(said) == 3


def test_a_silent_deterioration_is_on_no_screen_and_not_on_the_timeline(ward: AlarmWard) -> None:
    silence(ward, DETERIORATION)
    ward.seconds(5, spo2=98.0)
    ward.tell(began(ward))
    ward.seconds(5, spo2=98.0)
    assert DETERIORATION not in raised(ward)
    assert not [one for one in ward.ward.view("ICU 1", ward.clock.at_us).conditions if one.condition == DETERIORATION]
    assert [entry.said.rule for entry in entries(ward)] == [DETERIORATION]
    assert not any("worse" in line.text for line in timeline(ward.ctx, ward.case_id))
    ward.tell(Ended(DETERIORATION, "", ward.clock.at_us))
    ward.seconds(200, spo2=98.0)
    assert entries(ward)[0].ended_us is not None
    assert "monitor_condition_ended.1" not in kinds(ward)


def test_an_alarm_that_stands_when_its_rule_is_made_silent_goes_and_says_why(ward: AlarmWard) -> None:
    ward.seconds(60, spo2=86.0)
    assert "spo2_low" in raised(ward)
    silence(ward, "spo2_low")
    ward.seconds(30, spo2=86.0)
    assert "spo2_low" not in raised(ward)
    stream = [one.event for one in ward.store.read_stream(ev.case_stream(ward.case_id))]
    assert [one.why for one in stream if ev.kind_of(one) == "alarm_cleared.1"] == ["silent_rule"]


def test_switched_on_while_it_holds_it_is_raised_and_the_silent_word_ends(ward: AlarmWard) -> None:
    silence(ward, "spo2_low")
    ward.seconds(60, spo2=86.0)
    silence(ward, "spo2_low", "on")
    ward.seconds(30, spo2=86.0)
    assert "spo2_low" in raised(ward)
    ends = [one.event for one in ward.store.read_stream(ev.case_stream(ward.case_id))]
    assert [one.why for one in ends if isinstance(one, ShadowEnded)] == ["switched_on"]


def test_after_a_restart_the_same_word_is_not_counted_twice(ward: AlarmWard) -> None:
    silence(ward, "spo2_low")
    ward.seconds(60, spo2=86.0)
    ward.start()
    ward.seconds(60, spo2=86.0)
    assert len([entry for entry in entries(ward) if entry.said.rule == "spo2_low"]) == 1


def test_no_arrest_runs_silently_and_a_switch_needs_a_reason(ward: AlarmWard) -> None:
    with pytest.raises(OperatorError, match="arrest"):
        silence(ward, "asystole")
    with pytest.raises(OperatorError, match="reason"):
        shadow.set_mode(ward.ctx, actor="vet", rule="spo2_low", mode="shadow", why=" ")
    with pytest.raises(OperatorError, match="already"):
        silence(ward, "spo2_low", "on")
    silence(ward, "spo2_low")
    switched = [one for one in ward.store.read_stream("clinic") if isinstance(one.event, RuleModeSet)]
    assert [(one.actor, one.event.why) for one in switched] == [("vet", "first weeks")]


def spoke(ward: AlarmWard, number: int, at_us: int) -> None:
    said = ShadowSpoke(
        at_us=at_us, spoke_id=f"s{number}", rule="spo2_low", signal="", text="low", priority="high", since_us=at_us
    )
    over = ShadowEnded(at_us=at_us + US_PER_MIN, spoke_id=f"s{number}", why="over")
    record(ward.ctx, actor="holdfast", stream=ev.case_stream(ward.case_id), events=[said, over])


def test_the_score_tells_verdicts_acts_and_what_is_not_known_apart(ward: AlarmWard) -> None:
    silence(ward, "spo2_low")
    first_us = ward.clock.at_us
    for number in range(5):
        spoke(ward, number, first_us + number * 120 * US_PER_MIN)
    given = ev.TreatmentGiven(
        at_us=first_us + 370 * US_PER_MIN, treatment_id="g", category="oxygen", what="oxygen", amount="", note=""
    )
    record(ward.ctx, actor="vet", stream=ev.case_stream(ward.case_id), events=[given])
    for number, verdict in enumerate(("right", "wrong", "unsure")):
        shadow.judge(ward.ctx, actor="vet", case_id=ward.case_id, spoke_id=f"s{number}", verdict=verdict)
    ward.clock.at_us = first_us + 490 * US_PER_MIN
    (score,) = [one for one in scores(ward.ctx, ward.clock.at_us) if one.rule == "spo2_low"]
    assert (score.spoke, score.cases) == (5, 1)
    assert (score.right, score.wrong, score.unsure) == (1, 1, 1)
    assert (score.acted_on, score.nothing_recorded, score.too_early) == (1, 0, 1)
    assert score.share is not None
    assert score.share[0] < 0.5 < score.share[1]


def test_the_last_verdict_counts_and_an_unknown_word_is_refused(ward: AlarmWard) -> None:
    spoke(ward, 1, ward.clock.at_us)
    for verdict in ("wrong", "right"):
        shadow.judge(ward.ctx, actor="vet", case_id=ward.case_id, spoke_id="s1", verdict=verdict)
    (score,) = scores(ward.ctx, ward.clock.at_us)
    assert (score.right, score.wrong) == (1, 0)
    with pytest.raises(OperatorError, match="No silent rule"):
        shadow.judge(ward.ctx, actor="vet", case_id=ward.case_id, spoke_id="other", verdict="right")
