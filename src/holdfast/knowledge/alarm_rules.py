"""What Holdfast knows about alarms, as frozen values: kinds, limits, and who is called. The data are YAML.

Every limit carries where it comes from and how far it can be trusted. Nothing here reads files; see ``loader``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from holdfast.knowledge.grades import Estimate, Grade

PRIORITIES = ("high", "medium", "low")
"""The most urgent first (IEC 60601-1-8)."""

LIFE_THREATENING = frozenset(
    {"asystole", "ventricular_fibrillation_suspected", "pulseless_electrical_activity_suspected"}
)
"""Arrests: nothing is added to what their rule waited, and nobody can switch them off without an end."""

DELAY_MAX_S = 60.0
"""No alarm is held back longer, whatever the data say (our estimate; Mindray's monitors stop at 15 s)."""


@dataclass(frozen=True)
class AlarmKind:
    """How one kind of alarm is treated."""

    key: str
    label: str
    priority: str
    technical: bool
    delay_s: float
    """The condition must last so long before the alarm is raised; what a rule waited already is not waited again."""
    clear_s: float
    """The condition must be away so long before the alarm is cleared."""
    latching: str
    """What stays when the cause is gone and nobody has acknowledged: none, visible or audible."""
    off_max_min: int | None
    """Longest time it can be switched off; None: until somebody switches it on."""
    per_signal: bool
    """Whether two signals with it are two alarms; otherwise they are one that names both."""
    suppresses: tuple[str, ...]
    """While it stands these are not raised: one cause, one alarm."""
    rule: str
    """The scorecard that says how good the rule behind it is; empty when it has none."""
    asked_as: tuple[str, ...] = ()
    """What the signals are asked about it when it is raised; empty: nothing."""
    grade: Grade = Grade.ESTIMATE
    """Of ``delay_s`` and ``clear_s``, as are source and note."""
    source: str = ""
    note: str = ""


UNKNOWN_KIND = AlarmKind("", "", "medium", False, 0.0, 2.0, "visible", None, False, (), "")
"""A condition that the table does not know is treated with care: medium, at once (our estimate)."""


@dataclass(frozen=True)
class LimitRow:
    """Limits for the animals that fit every condition of ``when`` (none: all)."""

    when: tuple[str, ...]
    """Each one of ``species:<name>``, ``weight_kg<N``, ``weight_kg>=N``, ``age_months<N``, ``age_months>=N``."""
    low: Estimate | None
    high: Estimate | None


@dataclass(frozen=True)
class LimitRule:
    """One number that is watched."""

    key: str
    label: str
    unit: str
    decimals: int
    numerics: tuple[str, ...]
    """Keys of numerics that tell it, the most trusted first; the first fresh one counts. Empty: the analysis of the
    signals judges it."""
    bounds: tuple[float, float]
    """A person's limit lies within; what lies outside is a typing error."""
    hysteresis: float
    """A value must come back so far inside its limit before the alarm is cleared."""
    lost_after_s: float | None
    """A number that was there is missed so long before that is an alarm of its own; None: it may come and go."""
    forget_after_s: float
    """An alarm about a number that has not been seen for so long is cleared: nothing is known any more."""
    low_kind: str
    """The alarm about a number below its limit."""
    high_kind: str
    rows: tuple[LimitRow, ...]
    """The first that fits holds; the last fits every animal."""


@dataclass(frozen=True)
class Rung:
    """Whom an unacknowledged alarm of this priority calls, so long after it was raised."""

    priority: str
    after: Estimate
    """Seconds."""
    whom: str


@dataclass(frozen=True)
class MonitorWords:
    """Phrases in the text of a monitor's own alarm, and what the signals are asked then."""

    phrases: tuple[str, ...]
    """Lower case, words with single spaces between them."""
    asked_as: tuple[str, ...]
    """The monitor does not say which of several; empty: nothing is asked."""
    grade: Grade
    source: str
    note: str


@dataclass(frozen=True)
class AlarmRules:
    """Everything about alarms of one knowledge release."""

    kinds: Mapping[str, AlarmKind] = field(default_factory=lambda: MappingProxyType({}))
    limits: Mapping[str, LimitRule] = field(default_factory=lambda: MappingProxyType({}))
    not_alarms: frozenset[str] = frozenset()
    """States that are told on the screens and call nobody."""
    monitor_words: tuple[MonitorWords, ...] = ()
    """The first that is found in a text decides."""
    escalation: tuple[Rung, ...] = ()
    """In the order of priority, then of time."""
    pause_minutes: tuple[int, ...] = ()
    """Lengths of a pause of the sound that can be chosen."""
    pause_source: str = ""
    forget_after_s: float = 0.0
    """The alarm of a state that no signal can tell of any more is given up after so long."""

    def kind(self, key: str) -> AlarmKind:
        """How this kind is treated; :data:`UNKNOWN_KIND` for one that the table does not know."""
        return self.kinds.get(key, UNKNOWN_KIND)

    def asked_of(self, text: str) -> tuple[str, ...]:
        """What the signals are asked about an alarm that a monitor raised in these words."""
        plain = f" {' '.join(re.findall('[a-z0-9]+', text.lower()))} "
        found = (row for row in self.monitor_words if any(f" {phrase} " in plain for phrase in row.phrases))
        return next((row.asked_as for row in found), ())

    def citations(self) -> Iterator[str]:
        """Ids of the sources that its numbers name."""
        yield self.pause_source
        yield from (kind.source for kind in self.kinds.values())
        yield from (row.source for row in self.monitor_words)
        yield from (rung.after.source for rung in self.escalation)
        for rule in self.limits.values():
            yield from (side.source for row in rule.rows for side in (row.low, row.high) if side is not None)
