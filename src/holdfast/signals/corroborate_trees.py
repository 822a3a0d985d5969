"""Small boosted trees, applied: a sum of tables with two questions each. Fitting them is not part of the product."""

from collections.abc import Mapping

import msgspec


class Tree(msgspec.Struct, frozen=True, array_like=True):
    """A first question (is the feature at most the bar?), a second for either answer, and a value for each end."""

    feature: int
    bar: float
    yes_feature: int
    yes_bar: float
    yes_yes: float
    yes_no: float
    no_feature: int
    no_bar: float
    no_yes: float
    no_no: float


class Forest(msgspec.Struct, frozen=True):
    """Trees over named features; ``usual`` stands in for a feature that is not to be had."""

    features: tuple[str, ...]
    usual: tuple[float, ...]
    offset: float
    trees: tuple[Tree, ...]


def score(forest: Forest, values: Mapping[str, float]) -> float:
    """Log odds for these features (NaN: not to be had). KeyError when one is not given at all."""
    given = [values[name] for name in forest.features]
    row = [usual if value != value else value for value, usual in zip(given, forest.usual, strict=True)]
    return forest.offset + sum(_value(tree, row) for tree in forest.trees)


def _value(tree: Tree, row: list[float]) -> float:
    if row[tree.feature] <= tree.bar:
        return tree.yes_yes if row[tree.yes_feature] <= tree.yes_bar else tree.yes_no
    return tree.no_yes if row[tree.no_feature] <= tree.no_bar else tree.no_no
