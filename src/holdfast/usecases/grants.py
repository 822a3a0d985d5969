"""Who outside the care of an animal may read its case: given by an administrator, for a time, each read on record."""

from itertools import islice

from holdfast.kernel.errors import NotAllowedError, OperatorError
from holdfast.record import grant_state
from holdfast.record.events import CLINIC_STREAM
from holdfast.record.evidence_events import ReadGranted, ReadGrantEnded, RecordRead
from holdfast.record.grant_state import Grant
from holdfast.usecases import custody
from holdfast.usecases.accounts import Role
from holdfast.usecases.context import Context, clean_text, record
from holdfast.usecases.ports import Receipt

QUERY_MAX = 500
"""Characters of a page's query that are kept in the log of reads."""


def give(
    ctx: Context,
    *,
    actor: str,
    account: str,
    authority: str,
    reference: str,
    case_id: str,
    item_id: str = "",
    from_us: int,
    until_us: int,
    command_id: str = "",
) -> Receipt:
    """Let an investigator read one case, or one item of it, from one moment until another."""
    person = ctx.book.clinic.people.get(account)
    if person is None or person.closed or person.role != Role.INVESTIGATOR:
        raise OperatorError("That is no open account of an investigator.", "Make one on the page People.")
    ctx.book.case(case_id)
    if item_id:
        custody.item_of(ctx, case_id, item_id)
    authority, reference = clean_text(authority, "The authority"), clean_text(reference, "The reference")
    if not authority or not reference:
        raise OperatorError("A grant names an authority and a reference.", "Enter who asks, and the order or file.")
    if not from_us < until_us or until_us <= ctx.clock.now_us():
        raise OperatorError("That time is over before it begins.", "Choose an end that lies ahead.")
    event = ReadGranted(
        at_us=ctx.clock.now_us(),
        grant_id=ctx.ids.new_id(),
        account=account,
        authority=authority,
        reference=reference,
        case_id=case_id,
        item_id=item_id,
        from_us=from_us,
        until_us=until_us,
    )
    return record(ctx, actor=actor, stream=CLINIC_STREAM, events=[event], command_id=command_id)


def end(ctx: Context, *, actor: str, grant_id: str, reason: str, command_id: str = "") -> Receipt:
    """End a grant before its time."""
    grant = ctx.book.clinic.grants.get(grant_id)
    if grant is None or grant.ended_us is not None:
        raise OperatorError("There is no such standing grant.", "Reload the list of grants.")
    if not (reason := clean_text(reason, "The reason")):
        raise OperatorError("Ending a grant needs a reason.", "Say why it ends.")
    event = ReadGrantEnded(at_us=ctx.clock.now_us(), grant_id=grant_id, reason=reason)
    return record(ctx, actor=actor, stream=CLINIC_STREAM, events=[event], command_id=command_id)


def read(ctx: Context, *, account: str, case_id: str, item_id: str, page: str, query: str) -> Grant:
    """The grant by which this account may read this page now; the read is on disk when this returns.

    Raises ``NotAllowedError`` when there is none.
    """
    now_us = ctx.clock.now_us()
    grant = grant_state.reaching(ctx.book.clinic.grants.values(), account, case_id, item_id, now_us)
    if grant is None:
        raise NotAllowedError("No standing grant lets you read this.", "Ask the clinic's administrator for one.")
    event = RecordRead(
        at_us=now_us,
        grant_id=grant.given.grant_id,
        case_id=case_id,
        item_id=item_id,
        page=page,
        query=query[:QUERY_MAX],
    )
    record(ctx, actor=account, stream=CLINIC_STREAM, events=[event])
    return grant


def of_account(ctx: Context, account: str) -> list[Grant]:
    """Grants of one account, newest first."""
    return [grant for grant in reversed(list(ctx.book.clinic.grants.values())) if grant.given.account == account]


def reads(ctx: Context, grant_id: str = "", limit: int = 500) -> list[RecordRead]:
    """The newest reads, of one grant or of all, newest first."""
    recorded = ctx.store.read_stream(CLINIC_STREAM)
    found = (one.event for one in reversed(recorded) if isinstance(one.event, RecordRead))
    return list(islice((read for read in found if grant_id in ("", read.grant_id)), limit))
