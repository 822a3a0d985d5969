"""Removing pictures of old cases in such a way that the proof holds: their events and hashes stay, their bytes go.

Nothing is removed while anybody may still need it; who removed what, why and when is an event of the case, and it is on
disk before the first byte goes. What a crash left behind is removed by the next run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from holdfast.kernel.errors import NotFoundError, OperatorError
from holdfast.record.case_state import CaseState
from holdfast.record.events import case_stream
from holdfast.record.retention_events import LegalHoldLifted, LegalHoldSet, PicturesRemoved
from holdfast.usecases.context import Context, clean_text, record
from holdfast.usecases.custody import items_of
from holdfast.usecases.ports import Receipt

US_PER_DAY = 86_400_000_000
DAYS_MIN = 365
"""No rule removes earlier (our estimate; laws on records of veterinary practice ask for years, and differ)."""


class RemovableFilms(Protocol):
    """The part of ``FilmFiles`` that removes."""

    def remove(self, image_id: str) -> bool:
        """Remove the bytes; False when they are not there."""
        ...


@dataclass(frozen=True)
class Planned:
    """What would become of one old case."""

    case_id: str
    name: str
    image_ids: tuple[str, ...]
    """Pictures whose bytes would go; empty when they are kept."""
    kept_because: str
    """Why nothing of it is removed; empty when something is."""


def plan(ctx: Context, *, older_than_days: int) -> list[Planned]:
    """What the rule would do with each case that was closed for so long and has pictures. Changes nothing."""
    if older_than_days < DAYS_MIN:
        raise OperatorError(f"{older_than_days} days is too short.", f"Give at least {DAYS_MIN} days.")
    now_us = ctx.clock.now_us()
    planned = []
    for case in ctx.book.cases():
        old = case.closed_at_us is not None and now_us - case.closed_at_us > older_than_days * US_PER_DAY
        if not old:
            continue
        left = tuple(sorted(_pictures(ctx, case.case_id) - case.retention.removed))
        if left:
            why_not = _why_kept(ctx, case, now_us)
            planned.append(Planned(case.case_id, case.name, () if why_not else left, why_not))
    return planned


def remove(ctx: Context, films: RemovableFilms, *, actor: str, older_than_days: int, why: str) -> list[Planned]:
    """Do what ``plan`` says, case by case, and remove what an earlier run left behind. Returns what was planned."""
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Removing needs a reason.", "Say on what rule or law it rests.")
    planned = plan(ctx, older_than_days=older_than_days)
    for one in planned:
        # Looked at once more just before: somebody may have set a hold meanwhile.
        ctx.book.catch_up()
        if one.image_ids and not _why_kept(ctx, ctx.book.case(one.case_id), ctx.clock.now_us()):
            event = PicturesRemoved(
                at_us=ctx.clock.now_us(), image_ids=one.image_ids, older_than_days=older_than_days, why=why
            )
            record(ctx, actor=actor, stream=case_stream(one.case_id), events=[event])
    for case in ctx.book.cases():
        # Not what was laid to another case since: there it may be needed.
        for image_id in sorted(case.retention.removed & _pictures(ctx, case.case_id)):
            films.remove(image_id)
    return planned


def set_hold(ctx: Context, *, actor: str, case_id: str, reference: str, why: str) -> Receipt:
    """Nothing of this case is removed until the hold is lifted."""
    ctx.book.case(case_id)
    reference, why = clean_text(reference, "The reference"), clean_text(why, "The reason")
    if not reference or not why:
        raise OperatorError("A hold needs who asks for it, and why.", "Give both.")
    event = LegalHoldSet(at_us=ctx.clock.now_us(), hold_id=ctx.ids.new_id(), reference=reference, why=why)
    return record(ctx, actor=actor, stream=case_stream(case_id), events=[event])


def lift_hold(ctx: Context, *, actor: str, case_id: str, hold_id: str, why: str) -> Receipt:
    """A hold is over."""
    if hold_id not in ctx.book.case(case_id).retention.holds:
        raise NotFoundError("No such hold stands on this case.", f"Standing: {_names(ctx, case_id) or 'none'}.")
    if not (why := clean_text(why, "The reason")):
        raise OperatorError("Lifting a hold needs a reason.", "Say in a few words why.")
    event = LegalHoldLifted(at_us=ctx.clock.now_us(), hold_id=hold_id, why=why)
    return record(ctx, actor=actor, stream=case_stream(case_id), events=[event])


def _pictures(ctx: Context, case_id: str) -> set[str]:
    with ctx.book.studies() as studies:
        return {image.image_id for study in studies.of_case(case_id) for image in study.images}


def _names(ctx: Context, case_id: str) -> str:
    holds: Sequence[LegalHoldSet] = tuple(ctx.book.case(case_id).retention.holds.values())
    return ", ".join(f"{hold.hold_id} ({hold.reference})" for hold in holds)


def _why_kept(ctx: Context, case: CaseState, now_us: int) -> str:
    """Why nothing of this case may be removed; empty when it may."""
    if case.retention.holds:
        return f"a legal hold stands: {_names(ctx, case.case_id)}"
    if items_of(ctx, case.case_id):
        return "an item of evidence belongs to it"
    if case.open_order is not None:
        return "an end-of-life order is open on it"
    if case.inquiry.linked:
        return "it belongs to an inquiry into a working dog's past"
    if any(grant.given.case_id == case.case_id and grant.stands(now_us) for grant in ctx.book.clinic.grants.values()):
        return "an investigator may read it now"
    return ""
