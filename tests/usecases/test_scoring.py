"""Scores of a case: filled by people, findings and the monitor, and open where something is missing."""

import pytest

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record.events import Presence
from holdfast.usecases import cases, scoring
from holdfast.usecases.context import Context
from holdfast.usecases.timeline import timeline
from making import StandingClock, make_context


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ctx(clock: StandingClock) -> Context:
    return make_context(clock)


def admit(ctx: Context, species: str = "dog") -> str:
    admission = cases.Admission(name="Rex", species=species, age_months=62)
    return cases.admit(ctx, actor="vet", admission=admission)


def measured(ctx: Context, case_id: str, key: str, value: float, unit: str) -> None:
    cases.record_finding(ctx, actor="vet", case_id=case_id, key=key, presence=Presence.PRESENT, value=value, unit=unit)


def test_a_score_of_a_new_case_is_open_and_knows_the_age(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    told = scoring.scores_now(ctx, case_id, clock.at_us)
    assert told["mgcs"].total is None
    assert [line.item for line in told["apple_full"].filled] == ["age"]
    assert told["apple_full"].risk is None


def test_answers_make_the_total_and_grow_old(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    for item, points in (("motor", 5), ("brainstem", 4), ("consciousness", 5)):
        scoring.answer(ctx, actor="vet", case_id=case_id, score_key="mgcs", item=item, points=points)
    assert scoring.scores_now(ctx, case_id, clock.at_us)["mgcs"].total == 14
    clock.advance(2 * 3600)
    later = scoring.scores_now(ctx, case_id, clock.at_us)["mgcs"]
    assert later.total is None
    assert {line.why for line in later.missing} == {"too_old"}


def test_a_value_in_another_unit_fills_its_item(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    measured(ctx, case_id, "glucose", 5.0, "mmol/L")
    measured(ctx, case_id, "lactate", 9.0, "mmol/L")
    filled = {line.item: line.score for line in scoring.scores_now(ctx, case_id, clock.at_us)["apple_fast"].filled}
    assert filled == {"glucose": 8, "lactate": 8}


def test_heart_rate_and_pressure_of_the_record_give_the_shock_index(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    measured(ctx, case_id, "heart rate", 150, "/min")
    measured(ctx, case_id, "systolic pressure", 100, "mmHg")
    assert scoring.scores_now(ctx, case_id, clock.at_us)["shock_index"].total == 1.5


def test_no_score_for_dogs_is_worked_out_for_a_cat(ctx: Context, clock: StandingClock) -> None:
    assert scoring.scores_now(ctx, admit(ctx, species="cat"), clock.at_us) == {}


def test_what_is_no_answer_is_refused(ctx: Context) -> None:
    case_id = admit(ctx)
    with pytest.raises(OperatorError, match="cannot be 7"):
        scoring.answer(ctx, actor="vet", case_id=case_id, score_key="mgcs", item="motor", points=7)
    with pytest.raises(NotFoundError, match="no item"):
        scoring.answer(ctx, actor="vet", case_id=case_id, score_key="mgcs", item="tail", points=1)
    with pytest.raises(OperatorError, match="a measured value"):
        scoring.answer(ctx, actor="vet", case_id=case_id, score_key="shock_index", item="heart_rate", points=1)


def test_an_answer_stands_on_the_timeline_in_words(ctx: Context) -> None:
    case_id = admit(ctx)
    scoring.answer(ctx, actor="vet", case_id=case_id, score_key="mgcs", item="motor", points=6)
    assert any("Motor activity: 6 (Gait and spinal reflexes normal)" in line.text for line in timeline(ctx, case_id))
