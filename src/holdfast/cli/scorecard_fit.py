"""Scorecard of the fit: what was first suspected in published cases, and drawn dogs whose diagnosis is right.

A suspicion that is the truth should not be called a misfit, any other should. Text that names no diagnosis of the
knowledge is reported and not judged. The controls are drawn from the knowledge itself, half of them true organ
failure and other states without a cause behind them, each with its own draw of the uncertain numbers.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from holdfast.cli.scorecard_diagnosis import SCORED_TIERS, STAGES, Case, read_case
from holdfast.knowledge import fit_calibration
from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge
from holdfast.knowledge.vocabulary import find_diseases, fold
from holdfast.reasoning.assessment import Prepared, prepare
from holdfast.reasoning.engine import Posterior, answer, ask
from holdfast.reasoning.fit import Fit, Verdict, fit
from holdfast.reasoning.ranges import DRAWS
from holdfast.simulation import sick_dogs

CONTROLS = 200
SEED = 20_000
"""Other dogs than those that the calibration was made with."""
_CLAUSES = re.compile(r"[,;/()]|\bthen\b|\band\b|\bor\b|\bafter\b|\bin dog with\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(excluded|ruled out|unlikely|not|no|without)\b", re.IGNORECASE)


def run(directory: str | Path, stage: str = "workup", controls: int = CONTROLS) -> dict[str, Any]:
    """Judge every ``*.yaml`` case of ``directory`` and ``controls`` drawn dogs; ``ValueError`` for an unknown stage.

    ``misfit_raised`` of ``should_raise`` wrong suspicions were called a misfit, ``false_raised`` of ``controls``.
    """
    if stage not in STAGES:
        raise ValueError(f"stage is presenting or workup, not {stage!r}")
    knowledge = load()
    ready = prepare(knowledge)
    judged: dict[str, dict[str, Any]] = {}
    unknown: dict[str, str] = {}
    problems = []
    for path in sorted(Path(directory).glob("*.yaml")):
        try:
            text = path.read_text(encoding="utf-8")
            case = read_case(text, knowledge, STAGES[stage])
            suspicion = yaml.safe_load(text).get("initial_suspicion")
        except (ValueError, yaml.YAMLError) as error:
            problems.append(f"{path.name}: {' '.join(str(error).split())}")
            continue
        if case.tier not in SCORED_TIERS or case.truth is None:
            continue
        keys = suspected(knowledge, str(suspicion or ""))
        if keys:
            judged[case.id] = _judged(ready, case, keys)
        else:
            unknown[case.id] = str(suspicion or "nothing stated")
    wrong = [one for one in judged.values() if one["should_raise"]]
    verdicts = list(_controls(ready, controls))
    return {
        "cases": len(judged),
        "misfit_raised": sum(one["verdict"] == Verdict.DOES_NOT_FIT.value for one in wrong),
        "should_raise": len(wrong),
        "cannot_say": sum(one["verdict"] == Verdict.CANNOT_SAY.value for one in wrong),
        "right_suspicions": len(judged) - len(wrong),
        "right_raised": sum(
            one["verdict"] == Verdict.DOES_NOT_FIT.value for one in judged.values() if not one["should_raise"]
        ),
        "controls": len(verdicts),
        "false_raised": sum(verdict is Verdict.DOES_NOT_FIT for verdict in verdicts),
        "judged": judged,
        "suspicion_unknown": unknown,
        "problems": problems,
        "stage": stage,
        "knowledge_release": knowledge.release,
    }


def suspected(knowledge: Knowledge, text: str) -> tuple[str, ...]:
    """Disease keys that the first clause of ``text`` with a name in it can mean; empty when no name is known.

    Only whole names of the knowledge count, the longest first; a clause that denies something is left out.
    """
    for clause in (text, *_CLAUSES.split(text)):
        if _DENIED.search(clause):
            continue
        words = [word for word in fold(clause).split("_") if word]
        spans = sorted(
            ((i, j) for i in range(len(words)) for j in range(i + 1, len(words) + 1)),
            key=lambda span: (span[0] - span[1], span[0]),
        )
        for i, j in spans:
            if keys := find_diseases(knowledge, "_".join(words[i:j])):
                return keys
    return ()


def _judged(ready: Prepared, case: Case, keys: tuple[str, ...]) -> dict[str, Any]:
    """The reading of the suspicion that fits best; it is right when the true diagnosis is among the readings."""
    true = set(find_diseases(ready.knowledge, case.truth or ""))
    found = answer(ask(ready.world, ready.knowledge, case.evidence))
    right = sorted(true & set(keys))
    fits = [_fit(ready, found, case, key) for key in (right or keys)]
    best = max(fits, key=lambda one: (one.p, one.working))
    return {
        "working": best.working,
        "truth": case.truth,
        "should_raise": not right,
        "verdict": best.verdict.value,
        "story": best.story,
        "p": round(best.p, 3),
    }


def _fit(ready: Prepared, found: Posterior, case: Case, working: str) -> Fit:
    return fit(found, ready.knowledge, fit_calibration.load(), case.evidence, working)


def _controls(ready: Prepared, count: int) -> Iterator[Verdict]:
    """Verdicts on right working diagnoses of drawn dogs, every second a state with no cause behind it."""
    rng = np.random.default_rng(SEED)
    world = ready.world
    for n in range(count):
        numbers = sick_dogs.drawn_numbers(world, ready.draws, int(rng.integers(DRAWS)))
        among = world.descriptive if n % 2 else sick_dogs.listed_causes(world)
        first = sick_dogs.draw_cause(world, numbers, rng, among)
        dog = sick_dogs.draw_dog(world, ready.knowledge, numbers, rng, (first,))
        found = answer(ask(world, ready.knowledge, dog.evidence))
        yield fit(found, ready.knowledge, fit_calibration.load(), dog.evidence, world.keys[first]).verdict
