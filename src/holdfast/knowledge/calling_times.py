"""How long calling waits: read from ``calling_times.yaml`` and checked."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from holdfast.knowledge.figures import Figures, read_figures

PLACES = ("clinic", "on_call", "handler")
"""Where somebody is who is called: in the house, on call outside, at home with no watch."""


@dataclass(frozen=True)
class CallingTimes:
    """The figures by what they are asked for; all in seconds. What is low is called as medium."""

    figures: Figures

    def wait_s(self, priority: str, place: str) -> float:
        return self.figures.value(f"wait_{_level(priority)}_{place}")

    def first_s(self, priority: str) -> float:
        return self.figures.value(f"first_{_level(priority)}")

    def again_s(self, priority: str) -> float:
        return self.figures.value(f"again_{_level(priority)}")

    def come_s(self, priority: str) -> float:
        return self.figures.value(f"come_{_level(priority)}")

    def retry_s(self, tries: int) -> float:
        """How long after so many failed tries (from 1) the next is made."""
        return min(self.figures.value("retry_first") * 2.0 ** (tries - 1), self.figures.value("retry_most"))

    @property
    def retry_for_s(self) -> float:
        return self.figures.value("retry_for")


def _level(priority: str) -> str:
    return "high" if priority == "high" else "medium"


@lru_cache(maxsize=1)
def load() -> CallingTimes:
    """The packaged times; raises ``HoldfastError`` when one is missing or has no grade."""
    text = resources.files("holdfast.knowledge").joinpath("calling_times.yaml").read_text(encoding="utf-8")
    return CallingTimes(read_figures("calling_times.yaml", text))
