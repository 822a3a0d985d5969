"""How often a right working diagnosis looks as if it did not fit: counted, shipped as data, and checked on loading.

``fit_calibration.yaml`` is written by ``benchmarks/fit_misfit.py --write`` and belongs to one release of the knowledge.
"""

from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    knowledge_release: str
    grade: Literal["published", "secondary", "estimate"]
    note: str
    false_alarms: float
    """Share of right diagnoses in which misfit may be called."""
    weights: tuple[float, float, float, float, float, float] = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    """What each sign of ``reasoning.misfit.Signs`` counts in the score of a diagnosis that names a cause; the log odds
    that W alone is not enough count 1."""
    right_causes: tuple[float, ...]
    """Scores of right diagnoses that name a cause; ascending."""
    right_states: tuple[float, ...]
    """Log odds that W alone is not enough, of right states ("organ failure") with no listed cause behind them."""


@lru_cache(maxsize=1)
def load() -> Calibration:
    """The packaged file; raises ``HoldfastError`` that names what is wrong with it."""
    return read((resources.files("holdfast.knowledge") / "fit_calibration.yaml").read_bytes())


def read(data: bytes) -> Calibration:
    """The calibration in these bytes of YAML; raises ``HoldfastError``."""
    try:
        return typed.convert(yaml.safe_load(data), Calibration)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise HoldfastError(f"The calibration of the fit cannot be read: {error}.", "Make it again.") from error
