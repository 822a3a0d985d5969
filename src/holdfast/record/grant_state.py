"""Grants to read, folded from the clinic's events. Reads under them are in the log alone: there may be many."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.kernel.frozen import replace
from holdfast.record.event_base import ClinicEvent
from holdfast.record.evidence_events import ReadGranted, ReadGrantEnded


@dataclass(frozen=True)
class Grant:
    """What one investigator may read, and on whose authority."""

    given: ReadGranted
    given_us: int
    ended_us: int | None = None
    """When it was ended before its time."""
    ended_why: str = ""

    def stands(self, now_us: int) -> bool:
        return self.ended_us is None and self.given.from_us <= now_us < self.given.until_us

    def covers(self, case_id: str, item_id: str) -> bool:
        """Whether it reaches a page of this case; ``item_id`` is empty for a page that is not of one item."""
        return self.given.case_id == case_id and self.given.item_id in ("", item_id)


def apply(grants: Mapping[str, Grant], event: ClinicEvent) -> Mapping[str, Grant]:
    """The grants by id after one more event of the clinic's stream."""
    match event:
        case ReadGranted():
            return {**grants, event.grant_id: Grant(event, event.at_us)}
        case ReadGrantEnded() if grant := grants.get(event.grant_id):
            return {**grants, event.grant_id: replace(grant, ended_us=event.at_us, ended_why=event.reason)}
    return grants


def reaching(grants: Iterable[Grant], account: str, case_id: str, item_id: str, now_us: int) -> Grant | None:
    """The first grant by which this account may read this page now."""
    return next(
        (g for g in grants if g.given.account == account and g.stands(now_us) and g.covers(case_id, item_id)), None
    )
