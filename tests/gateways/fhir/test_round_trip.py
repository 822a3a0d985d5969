"""A case goes out as a Bundle and comes into another Holdfast as it was, or not at all."""

import copy
import json

import pytest
from fhir.resources.R4B import get_fhir_model_class

from gateways.fhir.fhir_case import Side, empty_side, whole_case
from holdfast.gateways.fhir.carrying import export_case, import_case
from holdfast.kernel.errors import OperatorError, SenderError
from holdfast.record import events as ev
from holdfast.usecases import beds, cases
from holdfast.usecases.timeline import timeline
from holdfast.usecases.verification import verify


@pytest.fixture(scope="module")
def rex() -> tuple[Side, str, dict]:
    side, case_id = whole_case()
    return side, case_id, json.loads(json.dumps(export_case(side.ctx, side.desk, side.films, case_id)))


def taken(content: dict, side: Side | None = None) -> tuple[Side, object]:
    side = side or empty_side()
    return side, import_case(side.ctx, side.desk, side.films, content, "ab" * 32)


def test_every_resource_of_the_bundle_validates(rex: tuple[Side, str, dict]) -> None:
    _, _, content = rex
    get_fhir_model_class("Bundle").model_validate(content)
    for entry in content["entry"]:
        get_fhir_model_class(entry["resource"]["resourceType"]).model_validate(entry["resource"])


def test_the_same_projections_follow_in_a_new_house(rex: tuple[Side, str, dict]) -> None:
    there, case_id, content = rex
    here, result = taken(content)
    assert result.differing == ()
    assert here.ctx.book.case(case_id) == there.ctx.book.case(case_id)
    assert lines(here, case_id) == lines(there, case_id)
    assert here.ctx.store.trend(case_id, from_us=0, to_us=2**60) == there.ctx.store.trend(
        case_id, from_us=0, to_us=2**60
    )
    (block,) = there.ctx.store.blocks(case_id, from_us=0, to_us=2**60)
    assert here.ctx.store.block(block.block_id) == block
    with here.ctx.book.studies() as mine, there.ctx.book.studies() as theirs:
        assert [s.study_id for s in mine.of_case(case_id)] == [s.study_id for s in theirs.of_case(case_id)]
        assert mine.metal.searches == theirs.metal.searches
    assert here.ctx.book.service_dogs() == there.ctx.book.service_dogs()
    assert len(here.ctx.book.service_dogs()) == 1
    assert here.ctx.book.clinic.name_of("ada") == "Dr. Ada Vale"
    assert verify(here.ctx.store, here.films).problems == ()
    assert export_case(here.ctx, here.desk, here.films, case_id)["entry"][0] == content["entry"][0]


def lines(side: Side, case_id: str) -> list[tuple]:
    return [
        (line.at_us, line.recorded_us, line.actor, line.kind, line.category, line.text, line.detail)
        for line in timeline(side.ctx, case_id)
    ]


def test_as_of_an_earlier_moment_it_is_the_same_too(rex: tuple[Side, str, dict]) -> None:
    there, case_id, content = rex
    here, _ = taken(content)
    moment = there.ctx.store.read_stream(ev.case_stream(case_id))[40].recorded_us
    assert here.ctx.book.case_at(case_id, moment) == there.ctx.book.case_at(case_id, moment)


def test_a_second_time_nothing_is_written(rex: tuple[Side, str, dict]) -> None:
    _, _, content = rex
    here, _ = taken(content)
    before = here.ctx.store.head_seq()
    with pytest.raises(OperatorError, match="here already"):
        taken(content, here)
    assert here.ctx.store.head_seq() == before


def test_one_that_was_broken_off_is_finished(rex: tuple[Side, str, dict], monkeypatch: pytest.MonkeyPatch) -> None:
    there, case_id, content = rex
    here = empty_side()
    submit, left = here.ctx.store.submit, iter(range(30))

    def failing(change: object) -> object:
        if next(left, None) is None:
            raise OSError("the power went")
        return submit(change)

    monkeypatch.setattr(here.ctx.store, "submit", failing)
    with pytest.raises(OSError, match="power"):
        taken(content, here)
    monkeypatch.undo()
    here.ctx.book.catch_up()
    taken(content, here)
    assert here.ctx.book.case(case_id) == there.ctx.book.case(case_id)


def provenances(content: dict) -> list[dict]:
    return [one["resource"] for one in content["entry"] if one["resource"]["resourceType"] == "Provenance"]


def lost_event(content: dict) -> None:
    gone = provenances(content)[3]
    content["entry"] = [one for one in content["entry"] if one["resource"] is not gone]


def lost_last_event_of_the_middle(content: dict) -> None:
    provenances(content)[5]["contained"][0]["data"] = provenances(content)[6]["contained"][0]["data"]


def lost_block(content: dict) -> None:
    content["entry"] = [one for one in content["entry"] if one["resource"]["resourceType"] != "Binary"]


def changed_person(content: dict) -> None:
    envelope = provenances(content)[4]["extension"][0]["extension"]
    next(part for part in envelope if part["url"] == "actor")["valueString"] = "mallory"


def no_number(content: dict) -> None:
    envelope = provenances(content)[4]["extension"][0]["extension"]
    next(part for part in envelope if part["url"] == "version")["valueString"] = "seven"


@pytest.mark.parametrize(
    "harm",
    [lost_event, lost_last_event_of_the_middle, lost_block, changed_person, no_number],
    ids=lambda one: one.__name__,
)
def test_a_bundle_that_is_not_whole_writes_nothing(rex: tuple[Side, str, dict], harm) -> None:
    harmed = copy.deepcopy(rex[2])
    harm(harmed)
    here = empty_side()
    with pytest.raises(SenderError):
        taken(harmed, here)
    assert here.ctx.store.head_seq() == 0


def test_a_resource_that_was_changed_on_the_way_is_said_and_kept(rex: tuple[Side, str, dict]) -> None:
    there, case_id, content = rex
    changed = copy.deepcopy(content)
    patient = next(one["resource"] for one in changed["entry"] if one["resource"]["resourceType"] == "Patient")
    patient["name"] = [{"text": "Max"}]
    here, result = taken(changed)
    assert result.differing == (f"Patient/{case_id}",)
    (kept,) = here.ctx.store.quarantine()
    assert b"Max" in here.ctx.store.quarantine_raw(kept.quarantine_id)
    assert here.ctx.book.case(case_id).name == there.ctx.book.case(case_id).name


def test_two_dogs_never_share_a_bed(rex: tuple[Side, str, dict]) -> None:
    there, case_id, content = rex
    bed = there.ctx.book.case(case_id).bed
    here = empty_side()
    for _ in range(9):
        here.ctx.ids.new_id()  # Leo must not get Rex's id
    beds.add_bed(here.ctx, actor="ada", bed=bed)
    cases.admit(here.ctx, actor="ada", admission=cases.Admission(name="Leo", bed=bed))
    before = here.ctx.store.head_seq()
    with pytest.raises(OperatorError, match="Leo lies on"):
        taken(content, here)
    assert here.ctx.store.head_seq() == before
