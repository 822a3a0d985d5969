"""The alarms of the monitors themselves on one bed: which stand, how long each is believed, and what gives way.

What does not fit is never dropped unsaid: while some are left out, that is a condition of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.kernel.limits import ALERTS_PER_BED_MAX
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.alarm_rules import PRIORITIES
from holdfast.record.monitor import Alert
from holdfast.signals.conditions import Began, Change, Ended

MONITOR_SAYS = "monitor: "
"""A condition that begins like this is an alarm of the monitor itself."""

TABLE_FULL = "monitor_alerts_full"
"""The condition that the monitors have more alarms than are kept."""

ALERT_MOMENT_S = 30.0
"""An alarm of the monitor that is only ever called present is over when it was not repeated for so long (our
estimate: monitors repeat what is active with every message)."""
ALERT_LASTING_S = 900.0
"""One that the monitor said began is believed this long without its end or a repetition (our estimate)."""

Key = tuple[str, str]
"""Its words, and the device."""


@dataclass
class _Alert:
    began: Began
    heard_us: int
    until_us: int

    @property
    def rank(self) -> int:
        return PRIORITIES.index(self.began.priority)


class MonitorAlerts:
    """Guarded by the ward's lock."""

    def __init__(self) -> None:
        self._standing: dict[Key, _Alert] = {}
        self._left_out: dict[Key, _Alert] = {}
        self._said_full = ""
        """The priority with which it was said that the table is full."""

    def hear(self, device: str, alert: Alert, received_us: int) -> tuple[Change, ...]:
        """An alert of one message: what begins, changes or ends with it."""
        key, at_us = (f"{MONITOR_SAYS}{alert.text}", device), min(alert.at_us, received_us)
        self._left_out.pop(key, None)
        if alert.phase == "end":
            ended = [Ended(*key, at_us)] if self._standing.pop(key, None) else []
            return (*ended, *self._fullness(received_us))
        lasting_s = ALERT_LASTING_S if alert.phase in ("start", "continue") else ALERT_MOMENT_S
        priority = alert.priority if alert.priority in PRIORITIES else "low"
        text = f"Monitor says: {alert.text}"
        began = Began(*key, text, at_us, alert.kind == "technical", priority)
        one = _Alert(began, received_us, received_us + int(lasting_s * US_PER_S))
        changes: list[Change] = []
        if key not in self._standing and len(self._standing) >= ALERTS_PER_BED_MAX:
            out = self._gives_way(one, received_us)
            if out is one:
                self._leave_out(key, one)
                return tuple(self._fullness(received_us))
            last = (out.began.condition, out.began.signal)
            self._leave_out(last, self._standing.pop(last))
            changes.append(Ended(*last, received_us))
        self._standing[key] = one
        return (*changes, began, *self._fullness(received_us))

    def overdue(self, now_us: int) -> tuple[Change, ...]:
        """What is over because nothing was heard of it again."""
        over = [key for key, one in self._standing.items() if one.until_us < now_us]
        for key in over:
            del self._standing[key]
        self._left_out = {key: one for key, one in self._left_out.items() if one.until_us >= now_us}
        return (*(Ended(*key, now_us) for key in over), *self._fullness(now_us))

    def follow_step_back(self, before_us: int, now_us: int) -> None:
        """Our own clock was set back."""
        for one in (*self._standing.values(), *self._left_out.values()):
            one.until_us += now_us - before_us
            one.heard_us += now_us - before_us

    def _gives_way(self, new: _Alert, now_us: int) -> _Alert:
        """The least urgent; of those the one not heard of for longest. What the monitor goes on repeating does not give
        way to its equal, else two would replace each other with every message."""
        out = max(self._standing.values(), key=lambda one: (one.rank, -one.heard_us))
        repeated = now_us - out.heard_us <= ALERT_MOMENT_S * US_PER_S
        return new if (new.rank, repeated) > (out.rank, False) else out

    def _leave_out(self, key: Key, one: _Alert) -> None:
        self._left_out[key] = one
        if len(self._left_out) > ALERTS_PER_BED_MAX:
            del self._left_out[max(self._left_out, key=lambda k: (self._left_out[k].rank, -self._left_out[k].heard_us))]

    def _fullness(self, now_us: int) -> Iterator[Change]:
        """Whether some are left out, as urgent as the most urgent of them."""
        most = min((one.rank for one in self._left_out.values()), default=None)
        priority = "" if most is None else PRIORITIES[most]
        if priority == self._said_full:
            return
        self._said_full = priority
        if priority:
            text = f"The monitor has more alarms than the {ALERTS_PER_BED_MAX} shown here: look at the monitor"
            yield Began(TABLE_FULL, "", text, now_us, True, priority)
        else:
            yield Ended(TABLE_FULL, "", now_us)
