"""How often each silent rule would have spoken, and how often it was right, as far as anybody knows.

A person's verdict is the only thing that is called right or wrong. Where there is none, it is told whether people did
something for this animal soon after: that is no proof, and stands apart. The rest is not known, and said so. Training
cases are left out.
"""

from dataclasses import dataclass
from math import sqrt

from holdfast.kernel.time import US_PER_MIN
from holdfast.record.case_state import CaseState
from holdfast.record.shadow_events import RuleMode, RuleModeSet, ShadowVerdict
from holdfast.record.shadow_state import ShadowEntry
from holdfast.usecases.context import Context
from holdfast.usecases.shadow import rules

ACTED_WITHIN_US = 60 * US_PER_MIN
"""What is given, ordered or begun within the hour may have been for the same reason (our estimate)."""
US_PER_DAY = 24 * 60 * US_PER_MIN
_Z = 1.96


@dataclass(frozen=True)
class ShadowScore:
    """One rule since it was last made silent, or as long as there are words of it."""

    rule: str
    name: str
    silent: bool
    since_us: int | None
    """When it was made silent; None: it speaks."""
    days: float | None
    """For so long, while it is silent."""
    spoke: int
    cases: int
    right: int
    wrong: int
    unsure: int
    acted_on: int
    """Nobody judged; somebody treated, tested or began to resuscitate within the hour."""
    nothing_recorded: int
    """Nobody judged, and nothing of that kind was recorded within the hour: nothing follows from it."""
    too_early: int
    """Nobody judged, and the hour is not over."""

    @property
    def share(self) -> tuple[float, float] | None:
        """Between which shares of its judged words the rule is right (Wilson, 95 %); None: nobody has judged any."""
        judged = self.right + self.wrong
        if not judged:
            return None
        part, n = self.right / judged, judged
        middle = (part + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * sqrt(part * (1 - part) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def in_words(self) -> str:
        """One or two sentences, honest about what is not known."""
        if not self.spoke:
            return "It would not have spoken."
        often = f"It would have spoken {self.spoke} times in {self.cases} cases"
        if self.days and self.days >= 1:
            often += f", {self.spoke / self.days:.1f} a day over {self.days:.0f} days"
        judged = self.right + self.wrong
        if self.share is None:
            known = "Nobody has judged any of them: how often it was right is not known"
        else:
            low, high = self.share
            known = f"Right in {self.right} of {judged} that people judged ({low:.0%} to {high:.0%})"
        rest = [
            f"{self.unsure} judged unsure" if self.unsure else "",
            f"{self.acted_on} not judged but followed by an act within the hour" if self.acted_on else "",
            f"{self.nothing_recorded} not known" if self.nothing_recorded else "",
            f"{self.too_early} too early to say" if self.too_early else "",
        ]
        told = "; ".join(one for one in rest if one)
        return f"{often}. {known}{f'; {told}' if told else ''}."


def scores(ctx: Context, now_us: int) -> list[ShadowScore]:
    """Of every rule that is silent or has words on record, in the order of the rules."""
    since = _since(ctx)
    words: dict[str, list[tuple[CaseState, ShadowEntry]]] = {}
    for case in ctx.book.cases():
        for entry in () if case.training else case.shadow:
            if entry.said.at_us >= since.get(entry.said.rule, 0):
                words.setdefault(entry.said.rule, []).append((case, entry))
    names = rules(ctx)
    known = [*names, *sorted(words.keys() - names.keys())]
    return [
        _score(rule, names.get(rule, rule), since.get(rule), words.get(rule, []), now_us)
        for rule in known
        if rule in since or rule in words
    ]


def waiting(ctx: Context, *, limit: int = 50) -> list[tuple[CaseState, ShadowEntry]]:
    """What is over and nobody has judged, the newest first. What lasts is not listed: nobody is to act on it."""
    found = [
        (case, entry)
        for case in ctx.book.cases()
        if not case.training
        for entry in case.shadow
        if entry.ended_us is not None and entry.judged is None
    ]
    return sorted(found, key=lambda one: one[1].said.at_us, reverse=True)[:limit]


def _since(ctx: Context) -> dict[str, int]:
    """When each rule that is silent now was made so."""
    found: dict[str, int] = {}
    for one in ctx.store.read_stream("clinic"):
        if isinstance(event := one.event, RuleModeSet):
            found.pop(event.rule, None)
            if event.mode is RuleMode.SHADOW:
                found[event.rule] = event.at_us
    return found


def _score(
    rule: str, name: str, since_us: int | None, words: list[tuple[CaseState, ShadowEntry]], now_us: int
) -> ShadowScore:
    verdicts = [entry.judged.verdict if entry.judged else None for _, entry in words]
    unjudged = [(case, entry) for case, entry in words if entry.judged is None]
    acted = sum(_acted(case, entry) for case, entry in unjudged)
    early = sum(not _acted(case, entry) and now_us - entry.said.at_us < ACTED_WITHIN_US for case, entry in unjudged)
    return ShadowScore(
        rule=rule,
        name=name,
        silent=since_us is not None,
        since_us=since_us,
        days=None if since_us is None else (now_us - since_us) / US_PER_DAY,
        spoke=len(words),
        cases=len({case.case_id for case, _ in words}),
        right=verdicts.count(ShadowVerdict.RIGHT),
        wrong=verdicts.count(ShadowVerdict.WRONG),
        unsure=verdicts.count(ShadowVerdict.UNSURE),
        acted_on=acted,
        nothing_recorded=len(unjudged) - acted - early,
        too_early=early,
    )


def _acted(case: CaseState, entry: ShadowEntry) -> bool:
    """Whether somebody treated, tested or began to resuscitate within the hour after it."""
    said_us = entry.said.at_us
    moments = [one.at_us for one in case.treatments] + [one.at_us for one in case.tests]
    moments += [log.started.at_us for log in case.resuscitations.values() if log.started]
    return any(said_us <= at_us <= said_us + ACTED_WITHIN_US for at_us in moments)
