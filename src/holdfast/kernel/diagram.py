"""The diagram of a state machine, drawn from its table so that it cannot say anything else."""

from collections.abc import Mapping
from enum import StrEnum


def diagram(table: Mapping[tuple[StrEnum, StrEnum], StrEnum], first: StrEnum) -> str:
    """Mermaid text of a table (state, happening) -> state; happenings with the same way are put on one arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, happening), following in table.items():
        arrows.setdefault((state.value, following.value), []).append(happening.value.replace("_", " "))
    lines = ["stateDiagram-v2", f"    [*] --> {first.value}"]
    lines += [f"    {state} --> {following}: {', '.join(names)}" for (state, following), names in arrows.items()]
    return "\n".join(lines)
