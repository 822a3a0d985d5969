"""Feedback as it is sent: what a person did with a card."""

from dataclasses import dataclass

import msgspec

from holdfast.gateways.cds_hooks.outcome import HookRefusedError
from holdfast.kernel import typed
from holdfast.kernel.limits import HOOK_FEEDBACK_MAX, TEXT_MAX


class _Coding(msgspec.Struct, frozen=True):
    code: str
    system: str = ""
    display: str = ""


class _Override(msgspec.Struct, frozen=True):
    reason: _Coding | None = None
    userComment: str = ""  # noqa: N815 - the name on the wire


class _Accepted(msgspec.Struct, frozen=True):
    id: str


class _Feedback(msgspec.Struct, frozen=True):
    card: str
    outcome: str
    outcomeTimestamp: str = ""  # noqa: N815
    acceptedSuggestions: tuple[_Accepted, ...] = ()  # noqa: N815
    overrideReason: _Override | None = None  # noqa: N815


class _Body(msgspec.Struct, frozen=True):
    feedback: tuple[_Feedback, ...]


@dataclass(frozen=True)
class Feedback:
    card: str
    outcome: str
    suggestions: tuple[str, ...]
    """Their uuids."""
    reason_system: str
    reason_code: str
    reason_text: str
    comment: str
    said_at: str


def read_feedback(body: bytes) -> list[Feedback]:
    """Raises ``HookRefusedError`` naming what cannot be used."""
    try:
        raw = typed.from_json(body, _Body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HookRefusedError(400, "invalid", "The feedback cannot be read.", str(error)[:200]) from None
    if not 0 < len(raw.feedback) <= HOOK_FEEDBACK_MAX:
        raise HookRefusedError(400, "invalid", f"Send the feedback of 1 to {HOOK_FEEDBACK_MAX} cards.")
    return [_read(one) for one in raw.feedback]


def _read(one: _Feedback) -> Feedback:
    if one.outcome not in ("accepted", "overridden"):
        raise HookRefusedError(400, "value", "An outcome is accepted or overridden.", expression="feedback.outcome")
    reason = one.overrideReason.reason if one.overrideReason else None
    comment = one.overrideReason.userComment if one.overrideReason else ""
    found = Feedback(
        card=one.card,
        outcome=one.outcome,
        suggestions=tuple(taken.id for taken in one.acceptedSuggestions),
        reason_system=reason.system if reason else "",
        reason_code=reason.code if reason else "",
        reason_text=reason.display if reason else "",
        comment=comment,
        said_at=one.outcomeTimestamp,
    )
    if any(len(text) > TEXT_MAX for text in (found.comment, found.reason_text, found.reason_code, found.said_at)):
        raise HookRefusedError(413, "too-long", f"A text of the feedback is longer than {TEXT_MAX} characters.")
    return found
