"""Whether a treatment helped, as a finding."""

from dataclasses import replace

import pytest

from holdfast.knowledge.graded import TreatmentResponse
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.course import Answered, with_answers
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.record.events import Presence
from reasoning.small_worlds import disease, finding, knowledge

KEY = "no_response_to_oxygen"


@pytest.fixture(scope="module")
def world() -> Knowledge:
    no_response = replace(finding(KEY), response=TreatmentResponse("oxygen", helped=False))
    return knowledge([no_response], [disease("shunt", 0.02, {KEY: 0.9})])


def answered(helped: bool | None, at_us: int, category: str = "oxygen") -> Answered:
    return Answered(category, helped, at_us, f"at {at_us}", f"t{at_us}")


@pytest.mark.parametrize(("helped", "presence"), [(False, Presence.PRESENT), (True, Presence.ABSENT)])
def test_an_answer_becomes_a_finding_with_its_reason(world: Knowledge, helped: bool, presence: Presence) -> None:
    seen = with_answers(world, Evidence({}), [answered(helped, 5)]).findings[KEY]
    assert seen == Observed(presence, 5, "at 5", ("t5",))


def test_the_newest_judged_answer_counts_and_other_treatments_do_not(world: Knowledge) -> None:
    answers = [answered(None, 9), answered(True, 7), answered(False, 3), answered(False, 8, "fluid")]
    seen = with_answers(world, Evidence({}), answers).findings
    assert seen[KEY].presence is Presence.ABSENT
    assert with_answers(world, Evidence({}), [answered(None, 9)]).findings == {}


def test_what_a_person_recorded_goes_before_it(world: Knowledge) -> None:
    recorded = Evidence({KEY: Observed(Presence.PRESENT, 1, "recorded")})
    assert with_answers(world, recorded, [answered(True, 5)]).findings == recorded.findings
