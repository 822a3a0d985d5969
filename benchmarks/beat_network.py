"""The network of the beat judge as it is fitted: examples, the rule to begin with, the fit, the mean of some."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from holdfast.signals.qrs_features import FEATURES
from holdfast.signals.qrs_weights import Layers

HIDDEN = (32, 16)


@dataclass(frozen=True)
class Examples:
    """(n, FEATURES) float32, (n,) whether a beat, (n,) weight."""

    features: Any
    beat: Any
    weight: Any


def by_hand() -> Layers:
    """The rule of the first round: as large as usual, above the rest, not at once after a beat, nothing larger near."""
    w1, b1, w3 = np.zeros((FEATURES, HIDDEN[0])), np.zeros(HIDDEN[0]), np.zeros(HIDDEN[1])
    rules = ((0, -0.9, -8.0), (5, 1.4, -8.0), (21, -0.1, -6.0), (3, -0.3, -6.0), (2, -1.2, -3.0))
    for unit, (feature, offset, gain) in enumerate(rules):
        w1[feature, unit], b1[unit], w3[unit] = -1.0, offset, gain
    w2 = np.eye(*HIDDEN)
    return np.zeros(FEATURES), np.ones(FEATURES), w1, b1, w2, np.zeros(HIDDEN[1]), w3, np.array([2.0])


def fit(examples: Examples, epochs: int, seed: int, decay: float = 0.01) -> Layers:
    """Least cross-entropy by Adam, float32, falling step; features standardised."""
    rng = np.random.default_rng(seed)
    x, n = examples.features, len(examples.beat)
    mean = x[:: max(1, n // 200_000)].mean(axis=0)
    scale = 1 / (x[:: max(1, n // 200_000)].std(axis=0) + 0.05)
    y, w = examples.beat.astype(np.float32), examples.weight
    sizes = (FEATURES, *HIDDEN, 1)
    weights = [rng.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32) for a, b in pairwise(sizes)]
    offsets = [np.zeros(b, dtype=np.float32) for b in sizes[1:]]
    values = weights + offsets
    first, second = [np.zeros_like(v) for v in values], [np.zeros_like(v) for v in values]
    batch, t = 1024, 0
    steps = epochs * (n // batch)
    for _ in range(epochs):
        order = rng.permutation(n)
        for k in range(0, n - batch + 1, batch):
            take = order[k : k + batch]
            t += 1
            a0 = (x[take] - mean) * scale
            a1 = np.maximum(a0 @ weights[0] + offsets[0], 0)
            a2 = np.maximum(a1 @ weights[1] + offsets[1], 0)
            z = (a2 @ weights[2] + offsets[2])[:, 0]
            p = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
            d = (w[take] * (p - y[take]) / batch)[:, None].astype(np.float32)
            g2 = a2.T @ d
            d2 = (d @ weights[2].T) * (a2 > 0)
            d1 = (d2 @ weights[1].T) * (a1 > 0)
            slopes = [a0.T @ d1, a1.T @ d2, g2, d1.sum(0), d2.sum(0), d.sum(0)]
            step = 2e-3 * 0.5 * (1 + np.cos(np.pi * t / steps))
            for i, slope in enumerate(slopes):
                first[i] += 0.1 * (slope - first[i])
                second[i] += 0.001 * (slope * slope - second[i])
                move = (first[i] / (1 - 0.9**t)) / (np.sqrt(second[i] / (1 - 0.999**t)) + 1e-8)
                values[i] -= (step * (move + decay * values[i])).astype(np.float32)
    double = [np.ascontiguousarray(v, dtype=np.float64) for v in values]
    return (
        mean.astype(np.float64), scale.astype(np.float64), double[0], double[3], double[1], double[4],
        double[2][:, 0].copy(), double[5],
    )  # fmt: skip


def mean(networks: Sequence[Layers]) -> Layers:
    """One network that answers with the mean of these (before the logistic function): theirs side by side."""
    share, centre, scale = 1 / len(networks), networks[0][0], networks[0][1]
    return (
        centre, scale,
        np.concatenate([one[2] * (one[1] / scale)[:, None] for one in networks], axis=1),
        np.concatenate([one[3] + ((centre - one[0]) * one[1]) @ one[2] for one in networks]),
        np.concatenate([one[4] for one in networks]), np.concatenate([one[5] for one in networks]),
        np.concatenate([share * one[6] for one in networks]), share * sum(one[7] for one in networks),
    )  # fmt: skip
