"""What a person does with a case, and what is refused in words."""

import pytest

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record.events import (
    MonitorBlockStored,
    Presence,
    Strength,
    TouchResponse,
    WorkingDiagnosisSet,
    case_stream,
)
from holdfast.record.monitor import Origin
from holdfast.usecases import beds, cases
from holdfast.usecases.context import Context, record
from holdfast.usecases.ports import OWN_ACTOR
from holdfast.usecases.timeline import timeline
from making import NOON_US, StandingClock, make_context


@pytest.fixture
def ctx() -> Context:
    ctx = make_context()
    beds.add_bed(ctx, actor="vet", bed="ICU 1")
    return ctx


def admit(ctx: Context, name: str = "Rex", **more: object) -> str:
    return cases.admit(ctx, actor="vet", admission=cases.Admission(name=name, **more))  # type: ignore[arg-type]


def test_an_admitted_dog_lies_on_its_bed(ctx: Context) -> None:
    case_id = admit(ctx, bed="ICU 1", weight_kg=32.0)
    case = ctx.book.case_on_bed("ICU 1")
    assert case is not None
    assert (case.case_id, case.name, case.weight_kg) == (case_id, "Rex", 32.0)


def test_two_dogs_never_share_a_bed(ctx: Context) -> None:
    admit(ctx, bed="ICU 1")
    with pytest.raises(OperatorError, match="Rex lies on ICU 1"):
        admit(ctx, name="Leo", bed="ICU 1")


@pytest.mark.parametrize("weight_kg", [0.0, -3.0, 500.0, float("nan"), float("inf")])
def test_an_impossible_weight_is_refused_with_the_possible_range(ctx: Context, weight_kg: float) -> None:
    with pytest.raises(OperatorError, match=r"cannot be right.*0\.2 and 120"):
        admit(ctx, weight_kg=weight_kg)
    assert ctx.book.open_cases() == []


def test_a_dog_without_a_name_is_refused(ctx: Context) -> None:
    with pytest.raises(OperatorError, match="no name"):
        admit(ctx, name="  ")


def test_the_same_admission_sent_twice_is_one_case(ctx: Context) -> None:
    admission = cases.Admission(name="Rex")
    first = cases.admit(ctx, actor="vet", admission=admission, command_id="once")
    second = cases.admit(ctx, actor="vet", admission=admission, command_id="once")
    assert first == second
    assert len(ctx.book.open_cases()) == 1


def test_an_admission_to_a_bed_whose_answer_was_lost_is_answered_again(ctx: Context) -> None:
    admission = cases.Admission(name="Rex", bed="ICU 1")
    first = cases.admit(ctx, actor="vet", admission=admission, command_id="once")
    assert cases.admit(ctx, actor="vet", admission=admission, command_id="once") == first


def test_closing_a_case_twice_by_a_retry_is_no_error(ctx: Context) -> None:
    case_id = admit(ctx)
    for _ in range(2):
        cases.close_case(ctx, actor="vet", case_id=case_id, outcome="home", command_id="once")
    assert ctx.book.case(case_id).closed == "home"


def test_a_synonym_of_a_finding_is_recorded_under_its_key(ctx: Context) -> None:
    case_id = admit(ctx)
    alias, key = next((a, k) for a, k in ctx.knowledge.aliases.items() if a != k)
    cases.record_finding(ctx, actor="vet", case_id=case_id, key=alias, presence=Presence.PRESENT)
    assert [e.key for e in ctx.book.case(case_id).standing_findings] == [key]


def test_a_finding_in_own_words_is_kept(ctx: Context) -> None:
    case_id = admit(ctx)
    cases.record_finding(ctx, actor="vet", case_id=case_id, key="looks at the door", presence=Presence.PRESENT)
    assert [e.key for e in ctx.book.case(case_id).standing_findings] == ["looks at the door"]


def test_taking_a_finding_back_twice_is_refused(ctx: Context) -> None:
    case_id = admit(ctx)
    cases.record_finding(ctx, actor="vet", case_id=case_id, key="lethargy", presence=Presence.PRESENT)
    finding_id = ctx.book.case(case_id).findings[0].finding_id
    cases.retract_finding(ctx, actor="vet", case_id=case_id, finding_id=finding_id, reason="wrong dog")
    with pytest.raises(OperatorError, match="not standing"):
        cases.retract_finding(ctx, actor="vet", case_id=case_id, finding_id=finding_id, reason="wrong dog")


def test_a_touch_names_a_region_and_side_of_the_chart(ctx: Context) -> None:
    case_id = admit(ctx)
    touch = {"actor": "vet", "case_id": case_id, "strength": Strength.FIRM, "response": TouchResponse.FLINCHES}
    cases.record_touch(ctx, side="left", region="thorax_mid", **touch)  # type: ignore[arg-type]
    assert ctx.book.case(case_id).touches[0].region == "thorax_mid"
    with pytest.raises(OperatorError, match="no region"):
        cases.record_touch(ctx, side="left", region="wing", **touch)  # type: ignore[arg-type]
    with pytest.raises(OperatorError, match="no side"):
        cases.record_touch(ctx, side="upper", region="thorax_mid", **touch)  # type: ignore[arg-type]


def test_a_claimed_time_is_never_in_the_future(ctx: Context) -> None:
    case_id = admit(ctx)
    cases.give_treatment(
        ctx, actor="vet", case_id=case_id, category="oxygen", what="flow-by", at_us=NOON_US + 3_600_000_000
    )
    assert ctx.book.case(case_id).treatments[0].at_us == NOON_US


def test_a_working_diagnosis_is_found_by_its_name_and_kept_as_words_otherwise(ctx: Context) -> None:
    case_id = admit(ctx)
    state = ctx.knowledge.diseases["multiple_organ_dysfunction"]
    cases.set_working_diagnosis(ctx, actor="vet", case_id=case_id, diagnosis=state.name.upper())
    cases.set_working_diagnosis(ctx, actor="vet", case_id=case_id, diagnosis="something he ate")
    known, free = ctx.book.case(case_id).diagnoses
    assert known.disease == "multiple_organ_dysfunction"
    assert (free.disease, free.text) == ("", "something he ate")


def test_a_closed_case_takes_no_entries(ctx: Context) -> None:
    case_id = admit(ctx)
    cases.close_case(ctx, actor="vet", case_id=case_id, outcome="home")
    with pytest.raises(OperatorError, match="closed"):
        cases.write_note(ctx, actor="vet", case_id=case_id, text="late")


def test_an_unknown_case_says_so(ctx: Context) -> None:
    with pytest.raises(NotFoundError, match="no case"):
        cases.write_note(ctx, actor="vet", case_id="nobody", text="hello")


def test_as_of_a_moment_only_what_was_recorded_by_then_is_known() -> None:
    clock = StandingClock()
    ctx = make_context(clock)
    case_id = admit(ctx)
    before_us = clock.advance(60)
    clock.advance(60)
    cases.set_working_diagnosis(ctx, actor="vet", case_id=case_id, diagnosis="late idea", at_us=NOON_US)
    assert ctx.book.case_at(case_id, before_us).working is None
    working = ctx.book.case_at(case_id, clock.at_us).working
    assert working is not None
    assert working.text == "late idea"
    with pytest.raises(NotFoundError):
        ctx.book.case_at(case_id, NOON_US - 1)


def test_a_book_opened_later_knows_the_same(ctx: Context) -> None:
    case_id = admit(ctx, bed="ICU 1")
    cases.set_working_diagnosis(ctx, actor="vet", case_id=case_id, diagnosis="x")
    reopened = type(ctx.book)(ctx.store)
    assert reopened.case(case_id) == ctx.book.case(case_id)
    assert reopened.clinic == ctx.book.clinic


def test_another_book_on_the_same_record_follows(ctx: Context) -> None:
    other = type(ctx.book)(ctx.store)
    case_id = admit(ctx)
    other.catch_up()
    assert other.case(case_id).name == "Rex"
    seen = []
    other.on_event(lambda item: seen.append(item.event))
    cases.set_working_diagnosis(ctx, actor="vet", case_id=case_id, diagnosis="x")
    other.catch_up()
    assert [type(event) for event in seen] == [WorkingDiagnosisSet]


def test_control_characters_and_novels_are_refused(ctx: Context) -> None:
    case_id = admit(ctx)
    with pytest.raises(OperatorError, match="control character"):
        cases.write_note(ctx, actor="vet", case_id=case_id, text="a\x00b")
    with pytest.raises(OperatorError, match="characters long"):
        cases.write_note(ctx, actor="vet", case_id=case_id, text="a" * 5_000)


def test_the_book_and_the_timeline_pass_over_monitor_blocks(ctx: Context) -> None:
    case_id = admit(ctx)
    version = ctx.book.case(case_id).version
    block = MonitorBlockStored(
        at_us=NOON_US,
        block_id="b1",
        bed="ICU 1",
        device="MON-1",
        origin=Origin.LIVE,
        start_us=NOON_US - 1,
        end_us=NOON_US,
        sha256="0" * 64,
        numerics=1,
        waves=(),
        refused=0,
    )
    seen = []
    ctx.book.on_event(lambda item: seen.append(item.event))
    record(ctx, actor=OWN_ACTOR, stream=case_stream(case_id), events=[block])
    assert seen == []
    assert ctx.book.case(case_id).version == version
    assert [line.kind for line in timeline(ctx, case_id)] == ["patient_admitted.1"]
