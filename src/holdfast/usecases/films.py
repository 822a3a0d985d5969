"""What people do on films: mark and describe, place landmarks, read distances and put them on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.imaging.landmarks import WORDS
from holdfast.imaging.projection import Lying
from holdfast.imaging.two_views import Bound, Distance, Place, View, lower_bounds, place
from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.kernel.time import to_datetime
from holdfast.record import events as ev
from holdfast.record.film_events import (
    FilmMarked,
    FilmMarkTakenBack,
    LandmarksPlaced,
    MetalPlaceRead,
    ZoneDistance,
)
from holdfast.record.film_state import Placed
from holdfast.record.imaging_events import Plane
from holdfast.record.imaging_state import ImageEntry, StudyEntry
from holdfast.usecases.context import Context, clean_text, record_checked
from holdfast.usecases.ports import Receipt
from holdfast.usecases.studies import received, studies_of

METHOD = "holdfast two views 1"
_SID_MM = (500.0, 3000.0)


@dataclass(frozen=True)
class PlacedFilm:
    """A film of a case with its landmarks."""

    study: StudyEntry
    image: ImageEntry
    placed: Placed

    @property
    def lying(self) -> Lying:
        return Lying(self.placed.landmarks.lying)


@dataclass(frozen=True)
class Located:
    """What is known of where the metal lies in a case."""

    films: tuple[PlacedFilm, ...]
    """The lateral view and the one along the back, of the newest date that has landmarks on both."""
    place: Place | None
    bounds: tuple[Bound, ...]
    """From one view, when there is no place."""
    problem: str
    """Why there is nothing, or less than there might be; empty when there is a place."""
    earlier: tuple[tuple[str, Place], ...] = ()
    """(date, place) of earlier dates with both views, newest first."""


def film_of(ctx: Context, image_id: str) -> tuple[StudyEntry, ImageEntry]:
    """A picture and its study; raises ``NotFoundError``."""
    with ctx.book.studies() as studies:
        study = studies.by_id.get(studies.images.get(image_id, ""))
    if study is None:
        raise NotFoundError("There is no such picture.", "Open it from the list of studies.")
    return study, next(image for image in study.images if image.image_id == image_id)


def mark_film(
    ctx: Context, *, actor: str, case_id: str, image_id: str, at: tuple[float, float], text: str, command_id: str = ""
) -> Receipt:
    """Mark a place and say what is seen there."""
    if not (text := clean_text(text, "The description")):
        raise OperatorError("The mark says nothing.", "Describe in a few words what is seen there.")
    mark_id = ctx.ids.new_id()

    def build() -> Sequence[ev.AnyEvent]:
        image = _film_at(ctx, case_id, image_id)
        _check_inside(image, {"mark": at})
        return [FilmMarked(at_us=ctx.clock.now_us(), image_id=image_id, mark_id=mark_id, at=at, text=text)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def take_back_mark(
    ctx: Context, *, actor: str, case_id: str, image_id: str, mark_id: str, why: str, command_id: str = ""
) -> Receipt:
    """The mark does not stand any more."""
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Taking a mark back needs a reason.", "Say in a few words why.")

    def build() -> Sequence[ev.AnyEvent]:
        with ctx.book.studies() as studies:
            stands = mark_id in studies.notes.marks.get(image_id, {})
        _film_at(ctx, case_id, image_id)
        if not stands:
            raise OperatorError("This mark does not stand.", "Reload the page to see which do.")
        return [FilmMarkTakenBack(at_us=ctx.clock.now_us(), image_id=image_id, mark_id=mark_id, why=why)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def place_landmarks(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    image_id: str,
    lying: Lying,
    points: Mapping[str, tuple[float, float]],
    sid_mm: float | None = None,
    command_id: str = "",
) -> Receipt:
    """Keep the landmarks of a view: all of them, in place of those before."""
    if unknown := sorted(set(points) - set(WORDS)):
        raise OperatorError(f"{unknown[0]!r} is not a landmark.", f"Use {', '.join(WORDS)}.")
    if not points:
        raise OperatorError("No landmark was placed.", "Place the metal first.")
    if sid_mm is not None and not _SID_MM[0] <= sid_mm <= _SID_MM[1]:
        raise OperatorError(f"{sid_mm:g} mm is no distance to an X-ray tube.", "Measure from the focus to the plate.")

    def build() -> Sequence[ev.AnyEvent]:
        _check_inside(_film_at(ctx, case_id, image_id), points)
        return [
            LandmarksPlaced(
                at_us=ctx.clock.now_us(), image_id=image_id, lying=lying.value, points=dict(points), sid_mm=sid_mm
            )
        ]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def _film_at(ctx: Context, case_id: str, image_id: str) -> ImageEntry:
    study, image = film_of(ctx, image_id)
    if study.case_id != case_id:
        raise OperatorError("This picture does not lie at this case.", "Lay its study to the case first.")
    return image


def _check_inside(image: ImageEntry, points: Mapping[str, tuple[float, float]]) -> None:
    columns, rows = float(image.columns or 0), float(image.rows or 0)
    for name, (x, y) in points.items():
        if not (0 <= x <= columns and 0 <= y <= rows):
            raise OperatorError(f"The point '{WORDS.get(name, name)}' lies outside the picture.", "Place it again.")


def placed_films(ctx: Context, case_id: str) -> list[PlacedFilm]:
    """Every film of the case that has landmarks, newest landmarks first."""
    with ctx.book.studies() as studies:
        landmarks = dict(studies.notes.landmarks)
    films = [
        PlacedFilm(study, image, landmarks[image.image_id])
        for study in studies_of(ctx, case_id)
        for image in study.newest_images
        if image.image_id in landmarks
    ]
    return sorted(films, key=lambda one: -one.placed.landmarks.at_us)


def located(ctx: Context, case_id: str) -> Located:
    """Where the metal lies, from the newest landmarks of each view."""
    dates = _by_date(placed_films(ctx, case_id))
    if not dates:
        return Located((), None, (), "No landmarks are placed on any picture of this case.")
    whole: list[tuple[PlacedFilm, ...]] = [films for films in dates if len(films) == 2]
    chosen = whole[0] if whole else dates[0]
    weight = ctx.book.case(case_id).weight_kg
    try:
        views = [_view(ctx, one) for one in chosen]
        if len(views) == 2:
            return Located(chosen, place(views, weight), (), "", _earlier(ctx, whole[1:], weight))
        missing = "a view along the back" if chosen[0].lying.lateral else "a lateral view"
        only = f"One view only: the metal lies at least so far away, and may lie much farther. Take {missing}."
        return Located(chosen, None, lower_bounds(views[0], weight), only)
    except OperatorError as error:
        return Located(chosen, None, (), f"{error.problem} {error.remedy}")


def _by_date(films: list[PlacedFilm]) -> list[tuple[PlacedFilm, ...]]:
    """The lateral view and the one along the back of each date, newest date first: views of two dates never come
    together, the metal or the dog may have moved."""
    dates: dict[str, dict[bool, PlacedFilm]] = {}
    for film in films:
        dates.setdefault(_date(film.study), {}).setdefault(film.lying.lateral, film)
    return [
        tuple(dates[date][way] for way in (True, False) if way in dates[date]) for date in sorted(dates, reverse=True)
    ]


def _date(study: StudyEntry) -> str:
    """As DICOM writes it; where the study states none, the day on which it came and which study it is."""
    return study.study_date or f"{to_datetime(study.received_us):%Y%m%d} {study.study_id}"


def _earlier(
    ctx: Context, dates: list[tuple[PlacedFilm, ...]], weight_kg: float | None
) -> tuple[tuple[str, Place], ...]:
    places = []
    for films in dates:
        try:
            found = place([_view(ctx, one) for one in films], weight_kg)
        except OperatorError:
            continue  # what is missing on an earlier date does not stand in the way of the newest
        places.append((_date(films[0].study).partition(" ")[0], found))
    return tuple(places)


def _view(ctx: Context, film: PlacedFilm) -> View:
    image, landmarks, header = film.image, film.placed.landmarks, received(ctx, film.image).header
    scale = image.scale
    if scale.row_mm is None or scale.column_mm is None:
        raise OperatorError(
            f"One of the pictures is uncalibrated ({scale.why}).", "Without mm no distance can be told."
        )
    return View(
        lying=film.lying,
        taps=landmarks.points,
        size=(float(image.columns), float(image.rows)),
        spacing_mm=(scale.column_mm, scale.row_mm),
        patient_plane=scale.plane is Plane.PATIENT,
        sid_mm=landmarks.sid_mm or _number(header.get("DistanceSourceToDetector", ""), _SID_MM),
        factor=_number(header.get("EstimatedRadiographicMagnificationFactor", ""), (1.0, 3.0)),
    )


def _number(text: str, bounds: tuple[float, float]) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if bounds[0] <= value <= bounds[1] else None


def read_place(ctx: Context, *, actor: str, case_id: str, command_id: str = "") -> Receipt:
    """Put the distances on record as they stand now."""

    def build() -> Sequence[ev.AnyEvent]:
        found = located(ctx, case_id)
        if found.place is None and not found.bounds:
            raise OperatorError(found.problem, "Place the landmarks first.")
        return [_as_event(ctx, found)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def _as_event(ctx: Context, found: Located) -> MetalPlaceRead:
    at = found.place
    bounds = [
        ZoneDistance(zone=one.key, mm=None, low_mm=round(one.mm, 1), high_mm=None, how="one view: a lower bound")
        for one in found.bounds
    ]
    return MetalPlaceRead(
        at_us=ctx.clock.now_us(),
        image_ids=tuple(film.image.image_id for film in found.films),
        zones=tuple(map(_zone, at.zones) if at else bounds),
        depth=_zone(at.depth) if at else None,
        doubts=at.doubts if at else (found.problem,),
        method=METHOD,
    )


def _zone(one: Distance) -> ZoneDistance:
    mm, low, high = (round(value, 1) for value in (one.mm, one.low_mm, one.high_mm))
    return ZoneDistance(zone=one.key, mm=mm, low_mm=low, high_mm=high, how=one.how)
