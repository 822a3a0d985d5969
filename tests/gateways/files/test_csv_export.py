"""Exports of monitors as tables: units, times and values are checked, and what does not fit is said."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.files.made_records import DATEX, TAFONIUS
from holdfast.gateways.files import csv_export
from holdfast.gateways.files.replay import Recording
from holdfast.kernel.errors import SenderError
from holdfast.kernel.time import from_iso


def test_a_datex_export_with_preamble_wrong_units_and_midnight() -> None:
    export = csv_export.parse("mare", DATEX)
    first = from_iso("2021-04-16T23:59:50+00:00")
    assert export.start_us == first
    assert export.duration_s == 10
    got = {(n.key, (n.at_us - first) // 1_000_000): (n.value, n.unit) for n in export.numerics}
    assert got == {
        ("rr", 0): (7.0, "/min"),
        ("art_sys", 5): (71.6, "mmHg"),
        ("art_dia", 5): (45.62, "mmHg"),
        ("art_mean", 5): (52.88, "mmHg"),
        ("pulse", 5): (48.0, "/min"),
        ("rr", 5): (11.0, "/min"),
        ("art_sys", 10): (69.43, "mmHg"),
        ("art_dia", 10): (43.51, "mmHg"),
        ("art_mean", 10): (53.37, "mmHg"),
        ("pulse", 10): (54.0, "/min"),
    }
    assert "AA  LB" in export.unused


def test_impossible_values_are_refused_with_the_reason_and_never_charted() -> None:
    export = csv_export.parse("mare", DATEX)
    reasons = {refusal.key: refusal.reason for refusal in export.refused}
    assert "impossible value" in reasons["art_mean"]
    assert "0 cannot be told from a sensor that is not connected" in reasons["pulse"]
    assert all(n.value > 0 for n in export.numerics)


def test_a_tafonius_export_with_quoted_line_breaks_and_set_values_beside_measured_ones() -> None:
    export = csv_export.parse("horse", TAFONIUS)
    assert [(n.key, n.value) for n in export.numerics] == [("pulse", 141), ("spo2", 93), ("temp", 37.1), ("hr", 77)]
    assert export.unused.count("RR") == 2, "a name that stands twice may be the ventilator's setting"
    assert {r.key for r in export.refused} == {"pulse", "spo2", "temp", "hr"}


def test_plain_columns_with_full_timestamps() -> None:
    export = csv_export.parse("plain", "time,hr,temp\n,bpm,F\n2026-03-01T12:00:00+01:00,88,101.3\n")
    assert [(n.key, n.value, n.unit) for n in export.numerics] == [("hr", 88.0, "/min"), ("temp", 38.5, "degC")]
    assert export.start_us == from_iso("2026-03-01T11:00:00+00:00")


def test_a_unit_that_does_not_belong_is_not_guessed_at() -> None:
    export = csv_export.parse("odd", "Date,Time,HR,Mean\n,,bpm,kPa\n1/2/2026,10:00:00,88,9.3\n")
    assert [n.key for n in export.numerics] == ["hr"]
    assert export.unused == ("Mean",)
    assert export.start_us == from_iso("2026-02-01T10:00:00+00:00"), "day first"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no row of column names"),
        ("a,b\n1,2\n", "no row of column names"),
        ("Date,16-4-2021\nTime,HR\n", "no row of column names"),
        ("Time,Foo,Bar\n10:00:00,1,2\n", "None of the columns"),
        ("Time,HR,x\n10:00:00,80,2\n", "no date"),
    ],
)
def test_what_cannot_be_used_is_said(text: str, words: str) -> None:
    with pytest.raises(SenderError, match=words):
        csv_export.parse("odd", text)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SenderError, match="cannot be read"):
        csv_export.read(tmp_path / "none.csv")


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        export = csv_export.parse("x", text)
    except SenderError:
        return
    assert export.numerics or export.refused or export.unused or export.duration_s == 0


@given(st.lists(st.text(alphabet='0123456789.,:-/" \nhrT', max_size=12), max_size=12))
def test_any_cells_below_a_good_header_are_charted_or_refused(cells: list[str]) -> None:
    text = "Date,16-4-2021\nTime,,HR,IP1_M\n,,bpm,mmHg\n10:00:00,,80,60\n" + ",".join(cells) + "\n"
    try:
        export = csv_export.parse("x", text)
    except SenderError:
        return
    assert all(5 <= n.value <= 400 for n in export.numerics if n.key == "hr")


@pytest.mark.parametrize(
    ("name", "key", "count"),
    [("M2021_4_16-8_44_38.csv", "art_mean", 1320), ("SD2021APR16-7_19_4.csv", "spo2", 911), ("trend.csv", "rr", 1204)],
)
def test_real_exports_are_read(name: str, key: str, count: int) -> None:
    data = os.environ.get("HOLDFAST_DATA")
    if not data:
        pytest.skip("HOLDFAST_DATA does not name a folder with recordings")
    export = csv_export.read(Path(data) / "signals" / "horse_anaesthesia" / name)
    assert sum(n.key == key for n in export.numerics) == count


def test_the_newest_row_on_top_is_played_whole_and_in_time() -> None:
    rows = "".join(f"2024-03-19 10:00:{second:02},{60 + second}\n" for second in reversed(range(30)))
    export = csv_export.parse("t", f"Time,HR\n{rows}")
    assert export.duration_s == 29
    assert [one.value for one in export.numerics] == [60 + second for second in range(30)]
    played = [one for message in Recording("t", export.duration_s + 1, export).messages(0) for one in message.numerics]
    assert len(played) == 30


def test_a_date_that_makes_the_export_years_long_is_said() -> None:
    with pytest.raises(SenderError, match="spans 730 days"):
        csv_export.parse("t", "Time,HR\n2022-03-20 10:00:00,60\n2024-03-19 10:00:00,61\n")
