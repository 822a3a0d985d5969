"""Small parts of screens: the body chart, the tiles, the measured values, the hex dump, the moment field."""

import pytest

from holdfast.kernel.errors import OperatorError
from holdfast.record.case_entries import TouchEntry
from holdfast.record.events import Strength, TouchResponse
from holdfast.usecases.live_views import BedView, ValueView
from holdfast.web.bodychart import SHAPES, WIDTH, charts
from holdfast.web.bodychart_views import views
from holdfast.web.clinic_time import moment
from holdfast.web.measured import measured, unit_of
from holdfast.web.pages.ward import hexdump
from holdfast.web.passwords import Argon2Hasher
from holdfast.web.tiles import TILES, Tile, note, pick
from web.web_house import knowledge


def touch(side: str, region: str, response: TouchResponse) -> TouchEntry:
    return TouchEntry("t", side, region, Strength.FIRM, response, "", 1, "vet")


def test_every_region_of_the_knowledge_can_be_pressed_on_each_of_its_sides() -> None:
    regions = knowledge().regions
    every = {f"{side}:{region.key}" for region in regions.values() for side in region.sides}
    drawn = [r for view in views(regions.values(), ()).values() for r in view.regions]
    assert {r.place for r in drawn} == every
    assert len({r.test_id for r in drawn}) == len(drawn)
    chart = charts(regions.values(), ())
    pressable = {f"{r.side}:{r.key}" for side in chart.charts for r in side.regions}
    assert pressable == {place for place in every if place.partition(":")[2] in SHAPES}
    test_ids = [r.test_id for side in chart.charts for r in side.regions]
    assert len(test_ids) == len(set(test_ids))


def test_seen_from_above_and_from_below_left_and_right_change_places() -> None:
    touches = [touch("left", "thorax_mid", TouchResponse.FLINCHES)]
    seen = views(knowledge().regions.values(), touches)
    (above,), (below,) = seen["dorsal"].marks, seen["ventral"].marks
    assert above.y > 130 > below.y, "the head points left: the left of the dog is below, on its back above"
    assert above.x == below.x


def test_a_mark_shows_the_last_response_on_its_own_side_only() -> None:
    touches = [touch("right", "thorax_mid", r) for r in (TouchResponse.NONE, TouchResponse.VOCALISES)]
    left, right = charts(knowledge().regions.values(), touches).charts
    assert left.marks == ()
    (mark,) = right.marks
    assert (mark.response, mark.times) == (TouchResponse.VOCALISES, 2)
    assert mark.x == WIDTH - SHAPES["thorax_mid"].x


def value(key: str, state: str, age_s: float = 1.0, note: str = "") -> ValueView:
    return ValueView(
        key=key, label=key, value=1.0, text="1", unit="", at_us=1, age_s=age_s, age="now", source="", state=state,
        note=note,
    )  # fmt: skip


def bed(*values: ValueView) -> BedView:
    return BedView(
        bed="b", case_id="c", name="", summary="", training=False, origin="", server_us=1, devices=(), values=values,
        conditions=(), signals=(), last_message_us=1, silent=False,
    )  # fmt: skip


def tile(name: str) -> Tile:
    return next(tile for tile in TILES if tile.name == name)


@pytest.mark.parametrize(
    ("name", "values", "shown"),
    [
        ("map", (value("art_mean", "fresh"), value("nibp_mean", "fresh")), "art_mean"),
        ("map", (value("art_mean", "blank"), value("nibp_mean", "stale")), "nibp_mean"),
        ("map", (value("art_mean", "blank"), value("nibp_mean", "blank")), "art_mean"),
        ("map", (value("art_mean", "stale", 15), value("nibp_mean", "fresh", 300)), "art_mean"),
        ("map", (), None),
        ("hr", (value("heart_rate", "stale", 15), value("hr_ecg", "fresh")), "hr_ecg"),
        ("hr", (value("hr", "fresh"), value("heart_rate", "fresh")), "hr"),
        ("rr", (value("breath_rate", "fresh"), value("rr_resp", "fresh")), "breath_rate"),
    ],
)
def test_a_tile_falls_back_only_to_what_can_be_shown_and_is_younger(name, values, shown) -> None:
    found = pick(bed(*values), tile(name))
    assert (found.key if found else None) == shown


def test_a_disagreement_of_our_counts_is_told_beside_the_number_of_the_monitor() -> None:
    said = "the ECG counts 152, the pleth 76"
    view = bed(value("hr", "fresh"), value("heart_rate", "fresh", note=said), value("rr", "fresh"))
    assert note(view, tile("hr")) == said
    assert note(view, tile("rr")) == ""


def test_measured_values_carry_the_unit_of_the_knowledge() -> None:
    derivations = [d for f in knowledge().findings.values() for d in f.derived]
    units = {(d.observation, d.unit) for d in derivations}
    offered = measured(knowledge())
    assert {(m.key, m.unit) for m in offered} <= units
    assert len({m.name for m in offered}) == len(offered), "two values under one name would be mistaken"
    assert unit_of(knowledge(), "potassium_mmol_l") == "mmol/L"
    assert unit_of(knowledge(), "no such value") == ""


def test_a_hexdump_holds_every_byte_and_nothing_that_acts() -> None:
    assert hexdump(b"<a>\x00" + bytes(16)) == (
        "00000000  3c 61 3e 00 00 00 00 00 00 00 00 00 00 00 00 00  <a>.............\n"
        "00000010  00 00 00 00                                      ....\n"
    )


def test_a_moment_to_the_minute_means_all_of_that_minute() -> None:
    minute, second = moment("2026-03-01T06:12"), moment("2026-03-01T06:12:00")
    assert minute - second == 59_000_000
    assert moment("") is None
    with pytest.raises(OperatorError):
        moment("soon")


def test_argon2_tells_right_from_wrong_and_from_garbage() -> None:
    hasher = Argon2Hasher()
    kept = hasher.hash("a long sentence")
    assert hasher.verify(kept, "a long sentence")
    assert not hasher.verify(kept, "another sentence")
    assert not hasher.verify("not a hash", "a long sentence")
