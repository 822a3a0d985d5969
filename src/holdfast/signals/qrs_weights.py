"""The learned weights of the beat judge: data beside the code, made by ``benchmarks/fit_beat_judge.py``.

Each file says what its weights have seen and what they are worth. The numbers are float32, base64 coded.
"""

from base64 import b64decode, b64encode
from functools import cache
from importlib.resources import files

import msgspec
import numpy as np

from holdfast.kernel import typed
from holdfast.signals.chunk import Floats
from holdfast.signals.qrs_features import FEATURES
from holdfast.signals.qrs_front import Preset

Layers = tuple[Floats, Floats, Floats, Floats, Floats, Floats, Floats, Floats]
"""Some networks side by side, whose answers are added before the logistic function: means (FEATURES,) and scales
(FEATURES,) of the features; weights and offsets of the first hidden layer (FEATURES, units of all networks), of the
second (units of all networks, second units of one) and of the answer (second units of all networks,)."""


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file."""

    preset: Preset
    grade: str
    """As in ``thresholds.yaml``; learned weights are an estimate."""
    source: str
    """Who made them, from what data, with which seed."""
    networks: int
    hidden: tuple[int, int]
    """Units of each network."""
    values: str


@cache
def layers(preset: Preset) -> Layers:
    """The weights that are shipped for a preset."""
    data = files("holdfast.signals").joinpath(f"beat_weights_{preset}.json").read_bytes()
    return decode(typed.from_json(data, Weights))


def encode(preset: Preset, source: str, values: Layers) -> Weights:
    """Weights as they are kept, rounded to float32."""
    flat = np.concatenate([part.ravel() for part in values]).astype("<f4")
    second = values[4].shape[1]
    networks = len(values[6]) // second
    hidden = (values[2].shape[1] // networks, second)
    return Weights(preset, "estimate", source, networks, hidden, b64encode(flat.tobytes()).decode())


def decode(weights: Weights) -> Layers:
    """The arrays of a file; ValueError when it was made for other features."""
    flat = np.frombuffer(b64decode(weights.values), dtype="<f4").astype(np.float64)
    h1, second = weights.hidden[0] * weights.networks, weights.hidden[1]
    h2 = second * weights.networks
    shapes = ((FEATURES,), (FEATURES,), (FEATURES, h1), (h1,), (h1, second), (h2,), (h2,), (1,))
    sizes = [int(np.prod(shape)) for shape in shapes]
    if sum(sizes) != len(flat):
        raise ValueError(f"weights of {len(flat)} numbers do not fit {FEATURES} features")
    cuts = np.split(flat, np.cumsum(sizes)[:-1])
    a, b, c, d, e, f, g, h = (np.ascontiguousarray(cut.reshape(shape)) for cut, shape in zip(cuts, shapes, strict=True))
    return a, b, c, d, e, f, g, h
