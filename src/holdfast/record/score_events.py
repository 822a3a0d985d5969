"""Events of scores: what a person chose for one item. Everything else a score fills itself from stands elsewhere."""

from holdfast.record.event_base import CaseEvent


class ScoreItemAnswered(CaseEvent, frozen=True, kw_only=True, tag="score_item_answered.1"):
    """A person chose the points of one item, as the animal was at ``at_us``."""

    score: str
    """Key of the score (``knowledge`` release)."""
    item: str
    points: float
