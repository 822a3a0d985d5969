"""Boosted trees for several names at once, applied. Fitting them is not part of the product (benchmarks/fit_metal.py);
what was fitted is ``weights.json``: plain numbers, with the films, the seed and the script that made them."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError


class Tree(msgspec.Struct, frozen=True, array_like=True):
    """Nodes from the root on. A node with ``left`` 0 is an end and has a value; else its question is whether the
    feature is at most the bar: yes goes left."""

    feature: tuple[int, ...]
    bar: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class Forest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Trees over named features; one list of trees for each name."""

    features: tuple[str, ...]
    names: tuple[str, ...]
    offsets: tuple[float, ...]
    trees: tuple[tuple[Tree, ...], ...]
    """For each name."""


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that was fitted."""

    made_by: str
    data: str
    seed: int
    compact: Forest
    compact_names: Forest
    lines: Forest
    lines_names: Forest
    straight: Forest
    """Whether a straight line is a needle; what else it may be is told of the chains it shares with ``lines``."""
    left_out: tuple[str, ...] = ()
    """SHA-256 of the films that this one was fitted without, where it is one of several made to be measured."""


def read_weights(text: bytes) -> tuple[Weights, ...]:
    """The sets of weights in a file; raises ``HoldfastError`` for what is no such file."""
    try:
        return typed.from_json(text, tuple[Weights, ...])
    except msgspec.MsgspecError as error:
        raise HoldfastError(f"The weights of the metal search cannot be read: {error}.", "Install again.") from None


def probabilities(forest: Forest, rows: Sequence[dict[str, float]]) -> NDArray[np.float64]:
    """(candidates x names), each row adding up to 1. KeyError when a feature is not given."""
    if not rows:
        return np.zeros((0, len(forest.names)))
    table = np.array([[row[name] for name in forest.features] for row in rows])
    odds = np.tile(np.array(forest.offsets), (len(rows), 1))
    for name, trees in enumerate(forest.trees):
        for tree in trees:
            odds[:, name] += _applied(tree, table)
    odds = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def chances(
    dense: Forest, names: Forest, rows: Sequence[dict[str, float]]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """(candidates x names, the names): anatomy first, then each name by how sure it is that it is not anatomy, and that
    it is this."""
    is_dense = probabilities(dense, rows)[:, 1:2]
    return np.hstack([1 - is_dense, is_dense * probabilities(names, rows)]), ("anatomy", *names.names)


def _applied(tree: Tree, table: NDArray[np.float64]) -> NDArray[np.float64]:
    feature, bar = np.array(tree.feature), np.array(tree.bar)
    left, right, value = np.array(tree.left), np.array(tree.right), np.array(tree.value)
    at = np.zeros(len(table), dtype=np.int64)
    row = np.arange(len(table))
    while (left[at] > 0).any():
        inner = left[at] > 0
        yes = table[row, feature[at]] <= bar[at]
        at = np.where(inner, np.where(yes, left[at], right[at]), at)
    return np.asarray(value[at])
