"""No path of a resuscitation loses a step, and none locks; delivered twice and in any order it is the same."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.record.cpr_events import (
    ANY_CPR_EVENT,
    CprFactRecorded,
    CprStarted,
    CprStep,
    CprStepLogged,
    CprStepWithdrawn,
)
from holdfast.record.cpr_log import CprLog, apply
from holdfast.resuscitation.course import TRANSITIONS, Phase, course, seen
from resuscitation.logs import S_US, START, T0_US, log_of, step

ids = st.sampled_from([f"e{number}" for number in range(6)])
times = st.integers(0, 600).map(lambda s: T0_US + s * S_US)


@st.composite
def events(draw: st.DrawFn) -> ANY_CPR_EVENT:
    at_us = draw(times)
    match draw(st.integers(0, 7)):
        case 0:
            weight = draw(st.sampled_from([None, 20.0, 34.0]))
            return CprStarted(at_us=at_us, cpr_id="c1", weight_kg=weight, weight_at_us=None)
        case 1:
            return CprStepWithdrawn(at_us=at_us, cpr_id="c1", entry_id=draw(ids), reason=draw(st.sampled_from("ab")))
        case 2:
            key = draw(st.sampled_from(["witnessed", "location"]))
            return CprFactRecorded(at_us=at_us, cpr_id="c1", key=key, value=draw(st.sampled_from(["yes", "no"])))
        case _:
            return CprStepLogged(
                at_us=at_us,
                cpr_id="c1",
                entry_id=draw(ids),
                step=draw(st.sampled_from(CprStep)),
                what=draw(st.sampled_from(["", "vf", "asystole", "epinephrine_cpr"])),
            )


def folded(given_events: list[tuple[ANY_CPR_EVENT, str]]) -> CprLog:
    logs: dict[str, CprLog] = {}
    for event, by in given_events:
        logs = apply(logs, event, by)
    return logs.get("c1", CprLog("c1"))


written = st.lists(st.tuples(events(), st.sampled_from(["vet", "nurse"])), max_size=10)


@settings(max_examples=60)
@given(written, st.randoms(use_true_random=False))
def test_late_twice_and_in_any_order_give_the_same_log(
    original: list[tuple[ANY_CPR_EVENT, str]], rng: random.Random
) -> None:
    again = [*original, *rng.sample(original, len(original) // 2)]
    rng.shuffle(again)
    assert folded(again) == folded(original)
    assert folded(again).entries == folded(original).entries


@settings(max_examples=60)
@given(written)
def test_no_step_is_lost(original: list[tuple[ANY_CPR_EVENT, str]]) -> None:
    """Whatever the phase: every touch is in the log, also those taken back."""
    log = folded(original)
    touched = {event.entry_id for event, _ in original if isinstance(event, CprStepLogged)}
    assert {entry.entry_id for entry in log.entries} == touched
    taken_back = {event.entry_id for event, _ in original if isinstance(event, CprStepWithdrawn)}
    assert {entry.entry_id for entry in log.entries if entry.withdrawn} == touched & taken_back


@settings(max_examples=60)
@given(written, times)
def test_a_course_has_no_gaps_and_lasts(original: list[tuple[ANY_CPR_EVENT, str]], now_us: int) -> None:
    stands = course(folded(original), now_us)
    if stands is None:
        return
    assert stands.stretches[-1].to_us is None
    for before, after in zip(stands.stretches, stands.stretches[1:], strict=False):
        assert before.to_us == after.from_us
        assert before.phase is not after.phase
    assert all(stands.began_us <= at_us <= now_us for at_us in stands.cycles)
    assert list(stands.cycles) == sorted(stands.cycles)


@settings(max_examples=60)
@given(written)
def test_from_wherever_it_stands_compressions_can_begin_and_circulation_be_confirmed(
    original: list[tuple[ANY_CPR_EVENT, str]],
) -> None:
    later_us = T0_US + 700 * S_US
    for wanted, phase in ((CprStep.COMPRESSIONS, Phase.COMPRESSIONS), (CprStep.CIRCULATION, Phase.CIRCULATION)):
        more = CprStepLogged(at_us=later_us, cpr_id="c1", entry_id="new", step=wanted)
        stands = course(folded([*original, (more, "vet")]), later_us)
        assert stands is not None
        if not any(e.step is wanted and e.at_us == later_us for e in seen(folded(original), later_us)):
            assert stands.phase is phase


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_has_a_way_to_every_other(phase: Phase) -> None:
    reached = {phase}
    for _ in Phase:
        reached |= {to for (state, _), to in TRANSITIONS.items() if state in reached}
    assert reached == set(Phase)


def test_four_cycles_with_a_check_between_them() -> None:
    touches = []
    for cycle in range(1, 4):
        touches += [step(CprStep.RHYTHM_CHECK, 125 * cycle), step(CprStep.COMPRESSIONS, 125 * cycle + 5)]
    stands = course(log_of(*touches), T0_US + 500 * S_US)
    assert stands is not None
    assert len(stands.cycles) == 4
    assert stands.phase is Phase.COMPRESSIONS
    assert stands.at(T0_US + 127 * S_US) is Phase.PAUSE


def test_a_touch_that_was_taken_back_moves_nothing() -> None:
    stopped = step(CprStep.STOPPED, 60)
    log = log_of(stopped, CprStepWithdrawn(at_us=T0_US, cpr_id="c1", entry_id=stopped.entry_id, reason="slipped"))
    stands = course(log, T0_US + 100 * S_US)
    assert stands is not None
    assert stands.phase is Phase.COMPRESSIONS
    assert log.entries[0].withdrawn == "slipped"


def test_a_correction_that_arrives_before_what_it_corrects_still_corrects_it() -> None:
    stopped = step(CprStep.STOPPED, 60)
    taken_back = CprStepWithdrawn(at_us=T0_US + 61 * S_US, cpr_id="c1", entry_id=stopped.entry_id, reason="slipped")
    assert folded([(START, "vet"), (taken_back, "vet"), (stopped, "vet")]) == log_of(stopped, taken_back)


def test_it_runs_from_the_first_touch_when_the_start_has_not_arrived() -> None:
    stands = course(folded([(step(CprStep.COMPRESSIONS, 30), "nurse")]), T0_US + 40 * S_US)
    assert stands is not None
    assert stands.began_us == T0_US + 30 * S_US
