"""What follows from the answers of an examination, and what pressing says."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.knowledge.examination import load as load_form
from holdfast.knowledge.loader import load
from holdfast.reasoning.examination import findings_of
from holdfast.reasoning.touch import Touch, pattern
from holdfast.record.events import Presence, Strength, TouchResponse

FORM = load_form()
PLACES = [(item, place) for item in FORM.items for place in item.places]


def touch(place: str, response: TouchResponse, at_us: int = 1) -> Touch:
    side, _, region = place.partition(":")
    return Touch(region, side, Strength.FIRM, response, at_us, f"{place}{at_us}")


def test_every_finding_of_the_form_is_in_the_vocabulary() -> None:
    known = load().findings
    assert sorted({key for item in FORM.items for key in item.findings} - set(known)) == []


def test_one_strong_pulse_says_nothing_about_the_other_limbs() -> None:
    assert findings_of(FORM, {("pulse_quality", "left front"): "strong"}) == {}
    limbs = [place for item, place in PLACES if item.key == "pulse_quality"]
    all_strong = {("pulse_quality", limb): "strong" for limb in limbs}
    assert findings_of(FORM, all_strong)["pulse_weak"] is Presence.ABSENT
    one_weak = all_strong | {("pulse_quality", "right hind"): "weak"}
    found = findings_of(FORM, one_weak)
    assert found["pulse_weak"] is Presence.PRESENT
    assert found["femoral_pulses_absent"] is Presence.ABSENT


def test_a_pulse_that_is_gone_is_the_femoral_one_only_in_a_hind_limb() -> None:
    assert "femoral_pulses_absent" not in findings_of(FORM, {("pulse_quality", "left front"): "absent"})
    found = findings_of(FORM, {("pulse_quality", "left hind"): "absent"})
    assert found["femoral_pulses_absent"] is Presence.PRESENT
    assert found["pulse_absent_one_limb"] is Presence.PRESENT


@given(st.data())
def test_what_is_present_needs_an_answer_that_shows_it_and_what_is_absent_all_that_could(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(PLACES), unique_by=lambda one: (one[0].key, one[1])))
    options = {(item.key, place): data.draw(st.sampled_from(item.options)) for item, place in chosen}
    found = findings_of(FORM, {key: option.key for key, option in options.items()})
    for finding, presence in found.items():
        shown = [key for key, option in options.items() if finding in option.shows(key[1])]
        assert bool(shown) is (presence is Presence.PRESENT)
        if presence is Presence.ABSENT:
            could = {(item.key, place) for item, place in PLACES if finding in item.findings}
            assert could <= set(options)
            assert all(finding in options[key].absent for key in could)


def test_one_yelp_alone_is_not_called_focal() -> None:
    yelp = touch("left:thorax_mid", TouchResponse.VOCALISES)
    assert pattern(load(), []).kind == "none"
    assert pattern(load(), [yelp]).kind == "unclear"
    quiet = [touch(place, TouchResponse.NONE) for place in ("right:thorax_mid", "left:abdomen_mid")]
    focal = pattern(load(), [yelp, *quiet])
    assert (focal.kind, focal.findings) == ("focal", ("focal_pain_thoracic_wall",))
    assert "2 other places touched gave none" in focal.reason


def test_pain_at_most_places_is_diffuse_and_no_pain_is_quiet() -> None:
    places = ("left:thorax_mid", "right:abdomen_mid", "left:hindlimb_upper", "midline:spine_lumbar")
    everywhere = pattern(load(), [touch(place, TouchResponse.FLINCHES) for place in places])
    assert (everywhere.kind, everywhere.findings) == ("diffuse", ("diffuse_pain",))
    assert pattern(load(), [touch(place, TouchResponse.NONE) for place in places]).kind == "quiet"
