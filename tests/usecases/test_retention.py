"""Old pictures go, their hashes stay, the proof holds; and nothing goes while anybody may still need it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from contract.examples import EXAMPLES
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record import events as ev
from holdfast.record import imaging_events as im
from holdfast.storage.film_files import FilmFiles
from holdfast.usecases import cases, custody, retention
from holdfast.usecases.context import Context, record
from holdfast.usecases.timeline import timeline
from holdfast.usecases.verification import verify
from making import StandingClock, make_context

DAYS = 3650


@dataclass
class Old:
    ctx: Context
    clock: StandingClock
    films: FilmFiles
    case_id: str
    image_id: str

    def plan(self) -> retention.Planned:
        (one,) = retention.plan(self.ctx, older_than_days=DAYS)
        return one

    def remove(self) -> None:
        retention.remove(self.ctx, self.films, actor="bo", older_than_days=DAYS, why="ten years are over")


@pytest.fixture
def old(tmp_path: Path) -> Old:
    """A case with one picture, closed more than ten years ago."""
    clock = StandingClock()
    ctx, films = make_context(clock), FilmFiles(tmp_path / "films")
    image_id = films.keep(b"a film")
    case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex", weight_kg=30.0))
    (example,) = [one for one in EXAMPLES if isinstance(one, im.ImageReceived)]
    received = msgspec.structs.replace(example, image_id=image_id, study_id="s1", at_us=clock.at_us)
    record(ctx, actor="holdfast", stream=im.IMAGING_STREAM, events=[received])
    attached = im.StudyAttached(at_us=clock.at_us, study_id="s1", by="person", why="his film")
    record(ctx, actor="vet", stream=ev.case_stream(case_id), events=[attached])
    record(ctx, actor="vet", stream=ev.case_stream(case_id), events=[ev.CaseClosed(at_us=clock.at_us, outcome="home")])
    clock.advance(DAYS * 86_400 + 1)
    return Old(ctx, clock, films, case_id, image_id)


def test_a_dry_run_says_what_would_go_and_changes_nothing(old: Old) -> None:
    before = old.ctx.store.head_seq()
    assert old.plan().image_ids == (old.image_id,)
    assert old.ctx.store.head_seq() == before
    assert hashlib.sha256(old.films.read(old.image_id)).hexdigest() == old.image_id


def test_the_bytes_go_the_event_says_who_and_why_and_the_record_still_verifies(old: Old) -> None:
    old.remove()
    with pytest.raises(NotFoundError, match="removed by the clinic's rule"):
        old.films.read(old.image_id)
    line = timeline(old.ctx, old.case_id)[-1]
    assert (line.actor, line.text, line.detail) == (
        "bo", "Bytes of 1 pictures removed; their hashes stay", "ten years are over"
    )  # fmt: skip
    report = verify(old.ctx.store, old.films)
    assert (report.ok, report.pictures) == (True, 0)
    assert retention.plan(old.ctx, older_than_days=DAYS) == []


def test_a_picture_that_vanished_without_an_event_is_still_a_problem(old: Old, tmp_path: Path) -> None:
    (tmp_path / "films" / old.image_id[:2] / old.image_id).unlink()
    assert not verify(old.ctx.store, old.films).ok


def test_what_a_crash_left_behind_goes_with_the_next_run(old: Old) -> None:
    old.remove()
    old.films.keep(b"a film")  # as if the event had been written and the power had failed before the file went
    old.remove()
    with pytest.raises(NotFoundError):
        old.films.read(old.image_id)


def test_a_legal_hold_keeps_everything_until_it_is_lifted(old: Old) -> None:
    retention.set_hold(old.ctx, actor="bo", case_id=old.case_id, reference="Court 4 C 12/26", why="claim")
    old.remove()
    assert "Court 4 C 12/26" in old.plan().kept_because
    assert old.films.read(old.image_id) == b"a film"
    (hold_id,) = old.ctx.book.case(old.case_id).retention.holds
    with pytest.raises(NotFoundError, match="No such hold"):
        retention.lift_hold(old.ctx, actor="bo", case_id=old.case_id, hold_id="other", why="settled")
    retention.lift_hold(old.ctx, actor="bo", case_id=old.case_id, hold_id=hold_id, why="settled")
    assert old.plan().kept_because == ""


def test_an_item_of_evidence_keeps_them(old: Old) -> None:
    removal = custody.Removal(by="Dr. Osei", description="metallic object")
    custody.create(old.ctx, actor="vet", case_id=old.case_id, removal=removal)
    old.remove()
    assert "item of evidence" in old.plan().kept_because
    assert old.films.read(old.image_id) == b"a film"


def test_an_open_order_keeps_them(old: Old) -> None:
    order = ev.EndOfLifeOrdered(
        at_us=old.clock.at_us, order_id="o", indication="x", consent_by="y", consent_how="in_person", witness=""
    )
    record(old.ctx, actor="vet", stream=ev.case_stream(old.case_id), events=[order])
    assert "order is open" in old.plan().kept_because


def test_a_case_that_is_not_old_enough_or_open_is_not_touched(old: Old) -> None:
    assert retention.plan(old.ctx, older_than_days=DAYS + 1) == []
    with pytest.raises(OperatorError, match="too short"):
        retention.plan(old.ctx, older_than_days=30)
    with pytest.raises(OperatorError, match="needs a reason"):
        retention.remove(old.ctx, old.films, actor="bo", older_than_days=DAYS, why=" ")
