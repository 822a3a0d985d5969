"""When a score is asked for, as data; see ``score_times.yaml``."""

from functools import lru_cache
from importlib import resources

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError


class ScoreTime(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When one score is due."""

    score: str
    every_h: float | None
    """None: asked for once."""
    for_h: float
    """A trigger older than this asks for nothing any more."""
    why: str
    grade: str
    note: str = ""
    source: str = ""
    findings: tuple[str, ...] = ()
    """Any of them present starts it."""
    treatments: tuple[str, ...] = ()
    """So does a treatment of any of these categories."""


@lru_cache(maxsize=1)
def load() -> tuple[ScoreTime, ...]:
    """The packaged times; raises ``HoldfastError`` that names what is wrong with them."""
    data = (resources.files("holdfast.knowledge") / "score_times.yaml").read_bytes()
    try:
        times = typed.convert(yaml.safe_load(data), tuple[ScoreTime, ...])
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise HoldfastError(f"The times of the scores cannot be read: {error}.", "Correct score_times.yaml.") from error
    faulty = [
        one.score
        for one in times
        if not (one.findings or one.treatments) or (one.grade == "estimate") is bool(one.source) or one.for_h <= 0
    ]
    if faulty:
        raise HoldfastError(f"When {', '.join(faulty)} is due cannot be told.", "Name triggers, grade and source.")
    return times
