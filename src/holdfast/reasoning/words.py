"""Probabilities and verdicts in plain words, rounded no finer than they are known."""

import math

from holdfast.reasoning.fit import WRONG, Fit, Verdict

_STEPS = (
    (0.9, "very likely"),
    (0.6, "likely"),
    (0.3, "quite possible"),
    (0.1, "possible"),
    (0.03, "less likely"),
    (0.0, "unlikely on what is recorded"),
)


def likelihood_words(p: float) -> str:
    """A probability (0 to 1) in words."""
    return next(words for floor, words in _STEPS if p >= floor)


def percent(p: float) -> str:
    """A probability rounded to 5 % from 10 %, to 1 % below, never to 0 or 100."""
    if p < 0.01:
        return "under 1 %"
    if p > 0.95:
        return "over 95 %"
    return f"{5 * round(p * 20):d} %" if p >= 0.1 else f"{round(p * 100):d} %"


def span(low: float, high: float) -> str:
    """A range of probabilities, e.g. ``5 % to 20 %``."""
    ends = (percent(low), percent(high))
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def listed(names: list[str], most: int = 3) -> str:
    """``a, b and c``, with what is beyond ``most`` counted."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def verdict_words(fit: Fit, working: str, unexplained: list[str], rival: str, *, names_a_cause: bool) -> str:
    """One to three sentences for the page; ``rival`` names the explanation that wins, empty when none does."""
    if fit.verdict is Verdict.CANNOT_SAY:
        return f"Too little is recorded to say whether {working} fits."
    left = f" It does not explain {listed(unexplained)}." if unexplained else ""
    if fit.verdict is Verdict.FITS:
        # "Fits" in the same breath as what it leaves open would be read as a blessing.
        held = f"{working} cannot be called wrong yet." if unexplained else f"{working} fits what is recorded."
        open_ = f" What is recorded is better explained by: {rival}." if unexplained and rival else ""
        return f"{held}{left}{open_}{'' if names_a_cause else ' It names no cause: what brought it about is open.'}"
    better = rival or "another cause"
    if fit.story == WRONG:
        return (
            f"{working} does not fit the whole picture.{left} What is recorded is better explained without it: "
            f"{better}."
        )
    return (
        f"{working} does not fit the whole picture: it may be true and not the whole story.{left} "
        f"What is recorded is better explained by: {better}."
    )


def share_words(p: float, n: int | None, total: int | None) -> str:
    """``21 of 30 dogs`` where dogs were counted, else ``70 %``."""
    if total is None:
        return percent(p)
    return f"{n if n is not None else round(p * total)} of {total} dogs"


_NO_MOVE = 1.15
"""Odds moved by less than this factor are not called an argument."""


def contribution_words(
    finding: str, log_odds: float, link: tuple[float, int | None, int | None] | None, background: float
) -> str:
    """One sentence on what a finding did to the odds of a disease, and which frequencies did it.

    ``link``: (share, n, N) of the disease showing it, None where the knowledge says nothing of it.
    """
    factor = math.exp(abs(log_odds))
    times = f"{factor:.1f}" if factor < 10 else f"{factor:.0f}" if factor < 100 else "over 100"
    if factor < _NO_MOVE:
        moved = f"{finding[:1].upper()}{finding[1:]} hardly moves it"
    elif log_odds > 0:
        moved = f"{finding[:1].upper()}{finding[1:]} makes it {times} times likelier (odds)"
    else:
        moved = f"{finding[:1].upper()}{finding[1:]} makes it {times} times less likely (odds)"
    if link is None:
        return f"{moved}: not known to belong to it; seen without a listed cause in {percent(background)}."
    return f"{moved}: seen with it in {share_words(*link)}, without a listed cause in {percent(background)}."


def calibration_words(p: float, count: int, same_release: bool) -> str:
    """How far the verdict on the working diagnosis can be trusted."""
    if not count:
        return "Uncalibrated: no right diagnoses were counted to compare with."
    share = f"{percent(p)} of {count}" if p > 1 / (count + 1) else f"none of {count}"
    release = "" if same_release else " They were judged with an earlier release of the knowledge."
    return (
        f"A right diagnosis looks as bad as this one in {share} dogs that were drawn from the knowledge itself "
        f"(estimate: not measured on real dogs).{release}"
    )


def same_decision_words(test: str, minutes: float, worth: str, same: float) -> str:
    """What a hold for the length of one test is expected to change, neither urging nor warning.

    ``worth``: the cause most worth treating as it stands, named because "it stays the same" would otherwise be read as
    "going on stays right"; ``same``: probability that it stays so whatever the result. Empty: there is none.
    """
    asked = f"{test}: about {minutes:g} min of work."
    if not worth:
        return f"{asked} No treatable cause that we know stands out now."
    return f"{asked} Most worth treating now: {worth}. In {percent(same)} the result would leave that so."


def treatable_words(p: float, tests: bool) -> str:
    """How probable it is that something treatable is at work besides the working diagnosis, as things stand."""
    asked = "" if tests else " No short test that we know would tell much about it."
    return f"Something that can be treated may be at work: {percent(p)} as it stands.{asked}"


def treatable_then_words(finding: str, with_it: float, without: float, again: bool) -> str:
    """What one finding of a short test would make of that probability, both ways."""
    done = " It seems to have been done: look again for what was overlooked." if again else ""
    return f"With {finding} that would be {percent(with_it)}, without {percent(without)}.{done}"


def accuracy_words(finding: str, sensitivity: float, specificity: float) -> str:
    """How often a test is wrong about one thing, both ways."""
    return (
        f"{finding[:1].upper()}{finding[1:]}: missed in {percent(1 - sensitivity)} of dogs that have it, "
        f"seen in {percent(1 - specificity)} of dogs without."
    )


def grounds_words(estimates: int, numbers: int) -> str:
    """``this rests on our estimates`` with the count; say it only where most are."""
    count = "all" if estimates == numbers else f"{estimates} of {numbers}"
    return f"rests on our estimates ({count} numbers)" if numbers > 1 else "rests on an estimate of ours"
