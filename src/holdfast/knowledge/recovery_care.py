"""First signs, what is due in a recovery, and the rules for what home observes: ``recovery_care.yaml``, checked."""

from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError
from holdfast.knowledge.figures import check_pedigree

FILE = "recovery_care.yaml"
Advice = Literal["now", "today", "look_again"]
ADVICE: tuple[str, ...] = ("now", "today", "look_again", "go_on")
"""The gravest first; the last: no rule spoke."""


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of everything in the file."""


class _Graded(_Shape, frozen=True, kw_only=True):
    key: str
    grade: Literal["published", "secondary", "estimate"]
    source: str = ""
    note: str = ""


class FirstSign(_Graded, frozen=True, kw_only=True):
    """One sign of waking."""

    label: str
    expected_min: float | None = None
    """Usually there so many minutes after the end of the anaesthetic; None: nothing is expected."""


class SedationLevel(_Shape, frozen=True, kw_only=True):
    key: str
    label: str


class Due(_Graded, frozen=True, kw_only=True):
    """Something that is looked at again and again."""

    label: str
    every_min: float
    until_min: float
    score: str = ""
    item: str = ""
    observation: str = ""


class HomeRule(_Graded, frozen=True, kw_only=True):
    """One rule for what home observes. It speaks when the field is above a number or is a word."""

    field: Literal["breaths_per_min", "effort", "gums", "appetite", "gait", "wound"]
    advice: Advice
    words: str
    above: float | None = None
    is_: str = msgspec.field(name="is", default="")
    again_within_h: float | None = None
    """Speaks only when the same held in an observation of the last so many hours."""
    after_h: float = 0.0
    """... that is at least so old."""


class RecoveryCare(_Shape, frozen=True, kw_only=True):
    """All of it of one release."""

    release: str
    signs: tuple[FirstSign, ...]
    sedation: tuple[SedationLevel, ...]
    due: tuple[Due, ...]
    home: tuple[HomeRule, ...]
    calls: dict[str, Literal["high", "medium"]]

    @property
    def graded(self) -> tuple[_Graded, ...]:
        """Every row that carries a number or a rule."""
        return (*self.signs, *self.due, *self.home)


@lru_cache(maxsize=1)
def load() -> RecoveryCare:
    """The packaged file; raises ``HoldfastError`` naming what does not hold."""
    text = resources.files("holdfast.knowledge").joinpath(FILE).read_text(encoding="utf-8")
    try:
        care = typed.convert(yaml.safe_load(text), RecoveryCare)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise HoldfastError(f"{FILE} cannot be read: {error}.", "Correct the file.") from error
    for one in care.graded:
        check_pedigree(FILE, one.key, one.grade, one.source, one.note)
    for rule in care.home:
        if (rule.above is None) == (not rule.is_):
            raise HoldfastError(f"{FILE}: {rule.key} needs either 'above' or 'is'.", "Write one of them.")
    return care
