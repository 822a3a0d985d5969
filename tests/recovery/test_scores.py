"""Scores: the total is the sum, what is missing is said and never normal, and a risk never comes alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.knowledge.loader import load
from holdfast.knowledge.scores import Item, ScoreRule
from holdfast.recovery.scores import Answer, OnRecord, Sign, Value, score

H_US = 3_600_000_000
NOW_US = 1_000 * H_US
SCORES = load().care.scores
SUMS = [rule for rule in SCORES.values() if rule.kind == "sum"]
EMPTY = OnRecord({}, {})


def answer(item: Item, points: float, at_us: int = NOW_US) -> Answer:
    return Answer(item.key, points, at_us, "vet")


@st.composite
def answered(draw: st.DrawFn) -> tuple[ScoreRule, tuple[Answer, ...]]:
    rule = draw(st.sampled_from(SUMS))
    items = [item for item in rule.items if draw(st.booleans())]
    return rule, tuple(answer(item, draw(st.sampled_from(item.scores))) for item in items)


@given(answered())
def test_the_total_is_the_sum_and_is_open_while_something_is_missing(
    case: tuple[ScoreRule, tuple[Answer, ...]],
) -> None:
    rule, answers = case
    result = score(rule, OnRecord({}, {}, answers), NOW_US)
    summed = sum(one.score for one in answers)
    assert sum(line.score for line in result.filled) == summed
    assert {line.item for line in result.missing} == {i.key for i in rule.items} - {a.item for a in answers}
    assert result.total == (None if result.missing else summed)
    assert rule.low <= result.between[0] <= result.between[1] <= rule.high
    if not result.missing:
        assert result.between == (summed, summed)


@given(answered(), st.data())
def test_a_further_answer_only_narrows_what_the_total_can_be(
    case: tuple[ScoreRule, tuple[Answer, ...]], data: st.DataObject
) -> None:
    rule, answers = case
    before = score(rule, OnRecord({}, {}, answers), NOW_US)
    if not before.missing:
        return
    item = next(i for i in rule.items if i.key == before.missing[0].item)
    more = answer(item, data.draw(st.sampled_from(item.scores)))
    after = score(rule, OnRecord({}, {}, (*answers, more)), NOW_US)
    assert before.between[0] <= after.between[0] <= after.between[1] <= before.between[1]


@given(answered(), st.data())
def test_a_better_answer_never_makes_the_total_worse(
    case: tuple[ScoreRule, tuple[Answer, ...]], data: st.DataObject
) -> None:
    """Over the points themselves; that APPLE's points do not follow severity is the authors' and is said."""
    rule, _ = case
    points = {item.key: data.draw(st.sampled_from(item.scores)) for item in rule.items}
    item = data.draw(st.sampled_from(rule.items))
    higher = {**points, item.key: max(item.scores)}
    totals = [
        score(rule, OnRecord({}, {}, tuple(answer(i, chosen[i.key]) for i in rule.items)), NOW_US).total
        for chosen in (points, higher)
    ]
    assert totals[0] is not None
    assert totals[1] is not None
    assert totals[0] <= totals[1]


@pytest.mark.parametrize("rule", SCORES.values(), ids=lambda r: r.key)
def test_nothing_on_record_gives_no_total_and_names_every_item(rule: ScoreRule) -> None:
    result = score(rule, EMPTY, NOW_US)
    assert result.total is None
    assert [line.item for line in result.missing] == [item.key for item in rule.items]
    assert result.risk is None
    assert result.limits


@pytest.mark.parametrize("rule", SCORES.values(), ids=lambda r: r.key)
def test_an_old_answer_does_not_fill_and_is_said_to_be_old(rule: ScoreRule) -> None:
    old = NOW_US - int((rule.within_h + 1) * H_US)
    answers = tuple(answer(item, item.scores[0], old) for item in rule.items if item.scores)
    result = score(rule, OnRecord({}, {}, answers), NOW_US)
    assert {line.why for line in result.missing} <= {"too_old", "not_recorded"}
    assert result.total is None


def test_the_shock_index_is_rate_over_pressure_and_misses_a_pressure_of_nothing() -> None:
    rule = SCORES["shock_index"]
    values = {"hr": Value(150, NOW_US), "nibp_sys": Value(100, NOW_US)}
    assert score(rule, OnRecord(values, {}), NOW_US).total == 1.5
    assert score(rule, OnRecord({**values, "nibp_sys": Value(0, NOW_US)}, {}), NOW_US).total is None
    assert score(rule, OnRecord({"hr": values["hr"]}, {}), NOW_US).total is None


@given(st.floats(30, 300), st.floats(20, 250), st.floats(1, 50))
def test_the_shock_index_rises_with_the_rate_and_falls_with_the_pressure(hr: float, sys: float, more: float) -> None:
    rule = SCORES["shock_index"]

    def index(rate: float, pressure: float) -> float:
        record = OnRecord({"hr": Value(rate, NOW_US), "nibp_sys": Value(pressure, NOW_US)}, {})
        total = score(rule, record, NOW_US).total
        return rule.high if total is None else total

    assert index(hr, sys) <= index(hr + more, sys)
    assert index(hr, sys + more) <= index(hr, sys)


FAST = {
    "glucose_mg_dl": Value(100, NOW_US),
    "albumin_g_dl": Value(2.4, NOW_US),
    "lactate_mmol_l": Value(9.0, NOW_US),
    "platelets_k_ul": Value(140, NOW_US),
}


def test_apple_fast_reads_printed_points_off_the_values_and_asks_for_mentation() -> None:
    rule = SCORES["apple_fast"]
    result = score(rule, OnRecord(FAST, {}), NOW_US)
    assert {line.item: line.score for line in result.filled} == {
        "glucose": 8,
        "albumin": 8,
        "lactate": 8,
        "platelets": 5,
    }
    assert [line.item for line in result.missing] == ["mentation"]
    assert result.between == (29, 43)


def test_a_risk_comes_with_its_authors_caution_about_end_of_life() -> None:
    """The printed formula at 25 points gives 31%."""
    rule = SCORES["apple_fast"]
    values = {**FAST, "albumin_g_dl": Value(3.4, NOW_US), "lactate_mmol_l": Value(9.0, NOW_US)}
    answers = (Answer("mentation", 4, NOW_US, "vet"),)
    result = score(rule, OnRecord(values, {}, answers), NOW_US)
    assert result.total == 25
    assert result.risk is not None
    assert result.risk.probability == pytest.approx(0.311, abs=0.001)
    assert any("euthanasia" in limit.text for limit in result.risk.limits)


@given(st.floats(0.1, 60))
def test_the_bands_of_apple_leave_no_value_without_points(value: float) -> None:
    for rule in (SCORES["apple_fast"], SCORES["apple_full"]):
        values = {item.observation: Value(value, NOW_US) for item in rule.items if item.observation}
        assert len(score(rule, OnRecord(values, {}), NOW_US).filled) == len(values)


@pytest.mark.parametrize(("mmol", "points"), [(4.6, 7), (4.7, 8), (5.7, 8), (5.8, 9), (9.1, 9), (9.2, 10), (15.2, 0)])
def test_glucose_is_compared_in_the_unit_of_the_paper(mmol: float, points: float) -> None:
    record = OnRecord({"glucose_mg_dl": Value(mmol * 18.0182, NOW_US)}, {})
    assert score(SCORES["apple_fast"], record, NOW_US).filled[0].score == points


def test_age_is_taken_in_completed_years_and_does_not_grow_old() -> None:
    record = OnRecord({"age_years": Value(5.9, NOW_US - 9_000 * H_US)}, {})
    assert score(SCORES["apple_full"], record, NOW_US).filled[0].score == 6


def test_organs_are_counted_and_the_syndrome_is_said_only_when_it_can_be() -> None:
    rule = SCORES["organ_dysfunction"]
    one = OnRecord({"bilirubin_mg_dl": Value(1.2, NOW_US)}, {})
    assert score(rule, one, NOW_US).syndrome is None
    two = replace(one, answers=(Answer("respiratory", 1, NOW_US, "nurse"),))
    assert score(rule, two, NOW_US).syndrome is True
    low_platelets = OnRecord({"platelets_k_ul": Value(80, NOW_US)}, {})
    assert score(rule, low_platelets, NOW_US).filled[0].item == "coagulation"
    enough_platelets = OnRecord({"platelets_k_ul": Value(200, NOW_US)}, {})
    assert not score(rule, enough_platelets, NOW_US).filled, "clotting times are not known"
    none = tuple(Answer(item.key, 0, NOW_US, "vet") for item in rule.items)
    assert score(rule, OnRecord({}, {}, none), NOW_US).syndrome is False


def test_a_finding_fills_a_level_only_when_it_says_all_of_it() -> None:
    rule = SCORES["apple_full"]
    absent = Sign(False, NOW_US)
    two = {"free_abdominal_fluid": absent, "pleural_effusion": absent}
    assert not score(rule, OnRecord({}, two), NOW_US).filled
    three = {**two, "pericardial_effusion": absent}
    assert [line.item for line in score(rule, OnRecord({}, three), NOW_US).filled] == ["fluid"]
    seen = {**three, "pleural_effusion": Sign(True, NOW_US)}
    assert not score(rule, OnRecord({}, seen), NOW_US).filled


def test_a_person_goes_before_the_record_and_the_newer_answer_before_the_older() -> None:
    rule = SCORES["apple_fast"]
    answers = (Answer("mentation", 14, NOW_US - 10, "vet"), Answer("mentation", 4, NOW_US, "nurse"))
    record = OnRecord({}, {"mentation_normal": Sign(True, NOW_US)}, answers)
    (line,) = score(rule, record, NOW_US).filled
    assert (line.score, line.how, line.by) == (4, "person", "nurse")


def test_what_is_recorded_later_does_not_count() -> None:
    """As of a moment: what was known then."""
    rule = SCORES["shock_index"]
    later = {"hr": Value(150, NOW_US + 1), "nibp_sys": Value(100, NOW_US)}
    assert score(rule, OnRecord(later, {}), NOW_US).total is None


def test_points_that_an_item_does_not_have_are_no_answer() -> None:
    record = OnRecord({}, {}, (Answer("motor", 7, NOW_US, "vet"),))
    assert not score(SCORES["mgcs"], record, NOW_US).filled


def test_the_pain_form_is_not_reproduced() -> None:
    (item,) = SCORES["cmps_sf"].items
    assert not item.levels
    assert item.scores[-1] == 24
