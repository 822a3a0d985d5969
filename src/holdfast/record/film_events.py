"""Events of looking at films: a person marked a place, placed landmarks, read how far metal lies from what matters.

Places are (column, row) in pixels of the film as sent, from its upper left corner. Which film: the hash of its file.
"""

import msgspec

from holdfast.record.event_base import CaseEvent


class FilmMarked(CaseEvent, frozen=True, kw_only=True, tag="film_marked.1"):
    """A person marked a place on a film and described it."""

    image_id: str
    mark_id: str
    at: tuple[float, float]
    text: str


class FilmMarkTakenBack(CaseEvent, frozen=True, kw_only=True, tag="film_mark_taken_back.1"):
    """The mark does not stand any more; both stay on record."""

    image_id: str
    mark_id: str
    why: str


class LandmarksPlaced(CaseEvent, frozen=True, kw_only=True, tag="film_landmarks_placed.1"):
    """Landmarks as a person placed them on a view: all of them, each time; the last word counts."""

    image_id: str
    lying: str
    """right_side_down, left_side_down, back_down or belly_down."""
    points: dict[str, tuple[float, float]]
    """By the keys of ``imaging.landmarks``."""
    sid_mm: float | None = None
    """Focal spot to detector as measured by hand, where the header does not say it."""


class ZoneDistance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How far the metal lies from one danger zone, in mm from its middle; negative inside."""

    zone: str
    mm: float | None
    """None from one view: there is only a lower bound."""
    low_mm: float
    high_mm: float | None
    how: str


class MetalPlaceRead(CaseEvent, frozen=True, kw_only=True, tag="film_metal_place_read.1"):
    """Distances that a person read off and put on record, as they were shown."""

    image_ids: tuple[str, ...]
    """Of the lateral view, the view along the back, or both."""
    zones: tuple[ZoneDistance, ...]
    depth: ZoneDistance | None
    """Under the skin; None from one view."""
    doubts: tuple[str, ...]
    method: str


ANY_FILM_EVENT = FilmMarked | FilmMarkTakenBack | LandmarksPlaced | MetalPlaceRead
