"""Does "it does not fit" err as rarely as it says, and does it find what it should? On dogs drawn from the knowledge.

Run: ``python benchmarks/fit_misfit.py [--dogs N] [--json]`` for the figures with the calibration that is shipped,
``... --write`` to make that calibration anew for the release (other dogs than those of the figures, other seed),
``... --plots DIR`` for the pictures of the documentation, ``... --world easy`` or ``hard`` for an invented world.

Each dog is drawn with its own draw of all numbers of the release (``reasoning.ranges``), so the numbers that judge it
are as wrong as they may be. Wrong working diagnosis: the best false one given half of what was found (a first
impression). Incomplete: two causes, one declared. A state ("organ failure") is right when nothing else was drawn.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import yaml

import plots
from holdfast.knowledge import fit_calibration
from holdfast.knowledge.fit_calibration import Calibration
from holdfast.knowledge.loader import load
from holdfast.knowledge.model import Knowledge
from holdfast.reasoning.assessment import Prepared, prepare
from holdfast.reasoning.engine import Posterior, answer, ask
from holdfast.reasoning.evidence import Evidence
from holdfast.reasoning.fit import FINDINGS_MIN, declared
from holdfast.reasoning.misfit import Signs, p_value, score, signs_of
from holdfast.reasoning.ranges import DRAWS
from holdfast.reasoning.world import Bools, Floats
from holdfast.simulation import sick_dogs
from made_worlds import made

RIGHT, WRONG, INCOMPLETE = "right", "wrong", "incomplete"
ALPHAS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
STEPS = 25
"""Newton steps of the weights: they settle in ten."""


@dataclass(frozen=True)
class Judged:
    """One working diagnosis on one dog."""

    kind: str
    descriptive: bool
    signs: Signs
    top: float
    """Highest probability of a listed cause; whether the dog has it, and whether all began with it. A haemothorax that
    a rib brought about is there: to claim it is no error."""
    top_true: bool
    top_began: bool
    true: float
    """Probability of what all began with."""


def dogs(ready: Prepared, rng: np.random.Generator, count: int, exact: bool) -> Iterator[Judged]:
    """``count`` dogs, two thirds with one cause or two, one third with a state that has no cause."""
    world, knowledge = ready.world, ready.knowledge
    causes = sick_dogs.listed_causes(world)
    for n in range(count):
        numbers = (
            sick_dogs.exact_numbers(world)
            if exact
            else sick_dogs.drawn_numbers(world, ready.draws, int(rng.integers(DRAWS)))
        )
        among = world.descriptive if n % 3 == 2 and world.descriptive.any() else causes
        first = sick_dogs.draw_cause(world, numbers, rng, among)
        dog = sick_dogs.draw_dog(world, knowledge, numbers, rng, (first,))
        if (found := _judged_posterior(ready, dog.evidence)) is None:
            continue
        yield _judge(ready, found, first, RIGHT, dog)
        if among is causes:
            yield _judge(ready, found, _impression(ready, rng, dog, causes), WRONG, dog)
            # Organ failure declared while a cause is there: the same dog, the state that fits best.
            if world.descriptive.any():
                yield _judge(ready, found, _impression(ready, rng, dog, world.descriptive), WRONG, dog)
            second = sick_dogs.draw_cause(world, numbers, rng, causes & (np.arange(world.size) != first))
            both = sick_dogs.draw_dog(world, knowledge, numbers, rng, (first, second))
            if (found := _judged_posterior(ready, both.evidence)) is not None:
                yield _judge(ready, found, first, INCOMPLETE, both)


def _judged_posterior(ready: Prepared, evidence: Evidence) -> Posterior | None:
    """None where too little is on record to judge."""
    found = answer(ask(ready.world, ready.knowledge, evidence))
    informative = ready.world.linked[found.question.facts.present].sum()
    return found if informative >= FINDINGS_MIN else None


def _judge(ready: Prepared, found: Posterior, working: int, kind: str, dog: sick_dogs.SickDog) -> Judged:
    world = ready.world
    stand = declared(found, ready.knowledge, world.keys[working])
    listed = np.where(sick_dogs.listed_causes(world), found.marginals, 0.0)
    top = int(listed.argmax())
    return Judged(
        kind=kind,
        descriptive=bool(world.descriptive[working]),
        signs=signs_of(found, stand),
        top=float(listed[top]),
        top_true=world.keys[top] in dog.true,
        top_began=world.keys[top] == dog.true[0],
        true=float(found.marginals[world.index[dog.true[0]]]),
    )


def _impression(ready: Prepared, rng: np.random.Generator, dog: sick_dogs.SickDog, among: Bools) -> int:
    """The best false diagnosis of ``among`` given a random half of the present findings."""
    world = ready.world
    keys = [key for key, seen in dog.evidence.findings.items() if seen.present]
    kept = {keys[i] for i in rng.permutation(len(keys))[: max(2, len(keys) // 2)]}
    glimpse = Evidence({key: seen for key, seen in dog.evidence.findings.items() if key in kept})
    found = answer(ask(world, ready.knowledge, glimpse))
    false = among.copy()
    false[[world.index[key] for key in dog.true]] = False
    if not false.any():
        false = among
    return int(np.where(false, found.marginals, -1.0).argmax())


def figures(calibration: Calibration, judged: list[Judged]) -> dict[str, Any]:
    """Share called a misfit by kind, at the shipped level and along the curve."""
    called: dict[str, list[bool]] = defaultdict(list)
    p_right: list[float] = []
    for j in judged:
        p, _ = p_of(calibration, j)
        name = f"{'state' if j.descriptive else 'cause'}, {j.kind}"
        called[name].append(p <= calibration.false_alarms)
        if j.kind == RIGHT:
            p_right.append(p)
    first = [j for j in judged if j.kind == RIGHT and not j.descriptive]
    top, true_top = np.array([j.top for j in first]), np.array([j.top_true for j in first])
    sure = top > 0.9
    return {
        "called": {name: [round(float(np.mean(c)), 3), len(c)] for name, c in sorted(called.items())},
        "false_alarms": {str(a): round(float(np.mean(np.array(p_right) <= a)), 3) for a in ALPHAS},
        "top1": round(float(np.mean([j.top_began for j in first])), 3),
        "claims_above_90_true": [round(float(true_top[sure].mean()), 3), int(sure.sum())],
        "expected_calibration_error": round(plots.calibration_error(top, true_top), 3),
        "calibration_error_by_chance": round(_by_chance(top), 3),
        "true_below_1_percent": round(float(np.mean([j.true < 0.01 for j in first])), 3),
    }


def _by_chance(claimed: Floats) -> float:
    """Calibration error that so few perfectly honest claims show on average: bins of few dogs are uneven."""
    rng = np.random.default_rng(0)
    honest = [plots.calibration_error(claimed, rng.random(len(claimed)) < claimed) for _ in range(200)]
    return float(np.mean(honest))


def p_of(calibration: Calibration, judged: Judged) -> tuple[float, int]:
    return p_value(calibration, score(calibration, judged.signs, judged.descriptive), judged.descriptive)


def weights_of(judged: list[Judged]) -> tuple[float, ...]:
    """What each sign counts, the log odds 1: logistic regression of wrong and incomplete causes against right ones.

    Right ones count twice, as there are two others of each dog; signs in standard deviations, ridge of 1.
    """
    causes = [j for j in judged if not j.descriptive]
    signs = np.array([j.signs for j in causes])
    off = np.array([j.kind != RIGHT for j in causes])
    middle, spread = signs.mean(axis=0), signs.std(axis=0)
    x = np.column_stack([(signs - middle) / spread, np.ones(len(causes))])
    counts = np.where(off, 1.0, 2.0)
    ridge = np.diag([*np.ones(x.shape[1] - 1), 0.0])
    beta = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-(x @ beta)))
        slope = x.T @ (counts * (off - p)) - ridge @ beta
        beta += np.linalg.solve((x.T * (counts * p * (1 - p))) @ x + ridge, slope)
    raw = beta[:-1] / spread
    return tuple(round(float(w), 3) for w in raw / raw[0])


def calibrated(release: str, false_alarms: float, fitting: list[Judged], judged: list[Judged]) -> Calibration:
    """What right diagnoses (``judged``) look like in this release, by weights from other dogs (``fitting``)."""
    made = Calibration(
        knowledge_release=release,
        grade="estimate",
        note=(
            f"Right diagnoses of {len(judged)} dogs drawn from the knowledge itself, each with its own draw of the "
            "uncertain numbers and an incomplete chart (benchmarks/fit_misfit.py --write); weights fitted on "
            f"{len(fitting)} right, wrong and incomplete ones of other such dogs. Not measured on real dogs."
        ),
        false_alarms=false_alarms,
        weights=msgspec.convert(weights_of(fitting), type=tuple[float, float, float, float, float, float]),
        right_causes=(),
        right_states=(),
    )

    def right(descriptive: bool) -> tuple[float, ...]:
        return tuple(
            sorted(round(score(made, j.signs, descriptive), 2) for j in judged if j.descriptive is descriptive)
        )

    return msgspec.structs.replace(made, right_causes=right(False), right_states=right(True))


def write(calibration: Calibration, path: Path) -> None:
    """As YAML, lists in flowing lines."""
    text = yaml.safe_dump(msgspec.to_builtins(calibration), sort_keys=False, width=120, default_flow_style=None)
    path.write_text(
        "# How right working diagnoses look; made by benchmarks/fit_misfit.py --write for one knowledge release.\n"
        + text,
        encoding="utf-8",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dogs", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", choices=["ours", "easy", "hard"], default="ours")
    parser.add_argument("--exact", action="store_true", help="draw every dog with the numbers that judge it")
    parser.add_argument(
        "--write", action="store_true", help="make the shipped calibration anew (seed + 1000 and + 2000)"
    )
    parser.add_argument("--plots", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="accepted for the sake of uniformity: it is always JSON")
    chosen = parser.parse_args()
    knowledge: Knowledge = load() if chosen.world == "ours" else made(np.random.default_rng(20), chosen.world)
    ready = prepare(knowledge)
    calibration = fit_calibration.load()
    if chosen.world != "ours" or chosen.write:
        fitting = list(dogs(ready, np.random.default_rng(chosen.seed + 2000), chosen.dogs, chosen.exact))
        right = list(right_dogs(ready, np.random.default_rng(chosen.seed + 1000), chosen.dogs))
        calibration = calibrated(knowledge.release, calibration.false_alarms, fitting, right)
    if chosen.write:
        write(calibration, Path(fit_calibration.__file__).with_name("fit_calibration.yaml"))
        print(f"written for {knowledge.release}", file=sys.stderr)
        return
    drawn = list(dogs(ready, np.random.default_rng(chosen.seed), chosen.dogs, chosen.exact))
    result = {"knowledge_release": knowledge.release, **figures(calibration, drawn)}
    if chosen.plots:
        draw_plots(calibration, drawn, chosen.plots)
    print(json.dumps(result, indent=1))


def right_dogs(ready: Prepared, rng: np.random.Generator, count: int) -> Iterator[Judged]:
    """Right diagnoses only, half of them states."""
    world = ready.world
    for n in range(count):
        numbers = sick_dogs.drawn_numbers(world, ready.draws, int(rng.integers(DRAWS)))
        among = world.descriptive if n % 2 and world.descriptive.any() else sick_dogs.listed_causes(world)
        first = sick_dogs.draw_cause(world, numbers, rng, among)
        dog = sick_dogs.draw_dog(world, ready.knowledge, numbers, rng, (first,))
        found = _judged_posterior(ready, dog.evidence)
        if found is not None:
            yield _judge(ready, found, first, RIGHT, dog)


def draw_plots(calibration: Calibration, judged: list[Judged], folder: Path) -> None:
    """Asked against measured false alarms; claims against truth."""
    right = [j for j in judged if j.kind == RIGHT]
    p = np.array([p_of(calibration, j)[0] for j in right])
    measured = [float((p <= a).mean()) for a in ALPHAS]
    plots.write_line_plot(
        folder / "fit-false-alarms.svg",
        "False alarms of 'it does not fit'",
        "asked for",
        "measured on other dogs",
        {"right diagnoses": list(zip(ALPHAS, measured, strict=True))},
        diagonal=True,
        upper=0.5,
    )
    first = [j for j in right if not j.descriptive]
    points = plots.reliability(np.array([j.top for j in first]), np.array([j.top_true for j in first]))
    plots.write_line_plot(
        folder / "claims.svg",
        "How often the leading cause is the true one",
        "probability that was given",
        "share that was true",
        {"leading cause": points},
        diagonal=True,
    )


if __name__ == "__main__":
    main()
