"""What our signals say of an alarm that threatens life, when it is raised: shown beside it, never instead of it.

Asked of the alarms of a monitor, by the words in them, and of our own (``asked_as`` in the alarm files). Nothing is
silenced, lowered or held back by the answer: the rules were made on people, and no dog's arrest was there to test them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from holdfast.kernel.time import US_PER_S
from holdfast.knowledge.alarm_rules import AlarmRules
from holdfast.record.alarm_events import ANY_ALARM_EVENT, AlarmRaised, AlarmSecondOpinion
from holdfast.record.monitor import Wave
from holdfast.signals import arrest, bedside, channels, rhythm
from holdfast.signals.channels import EcgChannel, PulseChannel
from holdfast.signals.chunk import GAP_RESET_S, Floats, Timeline, from_wave, lay
from holdfast.signals.corroborate import Kind, Verdict, check
from holdfast.signals.corroborate_data import Limits, shipped_limits, shipped_weights
from holdfast.signals.corroborate_trace import LOOK_BACK_S, Signal
from holdfast.signals.observed import RateLimits

FRESH_S = 5.0
"""A signal that has brought nothing for so long is not asked about what happens now (our estimate)."""

MONITOR_ALERT = "monitor_alert"
"""The kind of every alarm that a monitor raised itself."""


@dataclass(frozen=True)
class Opinion:
    """In one word (agree, disagree, cannot_say) and in sentences for the person at the bed."""

    verdict: str
    text: str


@dataclass
class _Kept:
    timeline: Timeline
    samples: Floats
    """(n,), at most LOOK_BACK_S of them."""
    heard_us: int


@dataclass
class RecentSignals:
    """The last seconds of what shows heartbeats on one bed: ECG leads, arterial pressure, pleth."""

    _kept: dict[str, _Kept] = field(default_factory=dict)

    def hear(self, waves: Sequence[Wave], received_us: int) -> None:
        """Take in the waves of a message, their times on our clock."""
        for wave in waves:
            channel = channels.channel_for(wave.key)
            if not isinstance(channel, EcgChannel | PulseChannel):
                continue
            low, high = channels.rate_range_hz(channel)
            known = self._kept.get(wave.key)
            if not low <= wave.rate_hz <= high or len(wave.samples) % 4:
                continue
            if known is None and len(self._kept) >= bedside.WAVES_MAX:
                continue
            timeline, laid = lay(known.timeline if known else Timeline(), from_wave(wave))
            before = known.samples if known and not laid.restarted else laid.samples[:0]
            fresh = np.concatenate((before, laid.samples))[-round(LOOK_BACK_S * wave.rate_hz) :]
            heard_us = received_us if known is None or len(laid.samples) else known.heard_us
            self._kept[wave.key] = _Kept(timeline, fresh, heard_us)

    def window(self, now_us: int) -> tuple[Signal, ...]:
        """The signals as they are now, all ending at the same moment; one that lags is missing (NaN) at its end."""
        self._kept = {
            key: one for key, one in self._kept.items() if abs(now_us - one.heard_us) <= LOOK_BACK_S * US_PER_S
        }
        fresh = {key: one for key, one in self._kept.items() if abs(now_us - one.heard_us) <= FRESH_S * US_PER_S}
        ends_us = {key: one.timeline.time_us(one.timeline.count) for key, one in fresh.items()}
        last_us = max(ends_us.values(), default=0)
        return tuple(
            Signal(key, one.timeline.rate_hz, _until(one, last_us - ends_us[key]))
            for key, one in fresh.items()
            if last_us - ends_us[key] <= GAP_RESET_S * US_PER_S
        )


def _until(kept: _Kept, lag_us: int) -> Floats:
    return np.concatenate((kept.samples, np.full(round(lag_us * kept.timeline.rate_hz / US_PER_S), np.nan)))


def opinions(
    events: Sequence[ANY_ALARM_EVENT], rules: AlarmRules, recent: RecentSignals, rates: RateLimits, now_us: int
) -> tuple[AlarmSecondOpinion, ...]:
    """What the signals say of every alarm among ``events`` that is raised and threatens life."""
    said: dict[tuple[str, ...], Opinion | None] = {}
    made = []
    for event in events:
        asked = _asked(event, rules) if isinstance(event, AlarmRaised) else ()
        if asked and asked not in said:
            said[asked] = opinion([Kind(one) for one in asked], recent.window(now_us), rates)
        if isinstance(event, AlarmRaised) and (one := said.get(asked)):
            made.append(
                AlarmSecondOpinion(at_us=now_us, alarm_id=event.alarm_id, verdict=one.verdict, text=one.text),
            )
    return tuple(made)


def _asked(event: AlarmRaised, rules: AlarmRules) -> tuple[str, ...]:
    return rules.asked_of(event.text) if event.alarm == MONITOR_ALERT else rules.kind(event.alarm).asked_as


def opinion(kinds: Sequence[Kind], window: Sequence[Signal], rates: RateLimits) -> Opinion | None:
    """What the signals say; of several kinds (the alarm does not say which) one that holds is enough.

    None where this animal has no limit for the rate that is asked about.
    """
    unlimited = {Kind.BRADYCARDIA: not rates.bradycardia_per_min > 0, Kind.TACHYCARDIA: rates.tachycardia_per_min > 1e4}
    kinds = [kind for kind in kinds if not unlimited.get(kind, False)]
    if not kinds:
        return None
    try:
        verdicts = [check(kind, window, limits_of_dog(rates)) for kind in kinds]
    except Exception:  # whatever it is, it must not keep an alarm from being raised
        return Opinion("cannot_say", "Our signals could not be asked, so the alarm stands.")
    return _in_words(kinds, verdicts)


def _in_words(kinds: Sequence[Kind], verdicts: Sequence[Verdict]) -> Opinion:
    held = next((verdict for verdict in verdicts if verdict.holds), None)
    if held is not None:
        return Opinion("agree", f"Our signals agree: {held.why}")
    unsure = next((verdict for verdict in verdicts if verdict.holds is None), None)
    if unsure is not None:
        return Opinion("cannot_say", f"Our signals cannot say: {unsure.why}")
    whys = " ".join(verdict.why for verdict in verdicts)
    trues = [shipped_weights().record[kind]["true_alarms"] for kind in kinds]
    silenced, all_true = sum(one.given - one.right for one in trues), sum(one.given for one in trues)
    worth = f"Judged by a rule that silenced {silenced} of {all_true} true alarms on people's records, on no dog's."
    return Opinion("disagree", f"Our signals do not agree: {whys} {worth} The alarm stands.")


def limits_of_dog(rates: RateLimits) -> Limits:
    """The limits of this animal; what the rules of dogs do not name is as it was when the second look was made."""
    people = shipped_limits()
    return msgspec.structs.replace(
        people,
        asystole_s=arrest.ASYSTOLE_S,
        brady_per_min=rates.bradycardia_per_min or people.brady_per_min,
        brady_beats=rhythm.SLOW_BEATS,
        tachy_per_min=rates.tachycardia_per_min,
        tachy_beats=rhythm.FAST_BEATS,
        vt_per_min=rates.ventricular_per_min,
    )
