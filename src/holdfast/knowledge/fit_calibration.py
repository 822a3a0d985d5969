"""How often a right working diagnosis looks as if it did not fit: measured, shipped as data, and checked on loading.

``fit_calibration.yaml`` is written by ``benchmarks/fit_misfit.py --write`` and belongs to one release of the knowledge.
"""

from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from holdfast.kernel.errors import HoldfastError


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of everything in the file."""


class Stratum(_Shape, frozen=True):
    """Right working diagnoses of one kind."""

    descriptive: bool
    """Diagnoses that describe a state ("organ failure") and name no cause."""
    present_max: int
    """Up to so many present findings; the last stratum has no upper end and says 10000."""
    right: tuple[float, ...]
    """Joint score of each right diagnosis, ascending."""


class Calibration(_Shape, frozen=True):
    """The whole file."""

    knowledge_release: str
    grade: Literal["published", "secondary", "estimate"]
    note: str
    false_alarms: float
    """Share of right diagnoses in which misfit may be called."""
    intercept: float
    weights: dict[str, float]
    weights_note: str
    strata: tuple[Stratum, ...]

    def stratum(self, present: int, descriptive: bool) -> Stratum:
        """Where a diagnosis with so many present findings belongs."""
        kinds = [s for s in self.strata if s.descriptive is descriptive]
        return next((s for s in kinds if present <= s.present_max), kinds[-1])


@lru_cache(maxsize=1)
def load() -> Calibration:
    """The packaged file; raises ``HoldfastError`` that names what is wrong with it."""
    return read((resources.files("holdfast.knowledge") / "fit_calibration.yaml").read_bytes())


def read(data: bytes) -> Calibration:
    """The calibration in these bytes of YAML; raises ``HoldfastError``."""
    try:
        calibration = msgspec.convert(yaml.safe_load(data), type=Calibration)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise HoldfastError(f"The calibration of the fit cannot be read: {error}.", "Make it again.") from error
    if {s.descriptive for s in calibration.strata} != {True, False}:
        raise HoldfastError("The calibration of the fit lacks a kind of diagnosis.", "Make it again.")
    return calibration
