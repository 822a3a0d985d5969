"""Pictures on their way in: kept first, laid to a case by numbers only, undone by a new entry."""

from dataclasses import dataclass, field

import pytest

from holdfast.kernel.errors import ConflictError, OperatorError
from holdfast.record.events import case_stream
from holdfast.record.imaging_events import Plane
from holdfast.record.imaging_state import StudyEntry
from holdfast.storage.film_files import MemoryFilms
from holdfast.usecases.cases import Admission, admit, close_case
from holdfast.usecases.context import Context
from holdfast.usecases.reception import Kept, Reception, RefusedError
from holdfast.usecases.studies import (
    attach_study,
    detach_study,
    holds,
    open_orders,
    order_imaging,
    received,
    study_of,
)
from holdfast.usecases.verification import verify
from made_films import as_file, film, sent
from making import make_context

CHIP = "276098106234567"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big") + b"\x08\0\0\0\0" + bytes(4)
) + b"\0\0\0\0IEND\xaeB`\x82"


@dataclass
class Clinic:
    ctx: Context = field(default_factory=make_context)
    films: MemoryFilms = field(default_factory=MemoryFilms)

    def __post_init__(self) -> None:
        self.reception = Reception(self.ctx, self.films)

    def admit(self, name: str, microchip: str = "", training: bool = False) -> str:
        admission = Admission(name=name, microchip=microchip, training=training)
        return admit(self.ctx, actor="vet", admission=admission)

    def take(self, number: int = 1, **attributes: object) -> Kept:
        return self.reception.receive(sent(film(number, **attributes)), "XRAY1@127.0.0.1")

    def study(self, kept: Kept) -> StudyEntry:
        return study_of(self.ctx, kept.study_id)


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def test_a_picture_is_on_disk_as_sent_and_on_record_with_its_header(clinic: Clinic) -> None:
    one = sent(film(PixelSpacing=[0.2, 0.2], PatientSpeciesDescription="canine", PatientBreedDescription="Husky"))
    kept = clinic.reception.receive(one, "XRAY1@127.0.0.1")
    assert clinic.films.read(kept.image_id).endswith(one.data_set)
    event = received(clinic.ctx, clinic.study(kept).images[0])
    assert event.header["PatientSpeciesDescription"] == "canine"
    assert (event.animal.species, event.animal.breed) == ("dog", "Husky")
    assert event.scale.plane is Plane.UNKNOWN
    assert event.header["PixelSpacing"] == "0.2\\0.2"
    assert holds(clinic.ctx, clinic.films, one.sop_class_uid, one.sop_instance_uid)
    assert not holds(clinic.ctx, clinic.films, one.sop_class_uid, "1.2.3")


def test_the_same_picture_again_is_kept_once(clinic: Clinic) -> None:
    first, again = clinic.take(), clinic.take()
    assert (first.duplicate, again.duplicate) == (False, True)
    assert len(clinic.study(first).images) == 1


def test_another_version_of_a_picture_is_kept_beside_the_first(clinic: Clinic) -> None:
    clinic.take()
    study = clinic.study(clinic.take(StudyDescription="corrected"))
    assert (len(study.images), len(study.newest_images)) == (2, 1)


def test_a_name_finds_nobody(clinic: Clinic) -> None:
    clinic.admit("Rex")
    kept = clinic.take(PatientName="Rex", PatientID="Rex")
    assert kept.case_id == ""
    with clinic.ctx.book.studies() as studies:
        assert [study.study_id for study in studies.waiting()] == [kept.study_id]


@pytest.mark.parametrize(
    "attributes", [{"PatientID": CHIP}, {"PatientID": "276 098 106 234 567"}, {"OtherPatientIDs": f"77\\{CHIP}"}]
)
def test_a_microchip_finds_its_dog(clinic: Clinic, attributes: dict[str, str]) -> None:
    clinic.admit("Bello", "276098106000000")
    rex = clinic.admit("Rex", CHIP)
    assert clinic.take(**attributes).case_id == rex


def test_what_came_back_from_the_worklist_finds_its_case(clinic: Clinic) -> None:
    rex = clinic.admit("Rex")
    order_imaging(clinic.ctx, actor="vet", case_id=rex, modality="DX", what="thorax")
    (ordered,) = open_orders(clinic.ctx)
    kept = clinic.take(AccessionNumber=ordered.order.accession_number)
    assert kept.case_id == rex
    assert clinic.study(kept).attachments[0].by == "accession_number"
    assert open_orders(clinic.ctx) == [], "what has come is waited for no more"


def test_numbers_of_two_animals_find_nobody(clinic: Clinic) -> None:
    clinic.admit("Bello", CHIP)
    rex = clinic.admit("Rex")
    order_imaging(clinic.ctx, actor="vet", case_id=rex, modality="DX", what="thorax")
    number = open_orders(clinic.ctx)[0].order.accession_number
    assert clinic.take(AccessionNumber=number, PatientID=CHIP).case_id == ""


def test_a_closed_case_is_not_found(clinic: Clinic) -> None:
    rex = clinic.admit("Rex", CHIP)
    close_case(clinic.ctx, actor="vet", case_id=rex, outcome="home")
    assert clinic.take(PatientID=CHIP).case_id == ""


def test_simulated_and_real_pictures_stay_apart(clinic: Clinic) -> None:
    drill = clinic.admit("Leo", CHIP, training=True)
    real = clinic.take(PatientID=CHIP)
    assert real.case_id == ""
    with pytest.raises(OperatorError, match="never"):
        attach_study(clinic.ctx, actor="vet", study_id=real.study_id, case_id=drill, why="it is his")
    assert clinic.take(2, PatientID=CHIP, PatientName="phantom", QualityControlImage="YES").case_id == drill


def test_a_person_lays_a_study_to_a_case_and_takes_it_back(clinic: Clinic) -> None:
    rex, bello = clinic.admit("Rex"), clinic.admit("Bello", CHIP)
    kept = clinic.take()
    attach_study(clinic.ctx, actor="vet", study_id=kept.study_id, case_id=bello, why="I took it")
    assert clinic.take(2).case_id == bello, "later pictures of the study follow"
    with pytest.raises(ConflictError, match="Bello"):
        attach_study(clinic.ctx, actor="vet", study_id=kept.study_id, case_id=rex, why="mine")
    detach_study(clinic.ctx, actor="tech", study_id=kept.study_id, why="wrong dog")
    assert clinic.take(3, OtherPatientIDs=CHIP).case_id == "", "what a person took away no rule lays down again"
    attach_study(clinic.ctx, actor="vet", study_id=kept.study_id, case_id=rex, why="collar seen")
    study = clinic.study(kept)
    assert [(one.case_id, one.actor, one.why, one.detached_why) for one in study.attachments] == [
        (bello, "vet", "I took it", "wrong dog"),
        (rex, "vet", "collar seen", ""),
    ]
    assert len(study.images) == 3
    kinds = [item.event.__struct_config__.tag for item in clinic.ctx.store.read_stream(case_stream(bello))]
    assert kinds[-2:] == ["study_attached.1", "study_detached.1"]


@pytest.mark.parametrize("why", ["", "  "])
def test_laying_and_taking_need_a_reason(clinic: Clinic, why: str) -> None:
    rex, kept = clinic.admit("Rex"), clinic.take()
    with pytest.raises(OperatorError, match="reason"):
        attach_study(clinic.ctx, actor="vet", study_id=kept.study_id, case_id=rex, why=why)
    with pytest.raises(OperatorError, match="reason"):
        detach_study(clinic.ctx, actor="vet", study_id=kept.study_id, why=why)


def test_one_study_identifier_with_two_patients_is_two_studies(clinic: Clinic) -> None:
    rex = clinic.admit("Rex", CHIP)
    first, second = clinic.take(PatientID=CHIP), clinic.take(2, PatientID="4711")
    assert (first.case_id, second.case_id) == (rex, "")


def test_a_picture_whose_file_is_gone_is_named_by_the_verification(clinic: Clinic) -> None:
    kept = clinic.take()
    clinic.take(2)
    whole = verify(clinic.ctx.store, clinic.films)
    assert (whole.ok, whole.pictures) == (True, 2)
    empty = verify(clinic.ctx.store, MemoryFilms())
    assert not empty.ok
    assert kept.image_id[:16] in empty.problems[0]


def test_a_broken_file_is_refused_and_kept_whole_in_the_quarantine(clinic: Clinic) -> None:
    one = sent(film())
    broken = one._replace(data_set=one.data_set[:-3])
    with pytest.raises(RefusedError, match="too early") as refused:
        clinic.reception.receive(broken, "XRAY1@127.0.0.1")
    assert refused.value.quarantined
    (listed,) = clinic.ctx.store.quarantine()
    assert clinic.ctx.store.quarantine_raw(listed.quarantine_id) == broken.data_set
    assert clinic.take().case_id == "", "the next one is taken"


def test_a_header_of_another_picture_is_refused(clinic: Clinic) -> None:
    with pytest.raises(RefusedError, match="another picture"):
        clinic.reception.receive(sent(film())._replace(sop_instance_uid="1.2.3"), "XRAY1@127.0.0.1")


def test_an_uploaded_file_lies_where_the_person_put_it_and_is_kept_to_the_byte(clinic: Clinic) -> None:
    rex = clinic.admit("Rex")
    data = as_file(film())
    kept = clinic.reception.upload(data, actor="vet", case_id=rex)
    assert kept.case_id == rex
    assert clinic.films.read(kept.image_id) == data


def test_a_photograph_of_a_film_states_no_scale(clinic: Clinic) -> None:
    rex = clinic.admit("Rex")
    kept = clinic.reception.upload(PNG, actor="vet", case_id=rex)
    (image,) = clinic.study(kept).images
    assert (image.form, image.columns, image.rows) == ("png", "640", "480")
    assert image.scale.plane is Plane.UNKNOWN
    assert "PNG" in image.scale.why


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", PNG[:40], b"\xff\xd8\xff\xe0" + bytes(40)])
def test_what_is_no_whole_picture_is_refused(clinic: Clinic, data: bytes) -> None:
    with pytest.raises(RefusedError):
        clinic.reception.upload(data, actor="vet")
