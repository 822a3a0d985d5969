"""From the record to findings: what is said, what is not, and from what."""

import pytest

from holdfast.knowledge.graded import Measure, TreatmentResponse
from holdfast.knowledge.model import Knowledge, Region
from holdfast.reasoning.derive import Inputs, Measurement, RecordedFinding, TreatmentEffect, derive
from holdfast.reasoning.evidence import Signalment
from holdfast.reasoning.touch import Touch, TouchEffect
from holdfast.record.events import Presence, Strength, TouchResponse
from reasoning.small_worlds import derivation, disease, estimate, finding, knowledge

PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT
NONE, FLINCHES, LOOKS = TouchResponse.NONE, TouchResponse.FLINCHES, TouchResponse.LOOKS


@pytest.fixture(scope="module")
def world() -> Knowledge:
    hypotension = (derivation("art_mean", "<", 60, "mmHg", 65), derivation("nibp_mean", "<", 60, "mmHg", 65))
    findings = [
        finding("anemia"),
        finding("cbc_normal", implies_absent=("anemia",)),
        finding("hypotension", derived=hypotension),
        finding("na_k_low", derived=(derivation("na_k_ratio", "<", 27, "1", None),)),
        finding("azotemia", derived=(derivation("creatinine_mg_dl", ">", 1.8, "mg/dL", 1.4),)),
        finding("working_dog"),
        finding("diffuse_pain"),
        finding("focal_pain_chest"),
        finding("focal_pain_belly"),
        finding("focal_pain_back"),
        finding("pressor_response_to_palpation"),
    ]
    regions = (
        Region("ribs_front", "front ribs", ("left", "right"), "focal_pain_chest"),
        Region("ribs_back", "back ribs", ("left", "right"), "focal_pain_chest"),
        Region("belly", "belly", ("left", "right"), "focal_pain_belly"),
        Region("back", "back", ("midline",), "focal_pain_back"),
    )
    return knowledge(findings, [disease("a", 0.01, {"anemia": 0.5})], regions=regions)


def entry(key: str, presence: Presence, at_us: int, value: float | None = None, unit: str = "") -> RecordedFinding:
    return RecordedFinding(key, presence, at_us, f"e{at_us}", value, unit)


def measured(key: str, value: float, unit: str = "mmHg", at_us: int = 5) -> Measurement:
    return Measurement(key, value, unit, at_us, "monitor")


def touch(region: str, side: str, response: TouchResponse, at_us: int = 1) -> Touch:
    return Touch(region, side, Strength.MODERATE, response, at_us, f"t-{region}-{side}")


def test_the_last_word_counts_and_is_known_since_its_run_began(world: Knowledge) -> None:
    words = [entry("anemia", PRESENT, 1), entry("anemia", ABSENT, 2), entry("anemia", PRESENT, 3)]
    seen = derive(world, Inputs([*words, entry("anemia", PRESENT, 4)])).findings["anemia"]
    assert (seen.presence, seen.since_us, seen.provenance) == (PRESENT, 3, ("e3", "e4"))


@pytest.mark.parametrize(("value", "expected"), [(59.9, PRESENT), (60.0, None), (64.9, None), (65.0, ABSENT)])
def test_between_threshold_and_clearly_normal_nothing_is_said(
    world: Knowledge, value: float, expected: Presence | None
) -> None:
    seen = derive(world, Inputs(measurements=[measured("art_mean", value)])).findings.get("hypotension")
    assert (seen.presence if seen else None) == expected


def test_without_a_normal_side_a_number_never_says_absent(world: Knowledge) -> None:
    values = [measured("sodium_mmol_l", 145, "mmol/L"), measured("potassium_mmol_l", 4, "mmol/L")]
    assert "na_k_low" not in derive(world, Inputs(measurements=values)).findings


def test_a_ratio_is_made_from_its_parts(world: Knowledge) -> None:
    values = [measured("sodium_mmol_l", 130, "mmol/L"), measured("potassium_mmol_l", 6.5, "mmol/L")]
    seen = derive(world, Inputs(measurements=values)).findings["na_k_low"]
    assert seen.present
    assert "20" in seen.basis


def test_two_pressures_that_disagree_say_the_worse(world: Knowledge) -> None:
    values = [measured("art_mean", 80), measured("nibp_mean", 50)]
    seen = derive(world, Inputs(measurements=values)).findings["hypotension"]
    assert seen.present
    assert "nibp_mean 50 mmHg" in seen.basis


def test_a_number_in_another_unit_is_said_and_not_used(world: Knowledge) -> None:
    seen = derive(world, Inputs([entry("creatinine_mg_dl", PRESENT, 1, 250.0, "umol/L")]))
    assert "azotemia" not in seen.findings
    assert any("umol/L" in note for note in seen.notes)


def test_a_value_that_a_person_entered_speaks_through_its_threshold(world: Knowledge) -> None:
    seen = derive(world, Inputs([entry("creatinine_mg_dl", PRESENT, 7, 4.2, "mg/dL")])).findings
    assert set(seen) == {"azotemia"}
    assert (seen["azotemia"].since_us, seen["azotemia"].provenance) == (7, ("e7",))


def test_what_a_person_wrote_goes_before_what_a_number_says(world: Knowledge) -> None:
    inputs = Inputs([entry("hypotension", ABSENT, 1)], [measured("art_mean", 40)])
    assert not derive(world, inputs).findings["hypotension"].present


def test_a_normal_result_implies_absence_unless_the_thing_itself_was_seen(world: Knowledge) -> None:
    normal = entry("cbc_normal", PRESENT, 2)
    assert not derive(world, Inputs([normal])).findings["anemia"].present
    assert derive(world, Inputs([normal, entry("anemia", PRESENT, 1)])).findings["anemia"].present


def test_an_absent_normal_result_implies_nothing(world: Knowledge) -> None:
    assert "anemia" not in derive(world, Inputs([entry("cbc_normal", ABSENT, 2)])).findings


def test_a_working_dog_is_a_finding_only_when_it_is_known(world: Knowledge) -> None:
    assert derive(world, Inputs(signalment=Signalment(working_dog=True))).findings["working_dog"].present
    assert "working_dog" not in derive(world, Inputs()).findings


def test_an_unknown_word_is_kept_and_said(world: Knowledge) -> None:
    seen = derive(world, Inputs([entry("smells of almonds", PRESENT, 1)]))
    assert "smells of almonds" in seen.findings
    assert any("almonds" in note for note in seen.notes)


def test_pain_in_one_place_is_focal_when_other_places_were_touched(world: Knowledge) -> None:
    touches = [
        touch("ribs_front", "left", FLINCHES, 9),
        touch("ribs_back", "left", FLINCHES, 8),
        touch("ribs_front", "right", NONE),
        touch("belly", "left", NONE),
        touch("back", "midline", NONE),
    ]
    seen = derive(world, Inputs(touches=touches)).findings
    assert seen["focal_pain_chest"].present
    assert seen["focal_pain_chest"].since_us == 8
    assert "3 other places" in seen["focal_pain_chest"].basis
    assert not seen["focal_pain_belly"].present
    assert "diffuse_pain" not in seen


def test_one_touch_cannot_tell_focal_from_diffuse(world: Knowledge) -> None:
    seen = derive(world, Inputs(touches=[touch("ribs_front", "left", FLINCHES)]))
    assert seen.findings == {}
    assert any("touch more places" in note for note in seen.notes)


def test_pain_in_most_places_is_diffuse(world: Knowledge) -> None:
    touches = [
        touch("ribs_front", "left", FLINCHES),
        touch("belly", "right", FLINCHES),
        touch("back", "midline", FLINCHES),
        touch("belly", "left", NONE),
    ]
    seen = derive(world, Inputs(touches=touches)).findings
    assert seen["diffuse_pain"].present
    assert not {"focal_pain_chest", "focal_pain_belly", "focal_pain_back"} & set(seen)


def test_a_look_is_neither_pain_nor_nothing(world: Knowledge) -> None:
    touches = [touch("belly", "left", LOOKS), touch("back", "midline", NONE), touch("ribs_back", "left", NONE)]
    seen = derive(world, Inputs(touches=touches)).findings
    assert "focal_pain_belly" not in seen
    assert not seen["focal_pain_back"].present


def test_a_light_touch_alone_does_not_show_that_nothing_hurts(world: Knowledge) -> None:
    light = Touch("belly", "left", Strength.LIGHT, NONE, 1, "t")
    assert derive(world, Inputs(touches=[light])).findings == {}


def test_a_place_that_is_not_on_the_chart_is_said(world: Knowledge) -> None:
    assert any("'tail'" in note for note in derive(world, Inputs(touches=[touch("tail", "midline", NONE)])).notes)


def test_a_jump_on_touch_needs_a_signal_good_enough_to_say(world: Knowledge) -> None:
    def pressor(*effects: bool | None) -> bool | None:
        given = [TouchEffect(i, e, f"heart rate, touch {i}") for i, e in enumerate(effects)]
        seen = derive(world, Inputs(effects=given)).findings.get("pressor_response_to_palpation")
        return seen.present if seen else None

    assert pressor(None, None) is None
    assert pressor(None, False) is False
    assert pressor(False, True) is True


TREATED = knowledge(
    [
        finding("no_help", response=TreatmentResponse("oxygen", helped=False)),
        finding("azotemia", derived=(derivation("creatinine", ">", 1.8, "mg/dL", 1.4),)),
    ],
    [disease("a", 0.01, {"azotemia": 0.5})],
    measures=(Measure("creatinine", "Creatinine", "mg/dL", True, estimate(1.0), estimate(1.6), ("azotemia",)),),
)


def oxygen(at_us: int, helped: bool | None) -> TreatmentEffect:
    return TreatmentEffect("oxygen", at_us, helped, f"seen at {at_us}", f"e{at_us}")


def test_the_last_judged_treatment_says_whether_it_helped() -> None:
    seen = derive(TREATED, Inputs(treatments=[oxygen(1, True), oxygen(2, False), oxygen(3, None)])).findings["no_help"]
    assert seen.presence is PRESENT
    assert (seen.since_us, seen.basis, seen.provenance) == (2, "seen at 2", ("e2",))
    assert derive(TREATED, Inputs(treatments=[oxygen(1, True)])).findings["no_help"].presence is ABSENT


def test_a_treatment_that_cannot_be_judged_or_is_of_another_kind_says_nothing() -> None:
    other = TreatmentEffect("fluid", 1, False, "", "f")
    assert "no_help" not in derive(TREATED, Inputs(treatments=[oxygen(1, None), other])).findings


def test_a_value_is_handed_on_beside_the_finding_that_follows_from_it() -> None:
    evidence = derive(TREATED, Inputs(measurements=[Measurement("creatinine", 4.0, "mg/dL", 7, "lab")]))
    assert evidence.values["creatinine"].value == 4.0
    assert evidence.findings["azotemia"].presence is PRESENT


def test_a_value_in_another_unit_is_not_used() -> None:
    evidence = derive(TREATED, Inputs(measurements=[Measurement("creatinine", 350.0, "umol/L", 7, "lab")]))
    assert not evidence.values
