"""HL7 times in every spelling that monitors use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.gateways.hl7.dtm import format_dtm, parse_dtm
from holdfast.kernel.limits import EARLIEST_US, LATEST_US
from holdfast.kernel.time import iso


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260214093015", "2026-02-14T09:30:15+00:00"),
        ("20260214093015+0800", "2026-02-14T09:30:15+08:00"),
        ("20260214093015.250-0330", "2026-02-14T09:30:15.250000-03:30"),
        ("20260214093015250+0800", "2026-02-14T09:30:15.250000+08:00"),
        ("20260214093015.1000+0800", "2026-02-14T09:30:15.100000+08:00"),
        ("20260214093015.5Z", "2026-02-14T09:30:15.500000+00:00"),
        ("202602140930", "2026-02-14T09:30:00+00:00"),
        ("2026-02-14T09:30:15+01:00", "2026-02-14T09:30:15+01:00"),
        ("2026/02/14 09:30:15", "2026-02-14T09:30:15+00:00"),
        ("20260214", "2026-02-14T00:00:00+00:00"),
        ("2026", "2026-01-01T00:00:00+00:00"),
    ],
)
def test_spellings(text: str, expected: str) -> None:
    moment = parse_dtm(text)
    assert moment is not None
    assert iso(moment.at_us, moment.offset_min) == expected


@pytest.mark.parametrize(
    "text",
    ["", "19000101", "19000101000000", "00000000000000", "20261301", "20260230", "20260214250000", "2026021", "soon",
     "19700101000000", "19891231235959Z", "19900101003000+0100", "22000101000000Z",
     "20260214093015+9900", "20260214093015+0875", "99999999999999", "\uff12\uff10\uff12\uff16"],
)  # fmt: skip
def test_no_time(text: str) -> None:
    assert parse_dtm(text) is None


def test_without_a_zone_the_default_holds() -> None:
    moment = parse_dtm("20260214093015", 120)
    assert moment is not None
    assert iso(moment.at_us) == "2026-02-14T07:30:15+00:00"
    assert not moment.zoned


def test_a_bare_date_is_known_as_such() -> None:
    date, minute = parse_dtm("20260214"), parse_dtm("202602140930")
    assert date is not None
    assert not date.to_the_minute
    assert minute is not None
    assert minute.to_the_minute


@given(at_us=st.integers(EARLIEST_US, LATEST_US - 1), offset_min=st.integers(-12 * 60, 14 * 60))
def test_what_is_written_is_read_back_to_a_tenth_of_a_millisecond(at_us: int, offset_min: int) -> None:
    at_us = max(at_us, EARLIEST_US + 100)  # it is written without its last digits
    moment = parse_dtm(format_dtm(at_us, offset_min))
    assert moment is not None
    assert 0 <= at_us - moment.at_us < 100
    assert moment.offset_min == offset_min


@given(text=st.text(max_size=40))
def test_any_text_is_a_time_or_none(text: str) -> None:
    moment = parse_dtm(text)
    assert moment is None or abs(moment.offset_min) <= 14 * 60
