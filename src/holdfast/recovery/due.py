"""Which scores are due: at once when something on record asks for one, then again at its interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from holdfast.kernel.time import US_PER_H
from holdfast.knowledge.score_times import ScoreTime
from holdfast.knowledge.scores import ScoreRule
from holdfast.recovery.scores import Answer


@dataclass(frozen=True)
class Trigger:
    """Something on record that may ask for a score: a finding that is present, or a treatment given."""

    key: str
    """Of the finding, or the category of the treatment."""
    treatment: bool
    at_us: int


@dataclass(frozen=True)
class Due:
    """A score that is asked for."""

    score: str
    due_us: int
    """In the future: not yet."""
    last_us: int | None
    """When it was last completed."""
    time: ScoreTime

    def overdue(self, now_us: int) -> bool:
        return self.due_us < now_us


def due(
    times: Sequence[ScoreTime],
    rules: Mapping[str, ScoreRule],
    triggers: Sequence[Trigger],
    answers: Mapping[str, Sequence[Answer]],
    now_us: int,
) -> tuple[Due, ...]:
    """What is asked for as of ``now_us``, the longest due first. ``answers``: by the key of the score."""
    asked = []
    for time in times:
        rule = rules.get(time.score)
        started = [
            one.at_us
            for one in triggers
            if one.key in (time.treatments if one.treatment else time.findings)
            and now_us - time.for_h * US_PER_H <= one.at_us <= now_us
        ]
        if rule is None or not started:
            continue
        last_us = completed_us(rule, answers.get(time.score, ()), now_us)
        first_us = min(started)
        if last_us is None:
            asked.append(Due(time.score, first_us, None, time))
        elif time.every_h is not None:
            again_us = last_us + int(time.every_h * US_PER_H)
            asked.append(Due(time.score, max(first_us, again_us), last_us, time))
    return tuple(sorted(asked, key=lambda one: (one.due_us, one.score)))


def completed_us(rule: ScoreRule, answers: Sequence[Answer], now_us: int) -> int | None:
    """When every line that only a person answers had its newest answer; None when one has none."""
    newest: dict[str, int] = {}
    for answer in answers:
        if answer.at_us <= now_us:
            newest[answer.item] = max(answer.at_us, newest.get(answer.item, answer.at_us))
    asked = [item.key for item in rule.items if not item.observation]
    if not asked or any(key not in newest for key in asked):
        return None
    return min(newest[key] for key in asked)
