"""The viewer of films: its page, the pieces of a film that it asks for, and what is noted on it."""

import zlib
from typing import Any

import msgspec
from starlette.responses import JSONResponse, Response

from holdfast.imaging.landmarks import WORDS, needed, useful
from holdfast.imaging.presentation import TILE, Sizes, Window, greys, windows
from holdfast.imaging.projection import Lying
from holdfast.imaging.two_views import moved
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record.imaging_state import ImageEntry, StudyEntry
from holdfast.usecases import films as use
from holdfast.usecases.film_reports import told_of_film, told_of_study
from holdfast.usecases.studies import studies_of, study_of
from holdfast.web.film_shelf import jpeg
from holdfast.web.gate import Call
from holdfast.web.render import page
from holdfast.web.route import Page

_SIDE_MAX = 4096
_FAST = 1  # level of compression: a film is noise, more does not pay


def view(call: Call) -> Response:
    """The page; ``?image=`` chooses the film, ``?beside=`` a second one."""
    study = study_of(call.ctx, call.part("study_id"))
    studies = studies_of(call.ctx, study.case_id) if study.case_id else [study]
    choices = [(one, image) for one in studies for image in one.newest_images if image.rows]
    if not choices:
        raise NotFoundError("This study holds no picture.", "Open its files with another program.")
    here = [image.image_id for one, image in choices if one.study_id == study.study_id]
    first = call.query("image") or (here or [choices[0][1].image_id])[0]
    return page(
        call,
        "film_view.html",
        study=study,
        case=call.ctx.book.case(study.case_id) if study.case_id else None,
        choices=[(image.image_id, name_of_film(one, image)) for one, image in choices],
        first=first,
        second=call.query("beside"),
        lying=[(one.value, one.value.replace("_", " ")) for one in Lying],
        words=WORDS,
        needed={one.value: needed(one) for one in Lying},
        useful={one.value: useful(one) for one in Lying},
    )


def facts(call: Call) -> Response:
    """What the viewer has to know of a film before it shows it."""
    study, image = use.film_of(call.ctx, call.part("image_id"))
    sizes = call.services.shelf.sizes(image.image_id)
    name_of = call.ctx.book.clinic.name_of
    with call.ctx.book.studies() as studies:
        notes = list(studies.notes.marks.get(image.image_id, {}).values())
        placed = studies.notes.landmarks.get(image.image_id)
        searched = studies.metal.searches.get(image.image_id)
        judged = {key[1]: said for key, said in studies.metal.judged.items() if key[0] == image.image_id}
    told: dict[str, Any] = {
        "image_id": image.image_id,
        "case_id": study.case_id,
        "study_id": study.study_id,
        "study_date": study.study_date,
        "columns": sizes.film.columns,
        "rows": sizes.film.rows,
        "bits": sizes.film.bits,
        "coarsest": sizes.coarsest,
        "tile": TILE,
        "simulated": sizes.film.simulated,
        "problems": [*image.problems, *sizes.film.problems],
        "windows": [msgspec.to_builtins(one) for one in windows(sizes)],
        "scale": msgspec.to_builtins(image.scale),
        "notes": [{**msgspec.to_builtins(note.mark), "who": name_of(note.actor)} for note in notes],
        "landmarks": placed and msgspec.to_builtins(placed.landmarks),
        "metal": searched
        and {
            "detector": searched.detector,
            "searched": searched.searched,
            "limits": searched.limits,
            "marks": [
                {
                    **msgspec.to_builtins(mark),
                    "judged": (said := judged.get(mark.mark_id))
                    and {"verdict": said.verdict.value, "what": said.what, "who": name_of(said.actor)},
                }
                for mark in searched.marks
            ],
        },
    }
    return JSONResponse(told)


def picture(call: Call) -> Response:
    """The whole film as an 8-bit JPEG: ``?side=`` pixels at most on its longer side, ``?window=`` one of its windows
    or ``?centre=`` and ``?width=``, ``?invert=1``."""
    _, image = use.film_of(call.ctx, call.part("image_id"))
    sizes = call.services.shelf.sizes(image.image_id)
    side = min(_SIDE_MAX, int(_number(call, "side", 1024)))
    values = sizes.least(max(1, side))
    shown = greys(values, chosen_window(call, sizes), invert=call.query("invert") == "1")
    return Response(jpeg(shown), media_type="image/jpeg")


def chosen_window(call: Call, sizes: Sizes) -> Window:
    """As the query names it; the first of the film's otherwise."""
    if call.query("width"):
        return Window("own", "Own", _number(call, "centre", 0.0), max(1.0, _number(call, "width", 1.0)))
    offered = windows(sizes)
    return next((one for one in offered if one.key == call.query("window")), offered[0])


def _number(call: Call, name: str, usual: float) -> float:
    try:
        return float(call.query(name)) if call.query(name) else usual
    except ValueError:
        raise OperatorError(f"{name} is no number.", "Send a number.") from None


def tile(call: Call) -> Response:
    """One piece of a film: 16-bit values, little endian, row by row, dense bright whatever the file says."""
    _, image = use.film_of(call.ctx, call.part("image_id"))
    sizes = call.services.shelf.sizes(image.image_id)
    level, column, row = (call.part(name) for name in ("level", "column", "row"))
    if not all(text.isdecimal() and len(text) < 5 for text in (level, column, row)) or int(level) > sizes.coarsest:
        raise NotFoundError("There is no such piece of the film.", "Ask for its facts first.")
    values = sizes.tile(int(level), int(column), int(row))
    if not values.size:
        raise NotFoundError("There is no such piece of the film.", "Ask for its facts first.")
    packed = zlib.compressobj(_FAST, wbits=31)
    body = packed.compress(values.astype("<u2").tobytes()) + packed.flush()
    headers = {"content-encoding": "gzip", "x-columns": str(values.shape[1]), "x-rows": str(values.shape[0])}
    return Response(body, media_type="application/octet-stream", headers=headers)


def report(call: Call) -> Response:
    """What is known of metal on the films of a study, as a DICOM structured report."""
    told = told_of_study(call.ctx, call.services.films, call.part("study_id"))
    return _saved(call.services.film_reports.report(told), "report")


def presentation(call: Call) -> Response:
    """The marks of one film as a DICOM presentation state."""
    study, image = use.film_of(call.ctx, call.part("image_id"))
    told = told_of_film(call.ctx, call.services.films, study, image)
    return _saved(call.services.film_reports.presentation(told), "marks")


def _saved(data: bytes, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.dcm"'}
    return Response(data, media_type="application/dicom", headers=headers)


def metal(call: Call) -> Response:
    """The surgeon's page: both views with their marks, distances, what is uncertain."""
    case = call.ctx.book.case(call.part("case_id"))
    found = use.located(call.ctx, case.case_id)
    with call.ctx.book.studies() as studies:
        on_record = studies.notes.places.get(case.case_id)
    return page(
        call,
        "metal.html",
        case=case,
        found=found,
        views=[_drawn(call, film) for film in found.films],
        studies=studies_of(call.ctx, case.case_id),
        on_record=on_record,
        movements=[(date, moved(before, found.place)) for date, before in found.earlier if found.place],
        who=call.ctx.book.clinic.name_of,
        words=WORDS,
    )


def _drawn(call: Call, film: use.PlacedFilm) -> dict[str, Any]:
    """A film with its points, in parts of its width and height, for a picture with marks over it."""
    columns, rows = float(film.image.columns), float(film.image.rows)
    points = film.placed.landmarks.points
    return {
        "film": film,
        "columns": columns,
        "rows": rows,
        "points": points,
        "src": f"/films/{film.image.image_id}/picture?side=1400",
        "who": call.ctx.book.clinic.name_of(film.placed.actor),
        "unit": max(columns, rows) / 100,
    }


def metal_json(call: Call) -> Response:
    """The same as JSON."""
    case = call.ctx.book.case(call.part("case_id"))
    found = use.located(call.ctx, case.case_id)
    return JSONResponse(
        {
            "films": [{"image_id": f.image.image_id, "lying": f.lying.value} for f in found.films],
            "place": found.place and msgspec.to_builtins(found.place),
            "bounds": [msgspec.to_builtins(one) for one in found.bounds],
            "problem": found.problem,
            "movements": [
                {"since": date, **msgspec.to_builtins(moved(before, found.place))}
                for date, before in found.earlier
                if found.place
            ],
            "method": use.METHOD,
        }
    )


def name_of_film(study: StudyEntry, image: ImageEntry) -> str:
    """As the lists of films call it."""
    parts = (study.study_date, image.modality or image.form.upper(), image.view or study.description)
    number = f"no. {image.instance_number}" if image.instance_number else ""
    return " ".join(part for part in (*parts, number) if part)


PAGES = (
    Page("GET", "/imaging/{study_id}/view", "film.view", lambda: view),
    Page("GET", "/films/{image_id}/picture", "film.picture", lambda: picture),
    Page("GET", "/films/{image_id}/tiles/{level}/{column}/{row}", "film.tile", lambda: tile),
    Page("GET", "/imaging/{study_id}/report", "film.report", lambda: report),
    Page("GET", "/films/{image_id}/presentation", "film.presentation", lambda: presentation),
    Page("GET", "/api/films/{image_id}", "api.film", lambda: facts),
    Page("GET", "/cases/{case_id}/metal", "case.metal", lambda: metal),
    Page("GET", "/api/cases/{case_id}/metal", "api.case.metal", lambda: metal_json),
)
