"""What followed a treatment, as a finding: used, asked, or nothing said."""

import pytest

from holdfast.kernel.time import US_PER_MIN
from holdfast.knowledge.loader import load
from holdfast.record.events import Presence
from holdfast.record.monitor import Origin
from holdfast.usecases import cases
from holdfast.usecases.course_views import course_view
from holdfast.usecases.ports import Change, NewBlock, TrendPoint
from holdfast.usecases.response_findings import rules, suggestions
from holdfast.usecases.second_look import treatment_effects
from making import StandingClock, make_context
from monitoring.made_courses import CALM, T0_US, Level, made, ramp

LOW: dict[str, Level] = {**CALM, "art_mean": lambda _: 48.0, "art_sys": lambda _: 70.0}
RISES: dict[str, Level] = {**LOW, "art_mean": ramp(48, 75, 240, 250), "art_sys": ramp(70, 100, 240, 250)}


def told(levels: dict[str, Level], category: str, what: str, *, minutes: int = 340, given_at: int = 239):
    """A case whose monitor said this for so many minutes, and what is suggested after one treatment."""
    clock = StandingClock()
    ctx = make_context(clock)
    case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex"))
    shift_us = clock.at_us - minutes * US_PER_MIN - T0_US
    rows = tuple(
        TrendPoint(key=key, unit="1", at_us=at_us + shift_us, last=x, low=x, high=x, count=1, origin=Origin.LIVE)
        for key, values in made(levels, minutes).items()
        for at_us, x in values
    )
    block = NewBlock(block_id="b", case_id=case_id, start_us=rows[0].at_us, end_us=clock.at_us, data=b"", trend=rows)
    ctx.store.submit(Change(command_id="b", actor="d", recorded_us=clock.at_us, blocks=(block,))).result()
    at_us = clock.at_us - (minutes - given_at) * US_PER_MIN
    cases.give_treatment(ctx, actor="vet", case_id=case_id, category=category, what=what, at_us=at_us)
    return ctx, case_id, clock


def states(ctx, case_id: str, clock: StandingClock) -> list[tuple[str, str]]:
    found = suggestions(ctx, course_view(ctx, case_id, clock.now_us()))
    return [(one.finding, one.state) for many in found.values() for one in many]


def test_every_rule_names_a_finding_and_what_needs_no_asking_is_derived_by_the_knowledge() -> None:
    findings = load().findings
    for rule in rules():
        response = findings[rule.finding].response
        assert bool(rule.ask) is (response is None)
        if response is not None:
            assert (response.category, response.helped) == (rule.category, rule.helped)


def test_fluid_that_did_not_help_is_used_and_one_that_did_is_not_called_a_failure() -> None:
    assert states(*told(LOW, "fluid", "Balanced crystalloid")) == [("no_response_to_fluids", "used")]
    assert states(*told(RISES, "fluid", "Balanced crystalloid")) == []


def test_a_pressor_that_did_nothing_is_asked_about_and_counts_once_a_person_records_it() -> None:
    ctx, case_id, clock = told(LOW, "vasopressor", "Norepinephrine")
    assert states(ctx, case_id, clock) == [("no_response_to_treatment", "asked")]
    cases.record_finding(ctx, actor="vet", case_id=case_id, key="no_response_to_treatment", presence=Presence.PRESENT)
    assert states(ctx, case_id, clock) == [("no_response_to_treatment", "recorded")]


@pytest.mark.parametrize(
    ("levels", "given_at"), [({"hr": CALM["hr"]}, 239), (LOW, 338), ({}, 239)], ids=["no pressure", "not over", "blind"]
)
def test_without_good_data_nothing_is_said(levels: dict[str, Level], given_at: int) -> None:
    ctx, case_id, clock = told(levels or {"spo2": CALM["spo2"]}, "vasopressor", "Norepinephrine", given_at=given_at)
    assert states(ctx, case_id, clock) == []
    assert [one.helped for one in treatment_effects(course_view(ctx, case_id, clock.now_us()))] == [None]
