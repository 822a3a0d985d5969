"""Events of rules that run silently: what one would have said, and what a person thought of it afterwards."""

from enum import StrEnum

from holdfast.record.event_base import CaseEvent, ClinicEvent
from holdfast.record.monitor import Origin


class RuleMode(StrEnum):
    """How a rule runs in this clinic."""

    ON = "on"
    SHADOW = "shadow"
    """It is followed, and what it would have said is recorded; nobody is told."""


class ShadowVerdict(StrEnum):
    """What a person says of a silent rule's word, afterwards."""

    RIGHT = "right"
    """It would have helped: what it would have said was so."""
    WRONG = "wrong"
    UNSURE = "unsure"


class RuleModeSet(ClinicEvent, frozen=True, kw_only=True, tag="rule_mode_set.1"):
    """The clinic switched a rule on or made it silent."""

    rule: str
    mode: RuleMode
    why: str


class ShadowSpoke(CaseEvent, frozen=True, kw_only=True, tag="shadow_spoke.1"):
    """A silent rule would have spoken now. Nobody was told."""

    spoke_id: str
    rule: str
    signal: str
    text: str
    priority: str
    since_us: int
    origin: Origin = Origin.LIVE


class ShadowEnded(CaseEvent, frozen=True, kw_only=True, tag="shadow_ended.1"):
    """What a silent rule would have said is over."""

    spoke_id: str
    why: str
    """As of ``alarm_cleared.1``, or ``switched_on``: from now on the rule speaks."""


class ShadowJudged(CaseEvent, frozen=True, kw_only=True, tag="shadow_judged.1"):
    """A person said whether a silent rule was right. The last word counts."""

    spoke_id: str
    verdict: ShadowVerdict
    words: str


ANY_SHADOW_EVENT = ShadowSpoke | ShadowEnded | ShadowJudged
