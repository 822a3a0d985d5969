"""When an ordered treatment is due and late: read from ``treatment_times.yaml`` and checked."""

from functools import lru_cache
from importlib import resources

from holdfast.knowledge.figures import Figures, read_figures


@lru_cache(maxsize=1)
def load() -> Figures:
    """The packaged figures; raises ``HoldfastError`` when one has no grade or source."""
    text = resources.files("holdfast.knowledge").joinpath("treatment_times.yaml").read_text(encoding="utf-8")
    return read_figures("treatment_times.yaml", text)
