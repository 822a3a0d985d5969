"""Fits the trees of the metal search: ``python benchmarks/fit_metal.py CANDIDATES.pickle FOLDER``.

``metal_bench.py`` makes the candidates (films of the development set, with and without things drawn in). Everything is
seeded; scikit-learn is needed here only. Beside the weights that search it makes those of five folds, which measure: a
film of the development set is then judged by trees that have not seen it.
"""

import argparse
import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

SEED = 20261122
COMPACT = ("anatomy", "metal", "marker", "microchip", "clip", "implant")
LINES = ("anatomy", "metal", "marker", "clip", "implant")
FAINT = 0.09
"""Of anatomy that stands out less, every third is taken, and counts threefold."""
NAME_ROUNDS = 45
STRAIGHT_ROUNDS = 80
ANATOMY_WEIGHT = 1.5
RISING = {
    "c": {
        "stable": 1,
        "contrast": 1,
        "raw_contrast": 1,
        "over_ring_high": 1,
        "over_far_high": 1,
        "middle": 1,
        "edge_px": 1,
        "edge_weak_px": 1,
        "edge_mm": 1,
        "ring_spread": -1,
        "far_spread": -1,
        "inside_spread": -1,
        "area_mm2": 0,
        "long_mm": 0,
        "short_mm": 0,
        "aspect": 0,
        "moment_aspect": 0,
        "box_filled": 0,
        "roundness": 0,
        "holes": 0,
        "stroke": 0,
        "thick_mm": 0,
        "core_spread": 0,
        "stable_noise": 1,
        "flat_part": 0,
        "border_mm": 1,
        "strong_near": -1,
        "air_around": 0,
        "mm_per_pixel": 0,
        "lead_mm": 0,
        "alike_near": 0,
    },
    "l": {
        "line_contrast": 1,
        "line_contrast_raw": 1,
        "over_median": 1,
        "over_low": 1,
        "mean_low": 1,
        "crest": 1,
        "steady": -1,
        "thirds": -1,
        "crest_steady": -1,
        "uneven": -1,
        "straight": -1,
        "bow": 0,
        "length_mm": 0,
        "moment_aspect": 0,
        "pixels_per_length": 0,
        "beyond": -1,
        "beyond_least": -1,
        "under_spread": 0,
        "middle_spread": 0,
        "contrast_noise": 1,
        "border_mm": 1,
        "air": 0,
        "middle": 1,
        "mm_per_pixel": 0,
    },
    "s": {
        "strength": 1,
        "line_contrast": 1,
        "line_contrast_raw": 1,
        "over_median": 1,
        "over_low": 1,
        "end_step": 1,
        "end_step_most": 1,
        "over_rivals": 1,
        "border_mm": 1,
        "middle": 1,
        "uneven": -1,
        "lean": -1,
        "match": -1,
        "straight": -1,
        "wander": -1,
        "end_out": -1,
        "end_out_least": -1,
        "rival": -1,
        "length_mm": 0,
        "width_mm": 0,
        "bow": 0,
        "under": 0,
        "under_spread": 0,
        "middle_spread": 0,
        "air": 0,
        "mm_per_pixel": 0,
    },
}
"""Features by which metal is told from anatomy, and which way each may speak: more contrast never speaks for anatomy.
Without that, eight animals' anatomy is learnt by heart. Names are told by all features."""
ANATOMY_VARIANTS = {True: 12, False: 3}
"""Of each film of an animal, of a person: so many of its variants teach what is anatomy, and the lines; all of them
what name a region has. More of them let anatomy as it came count for less: more false marks."""
FOLDS = 5
LEFT_OUT = {"mm_per_pixel", "film_contrast", "noise", "stable_raw", "pixels", "border_part", "strong_near"}


def table(
    data: list[dict[str, Any]], kind: str
) -> tuple[list[dict[str, float]], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """(features, class, weight, film) of all candidates of one kind that can be told."""
    names = COMPACT if kind == "c" else LINES
    rows, labels, weights, films = [], [], [], []
    faint = 0
    for one in data:
        for candidate in one["cands"]:
            what, box, values, hit = candidate[:4]
            if what != kind:
                continue
            name, weight = told(one, kind, box, values, hit)
            if name not in names:
                continue
            if name == "anatomy" and values.get("stable", values.get("line_contrast", 0.0)) < FAINT:
                faint += 1
                if faint % 3:
                    continue
                weight *= 3
            rows.append(values)
            labels.append(names.index(name))
            weights.append(weight * (1.0 if one["variant"] < 0 else 0.35))
            films.append(one["film"])
    return rows, np.array(labels), np.array(weights), np.array(films)


def told(
    one: dict[str, Any], kind: str, box: tuple[float, ...], values: dict[str, float], hit: str
) -> tuple[str, float]:
    """What a candidate is, and how much it counts; an empty name where that cannot be told."""
    if hit:
        name, match = hit.split(":")
        if match == "full":
            real = one["variant"] < 0 or name in ("clip",)
            return name, 3.0 if real else 2.0
        if name in ("marker", "clip", "implant") and values.get("stable", 1.0) > 0.06:
            return name, 0.7
        return "", 0.0
    if any(_inside(box, letter) for letter in one["letters"]):
        return "marker", 2.0
    if not one["complete"]:
        weak = values.get("stable", 1.0) < 0.07 if kind == "c" else False
        return ("anatomy", 0.5) if weak else ("", 0.0)
    return "anatomy", 1.0 if one["vet"] else 0.8


def straight_table(
    data: list[dict[str, Any]],
) -> tuple[list[dict[str, float]], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """(features, whether it is a needle, weight, film) of all straight lines that can be told. What is a device, its
    wire or a letter is no needle, and counts for less than anatomy: other trees name it."""
    rows, labels, weights, films = [], [], [], []
    for one in data:
        for kind, box, values, hit, *_ in one["cands"]:
            if kind != "s":
                continue
            name, _, match = hit.partition(":")
            needle = hit == "metal:full"
            if (name == "metal" and not needle) or (not hit and not one["complete"]):
                continue
            device = bool(match) or any(_inside(box, letter) for letter in one["letters"])
            rows.append(values)
            labels.append(int(needle))
            weight = 2.0 if needle else 0.9 if device else 1.5 if one["vet"] else 1.2
            weights.append(weight * (1.0 if one["variant"] < 0 else 0.35))
            films.append(one["film"])
    return rows, np.array(labels), np.array(weights), np.array(films)


def straight_of(data: list[dict[str, Any]], rounds: int, leave: int | None) -> dict[str, Any]:
    """The forest that tells needles among straight lines; with ``leave`` without the films of that fold."""
    folds = fold_of(sorted({one["film"] for one in data}))
    rows, labels, weights, of = straight_table(data)
    use = np.array([folds[film] != leave for film in of])
    kept = [row for row, one in zip(rows, use, strict=True) if one]
    rising = RISING["s"]
    return fitted(kept, labels[use], weights[use], ("other", "needle"), rounds, sorted(rising), rising)


def _inside(box: tuple[float, ...], letter: tuple[float, ...]) -> bool:
    row, column = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    big = max(letter[2] - letter[0], letter[3] - letter[1])
    side = max(box[2] - box[0], box[3] - box[1])
    return letter[0] - 3 <= row <= letter[2] + 3 and letter[1] - 3 <= column <= letter[3] + 3 and side < 4 * big


def fitted(
    rows: list[dict[str, float]],
    labels: NDArray[Any],
    weights: NDArray[Any],
    names: tuple[str, ...],
    rounds: int,
    features: list[str],
    rising: dict[str, int] | None = None,
) -> dict[str, Any]:
    """A forest as plain data (``imaging.metal.forest``). ``rising``: features that may only speak for (1) or against
    (-1) the second of two names."""
    x = np.array([[row[name] for name in features] for row in rows])
    model = HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.1,
        max_leaf_nodes=9,
        max_bins=96,
        min_samples_leaf=12,
        l2_regularization=3.0,
        max_features=0.5,
        early_stopping=False,
        monotonic_cst=[rising.get(name, 0) for name in features] if rising else None,
        random_state=SEED,
    )
    model.fit(x, labels, sample_weight=weights)
    offsets = [round(float(v), 5) for v in np.ravel(model._baseline_prediction)]
    trees: list[list[Any]] = [[] for _ in names]
    for step in model._predictors:
        for name, predictor in enumerate(step, start=len(names) - len(step)):
            trees[name].append(_tree(predictor.nodes))
    return {
        "features": features,
        "names": list(names),
        "offsets": [0.0] * (len(names) - len(offsets)) + offsets,
        "trees": trees,
    }


def _tree(nodes: Any) -> list[Any]:
    leaf = nodes["is_leaf"].astype(bool)
    return [
        [int(f) for f in nodes["feature_idx"]],
        [0.0 if end else float(f"{t:.6g}") for t, end in zip(nodes["num_threshold"], leaf, strict=True)],
        [0 if end else int(n) for n, end in zip(nodes["left"], leaf, strict=True)],
        [0 if end else int(n) for n, end in zip(nodes["right"], leaf, strict=True)],
        [float(f"{v:.4g}") if end else 0.0 for v, end in zip(nodes["value"], leaf, strict=True)],
    ]


def fold_of(films: list[str]) -> dict[str, int]:
    """Animals and people are spread over the folds apart."""
    vet = [film for film in films if film.startswith("vet/")]
    rest = [film for film in films if not film.startswith("vet/")]
    return {film: k % FOLDS for group in (vet, rest) for k, film in enumerate(group)}


def weights_of(data: list[dict[str, Any]], rounds: int, leave: int | None) -> dict[str, Any]:
    """Everything ``holdfast.imaging.metal.forest`` needs; with ``leave`` without the films of that fold."""
    films = sorted({one["film"] for one in data})
    folds = fold_of(films)
    made: dict[str, Any] = {
        "made_by": f"benchmarks/fit_metal.py, {rounds} rounds",
        "data": ", ".join(film for film in films if folds[film] != leave),
        "seed": SEED,
        "left_out": sorted({one["sha256"] for one in data if folds[one["film"]] == leave}),
    }
    few = [one for one in data if one["variant"] < ANATOMY_VARIANTS[one["vet"]]]
    for key, kind, names in (("compact", "c", COMPACT), ("lines", "l", LINES)):
        rows, labels, weights = _without(few, kind, folds, leave)
        rising = RISING[kind]
        made[key] = fitted(
            rows,
            np.minimum(labels, 1),
            weights * np.where(labels == 0, ANATOMY_WEIGHT, 1.0),
            ("anatomy", "dense"),
            rounds,
            sorted(rising),
            rising,
        )
        rows, labels, weights = _without(data if kind == "c" else few, kind, folds, leave)
        dense = labels > 0
        all_features = sorted(set(rows[0]) - LEFT_OUT)
        named = [row for row, one in zip(rows, dense, strict=True) if one]
        of_name = labels[dense] - 1
        # Letters are three quarters of what was seen: without this every microchip is a letter.
        rare = np.bincount(of_name, weights=weights[dense], minlength=len(names) - 1)
        level = (rare.sum() / np.maximum(rare, 1.0)) ** 0.6
        made[f"{key}_names"] = fitted(
            named, of_name, weights[dense] * level[of_name], names[1:], NAME_ROUNDS, all_features
        )
    made["straight"] = straight_of(data, STRAIGHT_ROUNDS, leave)
    return made


def _without(
    data: list[dict[str, Any]], kind: str, folds: dict[str, int], leave: int | None
) -> tuple[list[dict[str, float]], NDArray[Any], NDArray[Any]]:
    """(features, class, weight) of the candidates of one kind on films outside one fold."""
    rows, labels, weights, of = table(data, kind)
    use = np.array([folds[film] != leave for film in of])
    return [row for row, one in zip(rows, use, strict=True) if one], labels[use], weights[use]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("candidates", type=Path)
    parser.add_argument("folder", type=Path, help="where weights.json and weights_folds.json go")
    parser.add_argument("--rounds", type=int, default=65)
    parser.add_argument(
        "--only-straight", action="store_true", help="put new trees of straight lines into the weights that are there"
    )
    options = parser.parse_args()
    data = pickle.loads(options.candidates.read_bytes())  # made by us a moment ago
    for name, leaves in (("weights_folds.json", range(FOLDS)), ("weights.json", (None,))):
        if options.only_straight:
            made = json.loads((options.folder / name).read_text())
            for one, leave in zip(made, leaves, strict=True):
                one["straight"] = straight_of(data, STRAIGHT_ROUNDS, leave)
        else:
            made = [weights_of(data, options.rounds, leave) for leave in leaves]
        (options.folder / name).write_text(json.dumps(made, separators=(",", ":")))
