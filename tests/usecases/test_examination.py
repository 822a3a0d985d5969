"""The examination through the record: answers, what follows from them, and taking them back."""

import pytest

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.knowledge.examination import load as load_form
from holdfast.record import events as ev
from holdfast.record.exam_events import PhotographTaken
from holdfast.storage.film_files import MemoryFilms
from holdfast.usecases import cases, examination, photographs
from holdfast.usecases.context import Context
from holdfast.usecases.exam_views import exam_view
from holdfast.usecases.timeline import timeline
from making import StandingClock, make_context

PNG = (
    b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + (4).to_bytes(4, "big") + (3).to_bytes(4, "big")
    + b"\x08\x02\x00\x00\x00" + b"\x00\x00\x00\x00" + b"\x00\x00\x00\x00IEND\xaeB`\x82"
)  # fmt: skip


@pytest.fixture
def ward() -> tuple[Context, StandingClock, str]:
    clock = StandingClock()
    ctx = make_context(clock)
    case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex", weight_kg=32.0))
    return ctx, clock, case_id


def standing(ctx: Context, case_id: str) -> dict[str, str]:
    return {e.key: e.presence.value for e in ctx.book.case(case_id).standing_findings}


def test_one_touch_on_all_normal_writes_explicit_absences_and_one_undo_takes_them_back(ward) -> None:
    ctx, clock, case_id = ward
    examination.note_normal(ctx, actor="vet", case_id=case_id, system="heart")
    found = standing(ctx, case_id)
    assert found == {
        "heart_sounds_muffled": "absent",
        "murmur": "absent",
        "heart_rhythm_irregular": "absent",
        "gallop_rhythm": "absent",
    }
    (entry_id,) = {one.entry_id for one in ctx.book.case(case_id).exam.answers}
    clock.advance(5)
    examination.withdraw(ctx, actor="vet", case_id=case_id, entry_id=entry_id)
    assert standing(ctx, case_id) == {}
    assert ctx.book.case(case_id).exam.standing == {}
    with pytest.raises(OperatorError, match="not standing"):
        examination.withdraw(ctx, actor="vet", case_id=case_id, entry_id=entry_id)


def test_all_normal_never_turns_round_what_is_not_normal(ward) -> None:
    ctx, clock, case_id = ward
    cases.record_finding(ctx, actor="tech", case_id=case_id, key="crackles", presence=ev.Presence.PRESENT)
    examination.note(ctx, actor="vet", case_id=case_id, item="effort", option="laboured")
    clock.advance(60)
    examination.note_normal(ctx, actor="vet", case_id=case_id, system="lungs")
    found = standing(ctx, case_id)
    assert found["crackles"] == "present"
    assert found["dyspnea"] == "present"
    assert found["stridor"] == "absent"
    system = load_form().system("lungs")
    assert system is not None
    left = examination.left_out(ctx, ctx.book.case(case_id), system)
    assert [one.item for one in left] == ["lung_sounds", "effort"]


def test_a_person_who_answers_the_line_itself_does_turn_it_round(ward) -> None:
    ctx, clock, case_id = ward
    cases.record_finding(ctx, actor="tech", case_id=case_id, key="murmur", presence=ev.Presence.PRESENT)
    clock.advance(60)
    examination.note(ctx, actor="vet", case_id=case_id, item="heart_murmur", option="none")
    assert standing(ctx, case_id)["murmur"] == "absent"


def test_taking_back_an_answer_brings_the_one_before_it_back(ward) -> None:
    ctx, clock, case_id = ward
    examination.note(ctx, actor="vet", case_id=case_id, item="gum_colour", option="pale")
    clock.advance(60)
    examination.note(ctx, actor="vet", case_id=case_id, item="gum_colour", option="pink")
    assert standing(ctx, case_id)["gums_pale"] == "absent"
    newest = ctx.book.case(case_id).exam.standing["gum_colour", ""]
    examination.withdraw(ctx, actor="vet", case_id=case_id, entry_id=newest.entry_id)
    found = standing(ctx, case_id)
    assert found["gums_pale"] == "present"
    assert found["gums_pink"] == "absent"


def test_an_answer_that_arrives_late_does_not_overtake_a_newer_one(ward) -> None:
    ctx, clock, case_id = ward
    earlier_us = clock.now_us()
    clock.advance(600)
    examination.note(ctx, actor="vet", case_id=case_id, item="crt", option="normal")
    examination.note(ctx, actor="tech", case_id=case_id, item="crt", option="slow", at_us=earlier_us)
    assert standing(ctx, case_id)["crt_prolonged"] == "absent"
    assert ctx.book.case(case_id).exam.standing["crt", ""].option == "normal"


def test_the_same_touch_sent_twice_is_written_once(ward) -> None:
    ctx, _, case_id = ward
    for _ in range(2):
        examination.note_normal(ctx, actor="vet", case_id=case_id, system="pulse", command_id="c1")
    case = ctx.book.case(case_id)
    assert len({one.entry_id for one in case.exam.answers}) == 1
    assert len(case.findings) == len({one.key for one in case.findings})


def test_one_touch_is_one_line_of_the_timeline(ward) -> None:
    ctx, _, case_id = ward
    examination.note_normal(ctx, actor="vet", case_id=case_id, system="heart")
    lines = [line.text for line in timeline(ctx, case_id)][1:]
    assert lines == ["Examined: Heart sounds: clear; Murmur: none; Rhythm: regular"]


def test_an_unknown_line_or_place_is_refused(ward) -> None:
    ctx, _, case_id = ward
    for item, option, place in (("horn", "long", ""), ("crt", "purple", ""), ("crt", "normal", "left")):
        with pytest.raises(NotFoundError):
            examination.note(ctx, actor="vet", case_id=case_id, item=item, option=option, place=place)


def press(ctx: Context, case_id: str, place: str, response: ev.TouchResponse) -> None:
    side, _, region = place.partition(":")
    cases.record_touch(
        ctx, actor="vet", case_id=case_id, side=side, region=region, strength=ev.Strength.FIRM, response=response
    )


def test_a_press_taken_back_is_no_evidence_and_stays_on_the_timeline(ward) -> None:
    ctx, clock, case_id = ward
    for place in ("right:thorax_mid", "left:abdomen_mid"):
        press(ctx, case_id, place, ev.TouchResponse.NONE)
        clock.advance(40)
    press(ctx, case_id, "left:thorax_mid", ev.TouchResponse.VOCALISES)
    assert exam_view(ctx, case_id, clock.now_us()).pattern.kind == "focal"
    slip = ctx.book.case(case_id).touches[-1].touch_id
    examination.withdraw_touch(ctx, actor="vet", case_id=case_id, touch_id=slip, reason="slipped")
    view = exam_view(ctx, case_id, clock.now_us())
    assert view.pattern.kind == "quiet"
    assert [one.region for one in view.presses] == ["abdomen_mid", "thorax_mid"]
    said = [line.text for line in timeline(ctx, case_id)]
    assert any("vocalises" in text for text in said)
    assert "A press was taken back" in said


def test_a_mark_is_taken_back_by_whoever_drew_it_only(ward) -> None:
    ctx, _, case_id = ward
    examination.mark(ctx, actor="vet", case_id=case_id, view="left", points=((300, 180), (320, 190)), words="here")
    (drawn,) = ctx.book.case(case_id).exam.standing_marks
    with pytest.raises(OperatorError, match="not yours"):
        examination.withdraw_mark(ctx, actor="tech", case_id=case_id, mark_id=drawn.mark_id)
    examination.withdraw_mark(ctx, actor="vet", case_id=case_id, mark_id=drawn.mark_id)
    assert ctx.book.case(case_id).exam.standing_marks == ()


@pytest.mark.parametrize(("view", "points"), [("front", ((1, 1),)), ("left", ()), ("left", ((1, -1),))])
def test_a_mark_that_cannot_be_drawn_is_refused(ward, view, points) -> None:
    ctx, _, case_id = ward
    with pytest.raises((OperatorError, NotFoundError)):
        examination.mark(ctx, actor="vet", case_id=case_id, view=view, points=points)


def test_a_photograph_is_kept_under_its_hash_and_is_of_its_case_only(ward) -> None:
    ctx, _, case_id = ward
    films = MemoryFilms()
    photographs.keep(ctx, films, actor="vet", case_id=case_id, data=PNG, what="scar", place="left:thorax_mid")
    (photo,) = ctx.book.case(case_id).exam.photographs
    assert (photo.form, photo.width_px, photo.height_px, photo.what) == ("png", 4, 3, "scar")
    assert photographs.read(ctx, films, case_id, photo.photo_id)[1] == PNG
    other = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Leo"))
    with pytest.raises(NotFoundError):
        photographs.read(ctx, films, other, photo.photo_id)


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\ncut", b"GIF89a"])
def test_what_is_no_photograph_is_refused_and_nothing_is_kept(ward, data) -> None:
    ctx, _, case_id = ward
    with pytest.raises(Exception, match=r"photograph|PNG|size"):
        photographs.keep(ctx, MemoryFilms(), actor="vet", case_id=case_id, data=data)
    assert not any(
        isinstance(i.event, PhotographTaken)
        for i in ctx.store.read_stream(ev.case_stream(case_id), recorded_until_us=None)
    )
