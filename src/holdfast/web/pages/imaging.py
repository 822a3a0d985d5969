"""Studies: those that wait for a person, those of the cases, one of them, and files that a person gives."""

from urllib.parse import quote

from starlette.responses import JSONResponse, RedirectResponse, Response

from holdfast.kernel.errors import NotFoundError
from holdfast.kernel.limits import IMAGE_BYTES_MAX, STUDIES_LISTED_MAX
from holdfast.usecases import studies as use
from holdfast.web.gate import Call, Takes
from holdfast.web.render import page
from holdfast.web.route import Page

UPLOADS = Takes(
    frozenset({"application/dicom", "application/octet-stream", "image/jpeg", "image/png"}), IMAGE_BYTES_MAX
)
"""One file for each request; what it is is told by its bytes."""

_MEDIA = {"dicom": "application/dicom", "jpeg": "image/jpeg", "png": "image/png"}
_SUFFIX = {"dicom": "dcm", "jpeg": "jpg", "png": "png"}


def imaging(call: Call) -> Response:
    with call.ctx.book.studies() as studies:
        waiting = studies.waiting()
        laid = sorted((s for s in studies.by_id.values() if s.case_id), key=lambda s: -s.received_us)
    cases = call.ctx.book.cases()
    return page(
        call,
        "imaging.html",
        waiting=waiting[:STUDIES_LISTED_MAX],
        waiting_more=max(0, len(waiting) - STUDIES_LISTED_MAX),
        laid=laid[:STUDIES_LISTED_MAX],
        orders=use.open_orders(call.ctx),
        names={case.case_id: case.name for case in cases},
        open_cases=[case for case in cases if not case.closed],
        modalities=use.MODALITIES,
    )


def study(call: Call) -> Response:
    entry = use.study_of(call.ctx, call.part("study_id"))
    cases = call.ctx.book.cases()
    return page(
        call,
        "study.html",
        study=entry,
        first=use.received(call.ctx, entry.images[0]),
        names={case.case_id: case.name for case in cases},
        open_cases=[case for case in cases if not case.closed],
        who=call.ctx.book.clinic.name_of,
    )


def attach(call: Call) -> Response:
    study_id = call.part("study_id")
    use.attach_study(
        call.ctx,
        actor=call.actor,
        study_id=study_id,
        case_id=call.field("case_id"),
        why=call.field("why"),
        command_id=call.field("command_id"),
    )
    return RedirectResponse(f"/imaging/{study_id}", status_code=303)


def detach(call: Call) -> Response:
    study_id = call.part("study_id")
    use.detach_study(
        call.ctx, actor=call.actor, study_id=study_id, why=call.field("why"), command_id=call.field("command_id")
    )
    return RedirectResponse(f"/imaging/{study_id}", status_code=303)


def upload(call: Call) -> Response:
    """One file as the body; ``?case=`` says whose it is."""
    kept = call.services.reception.upload(call.body, actor=call.actor, case_id=call.query("case"))
    told = {
        "image_id": kept.image_id,
        "case_id": kept.case_id,
        "duplicate": kept.duplicate,
        "location": f"/imaging/{quote(kept.study_id)}",
    }
    return JSONResponse(told, status_code=201)


def file(call: Call) -> Response:
    """The file as it was sent, to be saved: nothing in it acts in the browser."""
    image_id = call.part("image_id")
    with call.ctx.book.studies() as studies:
        entry = studies.by_id.get(studies.images.get(image_id, ""))
    if entry is None:
        raise NotFoundError("There is no such picture.", "Open it from the list of studies.")
    form = next(image.form for image in entry.images if image.image_id == image_id)
    name = f'attachment; filename="{image_id[:16]}.{_SUFFIX[form]}"'
    data = call.services.films.read(image_id)
    return Response(data, media_type=_MEDIA[form], headers={"content-disposition": name})


PAGES = (
    Page("GET", "/imaging", "imaging", lambda: imaging),
    Page("GET", "/imaging/files/{image_id}", "imaging.file", lambda: file),
    Page("GET", "/imaging/{study_id}", "study", lambda: study),
    Page("POST", "/imaging/{study_id}/attach", "study.attach", lambda: attach),
    Page("POST", "/imaging/{study_id}/detach", "study.detach", lambda: detach),
    Page("POST", "/imaging/upload", "imaging.upload", lambda: upload, UPLOADS),
)
