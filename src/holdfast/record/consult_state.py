"""The consults of a case, folded from its events: who was let in, until when, what they opened and what they think."""

from collections.abc import Callable
from dataclasses import dataclass

from holdfast.kernel.frozen import replace
from holdfast.record import consult_events as co


@dataclass(frozen=True)
class ConsultEntry:
    """One invitation and what became of it."""

    consult_id: str
    name: str
    contact: str
    question: str
    token_sha256: str
    at_us: int
    actor: str
    until_us: int
    opened: tuple[tuple[int, str, str], ...] = ()
    """(at_us, address, browser), oldest first."""
    revoked: str = ""
    revoked_at_us: int | None = None

    def stands(self, now_us: int) -> bool:
        """Whether its link opens the case at this moment."""
        return not self.revoked and now_us < self.until_us


@dataclass(frozen=True)
class OpinionEntry:
    opinion_id: str
    consult_id: str
    name: str
    about: str
    stance: co.Stance
    words: str
    at_us: int
    actor: str


@dataclass(frozen=True)
class ConsultState:
    """Everything, oldest first."""

    invitations: tuple[ConsultEntry, ...] = ()
    opinions: tuple[OpinionEntry, ...] = ()
    entries: int = 0
    """Events so far: grows with each."""


def apply(state: ConsultState, event: co.ANY_CONSULT_EVENT, actor: str) -> ConsultState:
    """The state after one more event."""
    state = replace(state, entries=state.entries + 1)
    match event:
        case co.ConsultInvited():
            made = ConsultEntry(
                event.consult_id,
                event.name,
                event.contact,
                event.question,
                event.token_sha256,
                event.at_us,
                actor,
                event.until_us,
            )
            return replace(state, invitations=(*state.invitations, made))
        case co.ConsultOpened():
            seen = (event.at_us, event.address, event.browser)
            return _with(state, event.consult_id, lambda one: replace(one, opened=(*one.opened, seen)))
        case co.ConsultRevoked():
            return _with(
                state, event.consult_id, lambda one: replace(one, revoked=event.reason, revoked_at_us=event.at_us)
            )
        case co.OpinionGiven():
            opinion = OpinionEntry(
                event.opinion_id,
                event.consult_id,
                event.name,
                event.about,
                event.stance,
                event.words,
                event.at_us,
                actor,
            )
            return replace(state, opinions=(*state.opinions, opinion))


def _with(state: ConsultState, key: str, change: Callable[[ConsultEntry], ConsultEntry]) -> ConsultState:
    return replace(state, invitations=tuple(change(one) if one.consult_id == key else one for one in state.invitations))
