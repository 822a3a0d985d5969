"""What can be posted about films."""

from holdfast.imaging.projection import Lying
from holdfast.record.imaging_events import MarkVerdict
from holdfast.web.entries import Entry


class FilmMarkEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    image_id: str
    column: float
    row: float
    text: str


class FilmMarkBackEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    image_id: str
    mark_id: str
    why: str = ""


class LandmarksEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    image_id: str
    lying: Lying
    points: dict[str, tuple[float, float]]
    """(column, row) in pixels; as JSON only, a form has no such field."""
    sid_mm: float | None = None


class MetalVerdictEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    image_id: str
    mark_id: str
    verdict: MarkVerdict
    what: str = ""
    place: str = ""


class PlaceEntry(Entry, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass
