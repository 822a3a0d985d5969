"""Consult: a colleague elsewhere is let in to one case, and what they think stands on it under their own name.

The link holds a secret of 256 bits. Only its hash is kept, in the invitation; whoever holds the secret gets in until
the invitation runs out or is withdrawn, to this one case, to read, to draw on the body chart and to leave an opinion.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.kernel.errors import NotAllowedError, OperatorError
from holdfast.kernel.limits import CONSULT_DAYS_MAX
from holdfast.kernel.time import US_PER_H
from holdfast.record import consult_events as co
from holdfast.record import events as ev
from holdfast.record.case_state import CaseState
from holdfast.record.consult_state import ConsultEntry
from holdfast.usecases.context import Context, clean_text, record, record_checked
from holdfast.usecases.ports import Receipt

HOURS_USUAL = 24
"""Offered at first (estimate): a night and the morning after it."""
BROWSER_MAX = 200
"""Characters of what a browser calls itself; the rest tells nobody anything."""


@dataclass(frozen=True)
class Invited:
    """A new invitation. ``token`` is told once; empty when the same command was carried out before."""

    consult_id: str
    token: str


def invite(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    name: str,
    contact: str = "",
    question: str = "",
    hours: float = HOURS_USUAL,
    command_id: str = "",
) -> Invited:
    """Let a named colleague in by a link. Raises ``OperatorError``."""
    name = clean_text(name, "The name")
    if not name:
        raise OperatorError("The colleague has no name.", "Write who it is: the name stands beside the opinion.")
    if not 0 < hours <= CONSULT_DAYS_MAX * 24:
        raise OperatorError(f"A link for {hours:g} h cannot be made.", f"Choose up to {CONSULT_DAYS_MAX} days.")
    token = ctx.ids.new_secret()
    now_us = ctx.clock.now_us()
    event = co.ConsultInvited(
        at_us=now_us,
        consult_id=ctx.ids.new_id(),
        name=name,
        contact=clean_text(contact, "The contact"),
        question=clean_text(question, "The question"),
        token_sha256=_sha256(token),
        until_us=now_us + int(hours * US_PER_H),
    )

    def build() -> Sequence[ev.AnyEvent]:
        case = ctx.book.case(case_id)
        if case.closed:
            raise OperatorError(f"The case of {case.name} is closed ({case.closed}).", "Admit the animal again.")
        return [event]

    receipt = record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)
    made = receipt.recorded[0].event
    assert isinstance(made, co.ConsultInvited)
    return Invited(made.consult_id, "" if receipt.duplicate else token)


def let_in(ctx: Context, token: str) -> tuple[CaseState, ConsultEntry]:
    """The case and the invitation that a secret opens now; raises ``NotAllowedError`` when it opens none."""
    now_us = ctx.clock.now_us()
    given = _sha256(token)
    for case in ctx.book.cases():
        for entry in case.consults.invitations:
            if hmac.compare_digest(entry.token_sha256, given) and entry.stands(now_us):
                return case, entry
    raise NotAllowedError(
        "This link does not open a case (any more).", "Ask whoever sent it for a new one: it may have run out."
    )


def opened(ctx: Context, case: CaseState, entry: ConsultEntry, *, address: str, browser: str) -> None:
    """Put on record that the link was opened, before anything is shown."""
    event = co.ConsultOpened(
        at_us=ctx.clock.now_us(),
        consult_id=entry.consult_id,
        address=address,
        browser="".join(char for char in browser[:BROWSER_MAX] if char.isprintable()),
    )
    record(ctx, actor=actor_of(entry), stream=ev.case_stream(case.case_id), events=[event])


def revoke(
    ctx: Context, *, actor: str, case_id: str, consult_id: str, reason: str = "", command_id: str = ""
) -> Receipt:
    """Withdraw a link: from now on it opens nothing."""
    reason = clean_text(reason, "The reason") or "no longer needed"

    def build() -> Sequence[ev.AnyEvent]:
        standing = ctx.book.case(case_id).consults.invitations
        if not any(one.consult_id == consult_id and not one.revoked for one in standing):
            raise OperatorError("That invitation is not standing.", "Reload the page to see what is.")
        return [co.ConsultRevoked(at_us=ctx.clock.now_us(), consult_id=consult_id, reason=reason)]

    return record_checked(ctx, actor=actor, stream=ev.case_stream(case_id), build=build, command_id=command_id)


def give_opinion(
    ctx: Context,
    *,
    actor: str,
    case_id: str,
    name: str,
    stance: co.Stance,
    words: str,
    consult_id: str = "",
    at_us: int | None = None,
    command_id: str = "",
) -> Receipt:
    """Record what somebody thinks of the case as it stands, under their own name."""
    case = ctx.book.case(case_id)
    name, words = clean_text(name, "The name"), clean_text(words, "The opinion")
    if not name:
        raise OperatorError("The opinion has no name.", "Write yours: it stands beside what you think.")
    if not words:
        raise OperatorError("The opinion is empty.", "Write what you think and what you would do next.")
    now_us = ctx.clock.now_us()
    event = co.OpinionGiven(
        at_us=now_us if at_us is None else min(at_us, now_us),
        opinion_id=ctx.ids.new_id(),
        consult_id=consult_id,
        name=name,
        about=case.working.text if case.working else "",
        stance=stance,
        words=words,
    )
    return record(ctx, actor=actor, stream=ev.case_stream(case_id), events=[event], command_id=command_id)


def actor_of(entry: ConsultEntry) -> str:
    """As who somebody acts that came by this link."""
    return f"{co.CONSULT_ACTOR}{entry.consult_id}"


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
