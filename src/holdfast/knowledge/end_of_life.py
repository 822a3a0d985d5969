"""What is asked, watched and checked around the end of a life: read from ``end_of_life.yaml`` and checked."""

from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec
import yaml

from holdfast.kernel import typed
from holdfast.kernel.errors import HoldfastError


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of everything in the file."""


class Choice(_Shape, frozen=True, kw_only=True):
    """One of a short list."""

    key: str
    text: str


class _Graded(_Shape, frozen=True, kw_only=True):
    grade: Literal["secondary", "estimate"]
    source: str = ""
    note: str = ""


class Sign(_Graded, frozen=True, kw_only=True):
    """A sign of life that is looked for."""

    key: str
    text: str
    required: bool
    """It has to be absent before death counts as confirmed by the criteria."""


class DeathRule(_Graded, frozen=True, kw_only=True):
    apart_min: float
    checks_min: int


class ChangeWords(_Graded, frozen=True, kw_only=True):
    """What a change on the monitor is, and what it is not."""

    key: str
    title: str
    is_: str = msgspec.field(name="is")
    is_not: str


class Aftercare(_Shape, frozen=True, kw_only=True):
    key: str
    text: str
    choices: tuple[str, ...]
    note: str = ""


class EndOfLife(_Shape, frozen=True, kw_only=True):
    """The whole file."""

    identity: tuple[Choice, ...]
    relations: tuple[str, ...]
    consent_how: tuple[Choice, ...]
    pass_reasons: tuple[Choice, ...]
    stop_reasons: tuple[Choice, ...]
    confirm_reasons: tuple[Choice, ...]
    death: DeathRule
    signs: tuple[Sign, ...]
    changes: tuple[ChangeWords, ...]
    aftercare: tuple[Aftercare, ...]

    def change(self, key: str) -> ChangeWords | None:
        """The words for one kind of change."""
        return next((one for one in self.changes if one.key == key), None)


@lru_cache(maxsize=1)
def load() -> EndOfLife:
    """The packaged file; raises ``HoldfastError`` that names what is wrong with it."""
    return read((resources.files("holdfast.knowledge") / "end_of_life.yaml").read_bytes())


def read(data: bytes) -> EndOfLife:
    """What these bytes of YAML say; raises ``HoldfastError``."""
    try:
        found = typed.convert(yaml.safe_load(data), EndOfLife)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise HoldfastError(f"The end-of-life data cannot be read: {error}.", "Correct end_of_life.yaml.") from error
    graded: list[tuple[str, _Graded]] = [("death", found.death)]
    graded += [(one.key, one) for one in found.signs]
    graded += [(one.key, one) for one in found.changes]
    problems = [
        f"{key}: an estimate has no source, everything else has one"
        for key, one in graded
        if bool(one.source) is (one.grade == "estimate")
    ]
    if not any(one.required for one in found.signs):
        problems.append("no sign has to be absent")
    if problems:
        raise HoldfastError(f"The end-of-life data do not hold together: {'; '.join(problems)}.", "Correct them.")
    return found
