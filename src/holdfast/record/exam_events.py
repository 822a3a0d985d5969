"""Events of an examination: what was answered at a place, what was taken back, what was drawn, what was photographed.

An answer is written together with the findings that follow from it, so that the record says which came from which.
"""

from holdfast.record.event_base import CaseEvent


class ExamNoted(CaseEvent, frozen=True, kw_only=True, tag="exam_noted.1"):
    """One line of the examination was answered, at one place, as the animal was at ``at_us``."""

    note_id: str
    entry_id: str
    """Of the touch it was entered with: all answers of one touch are taken back together."""
    item: str
    place: str
    """As left or right front; empty for a line without places."""
    option: str
    words: str
    """Line, place and answer as the page had them."""
    normal: bool
    findings: tuple[str, ...] = ()
    """Ids of the findings that were recorded with it."""


class ExamWithdrawn(CaseEvent, frozen=True, kw_only=True, tag="exam_withdrawn.1"):
    """The answers of one touch were taken back; both entries stay readable."""

    entry_id: str
    reason: str
    findings: tuple[str, ...] = ()
    """Ids of the findings that are recorded again because of it."""


class TouchWithdrawn(CaseEvent, frozen=True, kw_only=True, tag="touch_withdrawn.1"):
    """A press on the body chart was taken back; both entries stay readable."""

    touch_id: str
    reason: str


class ChartMarked(CaseEvent, frozen=True, kw_only=True, tag="chart_marked.1"):
    """A person drew on the body chart."""

    mark_id: str
    view: str
    """left, right, dorsal, ventral, mouth or limbs."""
    points: tuple[tuple[int, int], ...]
    """Of the line, in the units of the view's drawing; one point is a dot."""
    words: str


class ChartMarkWithdrawn(CaseEvent, frozen=True, kw_only=True, tag="chart_mark_withdrawn.1"):
    """A mark on the body chart was taken back; both entries stay readable."""

    mark_id: str
    reason: str


class PhotographTaken(CaseEvent, frozen=True, kw_only=True, tag="photograph_taken.1"):
    """A photograph of the animal is on our disk, byte for byte as it was sent."""

    photo_id: str
    """SHA-256 of the file, hex; the file is kept under it."""
    size_bytes: int
    form: str
    """jpeg or png."""
    width_px: int
    height_px: int
    what: str
    """In the words of the one who took it."""
    place: str = ""
    """``side:region`` of the body chart, where it shows one."""


ANY_EXAM_EVENT = ExamNoted | ExamWithdrawn | TouchWithdrawn | ChartMarked | ChartMarkWithdrawn | PhotographTaken
