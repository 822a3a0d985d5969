"""What the YAML files may hold, field by field. An unknown field or a wrong type is refused by msgspec."""

from typing import Literal

import msgspec

from holdfast.knowledge.grades import Grade
from holdfast.knowledge.model import Urgency


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every entry."""


class EstimateShape(Shape, frozen=True, kw_only=True):
    value: float
    grade: Grade
    source: str = ""
    note: str = ""


class DerivationShape(Shape, frozen=True, kw_only=True):
    observation: str
    op: Literal["<", "<=", ">", ">="]
    threshold: EstimateShape
    unit: str
    absent_beyond: float | None = None


class ResponseShape(Shape, frozen=True, kw_only=True):
    category: Literal["fluid", "transfusion", "vasopressor", "analgesic", "sedative", "antidote", "oxygen", "other"]
    helped: bool


class FindingShape(Shape, frozen=True, kw_only=True):
    key: str
    name: str
    system: str
    stage: Literal["presenting", "workup"]
    leak: EstimateShape
    synonyms: tuple[str, ...] = ()
    quick: bool = False
    context: bool = False
    syndrome: str = ""
    implies_absent: tuple[str, ...] = ()
    derived: tuple[DerivationShape, ...] = ()
    response: ResponseShape | None = None
    note: str = ""


class FrequencyShape(Shape, frozen=True, kw_only=True):
    finding: str
    grade: Grade
    n: int | None = None
    total: int | None = None
    p: float | None = None
    source: str = ""
    note: str = ""


class ValueShape(Shape, frozen=True, kw_only=True):
    measure: str
    mean: float
    grade: Grade
    spread: float | None = None
    total: int | None = None
    source: str = ""
    note: str = ""


class ComplicationShape(Shape, frozen=True, kw_only=True):
    disease: str
    p: float
    grade: Grade
    source: str = ""
    note: str = ""


class ModifierShape(Shape, frozen=True, kw_only=True):
    when: str
    odds_ratio: float
    grade: Grade
    source: str = ""
    note: str = ""


class ExclusionShape(Shape, frozen=True, kw_only=True):
    test: str
    says: str
    does_not_exclude: str = ""
    grade: Grade = Grade.ESTIMATE
    source: str = ""


class DiseaseShape(Shape, frozen=True, kw_only=True):
    key: str
    name: str
    system: str
    descriptive: bool
    prior: EstimateShape
    treatable: bool
    benefit: EstimateShape
    urgency: Urgency
    treatment_summary: str
    findings: tuple[FrequencyShape, ...]
    values: tuple[ValueShape, ...] = ()
    complications: tuple[ComplicationShape, ...] = ()
    modifiers: tuple[ModifierShape, ...] = ()
    exclusions: tuple[ExclusionShape, ...] = ()
    synonyms: tuple[str, ...] = ()
    note: str = ""


class SourceShape(Shape, frozen=True, kw_only=True):
    id: str
    title: str
    url: str
    text_seen: Literal["full", "abstract", "excerpt", "none"]
    year: int | None = None
    note: str = ""


class AccuracyShape(Shape, frozen=True, kw_only=True):
    finding: str
    sensitivity: float
    specificity: float
    grade: Grade
    total: int | None = None
    source: str = ""
    note: str = ""


class MeasureShape(Shape, frozen=True, kw_only=True):
    key: str
    name: str
    unit: str
    log: bool
    mean: EstimateShape
    spread: EstimateShape
    covers: tuple[str, ...]


class ScaleShape(Shape, frozen=True, kw_only=True):
    key: str
    name: str
    levels: tuple[str, ...]
    note: str = ""


class TestShape(Shape, frozen=True, kw_only=True):
    __test__ = False  # not a test case, whatever pytest thinks of the name
    key: str
    name: str
    minutes: EstimateShape
    cost_band: Literal[1, 2, 3, 4]
    invasiveness: Literal[0, 1, 2, 3]
    risk_unstable: str
    never_with: tuple[str, ...] = ()
    reveals: tuple[str, ...]
    point_of_care: bool = True
    accuracy: tuple[AccuracyShape, ...] = ()


class RegionShape(Shape, frozen=True, kw_only=True):
    key: str
    name: str
    sides: tuple[Literal["left", "right", "midline"], ...]
    focal_finding: str


class ReasonShape(Shape, frozen=True, kw_only=True):
    key: str
    text: str
    decision: Literal["proceed", "hold", "call_colleague"]


class TuningShape(Shape, frozen=True, kw_only=True):
    version: str
    temperature: EstimateShape
    silence: EstimateShape
    unlisted_share: EstimateShape
    claim_slope: EstimateShape = EstimateShape(value=1.0, grade=Grade.ESTIMATE)
    """Releases made before 2026-11-23 have none."""
    fitted_for: str = ""
