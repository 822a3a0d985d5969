"""The numbers the second look works with can be read, and wrong ones are refused."""

import math
from importlib import resources

import msgspec
import pytest

from holdfast.signals.corroborate import Kind
from holdfast.signals.corroborate_data import limits_of, parse_limits, parse_weights, shipped_limits, shipped_weights
from holdfast.signals.corroborate_trees import Forest, Tree, score

LIMITS = (resources.files("holdfast.signals") / "corroborate_limits.yaml").read_bytes()


def test_the_shipped_weights_cover_every_kind_and_say_where_they_come_from() -> None:
    weights = shipped_weights()
    assert set(weights.record) == {str(kind) for kind in Kind}
    assert set(weights.demands) == {str(kind) for kind in Kind} - {str(Kind.VENTRICULAR_TACHYCARDIA)}
    assert weights.provenance["grade"] == "estimate"
    assert weights.run.against_below <= weights.run.for_above
    for verdicts in weights.record.values():
        for tally in verdicts.values():
            assert 0 <= tally.right <= tally.given
    assert parse_weights(msgspec.json.encode(weights)) == weights


def test_the_shipped_limits_are_those_of_the_challenge() -> None:
    limits = shipped_limits()
    assert (limits.asystole_s, limits.brady_per_min, limits.tachy_per_min) == (4, 40, 140)
    for row in msgspec.yaml.decode(LIMITS):
        assert row["grade"] in ("published", "secondary", "estimate")
        assert row["source"]
        assert row["unit"]


def test_limits_that_cannot_be_are_refused() -> None:
    good = msgspec.structs.asdict(shipped_limits())
    assert limits_of(good) == shipped_limits()
    for wrong in ({"brady_beats": 1}, {"asystole_s": 0}, {"vt_per_min": -5}, {"unheard_of": 1}):
        with pytest.raises(msgspec.ValidationError):
            limits_of({**good, **wrong})
    with pytest.raises(msgspec.ValidationError):
        limits_of({name: value for name, value in good.items() if name != "vf_s"})
    with pytest.raises(msgspec.ValidationError):
        parse_limits(LIMITS.replace(b"key: asystole_s", b"name: asystole_s"))


def test_a_tree_asks_twice_and_a_missing_feature_counts_as_usual() -> None:
    forest = Forest(("a", "b"), (0.0, 5.0), 0.5, (Tree(0, 1.0, 1, 2.0, 1.0, 2.0, 1, 3.0, 4.0, 8.0),))
    assert score(forest, {"a": 1.0, "b": 2.0}) == 1.5
    assert score(forest, {"a": 1.0, "b": 2.1}) == 2.5
    assert score(forest, {"a": 1.1, "b": 3.0}) == 4.5
    assert score(forest, {"a": 1.1, "b": math.nan}) == 8.5
    with pytest.raises(KeyError):
        score(forest, {"a": 1.0})
