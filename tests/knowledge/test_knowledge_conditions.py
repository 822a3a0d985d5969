"""When a modifier applies."""

import pytest

from holdfast.knowledge import conditions


@pytest.mark.parametrize(
    "when",
    [
        "breed:german shepherd",
        "breed:boxer|bulldog",
        "sex:female|female_neutered",
        "region:AU",
        "region:US-TX|MX",
        "season:summer|autumn",
        "month:10-3",
        "age_years<4",
        "weight_kg>=20.5",
        "working_dog",
        "neutered & age_years>=8",
        "region:AU|NZ & month:9-2 & intact",
    ],
)
def test_a_written_condition_is_read(when: str) -> None:
    assert conditions.read(when)


@pytest.mark.parametrize(
    "when",
    [
        "",
        "breed:",
        "sex:dog",
        "region:Australia",
        "season:monsoon",
        "month:0-4",
        "month:5",
        "age_years=4",
        "big & small",
    ],
)
def test_an_unknown_condition_is_refused(when: str) -> None:
    with pytest.raises(ValueError, match="not one of the known conditions"):
        conditions.read(when)


def test_months_go_over_new_year() -> None:
    assert [month for month in range(1, 13) if conditions.in_months(month, (11, 2))] == [1, 2, 11, 12]


def test_january_is_summer_in_the_south_and_winter_in_the_north() -> None:
    assert conditions.season("AU-NSW", 1) == "summer"
    assert conditions.season("SE", 1) == "winter"
    assert conditions.season("NZ", 4) == "autumn"
    assert conditions.season("CA", 10) == "autumn"


def test_no_season_without_place_or_month_or_between_the_tropics() -> None:
    assert conditions.season("", 7) is None
    assert conditions.season("AU", None) is None
    assert conditions.season("TH", 7) is None


def test_a_country_holds_its_parts_and_no_other() -> None:
    assert conditions.in_region("AU-QLD", "AU")
    assert not conditions.in_region("AU", "AU-QLD")
    assert not conditions.in_region("", "AU")
