"""Time without a breath: which wave decides, and when nothing can be said."""

from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.time import US_PER_S
from holdfast.signals import apnoea
from holdfast.signals.apnoea import BREATHS_KNOWN, ApnoeaState, BreathSecond, Gap

Seconds = list[tuple[bool, bool]]
"""For each second: a breath at its middle, and whether the wave could show one."""


def play(**waves: Seconds) -> list[Gap | None]:
    state, said = apnoea.initial(), []
    for second in range(len(next(iter(waves.values())))):
        now = [
            BreathSecond(key, (second * US_PER_S + US_PER_S // 2,) if one[second][0] else (), one[second][1])
            for key, one in waves.items()
        ]
        state, gap = apnoea.step(state, now, (second + 1) * US_PER_S)
        state = apnoea.load(apnoea.dump(state))
        said.append(gap)
    return said


def breathing(seconds: int, every_s: int = 4) -> Seconds:
    return [(second % every_s == 1, True) for second in range(seconds)]


def still(seconds: int, *, can_show: bool = True) -> Seconds:
    return [(False, can_show)] * seconds


def test_the_time_without_a_breath_grows_until_the_next_one() -> None:
    said = play(co2=breathing(40) + still(45) + breathing(10))
    gaps = [gap.seconds for gap in said if gap]
    assert max(gaps[:20]) <= 4
    assert max(gaps) in (47, 48)
    assert gaps[-1] <= 4


def test_a_wave_that_has_shown_few_breaths_says_nothing() -> None:
    assert play(co2=breathing(4 * BREATHS_KNOWN - 4) + still(60)) == [None] * (4 * BREATHS_KNOWN - 4 + 60)


def test_carbon_dioxide_decides_and_a_chest_that_moves_is_said_with_it() -> None:
    said = play(co2=breathing(40) + still(40), resp=breathing(80))[-1]
    assert said is not None
    assert (said.wave, said.seconds > 35) == ("co2", True)
    assert "chest moves" in said.note
    only_chest = play(resp=breathing(40) + still(40), co2=still(80))[-1]
    assert only_chest is not None
    assert (only_chest.wave, only_chest.note) == ("resp", "")


def test_what_a_wave_could_not_show_is_not_counted() -> None:
    said = play(resp=breathing(40) + still(60, can_show=False) + still(5))
    assert said[60] is None
    assert said[-1] is not None
    assert said[-1].seconds == 5


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80))
def test_no_time_is_longer_than_the_wave_was_watched(seconds: Seconds) -> None:
    for count, gap in enumerate(play(co2=seconds) if seconds else [], start=1):
        assert gap is None or 0 <= gap.seconds <= count


def test_a_hole_in_the_signals_is_no_time_without_a_breath() -> None:
    state = ApnoeaState()
    for second in (*range(20), *range(200, 205)):
        breath = (second * US_PER_S,) if second < 20 and not second % 3 else ()
        state, gap = apnoea.step(state, [BreathSecond("co2", breath, True)], (second + 1) * US_PER_S)
    assert gap is not None
    assert gap.seconds <= 5
