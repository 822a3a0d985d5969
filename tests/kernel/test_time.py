"""Instants and how they are read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.kernel.time import US_PER_H, US_PER_MIN, US_PER_S, age_words, from_datetime, from_iso, iso, to_datetime

instants = st.integers(from_datetime(datetime(1970, 1, 2, tzinfo=UTC)), from_datetime(datetime(2200, 1, 1, tzinfo=UTC)))
offsets = st.integers(-14 * 60, 14 * 60)


@given(instants, offsets)
def test_an_instant_survives_being_written_in_any_zone(instant_us: int, offset_min: int) -> None:
    assert from_iso(iso(instant_us, offset_min)) == instant_us
    assert from_datetime(to_datetime(instant_us, offset_min)) == instant_us


def test_known_instants() -> None:
    assert from_iso("1970-01-01T00:00:01+00:00") == US_PER_S
    assert from_iso("2026-03-01T12:00:00") == from_iso("2026-03-01T14:00:00+02:00")
    assert iso(0) == "1970-01-01T00:00:00+00:00"
    assert iso(1, 60) == "1970-01-01T01:00:00.000001+01:00"


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        from_datetime(datetime(2026, 3, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("age_us", "words"),
    [
        (-5 * US_PER_S, "now"),
        (1_999_999, "now"),
        (2 * US_PER_S, "2 s"),
        (89 * US_PER_S, "89 s"),
        (90 * US_PER_S, "1 min"),
        (24 * US_PER_MIN, "24 min"),
        (89 * US_PER_MIN, "89 min"),
        (90 * US_PER_MIN, "1 h"),
        (47 * US_PER_H, "47 h"),
        (48 * US_PER_H, "2 d"),
    ],
)
def test_ages_as_read_at_the_bedside(age_us: int, words: str) -> None:
    assert age_words(age_us) == words


@given(st.integers(0, 10**13), st.integers(0, 10**13))
def test_an_older_value_never_reads_as_younger(one: int, other: int) -> None:
    unit_s = {"s": 1, "min": 60, "h": 3600, "d": 86400}

    def at_least_s(age_us: int) -> int:
        words = age_words(age_us)
        return 0 if words == "now" else int(words.split()[0]) * unit_s[words.split()[1]]

    if one <= other:
        assert at_least_s(one) <= at_least_s(other)
