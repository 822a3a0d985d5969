"""From the signature to the last thing done for the body: no path loses a step, and no path locks."""

from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hold.orders import SECOND_US, decided, entry_for, order
from holdfast.hold.death import Check, Rule, judge
from holdfast.hold.order import AHEAD, TRANSITIONS, Act, OrderState, after, state_of
from holdfast.hold.steps import Standing, Step, check_way_on, missing, steps
from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.end_of_life import load
from holdfast.record import end_of_life_events as eol
from holdfast.record.events import Decision

BEFORE_THE_ACT = (
    OrderState.ORDERED,
    OrderState.LOOKED,
    OrderState.CALLING,
    OrderState.PROCEEDING,
    OrderState.READY,
)
DECISIONS = {Act.PROCEED: Decision.PROCEED, Act.HOLD: Decision.HOLD, Act.CALL_COLLEAGUE: Decision.CALL_COLLEAGUE}
REASONS = frozenset(one.key for one in load().pass_reasons)


def distance(state: OrderState) -> int:
    """How many acts to the end, if every act leads ahead."""
    waiting, seen = deque([(state, 0)]), {state}
    while waiting:
        here, far = waiting.popleft()
        if here is OrderState.FINISHED:
            return far
        for (source, act), target in TRANSITIONS.items():
            if source is here and act in AHEAD and target not in seen:
                seen.add(target)
                waiting.append((target, far + 1))
    raise AssertionError(f"no way on from {state}")


@pytest.mark.parametrize("state", BEFORE_THE_ACT)
def test_from_everywhere_before_the_act_it_can_be_performed_at_once(state: OrderState) -> None:
    assert TRANSITIONS[state, Act.PERFORM] is OrderState.PERFORMED


@pytest.mark.parametrize("state", [one for one in OrderState if one not in (OrderState.HELD, OrderState.STOPPED)])
def test_every_state_that_is_no_end_has_a_way_on_to_the_end(state: OrderState) -> None:
    assert distance(state) <= 3


@pytest.mark.parametrize("state", [*BEFORE_THE_ACT, OrderState.PERFORMED])
def test_until_death_is_confirmed_it_can_be_held_or_stopped(state: OrderState) -> None:
    assert TRANSITIONS.get((state, Act.HOLD)) is OrderState.HELD or TRANSITIONS[state, Act.STOP] is OrderState.STOPPED


@pytest.mark.parametrize("state", [OrderState.PERFORMED, OrderState.CONFIRMED, OrderState.FINISHED])
def test_a_sign_of_life_can_be_said_at_any_time_after_the_act(state: OrderState) -> None:
    assert TRANSITIONS[state, Act.SIGN_OF_LIFE] is OrderState.PERFORMED


@given(st.lists(st.sampled_from([act for act in Act if act is not Act.SHOW]), max_size=12))
def test_a_record_of_accepted_acts_has_the_state_that_the_table_says_and_loses_none(acts: list[Act]) -> None:
    made, decisions, expected = [], [], OrderState.ORDERED
    for number, act in enumerate(acts, start=1):
        following = TRANSITIONS.get((expected, act))
        if following is None:
            with pytest.raises(OperatorError):
                after(order(*made, decisions=decisions), act)
            continue
        assert after(order(*made, decisions=decisions), act) is following
        if act in DECISIONS:
            decisions.append(decided(DECISIONS[act], number))
        else:
            made.append(entry_for(act, number))
        expected = following
    assert state_of(order(*made, decisions=decisions)) is expected
    assert len(order(*made).log.entries) == len(made)


FACTS = st.lists(
    st.sampled_from(
        [
            eol.AnimalIdentified(at_us=1, order_id="o", how="microchip", read="1"),
            eol.EndOfLifeConsentRecorded(
                at_us=1, order_id="o", by="A", relation="owner", how="in_person", confirmed_by="", witness=""
            ),
            eol.QualityOfLifeRecorded(at_us=1, order_id="o", tool="t", total=1.0),
            eol.TrayReady(at_us=1, order_id="o"),
        ]
    ),
    max_size=4,
)


@given(FACTS, st.booleans(), st.booleans(), st.sampled_from(sorted(REASONS)))
def test_every_missing_step_is_passed_by_one_reason_and_stays_visible(facts, looked, comfort, reason: str) -> None:
    before = order(*facts, looked=looked, comfort=comfort)
    lacks = missing(before)
    check_way_on(lacks, reason, REASONS)
    if lacks:
        with pytest.raises(OperatorError, match="Not on record yet"):
            check_way_on(lacks, "", REASONS)
    passed = eol.EndOfLifeStepsPassed(at_us=2, order_id="o", steps=tuple(lacks), reason=reason)
    told = {one.step: one for one in steps(order(*facts, passed, looked=looked, comfort=comfort))}
    assert set(told) == set(Step)
    assert missing(order(*facts, passed, looked=looked, comfort=comfort)) == ()
    for step in lacks:
        assert (told[step].standing, told[step].reason) == (Standing.PASSED, reason)


def test_a_reason_that_is_not_of_the_list_does_not_pass() -> None:
    with pytest.raises(OperatorError, match="not one of the reasons"):
        check_way_on((Step.IDENTITY,), "because", REASONS)


RULE = Rule(("heartbeat", "breathing", "corneal_reflex"), 5 * US_PER_MIN, 2)
ALL = frozenset(RULE.required)
NOTHING: frozenset[str] = frozenset()


def checks(*minutes: float) -> list[Check]:
    return [Check(int(minute * US_PER_MIN), ALL, NOTHING) for minute in minutes]


def met(found: list[Check], *, performed_min: float = 0, heartbeats: tuple[float, ...] = ()) -> bool:
    back = [int(one * US_PER_MIN) for one in heartbeats]
    return judge(found, RULE, int(performed_min * US_PER_MIN), back, 60 * US_PER_MIN).met


def test_one_check_or_two_within_the_same_five_minutes_are_not_enough() -> None:
    assert not met(checks(1))
    assert not met(checks(1, 3, 6))
    assert met(checks(1, 3, 6.1))


def test_a_check_before_the_act_a_sign_of_life_or_a_returning_heartbeat_starts_it_anew() -> None:
    assert not met(checks(1, 7), performed_min=2)
    alive = Check(4 * US_PER_MIN, NOTHING, frozenset({"breathing"}))
    assert not met([*checks(1, 7), alive])
    assert met([*checks(1, 7, 12.5), alive])
    assert not met(checks(1, 7), heartbeats=(3,))


def test_an_incomplete_check_does_not_count() -> None:
    half = Check(7 * US_PER_MIN, frozenset({"heartbeat"}), NOTHING)
    assert not met([*checks(1), half])


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=8), st.integers(0, 20))
def test_it_is_met_exactly_when_whole_checks_lie_far_enough_apart_after_the_last_sign(made, performed_min: int) -> None:
    found = [
        Check(minute * US_PER_MIN, NOTHING if alive else ALL, frozenset({"heartbeat"}) if alive else NOTHING)
        for minute, alive in made
    ]
    last_alive = max([performed_min, *(minute for minute, alive in made if alive)])
    whole = [minute for minute, alive in made if not alive and minute >= last_alive]
    expected = len(whole) >= 2 and max(whole) - min(whole) > 5
    assert met(found, performed_min=performed_min) is expected


def test_the_words_say_when_the_next_check_is_due() -> None:
    told = judge(checks(1), RULE, 0, (), 2 * US_PER_MIN)
    assert told.next_us == 6 * US_PER_MIN + SECOND_US
    assert "in 4 min" in told.text
