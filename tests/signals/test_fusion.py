"""One heart rate from several sources, and when they disagree."""

import pytest

from holdfast.signals import fusion
from holdfast.signals.fusion import Fused, Reading
from holdfast.signals.heart_rate import Rate

NOTHING = Rate(None, "none", "no signal", 0, 0)


def _rate(per_min: float, quality: str = "good") -> Rate:
    return Rate(per_min, quality, "", 5, 0)


def _heart(*said: tuple[str, Rate]) -> Fused:
    return fusion.heart([Reading(source, source, rate) for source, rate in said])


def _breathing(*said: tuple[str, Rate], heart_per_min: float | None = None) -> Fused:
    return fusion.breathing([Reading(source, source, rate) for source, rate in said], heart_per_min)


def test_the_ecg_gives_the_heart_rate_and_the_others_agree() -> None:
    fused = _heart(("pleth", _rate(101)), ("ecg", _rate(98)), ("art", _rate(99)))
    assert (fused.rate.per_min, fused.source, fused.disagreement) == (98, "ecg", "")
    assert set(fused.agreeing) == {"pleth", "art"}
    assert fused.rate.quality == "good"


def test_fewer_pulses_than_beats_are_said_and_never_overrule_the_ecg() -> None:
    fused = _heart(("ecg", _rate(152)), ("pleth", _rate(76)), ("art", _rate(77)))
    assert fused.rate.per_min == 152
    assert fused.rate.quality == "fair"
    assert "ECG counts 152" in fused.disagreement
    assert "without pulse" in fused.disagreement


def test_more_pulses_than_beats_doubt_both() -> None:
    fused = _heart(("ecg", _rate(60)), ("pleth", _rate(120)))
    assert "misses beats" in fused.disagreement


def test_without_an_ecg_the_pulse_gives_the_rate() -> None:
    fused = _heart(("ecg", NOTHING), ("pleth", _rate(90, "fair")), ("art", _rate(92)))
    assert (fused.rate.per_min, fused.source) == (92, "art")


def test_the_better_lead_speaks_for_the_ecg() -> None:
    fused = fusion.heart([Reading("ecg", "ecg_i", _rate(50, "fair")), Reading("ecg", "ecg_ii", _rate(100))])
    assert (fused.rate.per_min, fused.wave, fused.disagreement) == (100, "ecg_ii", "")


def test_no_source_gives_the_reason_of_the_most_direct_one() -> None:
    why = Rate(None, "none", "lead off", 0, 0)
    fused = _heart(("pleth", NOTHING), ("ecg", why))
    assert (fused.rate.per_min, fused.rate.why, fused.source) == (None, "lead off", "")
    assert fusion.heart([]).rate.per_min is None


def test_two_breath_counts_overrule_an_impedance_that_counts_the_heart() -> None:
    fused = _breathing(("resp", _rate(88)), ("ecg", _rate(22)), ("pleth", _rate(23, "fair")), heart_per_min=90)
    assert (fused.rate.per_min, fused.source) == (22, "ecg")
    assert fused.rate.quality == "good"
    assert "the impedance may be counting the heart" in fused.disagreement


def test_two_breath_counts_that_disagree_are_said() -> None:
    fused = _breathing(("co2", _rate(12)), ("resp", _rate(40)), heart_per_min=100)
    assert (fused.rate.per_min, fused.source, fused.rate.quality) == (12, "co2", "fair")
    assert fused.disagreement == "The capnogram counts 12, the impedance 40: one of the two is wrong"


@pytest.mark.parametrize("other", [10.0, 13.0])
def test_counts_close_together_agree(other: float) -> None:
    assert _breathing(("co2", _rate(12)), ("resp", _rate(other))).agreeing == ("resp",)
