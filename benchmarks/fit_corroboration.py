"""Makes the weights of the second look at alarms, and says what it is worth on records left out of the making.

Run: ``python benchmarks/fit_corroboration.py DIR [--seeds 5] [--write FILE] [--json]`` with DIR in the layout of the
CinC 2015 challenge. The figures are nested: demands, trees and bars of a fold are chosen without its records (the
challenge allows up to three alarms of a kind from one patient and does not say which: folds may share patients).
NumPy only, seeded: the same records give the same file to the last digit.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from holdfast.cli.scorecard_alarms import KINDS, Alarm, Counts, alarms
from holdfast.signals import corroborate_rules as rules
from holdfast.signals.corroborate import Kind, run_evidence, witnesses
from holdfast.signals.corroborate_data import Demands, RunModel, Tally, Weights, shipped_limits
from holdfast.signals.corroborate_trees import Forest, Tree, score
from holdfast.signals.corroborate_witness import Witness

Floats = NDArray[np.float64]

FOLDS, INNER_FOLDS = 10, 5
RULES = {
    Kind.ASYSTOLE: rules.asystole,
    Kind.BRADYCARDIA: rules.bradycardia,
    Kind.TACHYCARDIA: rules.tachycardia,
    Kind.FIBRILLATION: rules.fibrillation,
}
LIKENESS = (0.95, 0.9, 0.85, 0.8)
MARGINS = {  # the safest first
    Kind.ASYSTOLE: (0.8,),
    Kind.BRADYCARDIA: (1.25, 1.2, 1.15),
    Kind.TACHYCARDIA: (0.7, 0.8),
    Kind.FIBRILLATION: (0.35, 0.45),
}
SPREADS = {  # of asystole and fibrillation: set so that no arrest of vfdb is contradicted (7 records; estimate)
    Kind.ASYSTOLE: (0.55,),
    Kind.BRADYCARDIA: (10.0,),
    Kind.TACHYCARDIA: (0.15, 0.25),
    Kind.FIBRILLATION: (0.33,),
}
SLACK = 1.5
"""Of the settings within so many points of the best on the records to learn from, the safest is taken."""

BAGS, TREES, RATE, ROWS, COLUMNS, LEAF, RIDGE = 3, 80, 0.08, 0.6, 0.4, 5, 1.0
SPREADS_BELOW = 1.45
"""A run is contradicted so many standard deviations below the mean score of true alarms (of records left out), where
93 % of a normal distribution lie above. The lowest scores themselves are too few to set a bar by: it would jump."""
SURE = 0.8
"""The bar above which a run is confirmed: so many of the alarms above it are true (same)."""


@dataclass(frozen=True)
class Case:
    """One alarm, reduced to what the check looks at."""

    name: str
    kind: Kind
    true: bool
    witnesses: tuple[Witness, ...]
    evidence: dict[str, float] | None


def read(directory: Path) -> list[Case]:
    """The alarms of a folder as cases."""
    limits, cases = shipped_limits(), []
    for alarm in alarms(directory):
        if isinstance(alarm, Alarm):
            kind = KINDS[alarm.kind]
            if kind is Kind.VENTRICULAR_TACHYCARDIA:
                found = run_evidence(alarm.window, limits)
                cases.append(Case(alarm.name, kind, alarm.true, (), asdict(found[0]) if found else None))
            else:
                cases.append(Case(alarm.name, kind, alarm.true, tuple(witnesses(alarm.window)), None))
    return cases


# Rules: demands by search over a small grid.


def ask_rule(case: Case, demands: Demands) -> bool | None:
    heard = RULES[case.kind](case.witnesses, shipped_limits(), demands)
    return False if heard.against else True if heard.favour else None


def choose_demands(cases: Sequence[Case], kind: Kind) -> Demands:
    tried = []
    for likeness, margin, spread in product(LIKENESS, MARGINS[kind], SPREADS[kind]):
        demands, counts = Demands(likeness, margin, spread), Counts()
        for case in cases:
            counts = counts.plus(case.true, ask_rule(case, demands) is not False)
        tried.append((counts.figures["score"] or 0.0, demands))
    best = max(points for points, _ in tried)
    return next(demands for points, demands in tried if points >= best - SLACK)


# Runs: boosted trees with two questions each.


def grow(x: Floats, slope: Floats, weight: Floats, rows: NDArray[np.int64], columns: Floats) -> tuple[int, float]:
    """Best question for some rows: (column, bar), column -1 when none helps."""
    best = (1e-9, -1, 0.0)
    whole, mass = slope[rows].sum(), weight[rows].sum()
    for column in columns:
        order = rows[np.argsort(x[rows, column], kind="stable")]
        values = x[order, column]
        left, left_mass = np.cumsum(slope[order])[:-1], np.cumsum(weight[order])[:-1]
        below = np.arange(1, len(order))
        allowed = (values[1:] > values[:-1]) & (below >= LEAF) & (len(order) - below >= LEAF)
        if allowed.any():
            gain = left**2 / (left_mass + RIDGE) + (whole - left) ** 2 / (mass - left_mass + RIDGE)
            gain = np.where(allowed, gain - whole**2 / (mass + RIDGE), -1.0)
            at = int(np.argmax(gain))
            if gain[at] > best[0]:
                best = (float(gain[at]), int(column), float((values[at] + values[at + 1]) / 2))
    return best[1], best[2]


def fit_forest(features: Sequence[str], cases: Sequence[Case], seed: int) -> Forest:
    x = np.array([[case.evidence[name] for name in features] for case in cases])
    y = np.array([case.true for case in cases], dtype=float)
    usual = np.nanmedian(x, axis=0)
    x = np.where(np.isnan(x), usual, x)
    rng = np.random.default_rng(seed)
    start = float(np.log(y.sum() / (len(y) - y.sum())))
    trees: list[Tree] = []
    for _ in range(BAGS):
        odds = np.full(len(y), start)
        for _ in range(TREES):
            chance = 1 / (1 + np.exp(-odds))
            slope, weight = y - chance, chance * (1 - chance)
            rows = np.sort(rng.choice(len(y), int(ROWS * len(y)), replace=False))
            columns = np.sort(rng.choice(x.shape[1], max(1, round(COLUMNS * x.shape[1])), replace=False))
            column, bar = grow(x, slope, weight, rows, columns)
            if column < 0:
                continue
            yes = x[rows, column] <= bar
            ends = [_end(x, slope, weight, part, columns, column, bar) for part in (rows[yes], rows[~yes])]
            tree = Tree(column, bar, *ends[0][:2], *ends[0][2:], *ends[1][:2], *ends[1][2:])
            odds = odds + np.array([_ask(tree, row) for row in x])
            trees.append(_rounded(tree))
    return Forest(tuple(features), tuple(_round(v) for v in usual), _round(start), tuple(trees))


def _end(
    x: Floats, slope: Floats, weight: Floats, rows: NDArray[np.int64], columns: Floats, column: int, bar: float
) -> tuple[int, float, float, float]:
    second, second_bar = grow(x, slope, weight, rows, columns)
    if second < 0:
        value = _value(slope, weight, rows)
        return column, bar, value, value
    yes = x[rows, second] <= second_bar
    return second, second_bar, _value(slope, weight, rows[yes]), _value(slope, weight, rows[~yes])


def _value(slope: Floats, weight: Floats, rows: NDArray[np.int64]) -> float:
    return float(RATE * slope[rows].sum() / (weight[rows].sum() + RIDGE))


def _ask(tree: Tree, row: Floats) -> float:
    if row[tree.feature] <= tree.bar:
        return tree.yes_yes if row[tree.yes_feature] <= tree.yes_bar else tree.yes_no
    return tree.no_yes if row[tree.no_feature] <= tree.no_bar else tree.no_no


def _rounded(tree: Tree) -> Tree:
    """As stored: values shared among the bags, five figures."""
    values = msgspec.structs.astuple(tree)
    return Tree(
        *(v if isinstance(v, int) else _round(v / BAGS if i in (4, 5, 8, 9) else v) for i, v in enumerate(values))
    )


def _round(value: float) -> float:
    return float(f"{value:.5g}")


def left_out(cases: Sequence[Case], features: Sequence[str], folds: int, seed: int) -> Floats:
    """Score of each case by a forest that did not see it."""
    scores = np.empty(len(cases))
    for fold in split(cases, folds, seed):
        learn = [case for i, case in enumerate(cases) if i not in fold]
        forest = fit_forest(features, learn, seed)
        for i in fold:
            scores[i] = score(forest, cases[i].evidence)
    return scores


def choose_bars(scores: Floats, true: NDArray[np.bool_]) -> tuple[float, float]:
    """(against below, for above)."""
    against = float(scores[true].mean() - SPREADS_BELOW * scores[true].std())
    order = np.sort(scores)
    fine = [bar for bar in order if true[scores >= bar].mean() >= SURE]
    return _round(against), _round(max(fine[0] if fine else order[-1], against))


def fit_runs(cases: Sequence[Case], seed: int, folds: int) -> RunModel:
    seen = [case for case in cases if case.evidence is not None]
    features = sorted(seen[0].evidence)
    scores = left_out(seen, features, folds, seed)
    bars = choose_bars(scores, np.array([case.true for case in seen]))
    return RunModel(*bars, fit_forest(features, seen, seed))


def ask_runs(case: Case, model: RunModel) -> bool | None:
    if case.evidence is None:
        return None
    odds = score(model.forest, case.evidence)
    return False if odds < model.against_below else True if odds >= model.for_above else None


# The nested figures.


def split(cases: Sequence[Case], folds: int, seed: int) -> list[set[int]]:
    """Folds of indices, true and false alarms spread evenly."""
    rng = np.random.default_rng(seed)
    parts: list[set[int]] = [set() for _ in range(folds)]
    position = 0
    for truth in (True, False):
        for i in rng.permutation([i for i, case in enumerate(cases) if case.true is truth]).tolist():
            parts[position % folds].add(i)
            position += 1
    return parts


def crossed(cases: Sequence[Case], kind: Kind, seed: int) -> dict[str, bool | None]:
    """Verdict on each record by a check that was made without it."""
    verdicts: dict[str, bool | None] = {}
    for fold in split(cases, FOLDS, seed):
        learn = [case for i, case in enumerate(cases) if i not in fold]
        if kind in RULES:
            demands = choose_demands(learn, kind)
            verdicts |= {cases[i].name: ask_rule(cases[i], demands) for i in fold}
        else:
            model = fit_runs(learn, seed, INNER_FOLDS)
            verdicts |= {cases[i].name: ask_runs(cases[i], model) for i in fold}
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--write", type=Path, default=None, metavar="FILE")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cases = read(options.directory)
    by_kind = {kind: [case for case in cases if case.kind is kind] for kind in Kind}
    rounds = [
        {kind: crossed(of_kind, kind, seed) for kind, of_kind in by_kind.items()} for seed in range(options.seeds)
    ]
    report = report_of(by_kind, rounds)
    if options.write:
        options.write.write_bytes(written(weights(by_kind, rounds[0], report)))
    print(json.dumps(report, indent=None if options.json else 1))


def report_of(by_kind: dict[Kind, list[Case]], rounds: Sequence[dict[Kind, dict[str, bool | None]]]) -> dict[str, Any]:
    """Mean and range over the seeds, all kinds and each."""
    names = {kind: name for name, kind in KINDS.items()}
    whole, each = [], {names[kind]: [] for kind in Kind}
    for verdicts in rounds:
        every = Counts()
        for kind, of_kind in by_kind.items():
            counts = Counts()
            for case in of_kind:
                kept = verdicts[kind][case.name] is not False
                counts, every = counts.plus(case.true, kept), every.plus(case.true, kept)
            each[names[kind]].append(counts.figures)
        whole.append(every.figures)
    missed = {
        case.name: sum(verdicts[case.kind][case.name] is False for verdicts in rounds)
        for of_kind in by_kind.values()
        for case in of_kind
        if case.true
    }
    return {
        "records": sum(len(of_kind) for of_kind in by_kind.values()),
        "seeds": len(rounds),
        "nested": _spread(whole),
        "by_type": {name: _spread(figures) for name, figures in each.items()},
        "silenced_true": {name: times for name, times in missed.items() if times},
    }


def _spread(figures: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    return {
        name: {"mean": float(np.mean(values)), "min": float(min(values)), "max": float(max(values))}
        for name in ("score", "tpr", "tnr", "fn", "fp")
        if (values := [one[name] for one in figures if one[name] is not None])
    }


def weights(by_kind: dict[Kind, list[Case]], verdicts: dict[Kind, dict[str, bool | None]], report: Any) -> Weights:
    """What is shipped: fitted on all records, with the nested record of each verdict."""
    record = {}
    for kind, of_kind in by_kind.items():
        given = [(verdicts[kind][case.name], case.true) for case in of_kind]
        record[str(kind)] = {
            "holds": Tally(sum(v is True and t for v, t in given), sum(v is True for v, _ in given)),
            "true_alarms": Tally(sum(v is not False and t for v, t in given), sum(t for _, t in given)),
            "contradicted": Tally(sum(v is False and not t for v, t in given), sum(v is False for v, _ in given)),
        }
    nested = report["nested"]
    return Weights(
        provenance={
            "made_by": "benchmarks/fit_corroboration.py",
            "grade": "estimate",
            "fitted_on": f"{report['records']} alarms of people, training part of the PhysioNet/CinC challenge of 2015",
            "cross_validated": (
                f"score {nested['score']['mean']:.1f}, true alarms kept {nested['tpr']['mean']:.3f}, "
                f"false alarms silenced {nested['tnr']['mean']:.3f} (nested, by record, {report['seeds']} seeds)"
            ),
        },
        demands={str(kind): choose_demands(by_kind[kind], kind) for kind in RULES},
        run=fit_runs(by_kind[Kind.VENTRICULAR_TACHYCARDIA], 0, FOLDS),
        record=record,
    )


def written(made: Weights) -> bytes:
    """JSON, one tree a line."""
    return msgspec.json.encode(made).replace(b"],[", b"],\n[").replace(b',"', b',\n"') + b"\n"


if __name__ == "__main__":
    main()
