"""Which seconds the last-minute watch compares, and how much is a change: ``tray_watch.yaml``, read and checked."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from holdfast.knowledge.figures import Figures, read_figures


@dataclass(frozen=True)
class WatchRule:
    """The newest ``recent_s`` seconds are compared with ``before_s`` seconds that end ``gap_s`` before them."""

    recent_s: float
    before_s: float
    gap_s: float
    again_s: float
    """The same change is not told again within this time."""
    beat_new_s: float
    deficit_per_min: float
    drugs_back_min: float


@dataclass(frozen=True)
class ShakeRule:
    """A second is compared with so many before it; ``waves`` kinds of waves ``times`` as rough are a movement."""

    before_s: int
    known_s: int
    times: float
    waves: int
    within_s: float


@lru_cache(maxsize=1)
def load() -> Figures:
    """The packaged figures; raises ``HoldfastError`` when one has no grade or source."""
    text = resources.files("holdfast.knowledge").joinpath("tray_watch.yaml").read_text(encoding="utf-8")
    return read_figures("tray_watch.yaml", text)


@lru_cache(maxsize=1)
def watch_rule() -> WatchRule:
    value = load().value
    return WatchRule(
        recent_s=value("recent"),
        before_s=value("before"),
        gap_s=value("gap"),
        again_s=value("again"),
        beat_new_s=value("beat_new"),
        deficit_per_min=value("deficit"),
        drugs_back_min=value("drugs_back"),
    )


@lru_cache(maxsize=1)
def shake_rule() -> ShakeRule:
    value = load().value
    return ShakeRule(
        before_s=int(value("shake_before")),
        known_s=int(value("shake_known")),
        times=value("shake_times"),
        waves=int(value("shake_waves")),
        within_s=value("shake_within"),
    )
