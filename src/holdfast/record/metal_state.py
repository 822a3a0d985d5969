"""What was found when films were searched for metal, and what people said of each mark."""

from dataclasses import dataclass, field

from holdfast.record.imaging_events import MarkVerdict, MetalMark, MetalMarkJudged, MetalSearched


@dataclass(frozen=True)
class Judgement:
    """The last word of a person on a mark."""

    verdict: MarkVerdict
    what: str
    at_us: int
    actor: str
    finding_id: str


@dataclass
class MetalMarks:
    """The newest search of each film, and the judgements. Changed in place, as ``Studies`` is, which holds it."""

    searches: dict[str, MetalSearched] = field(default_factory=dict)
    """By image id."""
    judged: dict[tuple[str, str], Judgement] = field(default_factory=dict)
    """By image id and mark id."""

    def apply(self, event: MetalSearched | MetalMarkJudged, actor: str) -> None:
        if isinstance(event, MetalSearched):
            self.searches[event.image_id] = event
            return
        said = Judgement(event.verdict, event.what, event.at_us, actor, event.finding_id)
        self.judged[event.image_id, event.mark_id] = said

    def marks_of(self, image_id: str) -> tuple[MetalMark, ...]:
        """The marks of a film; empty as well when nothing has searched it (see ``searches``)."""
        search = self.searches.get(image_id)
        return search.marks if search else ()

    def judgement_of(self, image_id: str, mark_id: str) -> Judgement | None:
        """What a person last said of it; None when nobody has, or has taken it back."""
        said = self.judged.get((image_id, mark_id))
        return said if said and said.verdict is not MarkVerdict.UNSURE else None
