"""The verdict on a working diagnosis: how rarely it may err, what it tells apart, and how it came about over time."""

import msgspec
import pytest

from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge import fit_calibration
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import assess
from holdfast.reasoning.engine import infer
from holdfast.reasoning.evidence import Evidence, Observed
from holdfast.reasoning.fit import NOT_WHOLE, WRONG, Verdict, declared
from holdfast.reasoning.misfit import Signs, p_value, score, signs_of
from holdfast.reasoning.page import to_page
from holdfast.record.events import Presence
from reasoning.small_calibration import calibration
from reasoning.small_worlds import disease, evidence, finding, knowledge

HEART = ("murmur", "crackles", "cough", "weak_pulse")
BELLY = ("vomiting", "belly_pain", "fever", "fluid_in_belly")


@pytest.fixture(scope="module")
def world() -> Knowledge:
    return knowledge(
        [finding(key, 0.04) for key in (*HEART, *BELLY)],
        [
            disease("heart_failure", 0.03, dict.fromkeys(HEART, 0.8)),
            disease("peritonitis", 0.03, dict.fromkeys(BELLY, 0.8)),
            disease("bystander", 0.03, {"cough": 0.3, "fever": 0.3}),
        ],
    )


def judged(world: Knowledge, present: tuple[str, ...], working: str):  # type: ignore[no-untyped-def]
    found = assess(world, evidence(" ".join(present)), working, calibration()).fit
    assert found is not None
    return found


def test_a_right_diagnosis_fits(world: Knowledge) -> None:
    fit = judged(world, HEART, "heart_failure")
    assert (fit.verdict, fit.story, fit.unexplained) == (Verdict.FITS, "", ())
    assert fit.p > 0.1


def test_a_wrong_one_is_told_from_one_that_is_not_the_whole_story(world: Knowledge) -> None:
    wrong = judged(world, BELLY, "heart_failure")
    assert (wrong.verdict, wrong.story) == (Verdict.DOES_NOT_FIT, WRONG)
    assert wrong.instead is not None
    assert wrong.instead.diseases == ("peritonitis",)
    half = judged(world, (*HEART, *BELLY), "heart_failure")
    assert (half.verdict, half.story) == (Verdict.DOES_NOT_FIT, NOT_WHOLE)
    assert half.besides is not None
    assert set(half.besides.diseases) == {"heart_failure", "peritonitis"}


def test_p_counts_right_diagnoses_that_look_as_bad() -> None:
    nine = calibration(4.0, 9)
    assert p_value(nine, 100.0, False) == (0.1, 9)
    assert p_value(nine, 1.0, False) == (0.5, 9)
    assert p_value(nine, -9.0, True) == (1.0, 9)


def test_without_right_cases_misfit_is_never_called(world: Knowledge) -> None:
    empty = assess(world, evidence(" ".join(BELLY)), "heart_failure", calibration(count=0)).fit
    assert empty is not None
    assert empty.p == 1.0
    assert empty.verdict is Verdict.FITS


def test_the_fit_is_followed_while_findings_come_in(world: Knowledge) -> None:
    hour = 3_600_000_000
    first = {key: Observed(Presence.PRESENT, hour) for key in HEART}
    later = {key: Observed(Presence.PRESENT, 2 * hour) for key in BELLY}
    both = Evidence({**first, **later})
    answer = assess(world, both, "heart_failure", calibration())
    then, now = answer.fit_course
    assert (then.at_us, then.verdict, then.present) == (hour, "fits", 4)
    assert (now.at_us, now.verdict, set(now.new)) == (2 * hour, "does_not_fit", set(BELLY))
    alone = assess(world, Evidence(first), "heart_failure", calibration()).fit
    assert alone is not None
    assert then.p == alone.p
    rows = to_page(answer, world)["fit_over_time"]
    assert [row["verdict"] for row in rows] == ["fits", "does_not_fit"]


def test_words_give_each_finding_its_weight_and_its_source(world: Knowledge) -> None:
    page = to_page(assess(world, evidence(" ".join(BELLY)), "heart_failure", calibration()), world)
    peritonitis = next(c for c in page["candidates"] if c["key"] == "peritonitis")
    fever = next(s for s in peritonitis["sentences"] if s["key"] == "fever")
    assert "80 of 100 dogs" in fever["text"]
    assert fever["odds_factor"] > 1
    assert fever["numbers"][0]["url"] == "https://example.org/study"
    reason = next(row for row in page["unexplained"] if row["key"] == "vomiting")
    assert "80 of 100 dogs" in reason["reason"]
    assert reason["numbers"][0]["source_id"] == "study"
    assert "drawn from the knowledge" in page["fit"]["calibration"]


def test_the_shipped_calibration_holds_enough_right_diagnoses_of_both_kinds() -> None:
    shipped = fit_calibration.load()
    for right in (shipped.right_causes, shipped.right_states):
        assert len(right) >= 100
        assert list(right) == sorted(right)


def test_a_broken_calibration_is_refused() -> None:
    assert fit_calibration.read(msgspec.json.encode(calibration())) == calibration()
    with pytest.raises(HoldfastError):
        fit_calibration.read(b"knowledge_release: x")


def test_a_cause_is_judged_by_all_signs_and_a_state_by_the_log_odds_alone() -> None:
    weighted = msgspec.structs.replace(calibration(), weights=(1.0, 0.5, 0.0, 2.0, 0.0, -0.1))
    signs = Signs(log_odds=3.0, besides=2.0, absent=1.0, in_vain=1.0, head_start=-4.0, present=10.0)
    assert score(weighted, signs, descriptive=False) == pytest.approx(3.0 + 1.0 + 2.0 - 1.0)
    assert score(weighted, signs, descriptive=True) == 3.0


def test_the_signs_of_a_diagnosis_say_what_was_looked_for_in_vain(world: Knowledge) -> None:
    def signs(present: str, absent: str = "") -> Signs:
        found = infer(world, evidence(present, absent))
        return signs_of(found, declared(found, world, "heart_failure"))

    seen, vain = signs("murmur crackles"), signs("murmur crackles", "cough weak_pulse")
    assert (seen.in_vain, vain.in_vain) == (0.0, 2.0)
    assert vain.absent > seen.absent
    assert seen.present == vain.present == 2.0
    assert signs("murmur crackles vomiting belly_pain").besides > seen.besides
