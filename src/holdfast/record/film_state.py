"""What people noted on films, folded from their events."""

from dataclasses import dataclass, field

from holdfast.record.film_events import (
    ANY_FILM_EVENT,
    FilmMarked,
    FilmMarkTakenBack,
    LandmarksPlaced,
    MetalPlaceRead,
)


@dataclass(frozen=True)
class Note:
    """A mark that stands."""

    mark: FilmMarked
    actor: str


@dataclass(frozen=True)
class Placed:
    """The last landmarks of a view."""

    landmarks: LandmarksPlaced
    actor: str
    case_id: str


@dataclass
class FilmNotes:
    """Changed in place, as ``Studies`` is, which holds it."""

    marks: dict[str, dict[str, Note]] = field(default_factory=dict)
    """By image id and mark id."""
    landmarks: dict[str, Placed] = field(default_factory=dict)
    """By image id."""
    places: dict[str, tuple[MetalPlaceRead, str]] = field(default_factory=dict)
    """The last one on record and who put it there, by case id."""

    def apply(self, event: ANY_FILM_EVENT, actor: str, case_id: str) -> None:
        match event:
            case FilmMarked():
                self.marks.setdefault(event.image_id, {})[event.mark_id] = Note(event, actor)
            case FilmMarkTakenBack():
                self.marks.get(event.image_id, {}).pop(event.mark_id, None)
            case LandmarksPlaced():
                self.landmarks[event.image_id] = Placed(event, actor, case_id)
            case MetalPlaceRead():
                self.places[case_id] = event, actor
