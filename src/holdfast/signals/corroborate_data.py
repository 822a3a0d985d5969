"""The numbers of the second look: limits of an alarm and the fitted demands, read from data files beside it."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from holdfast.kernel import typed
from holdfast.signals.corroborate_trees import Forest


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a rhythm is an alarm. Whoever asks brings the limits of the animal; the shipped ones are people's."""

    asystole_s: float
    brady_per_min: float
    brady_beats: int
    tachy_per_min: float
    tachy_beats: int
    vt_per_min: float
    vt_beats: int
    vf_s: float

    def __post_init__(self) -> None:
        """ValueError for a limit that cannot be one."""
        if min(self.brady_beats, self.tachy_beats, self.vt_beats) < 3:
            raise ValueError("a limit over fewer than 3 beats is not one")
        if not all(value > 0 for value in msgspec.structs.astuple(self)):
            raise ValueError("a limit is a positive number")


class Demands(msgspec.Struct, frozen=True):
    """What a signal must show before it may contradict an alarm of one kind."""

    likeness: float
    """Mean correlation of its beats with their median."""
    margin: float
    """Multiple of the limit that it must keep clear of."""
    interval_spread: float
    """Largest spread of its intervals (asystole: of an ECG lead only; 10: none asked)."""


class Tally(msgspec.Struct, frozen=True):
    """How often a verdict was right in cross-validation: ``right`` of ``given``."""

    right: int
    given: int


class RunModel(msgspec.Struct, frozen=True):
    """The model of a ventricular run: forest, and the scores below and above which it is heard."""

    against_below: float
    for_above: float
    forest: Forest


class Weights(msgspec.Struct, frozen=True):
    """Everything that was fitted."""

    provenance: dict[str, str]
    demands: dict[str, Demands]
    run: RunModel
    record: dict[str, dict[str, Tally]]
    """Per kind of alarm: verdicts ``holds`` and ``contradicted``, and ``true_alarms``: those kept of all true ones."""


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    key: str
    value: float
    unit: str
    grade: str
    source: str
    note: str = ""


def parse_limits(text: bytes) -> Limits:
    """Limits from a YAML list of rows (key, value, unit, grade, source). ``msgspec.ValidationError`` for another."""
    rows = msgspec.yaml.decode(text, type=list[_Row])
    return limits_of({row.key: row.value for row in rows})


def limits_of(values: Mapping[str, float]) -> Limits:
    """Limits from plain values; ``msgspec.ValidationError`` says what is missing or wrong."""
    return typed.convert(dict(values), Limits, strict=False)


def parse_weights(text: bytes) -> Weights:
    """Weights as the fitting script writes them (JSON). ``msgspec.ValidationError`` for anything else."""
    return typed.from_json(text, Weights)


@cache
def shipped_limits() -> Limits:
    """The limits of people (challenge of 2015)."""
    return parse_limits(_file("corroborate_limits.yaml"))


@cache
def shipped_weights() -> Weights:
    """The weights that come with Holdfast."""
    return parse_weights(_file("corroborate_weights.json"))


def _file(name: str) -> bytes:
    return (resources.files("holdfast.signals") / name).read_bytes()
