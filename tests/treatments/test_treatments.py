"""Ordered treatments: no time is lost or asked twice, no path locks, and the pump rate is the same both ways."""

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from holdfast.kernel.errors import OperatorError
from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.doses import INFUSION_UNITS
from holdfast.knowledge.dosing import rate_ml_h as checked_rate
from holdfast.record import treatment_events as tr
from holdfast.record import treatment_state
from holdfast.record.treatment_state import PlannedTreatment, TreatmentPlan
from holdfast.treatments.due import Due, early_us, late_us, standing
from holdfast.treatments.infusion import HOURS, MASS, parse, rate_ml_h
from holdfast.treatments.table import ENDS, TRANSITIONS, Act, State, after, state_of

FIRST_US = 1_000 * US_PER_MIN


def plan(*events: tr.ANY_TREATMENT_EVENT, every_min: int | None = 60, **fields: object) -> PlannedTreatment:
    ordered = tr.TreatmentOrdered(
        **{
            "at_us": 0,
            "order_id": "o",
            "order_kind": tr.OrderKind.DRUG,
            "category": "analgesic",
            "what": "x",
            "amount": "1 mg",
            "route": "IV",
            "first_us": FIRST_US,
            "every_min": every_min,
            "until_us": None,
            "continuous": False,
            **fields,
        }
    )
    made = treatment_state.apply(TreatmentPlan(), ordered, "kim")
    for event in events:
        made = treatment_state.apply(made, event, "kim")
    return made.orders["o"]


def done(due_us: int, at_us: int = 0) -> tr.TreatmentDone:
    return tr.TreatmentDone(at_us=at_us, order_id="o", what="x", due_us=due_us, treatment_id="t")


def skipped(*due_us: int) -> tr.TreatmentSkipped:
    return tr.TreatmentSkipped(at_us=0, order_id="o", what="x", due_us=due_us, reason="asleep")


def test_once_is_due_around_its_time_overdue_after_it_and_done_when_given() -> None:
    once = plan(every_min=None)
    at = {minute: standing(once, FIRST_US + minute * US_PER_MIN).due for minute in (-20, -14, 29, 31)}
    assert at == {-20: Due.LATER, -14: Due.NOW, 29: Due.NOW, 31: Due.OVERDUE}
    assert standing(plan(done(FIRST_US), every_min=None), FIRST_US).due is Due.DONE


def test_a_late_dose_does_not_move_the_next() -> None:
    late = plan(done(FIRST_US, at_us=FIRST_US + 40 * US_PER_MIN))
    stands = standing(late, FIRST_US + 41 * US_PER_MIN)
    assert (stands.due, stands.due_us) == (Due.LATER, FIRST_US + 60 * US_PER_MIN)


def test_what_nobody_answered_is_named_and_the_newest_is_what_is_due() -> None:
    stands = standing(plan(), FIRST_US + 181 * US_PER_MIN)
    assert stands.due_us == FIRST_US + 180 * US_PER_MIN
    assert stands.missed == tuple(FIRST_US + 60 * number * US_PER_MIN for number in range(3))


def test_an_infusion_is_started_once_and_runs() -> None:
    running = plan(every_min=None, continuous=True)
    assert standing(running, FIRST_US).due is Due.NOW
    started = plan(done(FIRST_US), every_min=None, continuous=True)
    assert standing(started, FIRST_US + 10_000 * US_PER_MIN).due is Due.RUNNING


def test_after_its_last_time_nothing_is_due_any_more() -> None:
    ended = plan(done(FIRST_US), done(FIRST_US + 60 * US_PER_MIN), until_us=FIRST_US + 60 * US_PER_MIN)
    assert standing(ended, FIRST_US + 600 * US_PER_MIN).due is Due.DONE


@given(
    st.sampled_from([15, 30, 60, 240]),
    st.integers(-500, 3_000),
    st.sets(st.integers(0, 40), max_size=12),
    st.sets(st.integers(0, 40), max_size=12),
)
def test_no_time_is_lost_and_none_is_asked_twice(
    every_min: int, now_min: int, given_: set[int], left: set[int]
) -> None:
    every_us, now_us = every_min * US_PER_MIN, FIRST_US + now_min * US_PER_MIN
    times = {number: FIRST_US + number * every_us for number in range(41)}
    one = plan(*(done(times[n]) for n in given_), skipped(*(times[n] for n in left)), every_min=every_min)
    stands = standing(one, now_us)
    answered = {times[n] for n in given_ | left}
    passed = {FIRST_US + n * every_us for n in range(500) if FIRST_US + n * every_us <= now_us + early_us(one)}
    asked = set(stands.missed) | ({stands.due_us} if stands.due in (Due.NOW, Due.OVERDUE) else set())
    assert asked == passed - answered
    if stands.due is Due.LATER:
        assert stands.due_us not in answered
        assert stands.due_us is not None
        assert stands.due_us > now_us + early_us(one)
    assert (stands.due is Due.OVERDUE) == (bool(asked) and now_us > max(asked) + late_us(one))


@given(st.lists(st.sampled_from(list(Act)), max_size=10), st.booleans())
def test_no_path_locks_and_every_accepted_act_is_kept(acts: list[Act], waits: bool) -> None:
    events: list[tr.ANY_TREATMENT_EVENT] = []
    expected = State.WAITING if waits else State.ACTIVE
    made = {
        Act.APPROVE: tr.TreatmentOrderApproved(at_us=1, order_id="o", what="x"),
        Act.SPEAK: tr.TreatmentOrderSpoken(at_us=1, order_id="o", what="x", by="Dr A"),
        Act.GIVE: done(FIRST_US),
        Act.SKIP: skipped(FIRST_US),
        Act.STOP: tr.TreatmentOrderStopped(at_us=1, order_id="o", what="x", reason="over"),
        Act.DECLINE: tr.TreatmentDeclined(at_us=1, order_id="o", what="x", declined_by="A", explained="all"),
    }
    for act in acts:
        following = TRANSITIONS.get((expected, act))
        if following is None:
            with pytest.raises(OperatorError):
                after(plan(*events, waits=waits), act)
            continue
        assert after(plan(*events, waits=waits), act) is following
        events.append(made[act])
        expected = following
    assert state_of(plan(*events, waits=waits)) is expected
    assert len(plan(*events, waits=waits).entries) == len(events)
    if expected not in ENDS:
        assert (expected, Act.STOP) in TRANSITIONS
        assert expected is not State.WAITING or TRANSITIONS[expected, Act.SPEAK] is State.SPOKEN


UNITS = st.sampled_from([f"{amount}/kg/{time}" for amount in MASS for time in HOURS])
NUMBERS = st.floats(0.01, 20)


@given(NUMBERS, UNITS, st.floats(0.5, 90), st.floats(1, 100), st.sampled_from(sorted(MASS)))
def test_as_much_flows_in_an_hour_as_the_dose_asks_for(dose, unit, weight, per_ml, per_ml_unit) -> None:
    try:
        rate = rate_ml_h(dose, unit, weight, per_ml, per_ml_unit)
    except OperatorError:  # more than a pump runs
        reject()
    amount, _, time = unit.split("/")
    assert rate * per_ml * MASS[per_ml_unit] == pytest.approx(dose * weight * MASS[amount] / HOURS[time])


@given(NUMBERS, st.sampled_from(INFUSION_UNITS), st.floats(0.5, 90), st.floats(10, 100))
def test_it_agrees_with_the_arithmetic_of_the_checked_doses(dose, unit, weight, per_ml) -> None:
    rate = checked_rate(dose, unit, weight, per_ml, "mg")
    if rate <= 2_000:
        assert rate_ml_h(dose, unit, weight, per_ml, "mg") == pytest.approx(rate)


def test_a_worked_example_and_what_needs_no_strength_or_no_weight() -> None:
    assert rate_ml_h(5, "ug/kg/min", 32, 0.4, "mg") == pytest.approx(24.0)
    assert rate_ml_h(3, "mL/kg/h", 32, None, "") == pytest.approx(96.0)
    assert rate_ml_h(0.05, "U/kg/h", 20, 1, "U") == pytest.approx(1.0)
    assert rate_ml_h(40, "mL/h", None, None, "") == pytest.approx(40.0)


@pytest.mark.parametrize(
    ("dose", "unit", "weight", "per_ml", "per_ml_unit"),
    [
        (5, "ug/kg/min", 32, 0.4, "U"),
        (5, "U/kg/h", 32, 1, "mg"),
        (5, "ug/lb/min", 32, 1, "mg"),
        (5, "drops/min", 32, 1, "mg"),
        (5, "ug/kg/min", None, 1, "mg"),
        (5, "ug/kg/min", 500, 1, "mg"),
        (5, "ug/kg/min", 32, 0, "mg"),
        (0, "ug/kg/min", 32, 1, "mg"),
        (5, "mg/kg/min", 32, 0.001, "mg"),
    ],
)
def test_what_cannot_be_worked_out_is_refused_in_words(dose, unit, weight, per_ml, per_ml_unit) -> None:
    with pytest.raises(OperatorError):
        rate_ml_h(dose, unit, weight, per_ml, per_ml_unit)


def test_a_unit_is_taken_apart() -> None:
    assert parse("ug/kg/min") == parse(" ug/kg/min ")
    assert not parse("mL/h").per_kg
