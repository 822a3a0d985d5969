"""The list of the hours after circulation has returned: each target with what is measured now."""

from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.knowledge.care import Care, Figure

MEASURED = {"post_spo2": "spo2", "post_pao2_mmhg": "pao2_mmhg"}
"""Targets that one value on record answers; not carbon dioxide, as nothing on record says that it is arterial."""


@dataclass(frozen=True)
class AfterLine:
    """One target."""

    figure: Figure
    value: float | None
    """None: not measured, or nothing that one value answers."""
    verdict: str
    """within, below, above, or not_known."""


def after(care: Care, values: Mapping[str, float]) -> tuple[AfterLine, ...]:
    """Every post-arrest target of the knowledge; ``values`` by observation key, in canonical units, fresh ones only."""
    figures = [figure for key, figure in care.cpr.items() if key.startswith("post_")]
    return tuple(_line(figure, values.get(MEASURED.get(figure.key, ""))) for figure in figures)


def _line(figure: Figure, value: float | None) -> AfterLine:
    if value is None:
        return AfterLine(figure, None, "not_known")
    if value < figure.value:
        return AfterLine(figure, value, "below")
    above = figure.high is not None and value > figure.high
    return AfterLine(figure, value, "above" if above else "within")
