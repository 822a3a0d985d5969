"""Events of a consult: a colleague elsewhere is let in to one case, opens it, leaves an opinion, is shut out again.

Who came by a link acts as ``consult:<consult_id>``: the name stands in the invitation, and everything done by the
link leads back to it.
"""

from enum import StrEnum

from holdfast.record.event_base import CaseEvent

CONSULT_ACTOR = "consult:"
"""Begins the actor of everything that was done by a link."""


class Stance(StrEnum):
    """What an opinion says to the working diagnosis."""

    SUPPORTS = "supports"
    DOUBTS = "doubts"
    LEAVES_OPEN = "leaves_open"


class ConsultInvited(CaseEvent, frozen=True, kw_only=True, tag="consult_invited.1"):
    """A named colleague may open this case by a link until ``until_us``."""

    consult_id: str
    name: str
    contact: str
    """Where the link was to be sent, as the one who invited wrote it."""
    question: str
    token_sha256: str
    """Of the secret in the link; the secret itself is kept nowhere."""
    until_us: int


class ConsultOpened(CaseEvent, frozen=True, kw_only=True, tag="consult_opened.1"):
    """The link was opened."""

    consult_id: str
    address: str
    """Network address that it was opened from."""
    browser: str
    """As it names itself, cut."""


class ConsultRevoked(CaseEvent, frozen=True, kw_only=True, tag="consult_revoked.1"):
    """The link opens nothing from now on."""

    consult_id: str
    reason: str


class OpinionGiven(CaseEvent, frozen=True, kw_only=True, tag="opinion_given.1"):
    """A person's opinion of the case, under their own name."""

    opinion_id: str
    consult_id: str
    """Empty: by somebody with an account."""
    name: str
    about: str
    """The working diagnosis at that moment; empty: none."""
    stance: Stance
    words: str


ANY_CONSULT_EVENT = ConsultInvited | ConsultOpened | ConsultRevoked | OpinionGiven
