"""Which limits an animal has, and what its numbers say against them."""

import pytest

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.loader import load
from holdfast.monitoring.alarms import Key
from holdfast.monitoring.limits import Animal, Judged, Limits, Watch, judge, limits_for
from holdfast.record.alarm_state import LimitEntry

START_US = 1_772_366_400 * US_PER_S
RULES = load().alarms


def limits_of(animal: Animal, **own: LimitEntry) -> dict[str, Limits]:
    return {one.rule.key: one for one in limits_for(RULES, animal, own)}


class Numbers:
    """Numbers of one animal, judged second by second."""

    def __init__(self, animal: Animal | None = None, **own: LimitEntry) -> None:
        self.limits = limits_for(RULES, animal or Animal(weight_kg=30.0, age_months=60.0), own)
        self.watch = Watch(START_US)
        self.now_us = START_US

    def say(self, after_s: float = 1, standing: frozenset[Key] = frozenset(), **fresh: float) -> Judged:
        self.now_us += int(after_s * US_PER_S)
        self.watch, judged = judge(self.watch, self.limits, fresh, standing, self.now_us)
        return judged

    def kinds(self, standing: frozenset[Key] = frozenset(), **fresh: float) -> list[str]:
        return [cause.alarm for cause in self.say(1, standing, **fresh).causes]


def test_a_large_dog_may_be_slower_than_a_small_one_and_a_puppy_faster_than_both() -> None:
    large, small = limits_of(Animal(weight_kg=34.0))["hr"], limits_of(Animal(weight_kg=4.0))["hr"]
    puppy = limits_of(Animal(weight_kg=4.0, age_months=2.0))["hr"]
    assert large.low is not None
    assert small.low is not None
    assert large.low < small.low
    assert large.high is not None
    assert small.high is not None
    assert puppy.high is not None
    assert large.high < small.high < puppy.high


def test_without_weight_and_age_the_row_for_all_holds() -> None:
    assert limits_of(Animal())["hr"].row.when == ()


def test_a_cat_has_the_limits_of_a_cat() -> None:
    assert limits_of(Animal(species="Cat", weight_kg=4.0))["hr"].low == 120


@pytest.mark.parametrize("key", RULES.limits)
def test_every_number_has_limits_for_every_animal(key: str) -> None:
    for weight in (None, 0.5, 9.9, 10.0, 25.0, 80.0):
        for age in (None, 0.2, 2.0, 11.0, 150.0):
            one = limits_of(Animal(weight_kg=weight, age_months=age))[key]
            assert one.low is not None or one.high is not None


def test_what_a_person_set_replaces_both_sides() -> None:
    own = LimitEntry("hr", None, 220.0, "in pain", "kim", START_US)
    assert (limits_of(Animal(), hr=own)["hr"].low, limits_of(Animal(), hr=own)["hr"].high) == (None, 220.0)


def test_a_number_at_its_limit_is_not_beyond_it() -> None:
    numbers = Numbers()
    assert numbers.kinds(hr=170) == []
    assert numbers.kinds(hr=171) == ["hr_high"]
    assert numbers.kinds(hr=34) == ["hr_low"]


def test_the_text_says_value_and_limit() -> None:
    (cause,) = Numbers().say(hr=214).causes
    assert (cause.text, cause.value, cause.limit) == ("Heart rate 214 /min, limit 170", 214, 170)


def test_our_own_count_is_judged_before_that_of_the_monitor() -> None:
    assert Numbers().kinds(hr=214, hr_ecg=107) == []


def test_an_alarm_that_stands_ends_only_well_inside_its_limit() -> None:
    standing = frozenset({("hr_high", "hr")})
    assert Numbers().kinds(standing, hr=169) == ["hr_high"]
    assert Numbers().kinds(standing, hr=167) == []


def test_a_low_saturation_has_a_second_limit() -> None:
    assert Numbers().kinds(spo2=90) == ["spo2_low"]
    assert Numbers().kinds(spo2=80) == ["spo2_low", "spo2_desat_low"]


def test_a_monitor_that_counts_no_breath_is_more_than_a_slow_one() -> None:
    assert Numbers().kinds(rr=4) == ["rr_low"]
    assert Numbers().kinds(rr=0) == ["rr_low", "apnea_low"]
    assert "rr_low" in RULES.kind("apnea_low").suppresses


def test_a_number_that_is_not_fresh_says_nothing_and_is_missed_after_a_while() -> None:
    numbers = Numbers()
    numbers.say(hr=120)
    soon = numbers.say(30)
    assert ("hr_high", "hr") in soon.unknown
    assert soon.causes == ()
    later = numbers.say(31)
    assert [(cause.alarm, cause.signal) for cause in later.causes] == [("value_lost", "hr")]
    assert ("hr_high", "hr") in later.unknown


def test_a_number_that_never_came_is_not_missed() -> None:
    assert Numbers().say(3600).causes == ()


def test_a_cuff_that_is_not_pumped_is_not_missed() -> None:
    numbers = Numbers()
    numbers.say(nibp_mean=80)
    assert numbers.say(3000).causes == ()


def test_nothing_is_believed_of_a_number_for_ever() -> None:
    numbers = Numbers()
    numbers.say(spo2=80)
    judged = numbers.say(601)
    assert ("spo2_low", "spo2") in judged.forgotten
    assert ("spo2_low", "spo2") not in judged.unknown
