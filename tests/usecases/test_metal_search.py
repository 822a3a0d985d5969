"""Films searched after they are kept, and marks judged by people: only a confirmed one is a finding."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from holdfast.imaging.film import Film
from holdfast.imaging.metal.search import Search
from holdfast.kernel.errors import NotFoundError, OperatorError, SenderError
from holdfast.record.events import case_stream, kind_of
from holdfast.record.imaging_events import MarkVerdict, MetalMark
from holdfast.storage.film_files import MemoryFilms
from holdfast.usecases.cases import Admission, admit
from holdfast.usecases.context import Context
from holdfast.usecases.metal_search import judge_mark, search_film, unsearched
from holdfast.usecases.reception import Kept, Reception
from holdfast.usecases.studies import detach_study
from holdfast.usecases.timeline import timeline
from made_films import film, sent
from making import make_context

CHIP = "276098106234567"
MARK = MetalMark(
    mark_id="m1",
    row=10.0,
    column=20.0,
    height_px=6.0,
    width_px=6.0,
    outline=((7.0, 17.0), (13.0, 23.0)),
    long_mm=None,
    short_mm=None,
    brightness=0.5,
    shape="round",
    kind="metal_unexplained",
    confidence=0.98,
    instead=("a microchip",),
)


def no_film(data: bytes) -> Film:
    raise SenderError("The pixels cannot be unpacked.", "Send it again.")


def any_film(data: bytes) -> Film:
    scale = None
    return Film(np.zeros((4, 6), np.uint16), 8, None, scale, None, simulated=False, problems=())  # type: ignore[arg-type]


@dataclass
class Clinic:
    ctx: Context = field(default_factory=make_context)
    films: MemoryFilms = field(default_factory=MemoryFilms)

    def __post_init__(self) -> None:
        self.reception = Reception(self.ctx, self.films)

    def take(self, number: int = 1, **attributes: object) -> Kept:
        return self.reception.receive(sent(film(number, **attributes)), "XRAY1@127.0.0.1")

    def search(self, kept: Kept) -> None:
        found = Search((MARK,), "Metal.", ())
        search_film(self.ctx, self.films, any_film, lambda _: found, study_id=kept.study_id, image_id=kept.image_id)

    def findings(self, case_id: str) -> list[str]:
        return [entry.key for entry in self.ctx.book.case(case_id).findings if not entry.retracted]


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def waiting(ctx: Context) -> list[str]:
    return [image.image_id for _, image in unsearched(ctx)]


def test_each_radiograph_is_searched_once_and_other_pictures_never(clinic: Clinic) -> None:
    first, second = clinic.take(1), clinic.take(2)
    clinic.take(3, Modality="US", SOPClassUID="1.2.840.10008.5.1.4.1.1.6.1")
    assert set(waiting(clinic.ctx)) == {first.image_id, second.image_id}
    clinic.search(first)
    assert waiting(clinic.ctx) == [second.image_id]
    with clinic.ctx.book.studies() as studies:
        assert studies.metal.marks_of(first.image_id) == (MARK,)
        assert studies.metal.marks_of(second.image_id) == ()


def test_a_film_that_cannot_be_read_is_said_to_be_unsearched_not_without_metal(clinic: Clinic) -> None:
    kept = clinic.take()
    search_film(
        clinic.ctx,
        clinic.films,
        no_film,
        lambda _: Search((), "Metal.", ()),
        study_id=kept.study_id,
        image_id=kept.image_id,
    )
    with clinic.ctx.book.studies() as studies:
        search = studies.metal.searches[kept.image_id]
    assert search.searched == ""
    assert "cannot be unpacked" in search.limits[0]


def test_an_unconfirmed_mark_is_no_finding_and_a_confirmed_one_is(clinic: Clinic) -> None:
    case_id = admit(clinic.ctx, actor="vet", admission=Admission(name="Rex", microchip=CHIP))
    kept = clinic.take(PatientID=CHIP)
    clinic.search(kept)
    assert clinic.findings(case_id) == []
    judge_mark(
        clinic.ctx,
        actor="vet",
        image_id=kept.image_id,
        mark_id="m1",
        verdict=MarkVerdict.CONFIRMED,
        what="air-gun pellet",
        place="thorax",
    )
    assert clinic.findings(case_id) == ["metallic_opacity_thorax"]
    assert any("confirmed" in line.text for line in timeline(clinic.ctx, case_id))


@pytest.mark.parametrize("later", [MarkVerdict.REJECTED, MarkVerdict.UNSURE])
def test_another_word_takes_the_finding_back_and_both_stay_on_record(clinic: Clinic, later: MarkVerdict) -> None:
    case_id = admit(clinic.ctx, actor="vet", admission=Admission(name="Rex", microchip=CHIP))
    kept = clinic.take(PatientID=CHIP)
    clinic.search(kept)
    for verdict in (MarkVerdict.CONFIRMED, later):
        judge_mark(clinic.ctx, actor="vet", image_id=kept.image_id, mark_id="m1", verdict=verdict)
    assert clinic.findings(case_id) == []
    kinds = [kind_of(item.event) for item in clinic.ctx.store.read_stream(case_stream(case_id))]
    assert kinds.count("metal_mark_judged.1") == 2
    assert kinds.count("finding_recorded.1") == kinds.count("finding_retracted.1") == 1
    with clinic.ctx.book.studies() as studies:
        said = studies.metal.judgement_of(kept.image_id, "m1")
    assert (said is None) == (later is MarkVerdict.UNSURE)


def test_the_same_command_twice_is_one_judgement(clinic: Clinic) -> None:
    case_id = admit(clinic.ctx, actor="vet", admission=Admission(name="Rex", microchip=CHIP))
    kept = clinic.take(PatientID=CHIP)
    clinic.search(kept)
    for _ in range(2):
        judge_mark(
            clinic.ctx,
            actor="vet",
            image_id=kept.image_id,
            mark_id="m1",
            verdict=MarkVerdict.CONFIRMED,
            command_id="c1",
        )
    assert clinic.findings(case_id) == ["metallic_opacity"]


def test_marks_of_no_case_or_of_no_film_cannot_be_judged(clinic: Clinic) -> None:
    kept = clinic.take()
    clinic.search(kept)
    with pytest.raises(OperatorError, match="at no case"):
        judge_mark(clinic.ctx, actor="vet", image_id=kept.image_id, mark_id="m1", verdict=MarkVerdict.CONFIRMED)
    case_id = admit(clinic.ctx, actor="vet", admission=Admission(name="Rex", microchip=CHIP))
    laid = clinic.take(7, PatientID=CHIP, StudyInstanceUID="1.2.3.4")
    clinic.search(laid)
    with pytest.raises(NotFoundError):
        judge_mark(clinic.ctx, actor="vet", image_id=laid.image_id, mark_id="m9", verdict=MarkVerdict.CONFIRMED)
    with pytest.raises(NotFoundError):
        judge_mark(clinic.ctx, actor="vet", image_id="0" * 64, mark_id="m1", verdict=MarkVerdict.CONFIRMED)
    with pytest.raises(OperatorError, match="no place"):
        judge_mark(
            clinic.ctx,
            actor="vet",
            image_id=laid.image_id,
            mark_id="m1",
            verdict=MarkVerdict.CONFIRMED,
            place="moon",
        )
    detach_study(clinic.ctx, actor="vet", study_id=laid.study_id, why="wrong dog")
    with pytest.raises(OperatorError, match="at no case"):
        judge_mark(clinic.ctx, actor="vet", image_id=laid.image_id, mark_id="m1", verdict=MarkVerdict.REJECTED)
    assert clinic.findings(case_id) == []
