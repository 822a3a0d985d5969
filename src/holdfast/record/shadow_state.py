"""What silent rules would have said of a case, folded from its events."""

from dataclasses import dataclass

from holdfast.kernel.frozen import replace
from holdfast.record.shadow_events import ANY_SHADOW_EVENT, ShadowEnded, ShadowJudged, ShadowSpoke


@dataclass(frozen=True)
class ShadowEntry:
    """One word that a silent rule would have said."""

    said: ShadowSpoke
    ended_us: int | None = None
    judged: ShadowJudged | None = None
    judged_by: str = ""
    """Account."""


def apply(entries: tuple[ShadowEntry, ...], event: ANY_SHADOW_EVENT, actor: str) -> tuple[ShadowEntry, ...]:
    """The entries after one more event, oldest first."""
    if isinstance(event, ShadowSpoke):
        return (*entries, ShadowEntry(event))
    return tuple(_changed(one, event, actor) if one.said.spoke_id == event.spoke_id else one for one in entries)


def _changed(entry: ShadowEntry, event: ShadowEnded | ShadowJudged, actor: str) -> ShadowEntry:
    if isinstance(event, ShadowJudged):
        return replace(entry, judged=event, judged_by=actor)
    return entry if entry.ended_us is not None else replace(entry, ended_us=event.at_us)
