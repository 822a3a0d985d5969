"""What is known of metal on films, gathered to be told to other programs: a report, and a presentation of one film."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from holdfast.kernel.errors import OperatorError
from holdfast.record.imaging_events import MarkVerdict, MetalMark, Plane
from holdfast.record.imaging_state import ImageEntry, StudyEntry
from holdfast.usecases.context import Context
from holdfast.usecases.films import Located, located
from holdfast.usecases.ports import Films
from holdfast.usecases.reception import uid_of
from holdfast.usecases.studies import study_of


@dataclass(frozen=True)
class ToldMark:
    """A mark of the search with the last word of a person on it (``confirmed``, ``rejected`` or empty)."""

    mark: MetalMark
    verdict: str
    what: str
    who: str


@dataclass(frozen=True)
class ToldNote:
    """A mark that a person made: (column, row) and what is seen there."""

    at: tuple[float, float]
    text: str
    who: str


@dataclass(frozen=True)
class ToldFilm:
    """One film as its file, with what stands on it."""

    data: bytes
    mm_at_detector: bool
    marks: tuple[ToldMark, ...]
    notes: tuple[ToldNote, ...]
    metal_at: tuple[float, float] | None
    """Where a person placed the metal for the distances, (column, row)."""
    placed_by: str = ""


@dataclass(frozen=True)
class Told:
    """A whole report."""

    films: tuple[ToldFilm, ...]
    located: Located | None
    """Only when the distances rest on films of this report."""
    detector: str
    observers: tuple[str, ...]
    at_us: int
    series_uid: str
    instance_uid: str
    """The same content has the same identifiers."""


class FilmReports(Protocol):
    """Writes files that other programs read. All raise ``SenderError`` for a film whose header does not do."""

    def report(self, told: Told) -> bytes:
        """A DICOM structured report (TID 1500), not verified."""
        ...

    def presentation(self, told: Told) -> bytes:
        """A DICOM presentation state for the first film: its window, and the marks as drawings."""
        ...


def told_of_study(ctx: Context, films: Films, study_id: str) -> Told:
    """Everything known of metal on the films of a study."""
    study = study_of(ctx, study_id)
    return _told(ctx, films, study, [image for image in study.newest_images if image.rows])


def told_of_film(ctx: Context, films: Films, study: StudyEntry, image: ImageEntry) -> Told:
    """The same of one film."""
    return _told(ctx, films, study, [image])


def _told(ctx: Context, films: Films, study: StudyEntry, images: list[ImageEntry]) -> Told:
    images = [image for image in images if image.form == "dicom"]
    if not images:
        raise OperatorError("There is no DICOM picture to report on.", "A photograph of a film has no identifiers.")
    found = located(ctx, study.case_id) if study.case_id else None
    if found and not any(film.image in images for film in found.films):
        found = None
    parts = tuple(_film(ctx, films, image) for image in images)
    with ctx.book.studies() as studies:
        searches = [studies.metal.searches.get(image.image_id) for image in images]
    marked = {mark.who for film in parts for mark in film.marks} | {note.who for film in parts for note in film.notes}
    observers = marked | {film.placed_by for film in parts}
    said = [(film.marks, film.notes, film.metal_at) for film in parts], found and (found.place, found.bounds)
    digest = hashlib.sha256(f"{study.study_id} {[image.image_id for image in images]} {said!r}".encode()).hexdigest()
    return Told(
        films=parts,
        located=found,
        detector=next((search.detector for search in searches if search), ""),
        observers=tuple(sorted(observers - {""})),
        at_us=ctx.clock.now_us(),
        series_uid=uid_of(digest[32:]),
        instance_uid=uid_of(digest),
    )


def _film(ctx: Context, films: Films, image: ImageEntry) -> ToldFilm:
    who = ctx.book.clinic.name_of
    with ctx.book.studies() as studies:
        found = studies.metal.marks_of(image.image_id)
        judged = [studies.metal.judgement_of(image.image_id, mark.mark_id) for mark in found]
        notes = list(studies.notes.marks.get(image.image_id, {}).values())
        placed = studies.notes.landmarks.get(image.image_id)
    return ToldFilm(
        data=films.read(image.image_id),
        mm_at_detector=image.scale.plane is Plane.DETECTOR,
        marks=tuple(
            ToldMark(mark, said.verdict.value, said.what, who(said.actor)) if said else ToldMark(mark, "", "", "")
            for mark, said in zip(found, judged, strict=True)
        ),
        notes=tuple(ToldNote(note.mark.at, note.mark.text, who(note.actor)) for note in notes),
        metal_at=placed.landmarks.points.get("object") if placed else None,
        placed_by=who(placed.actor) if placed else "",
    )


def rejected(mark: ToldMark) -> bool:
    """A person said that it is no metal."""
    return mark.verdict == MarkVerdict.REJECTED
