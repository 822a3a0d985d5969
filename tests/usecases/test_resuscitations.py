"""A resuscitation from any page: joined when it runs, delivered late and twice, never waiting for a weight."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge import dosing
from holdfast.record.cpr_events import CprStep
from holdfast.resuscitation.circulation import Signs
from holdfast.resuscitation.course import Phase
from holdfast.usecases import cases
from holdfast.usecases import resuscitations as cpr
from holdfast.usecases.context import Context
from holdfast.usecases.timeline import timeline
from making import NOON_US, StandingClock, make_context

S_US = 1_000_000


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def ctx(clock: StandingClock) -> Context:
    return make_context(clock)


def admit(ctx: Context, weight_kg: float | None = 34.0) -> str:
    return cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex", weight_kg=weight_kg))


def touch(number: int, step: CprStep, after_s: float, what: str = "") -> cpr.Touch:
    return cpr.Touch(entry_id=f"e{number}", at_us=NOON_US + round(after_s * S_US), step=step, what=what)


def deliver(ctx: Context, case_id: str, cpr_id: str, *touches: cpr.Touch) -> int:
    return cpr.log_touches(ctx, actor="nurse", case_id=case_id, cpr_id=cpr_id, touches=touches)


def test_one_press_starts_and_the_second_person_joins(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    first = cpr.start(ctx, actor="nurse", case_id=case_id)
    clock.advance(5)
    assert cpr.start(ctx, actor="vet", case_id=case_id) == first
    assert list(ctx.book.case(case_id).resuscitations) == [first]
    told = cpr.page(ctx, case_id, first, clock.at_us)
    assert told.clock.phase is Phase.COMPRESSIONS
    amount = next(row.amount for row in told.drugs if row.dose.key == "epinephrine_cpr")
    assert amount is not None
    assert amount.low == pytest.approx(0.34)


def test_when_it_is_over_the_next_press_is_a_new_one(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    first = cpr.start(ctx, actor="nurse", case_id=case_id)
    clock.advance(60)
    deliver(ctx, case_id, first, touch(1, CprStep.STOPPED, 50, "no circulation"))
    assert cpr.start(ctx, actor="nurse", case_id=case_id) != first


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_an_offline_browser_delivers_late_twice_and_mixed_and_all_is_there_once(rng: random.Random) -> None:
    clock = StandingClock()
    ctx = make_context(clock)
    case_id = admit(ctx)
    cpr_id = cpr.start(ctx, actor="nurse", case_id=case_id, cpr_id="own")
    clock.advance(600)
    steps = (CprStep.RHYTHM, CprStep.DRUG, CprStep.RHYTHM_CHECK, CprStep.COMPRESSIONS, CprStep.SHOCK)
    touches = [touch(number, steps[number % 5], 10 * number) for number in range(20)]
    sent = [*touches, *rng.sample(touches, 8)]
    rng.shuffle(sent)
    new = sum(deliver(ctx, case_id, cpr_id, one) for one in sent)
    entries = ctx.book.case(case_id).resuscitations[cpr_id].entries
    assert new == len(touches)
    assert [entry.entry_id for entry in entries] == [one.entry_id for one in touches]
    assert cpr.start(ctx, actor="nurse", case_id=case_id, cpr_id="own") == cpr_id
    assert len(ctx.book.case(case_id).resuscitations) == 1


def test_two_hundred_touches_over_a_network_that_comes_and_goes_are_all_there_once(
    ctx: Context, clock: StandingClock
) -> None:
    """A browser sends what has no answer yet; the answer gets lost as often as not."""
    rng = random.Random(7)
    case_id = admit(ctx)
    clock.advance(3600)
    waiting = [touch(number, rng.choice(list(CprStep)), number) for number in range(200)]
    names = {one.entry_id for one in waiting}
    while waiting:
        sent = waiting[: rng.randint(1, 30)]
        deliver(ctx, case_id, "own", *sent[: rng.randint(0, len(sent))])
        if rng.random() < 0.5:
            deliver(ctx, case_id, "own", *sent)
            waiting = waiting[len(sent) :]
    entries = ctx.book.case(case_id).resuscitations["own"].entries
    assert len(entries) == 200
    assert {entry.entry_id for entry in entries} == names


def test_touches_that_arrive_before_their_start_are_kept(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    clock.advance(100)
    deliver(ctx, case_id, "own", touch(1, CprStep.RHYTHM, 20, "vf"))
    cpr.start(ctx, actor="nurse", case_id=case_id, cpr_id="own", at_us=NOON_US)
    log = ctx.book.case(case_id).resuscitations["own"]
    assert log.began_us == NOON_US
    assert [entry.what for entry in log.entries] == ["vf"]


def test_an_old_weight_is_used_and_asked_for_again(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    clock.advance(24 * 3600 - 1)
    assert not cpr.weight_used(ctx, ctx.book.case(case_id), clock.at_us).ask
    clock.advance(2)
    used = cpr.weight_used(ctx, ctx.book.case(case_id), clock.at_us)
    assert (used.kg, used.ask) == (34.0, True)
    cpr_id = cpr.start(ctx, actor="nurse", case_id=case_id)
    assert cpr.page(ctx, case_id, cpr_id, clock.at_us).energies[0].joules == pytest.approx(68)


def test_without_a_weight_it_runs_and_guesses_no_dose(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx, weight_kg=None)
    cpr_id = cpr.start(ctx, actor="nurse", case_id=case_id)
    told = cpr.page(ctx, case_id, cpr_id, clock.at_us)
    assert told.weight.ask
    assert all(row.amount is None for row in told.drugs)
    cases.measure_weight(ctx, actor="nurse", case_id=case_id, weight_kg=30)
    assert cpr.page(ctx, case_id, cpr_id, clock.at_us).drugs[0].amount is not None


def test_every_page_can_carry_what_a_browser_needs_alone(ctx: Context) -> None:
    case_id = admit(ctx)
    told = cpr.offline_kit(ctx, case_id)
    assert (told["case_id"], told["weight_kg"], told["weight_at_us"]) == (case_id, 34.0, NOON_US)
    assert told["drugs"]


def test_circulation_is_suggested_by_signals_and_confirmed_only_by_a_person(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    cpr_id = cpr.start(ctx, actor="nurse", case_id=case_id)
    clock.advance(130)
    told = cpr.page(ctx, case_id, cpr_id, clock.at_us, Signs(etco2_mmhg=40, etco2_before_mmhg=15))
    assert told.suggestion is not None
    assert told.clock.phase is Phase.COMPRESSIONS
    assert told.after == ()
    deliver(ctx, case_id, cpr_id, touch(1, CprStep.CIRCULATION, 130))
    told = cpr.page(ctx, case_id, cpr_id, clock.at_us)
    assert told.clock.phase is Phase.CIRCULATION
    assert told.after


def test_a_browser_whose_clock_runs_ahead_logs_nothing_in_the_future(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    cpr_id = cpr.start(ctx, actor="nurse", case_id=case_id)
    deliver(ctx, case_id, cpr_id, touch(1, CprStep.SHOCK, 3600))
    assert ctx.book.case(case_id).resuscitations[cpr_id].entries[0].at_us == clock.at_us


def test_a_touch_is_taken_back_and_the_report_still_shows_it(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    cpr_id = cpr.start(ctx, actor="nurse", case_id=case_id)
    clock.advance(60)
    deliver(ctx, case_id, cpr_id, touch(1, CprStep.STOPPED, 40))
    cpr.withdraw(ctx, actor="nurse", case_id=case_id, cpr_id=cpr_id, entry_id="e1", reason="slipped")
    assert cpr.page(ctx, case_id, cpr_id, clock.at_us).clock.phase is Phase.COMPRESSIONS
    made = cpr.written_report(ctx, case_id, cpr_id, clock.at_us)
    assert [line.withdrawn for line in made.log] == ["slipped"]


def test_the_timeline_tells_of_it_in_words(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    cpr_id = cpr.start(ctx, actor="nurse", case_id=case_id)
    clock.advance(60)
    given_drug = cpr.Touch(
        entry_id="e1",
        at_us=clock.at_us,
        step=CprStep.DRUG,
        what="epinephrine_cpr",
        amount=0.34,
        unit="mg",
        route="IV",
    )
    deliver(ctx, case_id, cpr_id, given_drug)
    cpr.record_fact(ctx, actor="vet", case_id=case_id, cpr_id=cpr_id, key="witnessed", value="yes")
    told = [line.text for line in timeline(ctx, case_id) if line.category == "resuscitation"]
    assert told == [
        "Resuscitation began",
        "CPR: drug, Epinephrine (adrenaline), 0.34 mg IV",
        "CPR: Arrest seen by somebody: yes",
    ]


def test_what_has_no_meaning_is_refused(ctx: Context, clock: StandingClock) -> None:
    case_id = admit(ctx)
    with pytest.raises(NotFoundError):
        cpr.start(ctx, actor="nurse", case_id="nobody")
    with pytest.raises(NotFoundError):
        cpr.page(ctx, case_id, "none", clock.at_us)
    with pytest.raises(OperatorError, match="without its id"):
        deliver(ctx, case_id, "c1", cpr.Touch(entry_id="", at_us=NOON_US, step=CprStep.SHOCK))
    wrong = cpr.Touch(entry_id="e1", at_us=NOON_US, step=CprStep.DRUG, amount=float("nan"))
    with pytest.raises(OperatorError, match="not an amount"):
        deliver(ctx, case_id, "c1", wrong)
    with pytest.raises(OperatorError, match="not part of the report"):
        cpr.record_fact(ctx, actor="vet", case_id=case_id, cpr_id="c1", key="weather", value="rain")


def test_doses_and_admission_agree_on_what_a_dog_can_weigh() -> None:
    assert (dosing.WEIGHT_MIN_KG, dosing.WEIGHT_MAX_KG) == (cases.WEIGHT_KG_MIN, cases.WEIGHT_KG_MAX)
