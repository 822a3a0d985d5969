"""What people do with studies: ask for pictures, lay a waiting study to a case, take a wrong one back."""

import hashlib
from collections.abc import Sequence

from holdfast.kernel.errors import ConflictError, HoldfastError, NotFoundError, OperatorError
from holdfast.record import events as ev
from holdfast.record.imaging_events import IMAGING_STREAM, ImageReceived, ImagingOrdered, StudyAttached, StudyDetached
from holdfast.record.imaging_state import ImageEntry, OrderedImaging, StudyEntry
from holdfast.usecases.context import Context, clean_text, not_after_now, record_checked
from holdfast.usecases.ports import Films, Receipt
from holdfast.usecases.reception import check_origin, uid_of

MODALITIES = ("DX", "CR", "US", "CT", "MR")
"""What an order may ask for: digital and computed radiography, ultrasound, tomography, magnetic resonance."""


def order_imaging(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    modality: str,
    what: str,
    note: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Ask for pictures: they stand on the worklist of the units, and what comes back finds the case by its number."""
    if modality not in MODALITIES:
        raise OperatorError(f"{modality!r} is not a modality we order.", f"Choose one of {', '.join(MODALITIES)}.")
    if not (what := clean_text(what, "The region and views")):
        raise OperatorError(
            "It does not say what to picture.", "Name the region and the views, e.g. 'thorax, two views'."
        )
    number = ctx.ids.new_id().upper()

    def build() -> Sequence[ev.AnyEvent]:
        case = ctx.book.case(case_id)
        if case.closed:
            raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
        return [
            ImagingOrdered(
                at_us=not_after_now(ctx, at_us),
                accession_number=number,
                study_uid=uid_of(hashlib.sha256(f"{case_id}/{number}".encode()).hexdigest()),
                modality=modality,
                what=what,
                note=clean_text(note, "The note"),
            )
        ]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def attach_study(ctx: Context, *, actor: str, study_id: str, case_id: str, why: str, command_id: str = "") -> Receipt:
    """A person says whose study this is. One that lies elsewhere is taken from there first, knowingly."""
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Laying a study to a case needs a reason.", "Say how you know, e.g. 'I took it myself'.")

    def build() -> Sequence[ev.AnyEvent]:
        study, case = study_of(ctx, study_id), ctx.book.case(case_id)
        if study.case_id:
            holder = ctx.book.case(study.case_id).name
            raise ConflictError(f"This study lies at the case of {holder}.", "Take it from there first.")
        check_origin(case, study.origin)
        return [StudyAttached(at_us=ctx.clock.now_us(), study_id=study_id, by="person", why=why)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def detach_study(ctx: Context, *, actor: str, study_id: str, why: str, command_id: str = "") -> Receipt:
    """Undo: the study waits again, both entries stay on record."""
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Taking a study from a case needs a reason.", "Say in a few words why.")
    case_id = study_of(ctx, study_id).case_id

    def build() -> Sequence[ev.AnyEvent]:
        if not case_id or study_of(ctx, study_id).case_id != case_id:
            raise OperatorError("This study lies at no case.", "Reload the page to see where it is.")
        return [StudyDetached(at_us=ctx.clock.now_us(), study_id=study_id, why=why)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def study_of(ctx: Context, study_id: str) -> StudyEntry:
    """The study now; raises ``NotFoundError``."""
    with ctx.book.studies() as studies:
        study = studies.by_id.get(study_id)
    if study is None:
        raise NotFoundError("There is no such study.", "Open it from the list of studies.")
    return study


def studies_of(ctx: Context, case_id: str) -> list[StudyEntry]:
    """The studies that lie at a case now, newest first."""
    with ctx.book.studies() as studies:
        return studies.of_case(case_id)


def received(ctx: Context, image: ImageEntry) -> ImageReceived:
    """What is on record of a picture, its header included."""
    item = ctx.store.read_stream(IMAGING_STREAM, after_version=image.version - 1, recorded_until_us=None)[0]
    assert isinstance(item.event, ImageReceived)
    return item.event


def holds(ctx: Context, films: Films, sop_class_uid: str, sop_instance_uid: str) -> bool:
    """Whether this picture is on record and its file, read again just now, is still what was kept."""
    with ctx.book.studies() as studies:
        image = studies.instances.get(sop_instance_uid)
    if image is None or image.sop_class_uid != sop_class_uid:
        return False
    try:
        films.read(image.image_id)
    except HoldfastError:
        return False
    return True


def open_orders(ctx: Context) -> list[OrderedImaging]:
    """What was asked for and has not come, oldest first; of open cases."""
    with ctx.book.studies() as studies:
        orders = [one for number, one in studies.orders.items() if not studies.arrived(number)]
    open_ids = {case.case_id for case in ctx.book.open_cases()}
    return [one for one in orders if one.case_id in open_ids]
